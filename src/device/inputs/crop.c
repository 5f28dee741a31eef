/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting the part of the source, or of an output's frame, that is used. */
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

int crop_put(struct device *device, const struct v4l2_rect *rect)
{
	return selection_put(device, V4L2_SEL_TGT_CROP, rect);
}

static int report_refused(struct device *device, const struct v4l2_rect *rect, int err)
{
	char asked[CROP_TEXT_MAX], text[CROP_TEXT_MAX];
	struct v4l2_rect bounds;

	if (err == -EBUSY)
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	if (err != -EINVAL && err != -ENOTTY && err != -ERANGE && err != -ENODATA)
		return device_error(device, "VIDIOC_S_SELECTION", err);
	if (selection_get(device, V4L2_SEL_TGT_CROP_BOUNDS, &bounds) == 0)
		log_error("%s: the device does not crop to %s; its bounds are %s", device->path,
			  crop_text(rect, asked), crop_text(&bounds, text));
	else
		log_error("%s: --crop %s: the device cannot crop", device->path, crop_text(rect, asked));
	return -ERANGE;
}

static int compare_crop(struct device *device, const struct v4l2_rect *rect, bool adjust)
{
	char asked[CROP_TEXT_MAX], got[CROP_TEXT_MAX], text[CROP_TEXT_MAX];
	struct v4l2_rect now, bounds;

	if (selection_get(device, V4L2_SEL_TGT_CROP, &now) < 0 || memcmp(&now, rect, sizeof now) == 0)
		return 0;
	crop_text(rect, asked);
	crop_text(&now, got);
	if (adjust) {
		log_info("%s: asked for the part %s, got %s", device->path, asked, got);
		return 0;
	}
	selection_get(device, V4L2_SEL_TGT_CROP_BOUNDS, &bounds);
	log_error("%s: asked for the part %s, got %s (of %s); --adjust accepts what the device gives",
		  device->path, asked, got, crop_text(&bounds, text));
	return -ERANGE;
}

int crop_set(struct device *device, const struct v4l2_rect *rect, bool adjust)
{
	int err = crop_put(device, rect);

	return err < 0 ? report_refused(device, rect, err) : compare_crop(device, rect, adjust);
}

int crop_verify(struct device *device, const struct v4l2_rect *rect)
{
	return compare_crop(device, rect, false);
}
