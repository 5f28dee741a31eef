/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What size, pixel format and rate a device runs at. Rules: kernel documentation, "Data Negotiation"
 * (VIDIOC_S_FMT, VIDIOC_S_PARM, VIDIOC_ENUM_FMT).
 */
#ifndef DEVICE_NEGOTIATE_H
#define DEVICE_NEGOTIATE_H

#include "base/video_format.h"
#include "device/device.h"

struct format_request {
	uint32_t width, height;  /* 0: the device's present one */
	const char *pixelformat; /* NULL: the device's present one */
	struct fraction fps;     /* 0/0: the device's present one */
	bool adjust;             /* take what the driver makes of it */
	bool anew;               /* set even what is there already: after other timings */
	const struct video_format
		*colours; /* output: what the pictures' range, matrix, … are; NULL: as the device has them */
};

/* Sets the format and the rate, and checks what came of it. Where a driver changed the request without
 * `adjust`, logs what was asked, what was got, and what the device offers, and returns -ERANGE. May turn
 * libv4l2's conversion on (device->emulated) when the device lacks the pixel format and libv4l2 can make it;
 * says so. *format is filled in on success. */
int format_negotiate(struct device *device, const struct format_request *request,
		     struct video_format *format);

/* The device's present format and rate. -EIO etc. as the driver says. */
int format_get(struct device *device, struct video_format *format);
/* A struct v4l2_format for ioctls that carry one (CREATE_BUFS): the one that VIDIOC_G_FMT returns. */
int format_get_v4l2(struct device *device, struct v4l2_format *format);

#endif
