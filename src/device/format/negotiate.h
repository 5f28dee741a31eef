/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiating size, pixel format, frame rate and colorimetry with a device. */
#ifndef DEVICE_FORMAT_NEGOTIATE_H
#define DEVICE_FORMAT_NEGOTIATE_H

#include "base/video_format.h"
#include "device/device.h"

struct negotiate_request {
	uint32_t width, height;  /* 0: the device's current ones */
	const char *pixelformat; /* FourCC or libav name; NULL: the device's current one */
	struct fraction fps;     /* 0/0: the device's current one */
	struct v4l2_rect crop;   /* crop rectangle, set after the size, before the rate (crop_set()); width 0:
				    unchanged */
	struct v4l2_rect compose;     /* compose rectangle, set after it */
	struct fraction pipeline_fps; /* rate of the media pipeline, for a node without rates of its own; 0/0:
					 not known */
	bool adjust;                  /* accept what the driver makes of the request */
	bool force; /* call VIDIOC_S_FMT for the current format too, as after new DV timings */
	/* Output: range, matrix, primaries, transfer and field order of the pictures; NULL: as the device has
	 * them. */
	const struct video_format *pictures;
};

/* Sets format and rate and fills in *format with what the device then has. Returns 0; -ERANGE where the
 * driver changed the request without `adjust`, logged with what was asked, what was got and what the device
 * offers; or another negative errno, logged. On failure the former format is restored. Turns libv4l2's
 * conversion on (device->emulated) for a pixel format that the device lacks and libv4l2 can make, and logs
 * that. */
int negotiate_format(struct device *device, const struct negotiate_request *request,
		     struct video_format *format);

/* The device's current format and rate. Returns 0 or a negative errno, logged: -EINVAL where no format is set
 * yet, -EPROTO for one that contradicts itself, or the driver's. */
int negotiate_get_format(struct device *device, struct video_format *format);
/* "640x480 YUYV 30/1 fps", into text[size], which is returned; what is 0 or NULL is left out. */
char *negotiate_mode_text(uint32_t width, uint32_t height, const char *pixelformat, struct fraction fps,
			  char *text, size_t size);
/* VIDIOC_G_FMT, for ioctls that carry a struct v4l2_format (VIDIOC_CREATE_BUFS). Logs nothing. */
int negotiate_get_v4l2_format(struct device *device, struct v4l2_format *format);

#endif
