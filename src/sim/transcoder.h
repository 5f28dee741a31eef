/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a simulated memory-to-memory node does with a frame, by libavcodec and libswscale. */
#ifndef SIM_TRANSCODER_H
#define SIM_TRANSCODER_H

#include "sim/sim_internal.h"

/* What the controls of an encoder say; 0: they were left alone. */
struct sim_coding {
	struct fraction fps;
	uint32_t bitrate, gop, b_frames, qp, min_qp, max_qp, jpeg_quality;
	bool separate_header; /* the parameter sets are a buffer of their own, before the first frame */
};

struct sim_transcoder_setup {
	uint32_t kind; /* SIM_ENCODER, SIM_DECODER, SIM_CONVERTER */
	struct video_format from, to;
	struct v4l2_rect visible; /* encoder: the part of a frame to encode */
	bool repeats;             /* encoder: what it makes of the first frame is given for each */
	struct sim_coding coding;
};

/* The next frame that can be taken. */
struct sim_transcoded {
	uint64_t number;        /* that it was put with */
	uint32_t flags;         /* encoder: V4L2_BUF_FLAG_KEYFRAME, _PFRAME, _BFRAME; none: parameter sets */
	uint32_t width, height; /* decoder */
};

struct sim_transcoder;

/* Errors are AVERRORs. */
int sim_transcoder_open(struct sim_transcoder **transcoder, const struct sim_transcoder_setup *setup);
void sim_transcoder_close(struct sim_transcoder *transcoder); /* may be NULL */
/* A frame, or the `bytes` of a packet; payloads: one for each memory plane. */
int sim_transcoder_put(struct sim_transcoder *transcoder, const uint8_t *const payloads[MAX_PLANES],
		       uint32_t bytes, uint64_t number, bool force_key);
int sim_transcoder_drain(struct sim_transcoder *transcoder); /* no more will be put */
/* 1: there is a frame; 0: another must be put first; AVERROR_EOF: all were taken. */
int sim_transcoder_next(struct sim_transcoder *transcoder, struct sim_transcoded *next);
/* Writes that frame into payloads, of which the first has `size` bytes; returns how many bytes of it a packet
 * is, 0 for a raw frame, or a negative errno: -ENOSPC when there is no room. It is gone then. */
int sim_transcoder_take(struct sim_transcoder *transcoder, const struct video_format *to,
			uint8_t *const payloads[MAX_PLANES], uint32_t size);

#endif
