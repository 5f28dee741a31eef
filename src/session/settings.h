/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saves the settings of a device before a run, and restores them if the run is refused. */
#ifndef SESSION_SETTINGS_H
#define SESSION_SETTINGS_H

#include "base/units.h"
#include "device/controls/control_values.h"
#include "device/inputs/edid.h"

/* Settings of an input. */
struct source_settings {
	bool is_saved, has_timings, has_edid;
	v4l2_std_id standard; /* 0: none */
	struct v4l2_dv_timings timings;
	struct edid edid;
	int tuner; /* -1: none */
	double hz; /* frequency; 0: not known */
};

struct settings {
	bool is_saved, has_format;
	int input; /* output devices: the output; -1: none can be selected */
	struct source_settings source;
	struct source_settings new_source; /* of the input that the run selected */
	struct v4l2_format format;
	struct v4l2_rect crop, compose; /* width 0: none */
	struct fraction fps;
	struct control_value *controls; /* values of the controls that were set, see controls_set() */
};

/* Reads input, standard, DV timings, frequency, format, crop, compose and rate on the first call; later calls
 * do nothing. Skips what the device lacks. */
void settings_save(struct settings *settings, struct device *device);
/* Reads the settings of an input after it was selected; with_edid: its EDID, too. Returns 0 or -ENOMEM,
 * logged. */
int settings_save_source(struct settings *settings, struct device *device, bool with_edid);
/* Restores the settings that differ, as far as possible. The device must have no buffers. */
void settings_restore(const struct settings *settings, struct device *device);
void settings_free(struct settings *settings);

#endif
