/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting the digital video timings. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"
#include "base/units.h"
#include "device/inputs/dv_timings.h"
#include "device/obstacles.h"

#define TEXT_MAX 400
#define USUAL_RATE 60.0

/* "1920x1080p60", "720x576i50", "1280x720" */
struct wanted {
	uint32_t width, height;
	char scan;   /* 'p', 'i'; 0: either, progressive preferred */
	double rate; /* fields a second of interlaced timings; 0: any, USUAL_RATE preferred */
};

static bool parse_wanted(const char *text, struct wanted *wanted)
{
	size_t length = strcspn(text, "pi@");
	char size[32];
	struct fraction rate = { 0, 1 };

	snprintf(size, sizeof size, "%.*s", (int)length, text);
	if (parse_size(size, &wanted->width, &wanted->height) < 0)
		return false;
	text += length;
	wanted->scan = *text == '@' ? 0 : *text;
	if (*text && text[1] && parse_rate(text + 1, &rate) < 0)
		return false;
	wanted->rate = fraction_value(rate);
	return true;
}

/* How far the timings are from the wanted ones; negative: another size or scan type. */
static double distance_to_wanted(const struct wanted *wanted, const struct v4l2_bt_timings *bt)
{
	double rate = dv_timings_frame_rate(bt) * (bt->interlaced ? 2 : 1);
	bool other_scan = wanted->scan && (wanted->scan == 'i') != bt->interlaced;

	if (bt->width != wanted->width || bt->height != wanted->height || other_scan)
		return -1;
	if (!wanted->rate)
		return fabs(rate - USUAL_RATE) + (bt->interlaced ? 1000 : 0);
	return fabs(rate - wanted->rate) <= wanted->rate * DV_TIMINGS_SAME_RATE ? fabs(rate - wanted->rate)
										: -1;
}

static bool find_listed(struct device *device, const struct wanted *wanted, struct v4l2_dv_timings *found)
{
	struct v4l2_dv_timings listed;
	double best = -1;

	for (uint32_t i = 0; dv_timings_get(device, i, &listed) == 0; i++) {
		double apart = distance_to_wanted(wanted, &listed.bt);

		if (apart >= 0 && (best < 0 || apart < best)) {
			best = apart;
			*found = listed;
		}
	}
	return best >= 0;
}

/* Lists the timings of the wanted size, or all if there are none. */
static int report_no_timings(struct device *device, const char *choice, const struct wanted *wanted)
{
	char text[TEXT_MAX] = "", name[DV_TIMINGS_NAME_MAX];
	struct v4l2_dv_timings listed;

	for (int all = !wanted->width; all < 2 && !*text; all++)
		for (uint32_t i = 0; dv_timings_get(device, i, &listed) == 0; i++)
			if (all || (listed.bt.width == wanted->width && listed.bt.height == wanted->height))
				text_join(text, sizeof text, ", ", "%u (%s)", i,
					  dv_timings_name(&listed.bt, name));
	if (*text)
		log_error("%s: DV timings %s: the device does not have these; available: auto, %s",
			  device->path, choice, text);
	else
		log_error("%s: DV timings %s: the selected %s has no DV timings", device->path, choice,
			  device_is_output(device) ? "output" : "input");
	return -ERANGE;
}

static int find_choice(struct device *device, const char *choice, struct v4l2_dv_timings *timings)
{
	struct wanted wanted = { 0 };
	uint64_t index;
	bool found;

	if (parse_uint(choice, UINT32_MAX, &index) == 0) {
		found = dv_timings_get(device, (uint32_t)index, timings) == 0;
	} else if (parse_wanted(choice, &wanted)) {
		found = find_listed(device, &wanted, timings) ||
			(dv_timings_current(device, timings) == 0 &&
			 distance_to_wanted(&wanted, &timings->bt) >=
				 0); /* custom ones that are set already */
	} else {
		log_error("DV timings '%s': expected auto, a number of the list, or a form such as "
			  "1920x1080p60 or 720x576i50",
			  choice);
		return -EINVAL;
	}
	return found ? 0 : report_no_timings(device, choice, &wanted);
}

static int report_no_lock(struct device *device)
{
	struct v4l2_dv_timings timings;
	enum obstacle_kind kind = obstacle_of_signal(dv_timings_detected(device, &timings));

	/* The signal may have appeared just before the timeout. */
	obstacle_report(device->path, kind == N_OBSTACLES ? OBSTACLE_NO_LOCK : kind, NULL, NULL);
	return -ETIMEDOUT;
}

/* Waits for a stable signal and sets its timings. */
static int follow_signal(struct device *device, const struct signal_wait *wait,
			 struct v4l2_dv_timings *timings)
{
	struct v4l2_dv_timings current;
	struct video_source source;
	int err = dv_timings_wait(device, wait->cancel_fd, wait->deadline_ns, &source);

	if (err == 0 && !source.has_timings)
		return report_no_timings(device, "auto", &(struct wanted){ 0 });
	*timings = source.timings;
	if (err == 0 && (dv_timings_current(device, &current) < 0 ||
			 !dv_timings_match(&current.bt, &source.timings.bt))) {
		err = dv_timings_apply(device, wait->cancel_fd, wait->deadline_ns, &source);
		if (err == 0) /* it may have changed meanwhile */
			dv_timings_current(device, timings);
	}
	return err == -ETIMEDOUT ? report_no_lock(device) : err;
}

int dv_timings_put(struct device *device, const struct v4l2_dv_timings *timings)
{
	struct v4l2_dv_timings copy = *timings;

	return device_ioctl(device, VIDIOC_S_DV_TIMINGS, &copy);
}

int dv_timings_select(struct device *device, const char *choice, const struct signal_wait *wait,
		      struct v4l2_dv_timings *timings)
{
	int err;

	if (strcmp(choice, "auto") == 0)
		return follow_signal(device, wait, timings);
	err = find_choice(device, choice, timings);
	if (err < 0)
		return err;
	err = dv_timings_put(device, timings);
	return err < 0 ? device_error(device, "VIDIOC_S_DV_TIMINGS", err) : 0;
}

int dv_timings_verify(struct device *device, const struct v4l2_dv_timings *timings)
{
	char asked[DV_TIMINGS_NAME_MAX], got[DV_TIMINGS_NAME_MAX];
	struct v4l2_dv_timings now;

	if (dv_timings_current(device, &now) < 0 || dv_timings_match(&now.bt, &timings->bt))
		return 0;
	log_error("%s: asked for DV timings %s, the device has set %s", device->path,
		  dv_timings_name(&timings->bt, asked), dv_timings_name(&now.bt, got));
	return -ERANGE;
}
