/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pixel formats, frame sizes and frame rates that a device lists (kernel documentation, "ioctl
 * VIDIOC_ENUM_FMT", "VIDIOC_ENUM_FRAMESIZES", "VIDIOC_ENUM_FRAMEINTERVALS"). Nothing here logs.
 */
#ifndef DEVICE_FORMAT_ENUMERATE_H
#define DEVICE_FORMAT_ENUMERATE_H

#include "base/units.h"
#include "device/device.h"

/* Called with each entry of a list; a non-zero result ends the enumeration. */
typedef int enumerate_visit(void *opaque, const void *entry);
/* Enumerates pixel formats; entry is a const struct v4l2_fmtdesc *. Returns the non-zero result of visit, 0
 * at the end of the list or where the driver has none, or a negative errno of the driver's. */
int enumerate_formats(struct device *device, enumerate_visit *visit, void *opaque);
/* The formats that the node of a media pipeline supports for a media bus code; all formats for a node without
 * V4L2_CAP_IO_MC. */
int enumerate_bus_formats(struct device *device, uint32_t code, enumerate_visit *visit, void *opaque);

struct enumerated_mode {
	uint32_t fourcc;
	bool compressed;        /* V4L2_FMT_FLAG_COMPRESSED */
	uint32_t width, height; /* 0: not known */
	struct fraction fps;    /* 0/0: not known */
};
/* Enumerates each pixel format in each size at each rate, except formats that libv4l2 emulates; entry is a
 * const struct enumerated_mode *. Of a range of sizes or rates only one is reported: the given one, or the
 * largest size and the highest rate if none (0) is given. Values that the driver does not list are reported
 * as given. A negative result of visit ends the enumeration and is returned; errors of the driver are
 * returned as well; else 0. */
int enumerate_modes(struct device *device, uint32_t width, uint32_t height, struct fraction fps,
		    enumerate_visit *visit, void *opaque);

/* Write a list for messages into text[size], which is returned; "" where the driver has no list. */
char *enumerate_formats_text(struct device *device, char *text, size_t size);
/* The frame sizes nearest to the given one, nearest first, or the range of sizes. */
char *enumerate_sizes_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
			   char *text, size_t size);
char *enumerate_rates_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
			   char *text, size_t size);
/* The pixel formats other than fourcc that have the size at the rate; fps 0/0: at any rate. */
char *enumerate_other_formats_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
				   struct fraction fps, char *text, size_t size);

#endif
