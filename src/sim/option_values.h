/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of the keys of "sim:key=value,…". */
#ifndef SIM_OPTION_VALUES_H
#define SIM_OPTION_VALUES_H

#include <stddef.h>

struct sim_options;

/* Sets the field at the offset to what `value` says, "" where the key has none. 0, -EINVAL or -ENOMEM. */
typedef int sim_value_parser(struct sim_options *options, size_t offset, const char *value);

sim_value_parser sim_value_number, sim_value_grant, sim_value_planes, sim_value_bool, sim_value_not,
	sim_value_size, sim_value_format, sim_value_fps, sim_value_type, sim_value_draw, sim_value_times,
	sim_value_headers, sim_value_jpeg, sim_value_caps, sim_value_adjust, sim_value_ms, sim_value_string,
	sim_value_every, sim_value_at, sim_value_short, sim_value_leap, sim_value_event, sim_value_watch,
	sim_value_fail, sim_value_standard, sim_value_signal, sim_value_ppm, sim_value_field,
	sim_value_pipeline, sim_value_routing, sim_value_subdevs, sim_value_odd, sim_value_signed_ms,
	sim_value_errno;

#endif
