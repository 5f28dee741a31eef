/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Details of the current format that struct video_format does not have, in V4L2's terms. */
#ifndef DEVICE_FORMAT_FORMAT_DETAILS_H
#define DEVICE_FORMAT_FORMAT_DETAILS_H

#include "base/flags.h"
#include "device/device.h"

/* "Rec. 709", or "default (Rec. 709)" where the driver leaves the field to the colorspace. */
#define FORMAT_DETAIL_MAX 48
struct format_details {
	uint32_t field; /* enum video_field */
	char colorspace[FORMAT_DETAIL_MAX], transfer[FORMAT_DETAIL_MAX], encoding[FORMAT_DETAIL_MAX],
		quantization[FORMAT_DETAIL_MAX];
	bool premultiplied; /* pixels are multiplied by their alpha */
};

/* Returns 0 or a negative errno, not logged. */
int format_details_get(struct device *device, struct format_details *details);

/* The fields of VIDIOC_G_PARM besides the rate. */
struct stream_details {
	bool sets_rate, high_quality;
	uint32_t rw_buffers; /* of read() or write() */
};
int format_details_get_stream(struct device *device, struct stream_details *details);

/* The flags of an entry of VIDIOC_ENUM_FMT. */
extern const struct flag_name format_flag_names[];

#endif
