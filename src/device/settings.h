/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device was set to before a run, to be put back where the run is refused. */
#ifndef DEVICE_SETTINGS_H
#define DEVICE_SETTINGS_H

#include "base/units.h"
#include "device/control_values.h"

struct settings {
	bool is_saved, has_input, has_format;
	int input; /* output devices: the output */
	struct v4l2_format format;
	struct fraction fps;
	struct control_value *controls; /* those that were set, see controls_set() */
};

/* Reads input, format and rate, once: another call changes nothing. What the device lacks is left out. */
void settings_save(struct settings *settings, struct device *device);
/* Sets back what differs, as far as the device lets it: it must have no buffers. */
void settings_restore(const struct settings *settings, struct device *device);
void settings_free(struct settings *settings);

#endif
