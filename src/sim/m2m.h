/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Simulated memory-to-memory nodes: encoder, decoder, converter. m2m.c processes frames, m2m_commands.c
 * drains, m2m_formats.c derives the format of one queue from the other's.
 */
#ifndef SIM_M2M_H
#define SIM_M2M_H

#include "sim/sim_internal.h"
#include "sim/transcoder.h"

#define SIM_MAX_ORIGINS 128 /* frames that a codec may hold */

/* Metadata of the OUTPUT buffer, for the CAPTURE buffer that is made from it. */
struct sim_origin {
	int64_t timestamp_ns;
	struct v4l2_timecode timecode;
	uint32_t flags, field;
};

struct sim_m2m {
	struct sim_queue output;
	struct v4l2_rect visible;                   /* of the raw frames; the rest is padding */
	struct sim_transcoder *transcoder;          /* NULL: until the first frame */
	struct sim_origin origins[SIM_MAX_ORIGINS]; /* index: frame number modulo this */
	struct sim_buffer_list held_list;           /* OUTPUT buffers that were read, see hold= */
	uint64_t n_put, n_taken;                    /* since the transcoder was opened */
	uint32_t output_sequence, capture_sequence;
	int64_t next_ns; /* fps=: when the next frame is processed, */
	bool has_next;   /* next_ns is valid */

	bool force_key;         /* the next frame is to be a key frame */
	bool draining;          /* STOP was sent, and the last frame has not come yet */
	uint32_t n_before_stop; /* while draining: OUTPUT buffers still to be processed */
	bool drained;           /* none are left */
	bool stopped;           /* the last frame was given: nothing is processed */
	bool changing;          /* decoder: it was the last frame of its size */
	bool owes_last;         /* the next CAPTURE buffer is returned empty, with V4L2_BUF_FLAG_LAST */
	bool source_known;      /* decoder: the size of the stream was reported */
};

int sim_m2m_create(struct sim *sim); /* does nothing unless the options ask for it; 0 or -ENOMEM, logged */
void sim_m2m_release(struct sim *sim);

/* m2m.c: processes all that it can. */
void sim_m2m_run(struct sim *sim);
/* When the next frame is due; 0: none is. */
int64_t sim_m2m_next_ns(const struct sim *sim);
short sim_m2m_revents(const struct sim *sim, short events); /* v4l2_m2m_poll() */
void sim_m2m_started(struct sim_queue *queue);
void sim_m2m_stopping(struct sim_queue *queue); /* its buffers are still in its lists */

/* m2m_controls.c */
void sim_m2m_get_coding(struct sim *sim, struct sim_coding *coding);

/* m2m_commands.c */
int sim_m2m_encoder_cmd(struct sim *sim, void *argument);
int sim_m2m_try_encoder_cmd(struct sim *sim, void *argument);
int sim_m2m_decoder_cmd(struct sim *sim, void *argument);
int sim_m2m_try_decoder_cmd(struct sim *sim, void *argument);

/* m2m_formats.c */
/* Replaces the size where the queue accepts only one. */
void sim_m2m_limit_size(const struct sim_queue *queue, uint32_t *width, uint32_t *height);
/* Sets the queue's format, and the other queue's to match. 0 or -EBUSY. */
int sim_m2m_set_format(struct sim_queue *queue, const struct video_format *format,
		       const struct v4l2_colorimetry *colour);
int sim_m2m_get_selection(struct sim *sim, void *argument);
int sim_m2m_set_selection(struct sim *sim, void *argument);

#endif
