/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame on its way between the device loop and the file thread. */
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libavutil/buffer.h>
#include "base/video_format.h"

struct frame {
	AVBufferRef *memory; /* keeps all planes alive; its last unref hands the buffer home, from whatever
				thread */
	unsigned n_planes;   /* memory planes, as in video_format */
	struct {
		uint8_t *data; /* start of the payload (behind data_offset) */
		size_t bytes;  /* of payload */
	} planes[MAX_PLANES];
	int64_t pts_ns;        /* presentation time, from 0 */
	bool key;              /* the driver called it a key frame (compressed formats) */
	int64_t duration_ns;   /* reading: how long it is shown; 0: not known */
	uint64_t copied_bytes; /* reading: of picture that were copied in user space since it was decoded or
				  read */
	bool damaged;          /* the driver marked it, and it is kept all the same */
	void *opaque;          /* its sender's */
};

#endif
