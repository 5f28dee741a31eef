/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A buffer of the queue: its planes, the frame in them, and its owner. */
#ifndef QUEUE_BUFFER_H
#define QUEUE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/video_format.h"

/* The owner decides who may touch the planes and which calls are allowed. */
enum buffer_owner {
	BUFFER_FREE,     /* the pool */
	BUFFER_QUEUED,   /* the driver */
	BUFFER_HELD,     /* the consumer; output: the producer */
	BUFFER_ORPHANED, /* the consumer; the kernel's queue is gone, and the memory lasts until the release
			  */
};

struct plane {
	uint8_t *data;        /* start of the plane's mapping; NULL: no memory attached */
	uint32_t length;      /* bytes of memory */
	uint32_t bytesused;   /* by the last frame, data_offset included; never above length */
	uint32_t data_offset; /* where the payload starts; never above bytesused */
	uint32_t mem_offset;  /* mmap() offset, or a memory source's own */
	int fd;               /* dmabuf, exported or imported; -1: none */
};

/* Frame metadata from struct v4l2_buffer. */
struct frame_info {
	uint32_t sequence;
	uint32_t flags;       /* V4L2_BUF_FLAG_* without QUEUED and DONE */
	uint32_t field;       /* V4L2_FIELD_*, never ANY */
	int64_t timestamp_ns; /* clock: V4L2_BUF_FLAG_TIMESTAMP_*; output: negative if unknown */
	int64_t dequeue_ns;   /* CLOCK_MONOTONIC after DQBUF or read() */
	uint64_t bytes;       /* payload of all planes */
	bool new_sequence;    /* first frame since STREAMON: sequence does not continue the last one's */
};

struct pool;
struct memory_source;

struct buffer {
	uint32_t index; /* the driver's; unused in a spare */
	enum buffer_owner owner;
	bool spare;          /* plain memory that stands in for one of the driver's buffers, see spare.h */
	bool attached;       /* planes[] have memory; set by the pool, which keeps it over reuse */
	bool copied;         /* the pool made a deep copy of the frame */
	uint64_t qbuf_count; /* of the pool at its QBUF: the lowest was queued first */
	int64_t queued_ns;   /* output: when that was */
	uint32_t n_planes;
	struct plane planes[MAX_PLANES];
	struct frame_info info;
	struct pool *pool;                   /* NULL: foreign, allocated by its consumer or producer */
	struct memory_source *memory_source; /* of a spare's planes */
	uint64_t budget_bytes;               /* of a spare: its share of the memory in use */
	const struct video_format *format;   /* of a foreign buffer; NULL: the pool's */
	struct buffer *next;                 /* in the list of free ones */
	struct buffer
		*imported; /* output: the foreign buffer whose memory is queued in place of this one's */
	const uint8_t *last_import; /* planes[0].data of the last foreign buffer queued; NULL: none was */
	/* Output: called when the driver is done with the buffer, which is HELD again then. NULL: it becomes
	 * FREE. */
	void (*done)(struct buffer *buffer);
	void *opaque; /* for done() */
};

static inline uint8_t *plane_payload(const struct plane *plane)
{
	return plane->data + plane->data_offset;
}

static inline uint32_t plane_payload_bytes(const struct plane *plane)
{
	return plane->bytesused - plane->data_offset;
}

uint64_t buffer_payload_bytes(const struct buffer *buffer);

/* Copies a frame and its info: row by row where the layouts differ, else bytes. The formats describe the two
 * buffers' memory. Adds to *copied the bytes copied. Returns 0; -ENOSPC: it does not fit; -EINVAL: the
 * formats differ in more than their strides. */
int buffer_copy(struct buffer *to, const struct video_format *to_format, const struct buffer *from,
		const struct video_format *from_format, uint64_t *copied);

#endif
