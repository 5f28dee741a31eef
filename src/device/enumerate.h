/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a device says it offers: pixel formats, sizes, rates. Each walk calls back for every entry,
 * stops at the first non-zero answer and returns it; 0 at the end of the list and where the driver
 * keeps none; another negative errno as the driver says. Logs nothing.
 */
#ifndef DEVICE_ENUMERATE_H
#define DEVICE_ENUMERATE_H

#include "base/units.h"
#include "device/device.h"

/* entry: const struct v4l2_fmtdesc *, v4l2_frmsizeenum *, v4l2_frmivalenum *. */
typedef int enumerate_visit(void *opaque, const void *entry);

int enumerate_formats(struct device *device, enumerate_visit *visit, void *opaque);
int enumerate_sizes(struct device *device, uint32_t fourcc, enumerate_visit *visit, void *opaque);
int enumerate_rates(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
		    enumerate_visit *visit, void *opaque);

/* Whether the lists hold the mode; a list that is not there holds nothing. fps 0/0: any. */
bool enumerate_has(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
		   struct fraction fps);

/* For people, into text[size], which is returned; "" where there is no list. Sizes: those nearest to the one
 * given. */
char *enumerate_formats_text(struct device *device, char *text, size_t size);
char *enumerate_sizes_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
			   char *text, size_t size);
char *enumerate_rates_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
			   char *text, size_t size);
/* The formats other than this one that have the size at the rate. */
char *enumerate_other_formats_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
				   struct fraction fps, char *text, size_t size);

#endif
