/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of options: what their values look like, and how they are stored. */
#ifndef CLI_OPTIONS_VALUES_H
#define CLI_OPTIONS_VALUES_H

#include "cli/options.h"

struct option_kind_values {
	/* Returns 0 or a negative errno; NULL: no argument. */
	int (*store)(const struct option_row *row, const char *text, void *field);
	const char *argument, *expected;
};

/* By enum option_kind. */
extern const struct option_kind_values option_kinds[];

#endif
