/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A buffer of the queue and its owner. */
#ifndef QUEUE_BUFFER_H
#define QUEUE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/video_format.h"

enum buffer_owner {
	BUFFER_FREE,     /* the pool */
	BUFFER_QUEUED,   /* the driver */
	BUFFER_HELD,     /* the consumer */
	BUFFER_ORPHANED, /* the consumer, the kernel's queue being gone; the memory lives on */
};

struct plane {
	uint8_t *data;        /* the plane's start in memory; NULL: none attached */
	uint32_t length;      /* of the memory */
	uint32_t bytesused;   /* of the last frame, data_offset included; never above length */
	uint32_t data_offset; /* where its payload starts; never above bytesused */
	uint32_t mem_offset;  /* mmap()'s cookie */
	int fd;               /* dmabuf: exported or imported; -1 */
};

/* What came with a frame. */
struct frame_info {
	uint32_t sequence;    /* the driver's */
	uint32_t flags;       /* V4L2_BUF_FLAG_* */
	uint32_t field;       /* V4L2_FIELD_*, never ANY */
	int64_t timestamp_ns; /* the driver's */
	int64_t dequeue_ns;   /* CLOCK_MONOTONIC when it was dequeued */
	uint64_t bytes;       /* payload of all planes */
	bool new_sequence;    /* its number does not continue that of the frame before: the stream began */
};

struct pool;
struct memory_source;

struct buffer {
	uint32_t index; /* the driver's; of a spare: its own number */
	enum buffer_owner owner;
	bool spare; /* plain memory of ours that stands in for a driver's buffer */
	bool attached;
	bool copied;   /* its frame was copied by the queue */
	uint64_t turn; /* the lower, the earlier it was queued */
	uint32_t n_planes;
	struct plane planes[MAX_PLANES];
	struct frame_info info;
	struct pool *pool;                 /* NULL: foreign, its consumer's own */
	struct memory_source *source;      /* of a spare's memory */
	uint64_t taken_bytes;              /* by a spare, of the budget */
	const struct video_format *format; /* of a foreign buffer */
	struct buffer *next;               /* in the free FIFO */
	struct buffer *
		imported; /* output: a foreign buffer, whose memory the driver reads in place of this one's */
	/* Output: set by its holder or owner, called when the driver lets go of it. A buffer of the pool's is
	 * HELD again then; without it, FREE. */
	void (*done)(struct buffer *buffer);
	void *opaque; /* its holder's */
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
/* Copies a frame and what came with it: rows where the strides differ, else bytes. The formats are those of
 * the two buffers' memory. -ENOSPC: it does not fit; -EINVAL: the formats differ in more than their strides.
 * *copied: bytes. */
int buffer_copy(struct buffer *to, const struct video_format *to_format, const struct buffer *from,
		const struct video_format *from_format, uint64_t *copied);

#endif
