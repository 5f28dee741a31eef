/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clamping, in the order in which the rules apply. */
#include "queue/config.h"

#include <errno.h>
#include "base/log.h"

/* Returns whether *field was another. */
static bool set(uint32_t *field, uint32_t value, const char *what, const char *why)
{
	if (*field == value)
		return false;
	log_verbose("%s buffers to %u (%s; %u requested)", what, value, why, *field);
	*field = value;
	return true;
}

static bool raise_min(struct pool_config *config, uint32_t least, const char *why)
{
	return config->min < least && set(&config->min, least, "increasing minimum", why);
}

int config_clamp(struct pool_config *config, const struct pool_limits *limits)
{
	bool changed = false;

	if (config->min == POOL_UNSET || config->max == POOL_UNSET)
		return -EINVAL;
	if (limits->reads)
		return 0;
	changed |= raise_min(config, limits->alternate ? 2 * POOL_MIN_BUFFERS : POOL_MIN_BUFFERS,
			     limits->alternate ? "alternating fields" : "the queue needs two");
	changed |= raise_min(config, limits->driver_min, "as many as the driver needs");
	if (config->max > POOL_MAX_BUFFERS || config->max == 0)
		changed |= set(&config->max, POOL_MAX_BUFFERS, "limiting maximum", "the limit of V4L2");
	if (config->min > config->max)
		changed |= set(&config->min, config->max, "reducing minimum", "the maximum is lower");
	else if (!limits->can_allocate)
		changed |=
			set(&config->max, config->min, "reducing maximum", "the driver cannot add buffers");
	if (limits->layout_needed && !config->layout) {
		log_verbose("requesting layout metadata: the format has padding or several planes");
		config->layout = true;
		changed = true;
	}
	return changed;
}
