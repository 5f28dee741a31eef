/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saves the settings of a device before a run, and restores them if the run is refused. */
#include "session/settings.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "device/format/frame_rate.h"
#include "device/format/negotiate.h"
#include "device/inputs/dv_timings.h"
#include "device/inputs/inputs.h"
#include "device/inputs/selection.h"
#include "device/inputs/standards.h"
#include "device/inputs/tuner.h"

static void save_source(struct source_settings *source, struct device *device)
{
	struct tuner tuner;

	source->is_saved = true;
	standards_current(device, &source->standard);
	source->has_timings = dv_timings_current(device, &source->timings) == 0;
	source->tuner = tuner_current(device);
	if (source->tuner >= 0 && tuner_get(device, (uint32_t)source->tuner, &tuner))
		source->hz = tuner.hz;
}

void settings_save(struct settings *settings, struct device *device)
{
	if (settings->is_saved)
		return;
	settings->is_saved = true;
	settings->input = inputs_current(device);
	save_source(&settings->source, device);
	settings->has_format = negotiate_get_v4l2_format(device, &settings->format) == 0;
	selection_get(device, V4L2_SEL_TGT_CROP, &settings->crop);
	selection_get(device, V4L2_SEL_TGT_COMPOSE, &settings->compose);
	frame_rate_read(device, &settings->fps);
}

int settings_save_source(struct settings *settings, struct device *device, bool with_edid)
{
	struct source_settings *source = &settings->new_source;
	int err = 0;

	if (source->is_saved)
		return 0;
	save_source(source, device);
	if (with_edid)
		err = edid_get(device, &source->edid);
	source->has_edid = with_edid && err == 0;
	return err == -ENOMEM ? err : 0;
}

static void report_kept(const struct device *device, const char *what, int err)
{
	if (err < 0)
		log_verbose("%s: %s cannot be restored: %s", device->path, what, err_str(err));
}

static void restore_edid(const struct source_settings *source, struct device *device)
{
	struct edid now;

	if (!source->has_edid || edid_get(device, &now) < 0)
		return;
	if (!edid_equal(&now, &source->edid))
		report_kept(device, "the EDID", edid_put(device, &source->edid));
	edid_free(&now);
}

static void restore_timings(const struct source_settings *source, struct device *device)
{
	struct v4l2_dv_timings now;

	if (source->has_timings && dv_timings_current(device, &now) == 0 &&
	    memcmp(&now, &source->timings, sizeof now) != 0)
		report_kept(device, "the DV timings", dv_timings_put(device, &source->timings));
}

static void restore_standard(const struct source_settings *source, struct device *device)
{
	v4l2_std_id now;

	if (source->standard && standards_current(device, &now) == 0 && now != source->standard)
		report_kept(device, "the standard", standards_put(device, source->standard));
}

static void restore_frequency(const struct source_settings *source, struct device *device)
{
	struct tuner now;

	if (source->hz > 0 && tuner_current(device) == source->tuner &&
	    tuner_get(device, (uint32_t)source->tuner, &now) && now.hz != source->hz)
		report_kept(device, "the frequency", tuner_put(device, (uint32_t)source->tuner, source->hz));
}

static void restore_source(const struct source_settings *source, struct device *device)
{
	restore_edid(source, device);
	restore_timings(source, device);
	restore_standard(source, device);
	restore_frequency(source, device);
}

static void restore_input(const struct settings *settings, struct device *device)
{
	if (settings->input >= 0 && inputs_current(device) != settings->input)
		report_kept(device, "the input", inputs_put(device, (uint32_t)settings->input));
}

static void restore_selection(struct device *device, uint32_t target, const struct v4l2_rect *before,
			      const char *what)
{
	struct v4l2_rect now;

	if (before->width && selection_get(device, target, &now) == 0 &&
	    memcmp(&now, before, sizeof now) != 0)
		report_kept(device, what, selection_put(device, target, before));
}

static void restore_format(const struct settings *settings, struct device *device)
{
	struct v4l2_format now, before = settings->format;

	if (!settings->has_format || negotiate_get_v4l2_format(device, &now) < 0 ||
	    memcmp(&now.fmt, &before.fmt, sizeof now.fmt) == 0)
		return;
	report_kept(device, "the format", device_ioctl(device, VIDIOC_S_FMT, &before));
}

static void restore_rate(const struct settings *settings, struct device *device)
{
	struct fraction now;

	if (!settings->fps.den || frame_rate_read(device, &now) < 0 ||
	    (now.num == settings->fps.num && now.den == settings->fps.den))
		return;
	frame_rate_set(device, settings->fps, &now);
}

/* Restores controls first, as in the setup, for those that restrict formats, and again at the end, for those
 * whose range depends on the format. */
void settings_restore(const struct settings *settings, struct device *device)
{
	device_convert(device, false);
	restore_source(&settings->new_source, device);
	restore_input(settings, device);
	restore_source(&settings->source, device);
	control_values_restore(settings->controls, device);
	restore_format(settings, device);
	restore_selection(device, V4L2_SEL_TGT_CROP, &settings->crop, "the crop");
	restore_selection(device, V4L2_SEL_TGT_COMPOSE, &settings->compose, "the compose rectangle");
	restore_rate(settings, device);
	control_values_restore(settings->controls, device);
}

void settings_free(struct settings *settings)
{
	control_values_free(&settings->controls);
	edid_free(&settings->new_source.edid);
	*settings = (struct settings){ .is_saved = false };
}
