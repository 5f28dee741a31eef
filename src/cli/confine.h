/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gives up rights that a run does not need once its devices are open, before data from a file are parsed or
 * encoded: root, other files (landlock), and system calls such as execve(), socket() and ptrace() (seccomp).
 */
#ifndef CLI_CONFINE_H
#define CLI_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

enum confine_access {
	CONFINE_READ,   /* the file, or all files of a numbered series */
	CONFINE_FILE,   /* files in the file's folder can be written, renamed and removed */
	CONFINE_FOLDER, /* the same in this folder */
};

struct confine_path {
	const char *name; /* numbers and strftime fields match any; an address; NULL or "-": none */
	enum confine_access access;
};

/* Whether the program may switch to this user; NULL: yes. Returns 0 or -EINVAL, logged. */
int confine_check_user(const char *user);
/* Returns 0 or a negative errno, logged. */
int confine_become_user(const char *user);
/* Confines the process to these paths, in addition to devices and files of libraries. has_playlists: their
 * files may name any others to read, and addresses. Call it before libraries start threads. Restrictions that
 * the kernel lacks are skipped, with a verbose message. Returns 0 or a negative errno, logged. */
int confine(const struct confine_path *paths, size_t n_paths, bool has_playlists);

#endif
