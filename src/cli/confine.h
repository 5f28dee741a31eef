/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Giving up what a run does not need once its devices are open, before anything from a file is parsed or
 * encoded: root, files elsewhere (landlock), and system calls such as execve(), socket() and ptrace()
 * (seccomp).
 */
#ifndef CLI_CONFINE_H
#define CLI_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

enum confine_access {
	CONFINE_READ,   /* the file, or all files of a numbered series */
	CONFINE_FILE,   /* all in the file's folder may be written, renamed and removed */
	CONFINE_FOLDER, /* all in this folder */
};

struct confine_path {
	const char *name; /* numbers and strftime fields stand for any; an address; NULL or "-": none */
	enum confine_access access;
};

/* Whether the program may become this user; NULL: yes. Returns 0 or -EINVAL, logged. */
int confine_check_user(const char *user);
/* Returns 0 or a negative errno, logged. */
int confine_become_user(const char *user);
/* Confines the whole process, to these paths besides the devices and what libraries read; has_playlists:
 * their files may name any other to read, and addresses. To be called before libraries start threads. What
 * the kernel lacks is left out, with a verbose message. Returns 0 or a negative errno, logged. */
int confine(const struct confine_path *paths, size_t n_paths, bool has_playlists);

#endif
