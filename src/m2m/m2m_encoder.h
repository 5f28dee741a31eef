/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A node in a recording: a codec node that encodes, or a converter of raw frames. Chooses the node and sets
 * its formats (kernel documentation, "Memory-to-Memory Stateful Video Encoder Interface"). */
#ifndef M2M_M2M_ENCODER_H
#define M2M_M2M_ENCODER_H

#include "device/controls/control_values.h"
#include "m2m/m2m.h"

struct m2m_encoder_options {
	const char *codec;    /* "h264_v4l2", see base/codec_name.h; NULL: a converter, if device is set */
	const char *device;   /* see m2m_open(); NULL: the first node with the codec */
	const char *controls; /* see codec_controls_set(); NULL: none */
	/* Output of a converter. NULL: a format that files and encoders commonly take; 0: the camera's size.
	 */
	const char *pixelformat;
	uint32_t width, height;
};

struct m2m_encoder {
	struct m2m m2m;
	uint32_t fourcc;           /* of its output */
	struct video_format raw;   /* of its OUTPUT queue, which may be larger than the camera's pictures */
	struct video_format coded; /* of its CAPTURE queue, with the size and colours of the pictures; raw for
				      a converter */
	struct control_value *named; /* controls set by the options, with their former values */
	bool can_force_key;
};

/* Opens the node. Without options->device: the first that encodes the codec, preferably from a format that
 * the camera (may be NULL) lists. Returns 0 or a negative errno, logged: those of m2m_open(), -EINVAL
 * (unknown codec), -ENOENT (no node encodes it), -EMEDIUMTYPE (this one does not). */
int m2m_encoder_open(struct m2m_encoder *encoder, const struct m2m_encoder_options *options,
		     struct device *camera);
void m2m_encoder_close(struct m2m_encoder *encoder);
int m2m_encoder_close_keeping_name(struct m2m_encoder *encoder); /* see m2m_close_keeping_name() */

/* The raw format to set at the camera: its current one if the encoder takes it, else the first that the
 * encoder takes and the camera lists; 0: there is none. */
uint32_t m2m_encoder_common_format(const struct m2m_encoder *encoder, struct device *camera,
				   uint32_t present);
/* The format between this node and the one before it: the first usual one that both have; 0: none. */
uint32_t m2m_encoder_format_from(const struct m2m_encoder *encoder, const struct m2m_encoder *before);
/* Sets both formats, the rate and the controls for pictures of the camera's format, which OUTPUT gets too if
 * the encoder takes it, with the same strides if possible. Returns 0 or a negative errno, logged: -ERANGE if
 * the size or the requested output is not supported, or a control is refused. */
int m2m_encoder_set(struct m2m_encoder *encoder, const struct video_format *camera,
		    const struct m2m_encoder_options *options);

#endif
