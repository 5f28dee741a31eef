/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting the part of the source, or of an output's frame, that is used, and where it is put. */
#include "device/inputs/crop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "device/inputs/selection.h"
#include "device/node_errors.h"

char *crop_text(const struct v4l2_rect *rect, char text[CROP_TEXT_MAX])
{
	snprintf(text, CROP_TEXT_MAX, "%ux%u%+d%+d", rect->width, rect->height, rect->left, rect->top);
	return text;
}

/* V4L2_SEL_TGT_CROP is 0, and the targets of COMPOSE have the same offsets. */
#define BOUNDS(target) ((target) + V4L2_SEL_TGT_CROP_BOUNDS)

static const char *verb_of(uint32_t target)
{
	return target == V4L2_SEL_TGT_CROP ? "crop" : "compose";
}

static const char *noun_of(uint32_t target)
{
	return target == V4L2_SEL_TGT_CROP ? "part" : "place";
}

static int report_refused(struct device *device, uint32_t target, const struct v4l2_rect *rect, int err)
{
	char asked[CROP_TEXT_MAX], text[CROP_TEXT_MAX];
	struct v4l2_rect bounds;

	if (err == -EBUSY)
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	if (err != -EINVAL && err != -ENOTTY && err != -ERANGE && err != -ENODATA)
		return device_error(device, "VIDIOC_S_SELECTION", err);
	if (selection_get(device, BOUNDS(target), &bounds) == 0)
		log_error("%s: the device does not %s to %s; its bounds are %s", device->path,
			  verb_of(target), crop_text(rect, asked), crop_text(&bounds, text));
	else
		log_error("%s: %s%s %s: the device cannot %s", device->path,
			  target == V4L2_SEL_TGT_CROP ? "--" : "", verb_of(target), crop_text(rect, asked),
			  verb_of(target));
	return -ERANGE;
}

static int compare_crop(struct device *device, uint32_t target, const struct v4l2_rect *rect, bool adjust)
{
	char asked[CROP_TEXT_MAX], got[CROP_TEXT_MAX], text[CROP_TEXT_MAX];
	struct v4l2_rect now, bounds;

	if (selection_get(device, target, &now) < 0 || memcmp(&now, rect, sizeof now) == 0)
		return 0;
	crop_text(rect, asked);
	crop_text(&now, got);
	if (adjust) {
		log_info("%s: asked for the %s %s, got %s", device->path, noun_of(target), asked, got);
		return 0;
	}
	selection_get(device, BOUNDS(target), &bounds);
	log_error("%s: asked for the %s %s, got %s (of %s); --adjust accepts what the device gives",
		  device->path, noun_of(target), asked, got, crop_text(&bounds, text));
	return -ERANGE;
}

int crop_set(struct device *device, uint32_t target, const struct v4l2_rect *rect, bool adjust)
{
	int err = selection_put(device, target, rect);

	return err < 0 ? report_refused(device, target, rect, err)
		       : compare_crop(device, target, rect, adjust);
}

int crop_verify(struct device *device, uint32_t target, const struct v4l2_rect *rect)
{
	return compare_crop(device, target, rect, false);
}
