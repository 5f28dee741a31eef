/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool itself, for the files of queue/: the ioctls (qbuf) and the io modes below, the policy above. */
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
	bool lends;  /* capture: never copy for lack of buffers: the frames go to another device, which could
			not access a copy, or the driver is a memory-to-memory one that waits for buffers */
	bool overwrites; /* capture: the driver writes to buffers that are not queued: all frames are copied
			  */
	uint64_t frame_bytes;               /* memory of a frame, all planes */
	uint32_t payload_bytes[MAX_PLANES]; /* least payload of a raw frame's planes; 0: no minimum */
	struct pool_limits limits;
	uint64_t memory_limit;               /* limit on frames in buffers and spares, bytes; 0: no spares */
	struct memory_source *import_memory; /* io->imports: source of the memory that is queued */
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
	uint32_t n_restarts;    /* restarts of the stream by STREAMOFF */
	uint32_t n_fields;      /* output with V4L2_FIELD_ALTERNATE: fields queued */
	uint32_t n_reads;       /* rw: frames read, as they carry no sequence number */
	uint32_t n_readers;     /* see struct pool_info */
	uint64_t qbuf_count;    /* QBUFs so far */
	uint64_t last_bytes;    /* payload of the last frame dequeued */
	bool never_pollout;     /* rw, output: poll() did not report that the device takes frames */
	bool wrong_index;       /* the driver returned a buffer that was not queued, which was logged */
	bool no_sync;           /* DMA_BUF_IOCTL_SYNC does not work on the buffers, or is not needed */
	bool polled;            /* `revents` is a result of pool_wait() that was not used yet */
	short revents;          /* of the device */

	struct output_rate output_rate; /* of the stream since new_sequence */

	/* Spares, see spare.h. */
	struct buffer *spares;  /* list of the free ones */
	struct buffer *reserve; /* rw: receives a frame for which there is no memory */
	uint32_t n_spares;      /* number of spares, free or not */
	uint64_t spare_bytes;   /* memory in all of them */
	uint64_t n_copied, bytes_copied;
};

/* 0, or the result that keeps frames from being dequeued or queued. */
int pool_check(const struct pool *pool);
/* Takes a free buffer or adds one by CREATE_BUFS, with memory of its own or for that of `imported`. The
 * caller sets its owner. POOL_NOBUF: there is none; other errors are logged. */
int pool_get_free(struct pool *pool, const struct buffer *imported, struct buffer **buffer);
/* Detaches the memory of a free buffer. */
void pool_detach(struct pool *pool, struct buffer *buffer);
/* Detaches all buffers, which must be free, and frees them in the driver. */
void pool_free_buffers(struct pool *pool);
/* Queues a free buffer or one more by CREATE_BUFS. Returns as pool_get_free() and qbuf_queue(). */
int pool_grow(struct pool *pool);
/* Restarts the stream after an EIO of the call `what`, unless no frame has come since the last restart.
 * Returns 0 or a negative errno, logged. Output: all buffers are free then. */
int pool_recover(struct pool *pool, const char *what);

/* io_import.c: attach() of both import modes. */
int import_attach(struct pool *pool, struct buffer *buffer);
void import_detach(struct pool *pool, struct buffer *buffer);

#endif
