/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device was set to before a run, to be put back where the run is refused. */
#include "device/settings.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "device/frame_rate.h"
#include "device/negotiate.h"

static int get_input(struct device *device, int *input)
{
	return device_ioctl(device, device_is_output(device) ? VIDIOC_G_OUTPUT : VIDIOC_G_INPUT, input);
}

void settings_save(struct settings *settings, struct device *device)
{
	if (settings->is_saved)
		return;
	settings->is_saved = true;
	settings->has_input = get_input(device, &settings->input) == 0;
	settings->has_format = negotiate_get_v4l2_format(device, &settings->format) == 0;
	frame_rate_read(device, &settings->fps);
}

static void report_kept(const struct device *device, const char *what, int err)
{
	if (err < 0)
		log_verbose("%s: %s cannot be set back: %s", device->path, what, err_str(err));
}

static void restore_input(const struct settings *settings, struct device *device)
{
	int now = settings->input;

	if (!settings->has_input || get_input(device, &now) < 0 || now == settings->input)
		return;
	now = settings->input;
	report_kept(device, "the input",
		    device_ioctl(device, device_is_output(device) ? VIDIOC_S_OUTPUT : VIDIOC_S_INPUT, &now));
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

/* Controls come first, as in the setup, for those that restrict formats, and again last, for those whose
 * range depends on the format. */
void settings_restore(const struct settings *settings, struct device *device)
{
	device_convert(device, false);
	restore_input(settings, device);
	control_values_restore(settings->controls, device);
	restore_format(settings, device);
	restore_rate(settings, device);
	control_values_restore(settings->controls, device);
}

void settings_free(struct settings *settings)
{
	control_values_free(&settings->controls);
	*settings = (struct settings){ .is_saved = false };
}
