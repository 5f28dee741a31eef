/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool itself, for the files of the queue: the ioctls (qbuf) and the io modes below, the policy above. */
#ifndef QUEUE_POOL_INTERNAL_H
#define QUEUE_POOL_INTERNAL_H

#include "queue/io.h"
#include "queue/memory_source.h"
#include "queue/output_rate.h"
#include "queue/pool.h"

struct pool {
	/* Set by pool_open(). */
	struct device *device;
	const struct io_ops *io;
	struct video_format format;
	bool output; /* device_is_output() */
	bool m2m;    /* a memory-to-memory device ends its stream with an empty buffer */
	bool lends;  /* capture: a short supply is no reason for a copy: frames go to another device, which
			could not reach it, or a memory-to-memory device waits for its buffers */
	bool overwrites; /* capture: the driver fills buffers that it was not given: all frames are copied */
	uint64_t frame_bytes;               /* memory of a frame, all planes */
	uint32_t payload_bytes[MAX_PLANES]; /* least payload of a raw frame's planes; 0: any */
	struct pool_limits limits;
	uint64_t memory_limit;               /* bytes of frames in buffers and spares; 0: none */
	struct memory_source *import_memory; /* io->imports: whose memory is queued */
	struct memory_source *pages;         /* for copies and read() */
	int cancel_fd, wake_fd;              /* see pool_set_wakeup() */

	/* The configuration, and what pool_start() made of it. */
	struct pool_config requested, config; /* as submitted first; as accepted */
	bool config_changed, configured;
	uint32_t granted, min, max, min_latency, max_latency, copy_threshold; /* see struct pool_info */

	/* The stream. */
	struct allocator allocator;
	bool active, streaming; /* between pool_start() and pool_stop(), STREAMON and STREAMOFF */
	bool eos;               /* no DQBUF before the next STREAMOFF */
	bool recovered;         /* restarted after EIO, and no frame since */
	bool lost;              /* the device is gone */
	bool new_sequence;      /* for the next frame_info */
	uint32_t n_queued;      /* buffers in the driver */
	uint32_t n_held;        /* buffers of the allocator with the consumer */
	uint32_t n_restarts;    /* STREAMOFFs after which the stream went on */
	uint32_t n_fields;      /* output of V4L2_FIELD_ALTERNATE: fields queued */
	uint32_t n_reads;       /* rw: frames read, which carry no sequence number */
	uint32_t n_readers;     /* see struct pool_info */
	uint64_t qbuf_count;    /* QBUFs so far */
	uint64_t last_bytes;    /* payload of the frame dequeued last */
	bool never_pollout;     /* rw, output: poll() did not report the room that there was */
	bool wrong_index;       /* the driver returned a buffer that it did not have, which was logged */
	bool no_sync;           /* DMA_BUF_IOCTL_SYNC does not work on the buffers, or is not needed */
	bool polled;            /* pool_wait() has set `revents`, which nothing has used yet */
	short revents;          /* of the device */

	struct output_rate output_rate; /* of the stream since new_sequence */

	/* Spares, see spare.h. */
	struct buffer *spares;  /* list of the free ones */
	struct buffer *reserve; /* rw: takes a frame for which there is no memory */
	uint32_t n_spares;      /* all of them */
	uint64_t spare_bytes;   /* memory in all of them */
	uint64_t n_copied, bytes_copied;
};

/* 0, or why no frame can be dequeued or queued. */
int pool_check(const struct pool *pool);
/* Takes the first free buffer or adds one by CREATE_BUFS, with memory where `attach` is set. The caller
 * decides on its owner. POOL_NOBUF: there is none; other errors are logged. */
int pool_get_free(struct pool *pool, bool attach, struct buffer **buffer);
/* Takes a free buffer's memory away. */
void pool_detach(struct pool *pool, struct buffer *buffer);
/* Detaches all buffers, which must be free, and gives them back to the driver. */
void pool_free_buffers(struct pool *pool);
/* Queues a free buffer or one more by CREATE_BUFS. Returns as pool_get_free() and qbuf_queue(). */
int pool_grow(struct pool *pool);
/* After an EIO of the call `what`: restarts the stream, unless it was restarted and brought no frame since.
 * Returns 0 or a negative errno, logged. Output: all buffers are free then. */
int pool_recover(struct pool *pool, const char *what);

/* Of both import modes; in io_import.c. */
int import_attach(struct pool *pool, struct buffer *buffer);
void import_detach(struct pool *pool, struct buffer *buffer);

#endif
