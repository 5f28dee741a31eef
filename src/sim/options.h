/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of "sim:key=value,…", for help and `v4l2q list -d sim`. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stddef.h>
#include "sim/option_values.h"

struct sim_key {
	const char *key;
	const char *argument; /* of the key, as help writes it; NULL: it takes none */
	const char *help;
	/* The parser of the value and the offset of the field of struct sim_options that it sets. */
	sim_value_parser *parse;
	size_t offset;
	const struct sim_word *words; /* of sim_value_word() and sim_value_flags() */
};

extern const struct sim_key sim_keys[]; /* ended by a NULL key */

#endif
