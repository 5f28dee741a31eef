/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of a pad of a sub-device. */
#include "pipeline/pad.h"

#include <stdio.h>
#include "device/format/frame_rate.h"
#include "device/subdev_streams.h"
#include "pipeline/bus_code.h"

#define RATES_MAX 1000u /* limits the enumeration of a driver */

static int call(const struct pad *pad, unsigned long request, void *argument)
{
	return device_ioctl(&pad->entity->device, request, argument);
}

int pad_get_format(const struct pad *pad, uint32_t which, struct v4l2_mbus_framefmt *format)
{
	struct v4l2_subdev_format argument = { .which = which,
					       .pad = pad->index,
					       .SUBDEV_STREAM = pad->stream };
	int err = call(pad, VIDIOC_SUBDEV_G_FMT, &argument);

	*format = argument.format;
	return err;
}

int pad_set_format(const struct pad *pad, uint32_t which, struct v4l2_mbus_framefmt *format)
{
	struct v4l2_subdev_format argument = {
		.which = which, .pad = pad->index, .SUBDEV_STREAM = pad->stream, .format = *format
	};
	int err = call(pad, VIDIOC_SUBDEV_S_FMT, &argument);

	*format = argument.format;
	return err;
}

int pad_get_selection(const struct pad *pad, uint32_t which, uint32_t target, struct v4l2_rect *rect)
{
	struct v4l2_subdev_selection argument = {
		.which = which, .pad = pad->index, .SUBDEV_STREAM = pad->stream, .target = target
	};
	int err = call(pad, VIDIOC_SUBDEV_G_SELECTION, &argument);

	*rect = argument.r;
	return err;
}

int pad_set_selection(const struct pad *pad, uint32_t which, uint32_t target, struct v4l2_rect *rect)
{
	struct v4l2_subdev_selection argument = {
		.which = which, .pad = pad->index, .SUBDEV_STREAM = pad->stream, .target = target, .r = *rect
	};
	int err = call(pad, VIDIOC_SUBDEV_S_SELECTION, &argument);

	*rect = argument.r;
	return err;
}

static int pad_interval_call(const struct pad *pad, unsigned long request, struct v4l2_fract *interval)
{
	struct v4l2_subdev_frame_interval argument = { .pad = pad->index,
						       .SUBDEV_STREAM = pad->stream,
						       .interval = *interval };
	int err = call(pad, request, &argument);

	*interval = argument.interval;
	return err;
}

int pad_get_interval(const struct pad *pad, struct v4l2_fract *interval)
{
	*interval = (struct v4l2_fract){ 0, 0 };
	return pad_interval_call(pad, VIDIOC_SUBDEV_G_FRAME_INTERVAL, interval);
}

int pad_set_interval(const struct pad *pad, struct v4l2_fract *interval)
{
	return pad_interval_call(pad, VIDIOC_SUBDEV_S_FRAME_INTERVAL, interval);
}

bool pad_enum_code(const struct pad *pad, uint32_t index, uint32_t *code)
{
	struct v4l2_subdev_mbus_code_enum argument = { .pad = pad->index,
						       .SUBDEV_STREAM = pad->stream,
						       .index = index };

	if (call(pad, VIDIOC_SUBDEV_ENUM_MBUS_CODE, &argument) < 0)
		return false;
	*code = argument.code;
	return true;
}

bool pad_enum_size(const struct pad *pad, uint32_t code, uint32_t index,
		   struct v4l2_subdev_frame_size_enum *size)
{
	*size = (struct v4l2_subdev_frame_size_enum){
		.index = index, .pad = pad->index, .SUBDEV_STREAM = pad->stream, .code = code
	};
	return call(pad, VIDIOC_SUBDEV_ENUM_FRAME_SIZE, size) == 0;
}

bool pad_enum_rate(const struct pad *pad, const struct v4l2_mbus_framefmt *format, uint32_t index,
		   struct fraction *fps)
{
	struct v4l2_subdev_frame_interval_enum argument = { .index = index,
							    .pad = pad->index,
							    .SUBDEV_STREAM = pad->stream,
							    .code = format->code,
							    .width = format->width,
							    .height = format->height,
							    .which = V4L2_SUBDEV_FORMAT_ACTIVE };

	if (index >= RATES_MAX || call(pad, VIDIOC_SUBDEV_ENUM_FRAME_INTERVAL, &argument) < 0)
		return false;
	*fps = frame_rate_of(&argument.interval);
	return true;
}

bool pad_has_rate(const struct pad *pad, const struct v4l2_mbus_framefmt *format, struct fraction fps)
{
	struct fraction listed;
	uint32_t i = 0;

	while (pad_enum_rate(pad, format, i, &listed)) {
		if (fraction_close(listed, fps))
			return true;
		i++;
	}
	return i == 0;
}

bool pad_formats_match(const struct v4l2_mbus_framefmt *source, const struct v4l2_mbus_framefmt *sink)
{
	return source->code == sink->code && source->width == sink->width && source->height == sink->height &&
	       (source->field == sink->field || sink->field == V4L2_FIELD_NONE);
}

bool pad_formats_equal(const struct v4l2_mbus_framefmt *a, const struct v4l2_mbus_framefmt *b)
{
	return a->code == b->code && a->width == b->width && a->height == b->height && a->field == b->field &&
	       a->colorspace == b->colorspace && a->ycbcr_enc == b->ycbcr_enc &&
	       a->quantization == b->quantization && a->xfer_func == b->xfer_func;
}

char *pad_format_text(const struct v4l2_mbus_framefmt *format, char text[PAD_FORMAT_TEXT_MAX])
{
	char code[BUS_CODE_TEXT_MAX];

	snprintf(text, PAD_FORMAT_TEXT_MAX, "%s %ux%u", bus_code_text(format->code, code), format->width,
		 format->height);
	return text;
}
