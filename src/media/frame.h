/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A video frame as the device loop and the file thread pass it to each other. */
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libavutil/buffer.h>
#include "base/video_format.h"

struct frame {
	AVBufferRef *
		memory; /* owns the memory of all planes; the last unref, in any thread, returns the buffer */
	AVBufferRef *second_memory; /* where the two fields are in buffers of their own: owns the second one,
				       whose planes follow the first's; NULL: one buffer */
	unsigned n_planes;          /* memory planes, as in struct video_format; of both buffers */
	uint32_t field;             /* enum video_field of the first buffer */
	struct {
		uint8_t *data; /* start of the payload, after data_offset */
		size_t bytes;  /* length of the payload */
	} planes[MAX_PLANES];
	int64_t pts_ns;          /* from the start of the recording or playback */
	bool key;                /* decoding can start here; until it was examined, according to the driver */
	bool has_parameter_sets; /* contains parameter sets */
	AVBufferRef *parameter_sets; /* for a key frame: those in force; NULL: none. See parameter_sets.h */
	int64_t duration_ns;         /* playback: time on screen; 0: unknown */
	uint64_t copied_bytes; /* bytes copied by the CPU: set by writer_write(), and when it is decoded or
				  read */
	int64_t packet_pts;    /* set by writer_write(): pts of its packet, see writer_options */
	bool damaged;          /* the driver reported an error in it; becomes AV_PKT_FLAG_CORRUPT */
	bool unpadded;         /* the memory behind the payloads must not be read, see base/mapping.h */
};

/* Unreferences its memory and parameter sets, and leaves the other fields. */
void frame_unref(struct frame *frame);

#endif
