/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The programs that have nodes open, as far as /proc shows them. Nothing here logs. */
#ifndef DEVICE_NODES_HOLDERS_H
#define DEVICE_NODES_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct holder {
	unsigned node; /* index into the paths */
	pid_t pid;
	char name[32];    /* of the program */
	bool has_buffers; /* mapped into its memory, as when it streams */
};

/* Finds the processes other than this one that have one of the n files open; paths without links. Returns
 * their number, or -ENOMEM; *holders is the caller's to free(). */
int holders_find(const char *const *paths, unsigned n, struct holder **holders);
/* "PID 812 (cheese), PID 900 (obs)" into text, which is returned: those of one file, to which path may be a
 * link; else "". Where one has buffers mapped: "PID 812 (cheese, streaming), PID 900 (obs, only open)".
 * is_busy: the driver said so; then the only one that has it open has buffers, if in its own memory. */
char *holders_text(const char *path, bool is_busy, char *text, size_t size);

#endif
