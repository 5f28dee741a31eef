/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device was set to before a run, to be put back where the run is refused. */
#ifndef SESSION_SETTINGS_H
#define SESSION_SETTINGS_H

#include "base/units.h"
#include "device/controls/control_values.h"
#include "device/inputs/edid.h"

/* What belongs to an input. */
struct source_settings {
	bool is_saved, has_timings, has_edid;
	v4l2_std_id standard; /* 0: none */
	struct v4l2_dv_timings timings;
	struct edid edid;
	int tuner; /* -1: none */
	double hz; /* of it; 0: not known */
};

struct settings {
	bool is_saved, has_format;
	int input; /* output devices: the output; -1: there is none to select */
	struct source_settings source;
	struct source_settings new_source; /* of the input that was selected */
	struct v4l2_format format;
	struct v4l2_rect crop, compose; /* width 0: none */
	struct fraction fps;
	struct control_value *controls; /* those that were set, see controls_set() */
};

/* Reads input, standard, DV timings, frequency, format, crop, compose and rate, once: another call changes
 * nothing. What the device lacks is left out. */
void settings_save(struct settings *settings, struct device *device);
/* The same, once an input is selected, of what belongs to it; with_edid: its EDID too. Returns 0 or -ENOMEM,
 * logged. */
int settings_save_source(struct settings *settings, struct device *device, bool with_edid);
/* Sets back what differs, as far as the device lets it: it must have no buffers. */
void settings_restore(const struct settings *settings, struct device *device);
void settings_free(struct settings *settings);

#endif
