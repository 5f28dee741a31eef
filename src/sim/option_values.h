/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of the keys of "sim:key=value,…". */
#ifndef SIM_OPTION_VALUES_H
#define SIM_OPTION_VALUES_H

#include <stdint.h>

struct sim_key;
struct sim_options;

/* A value by its name. Tables end with a NULL name. */
struct sim_word {
	const char *name;
	uint32_t value;
};

/* Parses the value of a key ("": it has none) into the field of the options that key->offset names. Returns
 * 0, -EINVAL or -ENOMEM. */
typedef int sim_value_parser(struct sim_options *options, const struct sim_key *key, const char *value);

sim_value_parser sim_value_number, sim_value_word, sim_value_flags, sim_value_grant, sim_value_planes,
	sim_value_bool, sim_value_not, sim_value_size, sim_value_format, sim_value_fps, sim_value_type,
	sim_value_headers, sim_value_ms, sim_value_string, sim_value_every, sim_value_at, sim_value_short,
	sim_value_leap, sim_value_event, sim_value_watch, sim_value_fail, sim_value_standard, sim_value_ppm,
	sim_value_field, sim_value_signed_ms, sim_value_errno;

#endif
