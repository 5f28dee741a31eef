/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the processes that have nodes open, in /proc. Nothing here logs. */
#ifndef DEVICE_NODES_HOLDERS_H
#define DEVICE_NODES_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct holder {
	unsigned node; /* index into the paths */
	pid_t pid;
	char name[32];    /* name of the program */
	bool has_buffers; /* it has buffers of the node mapped, as when it streams */
};

/* Finds the processes other than this one that have one of the n files open. The paths must not contain
 * links. Returns the number of processes, or -ENOMEM; the caller frees *holders. */
int holders_find(const char *const *paths, unsigned n, struct holder **holders);
/* "PID 812 (cheese), PID 900 (obs)", the processes that have a file open, in text, which is returned; "" if
 * there are none. The path may contain links. Where a process has buffers mapped: "PID 812 (cheese,
 * streaming), PID 900 (obs, only open)". is_busy: the driver returned EBUSY, so that a single process is
 * streaming even if it has no buffers mapped, as with memory of its own. */
char *holders_text(const char *path, bool is_busy, char *text, size_t size);

#endif
