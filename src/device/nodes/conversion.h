/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats that a memory-to-memory node converts between: an encoder, a decoder, a scaler. */
#ifndef DEVICE_NODES_CONVERSION_H
#define DEVICE_NODES_CONVERSION_H

#include "device/device.h"

#define CONVERSION_FORMATS_MAX 256u /* vivid has 90 */
#define CONVERSION_TEXT_MAX 300

/* JOB_STATELESS_DECODER takes slices whose headers the program must parse (kernel documentation,
 * "Memory-to-memory Stateless Video Decoder Interface"), which v4l2q does not support. */
enum conversion_job {
	JOB_CONVERTER,
	JOB_ENCODER,
	JOB_DECODER,
	JOB_STATELESS_DECODER,
	JOB_TRANSCODER,
};

struct conversion_formats {
	unsigned n;
	uint32_t fourccs[CONVERSION_FORMATS_MAX];
};

struct conversion {
	enum conversion_job job;
	struct conversion_formats from, to; /* of the OUTPUT queue and of the CAPTURE queue */
};

/* Reads them from a memory-to-memory node, opened for any role; device->type is unchanged. The list is empty
 * for a queue without VIDIOC_ENUM_FMT. */
void conversion_read(struct device *device, struct conversion *conversion);
/* Lists the formats of one queue, except those that libv4l2 emulates. Returns whether one of them is
 * compressed. */
bool conversion_read_formats(struct device *device, enum v4l2_buf_type type,
			     struct conversion_formats *formats);
bool conversion_has(const struct conversion_formats *formats, uint32_t fourcc);
/* The first of the FourCCs that is in the formats; 0: none. */
uint32_t conversion_find(const struct conversion_formats *formats, const uint32_t *fourccs, unsigned n);
/* "converter", "encoder", "decoder", "stateless decoder", "transcoder" */
const char *conversion_job_name(enum conversion_job job);
/* "a decoder of H264, VP8 into NV12", the first formats of each, into text, which is returned. */
char *conversion_text(const struct conversion *conversion, char text[CONVERSION_TEXT_MAX]);
/* The options with which v4l2q uses the node of that name, in text, which is returned; "" where it cannot use
 * it. */
char *conversion_usage(const struct conversion *conversion, const char *name, char text[CONVERSION_TEXT_MAX]);

#endif
