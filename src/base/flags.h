/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of flags in words. */
#ifndef BASE_FLAGS_H
#define BASE_FLAGS_H

#include <stddef.h>
#include <stdint.h>

/* Tables of flags end with a NULL name. */
struct flag_name {
	uint64_t flag;
	const char *name;
};

/* Clears one flag in *flags and returns its name. Flags without a name come last, together, as "0x…" in text.
 * NULL: no flag is left. */
#define FLAG_TEXT_MAX 24
const char *flags_next(const struct flag_name *names, uint64_t *flags, char text[FLAG_TEXT_MAX]);
/* "no signal, no lock" into text, which is returned. */
char *flags_text(const struct flag_name *names, uint64_t flags, char *text, size_t size);

#endif
