/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the pool's files share with each other and the io modes. */
#ifndef QUEUE_POOL_INTERNAL_H
#define QUEUE_POOL_INTERNAL_H

#include "queue/io.h"

struct pool {
	struct device *device;
	const struct io_ops *io;
	struct video_format format;
	struct allocator allocator;
	struct pool_limits limits;
	struct pool_config requested; /* as first submitted */
	struct pool_config config;    /* as accepted */
	bool config_changed;          /* the clamping altered the request */
	bool configured, active, streaming;

	uint32_t granted;  /* by REQBUFS */
	uint32_t min, max; /* as the start left them */
	uint32_t min_latency, max_latency, copy_threshold;
	uint32_t n_queued;   /* in the driver */
	uint64_t n_put;      /* QBUFs so far */
	uint32_t n_held;     /* the driver's buffers at the consumer; spares not counted */
	bool eos;            /* EPIPE or FLAG_LAST seen: no DQBUF before STREAMOFF */
	bool recovered;      /* the one STREAMOFF/STREAMON after EIO is spent */
	bool lost;           /* ENODEV seen */
	bool m2m;            /* an empty buffer is its end of stream */
	bool mute;           /* rw, output: poll() does not tell of room, but there is */
	bool misnamed;       /* the driver returned a buffer that it did not have, which was said */
	bool no_sync;        /* the exported memory takes no DMA_BUF_IOCTL_SYNC */
	uint32_t n_readers;  /* as the device told last by its events, see reader_events_subscribe(); 0 before
			      */
	uint32_t n_restarts; /* STREAMOFFs after which the stream went on */
	bool new_sequence;   /* the next frame's number does not continue that of the last one */

	struct memory_source *source;       /* userptr, import: whose memory the driver fills */
	struct memory_source *pages;        /* for copies and reads */
	uint64_t memory_limit;              /* bytes of frames in buffers and spares; 0: no limit */
	uint64_t spare_bytes;               /* of that, in spares, the free ones too */
	struct buffer *spares;              /* free ones, to be used again */
	uint32_t n_spares;                  /* in all, those at the consumer too */
	uint32_t frame_payload[MAX_PLANES]; /* a raw frame's bytes in each memory plane, at the least; 0: any
					     */
	struct buffer *reserve;             /* rw: takes what there is no memory for */
	uint32_t n_fields;                  /* output of alternating fields: how many went out */
	uint32_t n_reads;                   /* rw: frames read, which have no number of their own */
	struct frame_info last;             /* of the frame dequeued last, delivered or not */
	uint64_t n_copied, bytes_copied;    /* deep copies made */

	int cancel_fd, wake_fd; /* -1: none. Readable: POOL_FLUSHING; POOL_WAKE */
	int64_t deadline_ns;    /* on CLOCK_MONOTONIC; 0: none */
};

/* QBUF. -EBUSY (no ioctl) where it is queued already. On failure the buffer is FREE again. Logs. */
int transfer_put(struct pool *pool, struct buffer *buffer);
/* poll and DQBUF. The buffer belongs to nobody until the caller decides. Expected outcomes do not log. */
int transfer_get(struct pool *pool, struct buffer **buffer);
/* Waits until the device may have a frame (0) or has an error to tell of (1: POLLERR alone), or says
 * otherwise. deadline_ns: besides the pool's own; 0: none. */
int transfer_wait(struct pool *pool, int64_t deadline_ns);
/* Takes all events that are pending. 0, POOL_RES_CHANGE, POOL_DEVLOST. */
int transfer_events(struct pool *pool);
/* After EIO: one restart. A second without a frame between them is fatal. */
int transfer_recover(struct pool *pool, const char *what);
/* STREAMOFF; all that was in the driver is FREE. Its errno only matters to those who look. */
int transfer_stop(struct pool *pool);

/* The errno of a failed call on the stream as pool_dequeue() returns it: with a vanished device told apart,
 * and -EREMOTEIO for one that would be taken for an outcome of the queue's own. Logs. */
int pool_error(struct pool *pool, const char *what, int err);
/* The first free buffer, or one that CREATE_BUFS gives, with memory attached where that is asked for. Belongs
 * to nobody until the caller decides. POOL_NOBUF: none. */
int pool_obtain(struct pool *pool, bool memory, struct buffer **buffer);
/* 0, or why no frame can be dequeued or queued now. */
int pool_check(const struct pool *pool);
/* Attaches the first free buffer, or one that CREATE_BUFS gives, and queues it. */
int pool_grow(struct pool *pool);
/* STREAMON. */
int pool_stream_on(struct pool *pool);
/* Queues all that is free. */
int pool_queue_free(struct pool *pool);
/* STREAMOFF, and for capture: queue all that is not HELD, STREAMON. */
int pool_restart(struct pool *pool);

/* A free spare with room for any frame, from `source` (pool->pages or pool->source), which is to hold one of
 * so many bytes; NULL when the budget or memory is spent. */
struct buffer *spare_take(struct pool *pool, struct memory_source *source, uint64_t bytes);
/* Now the frame is in it: what it took more before is given back. */
void spare_filled(struct pool *pool, struct buffer *spare);
void spare_give(struct pool *pool, struct buffer *spare);
void spare_free_all(struct pool *pool);
/* Makes a spare hold the frame of `buffer`, by swapping memory where it is ours, else by copying. NULL: no
 * memory. */
struct buffer *spare_stand_in(struct pool *pool, struct buffer *buffer);
/* Whether so many more bytes for frames are within the budget, of which frames take what is in them: drivers
 * want room for the largest compressed frame that there could be. */
bool pool_within_budget(const struct pool *pool, uint64_t bytes);
/* Whether one more buffer of the driver's is within it, for which the driver takes all of that room. */
bool pool_may_grow(const struct pool *pool);
uint64_t pool_memory_used(const struct pool *pool);
uint64_t pool_next_bytes(const struct pool *pool);  /* what the next frame will take, as far as one knows */
uint64_t pool_frame_bytes(const struct pool *pool); /* of memory, of one buffer */

#endif
