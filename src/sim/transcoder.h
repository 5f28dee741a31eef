/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encodes, decodes or converts the frames of a simulated memory-to-memory node, by libavcodec and libswscale.
 */
#ifndef SIM_TRANSCODER_H
#define SIM_TRANSCODER_H

#include "sim/sim_internal.h"

/* Coding parameters from the controls of an encoder; 0: not set. */
struct sim_coding {
	struct fraction fps;
	uint32_t bitrate, gop, b_frames, qp, min_qp, max_qp, jpeg_quality;
	bool separate_header; /* the parameter sets are in a buffer of their own, before the first frame */
};

struct sim_transcoder_setup {
	uint32_t kind; /* SIM_ENCODER, SIM_DECODER, SIM_CONVERTER */
	struct video_format from, to;
	struct v4l2_rect visible; /* encoder: the part of a frame to encode */
	bool repeats;             /* encoder: each frame gives the packet of the first */
	struct sim_coding coding;
};

/* The next frame that can be taken. */
struct sim_transcoded {
	uint64_t number;        /* the number passed to sim_transcoder_put() */
	uint32_t flags;         /* encoder: V4L2_BUF_FLAG_KEYFRAME, _PFRAME, _BFRAME; none: parameter sets;
				   decoder: V4L2_BUF_FLAG_ERROR where part of the picture is missing */
	uint32_t width, height; /* decoder */
};

struct sim_transcoder;

/* Errors are AVERRORs. */
int sim_transcoder_open(struct sim_transcoder **transcoder, const struct sim_transcoder_setup *setup);
void sim_transcoder_close(struct sim_transcoder *transcoder); /* may be NULL */
/* A frame, or a packet of `bytes` bytes; payloads: one pointer for each memory plane. */
int sim_transcoder_put(struct sim_transcoder *transcoder, const uint8_t *const payloads[MAX_PLANES],
		       uint32_t bytes, uint64_t number, bool force_key);
int sim_transcoder_drain(struct sim_transcoder *transcoder); /* no more will be put */
/* Returns 1: there is a frame; 0: another one must be put first; AVERROR_EOF: all were taken. */
int sim_transcoder_next(struct sim_transcoder *transcoder, struct sim_transcoded *next);
/* Writes that frame to payloads, the first of which has `size` bytes. Returns the length of a packet, 0 for a
 * raw frame, or a negative errno: -ENOSPC when there is no room. The frame is gone then. */
int sim_transcoder_take(struct sim_transcoder *transcoder, const struct video_format *to,
			uint8_t *const payloads[MAX_PLANES], uint32_t size);

#endif
