/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on cropping and composing. */
#include <inttypes.h>
#include <stdio.h>
#include "base/json.h"
#include "device/inputs/selection.h"
#include "report/device_internal.h"

static struct json_object *rect_json(const struct v4l2_rect *rect)
{
	struct json_object *object = json_object_new_object();

	json_add_int(object, "left", rect->left);
	json_add_int(object, "top", rect->top);
	json_add_count(object, "width", rect->width);
	json_add_count(object, "height", rect->height);
	return object;
}

/* Only CROPCAP has the pixel aspect. */
static void add_pixel_aspect(struct json_object *object, struct device *device)
{
	struct v4l2_cropcap cap = { .type = device_is_output(device) ? V4L2_BUF_TYPE_VIDEO_OUTPUT
								     : V4L2_BUF_TYPE_VIDEO_CAPTURE };
	char text[32];

	if (device_ioctl(device, VIDIOC_CROPCAP, &cap) < 0)
		return;
	snprintf(text, sizeof text, "%u/%u", cap.pixelaspect.numerator, cap.pixelaspect.denominator);
	json_add_text(object, "pixel_aspect", text);
}

struct json_object *report_device_selections(struct device *device)
{
	struct json_object *object = json_object_new_object();
	struct v4l2_rect rect;

	for (const struct selection_target *target = selection_targets; target->name; target++)
		if (selection_get(device, target->target, &rect) == 0)
			json_object_object_add(object, target->name, rect_json(&rect));
	add_pixel_aspect(object, device);
	if (json_object_object_length(object))
		return object;
	json_object_put(object);
	return NULL;
}

void report_device_print_selections(struct json_object *selections)
{
	json_object_object_foreach(selections, target, rect)
	{
		if (json_object_is_type(rect, json_type_string))
			printf("  %-16s %s (height to width)\n", target, json_object_get_string(rect));
		else
			printf("  %-16s %" PRId64 "x%" PRId64 "+%" PRId64 "+%" PRId64 "\n", target,
			       json_int(rect, "width"), json_int(rect, "height"), json_int(rect, "left"),
			       json_int(rect, "top"));
	}
}
