/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that files on the command line differ from each other. */
#ifndef CLI_FILE_USES_H
#define CLI_FILE_USES_H

#include <stdbool.h>
#include <stddef.h>

struct file_use {
	const char *option; /* for the message */
	const char *name;   /* a path, perhaps after "file:", or "-"; NULL: not given */
	bool is_input;
};

/* Returns 0, or -EINVAL, logged, if two are the same file under any name, and one of them is written.
 * Devices, such as /dev/null and terminals, can be used twice; standard output cannot. */
int file_uses_check(const struct file_use *uses, size_t n);

#endif
