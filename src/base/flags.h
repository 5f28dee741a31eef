/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of flags in words. */
#ifndef BASE_FLAGS_H
#define BASE_FLAGS_H

#include <stddef.h>
#include <stdint.h>

/* A table of them ends with a NULL name. */
struct flag_name {
	uint64_t flag;
	const char *name;
};

/* The name of the next flag of the set that is not yet cleared in *flags, which it clears; the last is
 * "0x…", of all flags that have no name. NULL: no flag is left. */
#define FLAG_TEXT_MAX 24
const char *flags_next(const struct flag_name *names, uint64_t *flags, char text[FLAG_TEXT_MAX]);
/* "no signal, no lock" into text, which is returned. */
char *flags_text(const struct flag_name *names, uint64_t flags, char *text, size_t size);

#endif
