/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exposure controls that lower the frame rate of a camera. */
#include "device/format/exposure.h"

#include <stdio.h>
#include "base/units.h"

#define UNIT_NS 100000.0 /* of V4L2_CID_EXPOSURE_ABSOLUTE */

/* An id of 0: the camera lacks it. */
struct exposure {
	struct control_info mode, time, dynamic;
};

static int take_control(void *opaque, const struct control_info *info)
{
	struct exposure *exposure = opaque;

	if (info->id == V4L2_CID_EXPOSURE_AUTO)
		exposure->mode = *info;
	if (info->id == V4L2_CID_EXPOSURE_ABSOLUTE)
		exposure->time = *info;
	if (info->id == V4L2_CID_EXPOSURE_AUTO_PRIORITY)
		exposure->dynamic = *info;
	return 0;
}

/* Whether the camera sets the exposure time itself. */
static bool is_automatic(const struct exposure *exposure)
{
	return !exposure->mode.id || exposure->mode.value == V4L2_EXPOSURE_AUTO ||
	       exposure->mode.value == V4L2_EXPOSURE_APERTURE_PRIORITY;
}

bool exposure_explains(struct device *device, double interval_ns, const char *what, struct obstacle *obstacle)
{
	struct exposure exposure = { 0 };
	char text[200], cure[200] = "";

	controls_enumerate(device, take_control, &exposure);
	if (exposure.dynamic.id && exposure.dynamic.value && is_automatic(&exposure)) {
		snprintf(text, sizeof text, "%s: %s lets the camera lower its rate in the dark", what,
			 exposure.dynamic.name);
		snprintf(cure, sizeof cure, "--set-ctrl %s=0", exposure.dynamic.name);
	} else if (exposure.time.id && (double)exposure.time.value * UNIT_NS > interval_ns) {
		snprintf(text, sizeof text, "%s: %s is %s ms, longer than the frame interval of %s ms", what,
			 exposure.time.name, PLAIN_NUMBER((double)exposure.time.value * UNIT_NS / 1e6, 6),
			 PLAIN_NUMBER(interval_ns / 1e6, 4));
		snprintf(cure, sizeof cure, "--set-ctrl %s=%.0f", exposure.time.name,
			 interval_ns / UNIT_NS > 1 ? interval_ns / UNIT_NS - 1 : 1);
	} else {
		return false;
	}
	obstacle_set(obstacle, OBSTACLE_EXPOSURE, text, cure);
	return true;
}
