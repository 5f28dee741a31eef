/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a memory-to-memory node makes of what: an encoder, a decoder, a scaler. */
#ifndef DEVICE_NODES_CONVERSION_H
#define DEVICE_NODES_CONVERSION_H

#include "device/device.h"

#define CONVERSION_FORMATS_MAX 256u /* vivid has 90 */
#define CONVERSION_TEXT_MAX 300

/* JOB_STATELESS_DECODER: it takes slices that a program has parsed (kernel documentation, "Memory-to-memory
 * Stateless Video Decoder Interface"), which v4l2q does not do. */
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
	struct conversion_formats from, to; /* of the OUTPUT and of the CAPTURE queue */
};

/* Asks a memory-to-memory node, opened for any role; device->type stays. A list that the driver does not have
 * is empty. */
void conversion_read(struct device *device, struct conversion *conversion);
/* The formats of one queue, but for those that libv4l2 makes. Returns whether one of them is compressed. */
bool conversion_read_formats(struct device *device, enum v4l2_buf_type type,
			     struct conversion_formats *formats);
bool conversion_has(const struct conversion_formats *formats, uint32_t fourcc);
/* The first of the FourCCs that is among the formats; 0: none. */
uint32_t conversion_find(const struct conversion_formats *formats, const uint32_t *fourccs, unsigned n);
/* "converter", "encoder", "decoder", "stateless decoder", "transcoder" */
const char *conversion_job_name(enum conversion_job job);
/* "a decoder of H264, VP8 into NV12", the first formats of each, into text, which is returned. */
char *conversion_text(const struct conversion *conversion, char text[CONVERSION_TEXT_MAX]);
/* The options with which v4l2q uses the node of that name, into text, which is returned; "" where it cannot.
 */
char *conversion_usage(const struct conversion *conversion, const char *name, char text[CONVERSION_TEXT_MAX]);

#endif
