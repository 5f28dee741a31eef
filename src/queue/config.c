/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clamping a pool's configuration. */
#include "queue/config.h"

#include <errno.h>
#include "base/log.h"

/* Returns whether there was anything to alter. */
static bool alter(uint32_t *field, uint32_t value, const char *what, const char *why)
{
	if (*field == value)
		return false;
	log_verbose("%s buffers to %u (%s; %u asked for)", what, value, why, *field);
	*field = value;
	return true;
}

static bool raise_min(struct pool_config *config, uint32_t floor, const char *why)
{
	return config->min < floor && alter(&config->min, floor, "increasing minimum", why);
}

int pool_config_clamp(struct pool_config *config, const struct pool_limits *limits)
{
	bool changed = false;

	if (config->min == POOL_UNSET || config->max == POOL_UNSET)
		return -EINVAL;
	if (limits->reads)
		return 0;
	changed |= raise_min(config, limits->alternate ? 2 * POOL_MIN_BUFFERS : POOL_MIN_BUFFERS,
			     limits->alternate ? "alternating fields" : "the queue needs two");
	changed |= raise_min(config, limits->driver_min, "the driver needs them");
	if (config->max > POOL_MAX_BUFFERS || config->max == 0)
		changed |= alter(&config->max, POOL_MAX_BUFFERS, "limiting maximum", "V4L2's own limit");
	if (config->min > config->max)
		changed |= alter(&config->min, config->max, "reducing minimum", "the maximum is lower");
	else if (!limits->can_allocate)
		changed |=
			alter(&config->max, config->min, "reducing maximum", "the driver cannot add buffers");
	if (limits->layout_needed && !config->layout) {
		log_verbose("asking for layout metadata: the format has padding or several planes");
		config->layout = true;
		changed = true;
	}
	return changed;
}
