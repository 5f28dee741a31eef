/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A node that a recording goes through: a codec node that encodes, or a converter of raw frames. Which one,
 * and what it is set to (kernel documentation, "Memory-to-Memory Stateful Video Encoder Interface"). */
#ifndef M2M_M2M_ENCODER_H
#define M2M_M2M_ENCODER_H

#include "device/controls/control_values.h"
#include "m2m/m2m.h"

struct m2m_encoder_options {
	const char *codec;    /* "h264_v4l2", see base/codec_name.h; NULL: the device, if any, converts */
	const char *device;   /* see m2m_open(); NULL: the first that makes the codec */
	const char *controls; /* see codec_controls_set(); NULL: none */
	/* Of what a converter makes. NULL: what files and encoders commonly take; 0: the camera's size. */
	const char *pixelformat;
	uint32_t width, height;
};

struct m2m_encoder {
	struct m2m m2m;
	uint32_t fourcc;             /* of what it makes */
	struct video_format raw;     /* of its OUTPUT queue, which may be larger than the camera's pictures */
	struct video_format coded;   /* of its CAPTURE queue; size and colours are those of the pictures; raw
					where it converts */
	struct control_value *named; /* controls that the options set, and what they were before */
	bool can_force_key;
};

/* Opens the node. Without options->device: the first that makes the codec, if possible of something that
 * the camera, which may be NULL, lists. Returns 0 or a negative errno, logged: those of m2m_open(), -EINVAL
 * (unknown codec), -ENOENT (no node makes it), -EMEDIUMTYPE (this one does not). */
int m2m_encoder_open(struct m2m_encoder *encoder, const struct m2m_encoder_options *options,
		     struct device *camera);
void m2m_encoder_close(struct m2m_encoder *encoder);
int m2m_encoder_close_keeping_name(struct m2m_encoder *encoder); /* as m2m_close_keeping_name() */

/* A raw format for the camera: the one that it has, where the encoder takes it, else the first that the
 * encoder takes and the camera lists; 0: there is none. */
uint32_t m2m_encoder_common_format(const struct m2m_encoder *encoder, struct device *camera,
				   uint32_t present);
/* What the node gets from another one: the first usual format that both have; 0: none. */
uint32_t m2m_encoder_format_from(const struct m2m_encoder *encoder, const struct m2m_encoder *before);
/* Sets both formats, the rate and the controls for pictures of the camera's format, which is the OUTPUT
 * queue's too where the encoder takes it, with the same strides if it can. Returns 0 or a negative errno,
 * logged: -ERANGE where it cannot encode that size or make what is asked for, or a control is refused. */
int m2m_encoder_set(struct m2m_encoder *encoder, const struct video_format *camera,
		    const struct m2m_encoder_options *options);

#endif
