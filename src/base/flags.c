/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of flags in words. */
#include "base/flags.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/text.h"

const char *flags_next(const struct flag_name *names, uint64_t *flags, char text[FLAG_TEXT_MAX])
{
	for (; names->name; names++) {
		if (*flags & names->flag) {
			*flags &= ~names->flag;
			return names->name;
		}
	}
	if (!*flags)
		return NULL;
	snprintf(text, FLAG_TEXT_MAX, "0x%" PRIx64, *flags);
	*flags = 0;
	return text;
}

char *flags_text(const struct flag_name *names, uint64_t flags, char *text, size_t size)
{
	char other[FLAG_TEXT_MAX];
	const char *name;

	*text = '\0';
	while ((name = flags_next(names, &flags, other)))
		text_join(text, size, ", ", "%s", name);
	return text;
}
