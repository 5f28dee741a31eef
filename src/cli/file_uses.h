/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that a command line names, which must be different ones. */
#ifndef CLI_FILE_USES_H
#define CLI_FILE_USES_H

#include <stdbool.h>
#include <stddef.h>

struct file_use {
	const char *option; /* for the message */
	const char *name;   /* a path, perhaps after "file:", or "-"; NULL: not given */
	bool is_input;
};

/* Returns 0, or -EINVAL, logged, where two are one file, whatever they are called, and one of them is
 * written. Devices, such as /dev/null and terminals, may be written twice; standard output may not. */
int file_uses_check(const struct file_use *uses, size_t n);

#endif
