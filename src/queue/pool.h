/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffer queue. It behaves as GStreamer's V4L2 buffer pool does (configuration clamping, start,
 * process loop), without that pool's faults. One thread owns it and its device; no locks. The order of
 * use: pool_open, pool_set_config, pool_start, pool_process and pool_release in turn, pool_stop,
 * pool_close.
 */
#ifndef QUEUE_POOL_H
#define QUEUE_POOL_H

#include <errno.h>
#include "queue/allocator.h"
#include "queue/buffer.h"
#include "queue/config.h"
#include "queue/memory_source.h"

/* What a call can say besides 0 and the driver's own errno. */
enum pool_result {
	POOL_OK = 0,
	POOL_EOS = -ENODATA,        /* the driver has no more frames */
	POOL_FLUSHING = -ECANCELED, /* inactive, or the cancel descriptor became readable */
	POOL_CORRUPT = -EBADMSG,    /* a frame without usable content; it went back to the driver (pool->last
				       tells of it); output: the driver lost it */
	POOL_RES_CHANGE = -ESTALE,  /* the source changed its resolution */
	POOL_NOBUF = -ENOBUFS, /* a frame came, but there was nowhere to keep it (pool->last); or no buffer is
				  in the driver, and no wake descriptor tells of one that comes back */
	POOL_DEVLOST = -ENODEV,    /* unplugged */
	POOL_BUSY = -EBUSY,        /* another program streams from it; or buffers are held */
	POOL_WAKE = -EINTR,        /* the wake descriptor became readable */
	POOL_TIMEOUT = -ETIMEDOUT, /* the deadline passed */
};

struct io_ops;

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
	uint32_t n_readers;  /* as the device told last by its events, see reader_events_subscribe(); 0 before */
	uint32_t n_restarts; /* how often the driver's sequence numbers began anew */

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

struct pool_options {
	const char *io;          /* "auto", "mmap", "userptr", "dmabuf", "dmabuf-import", "rw" */
	const char *import_from; /* see memory_source_open(); NULL: auto */
	uint64_t memory_limit;   /* bytes; 0: none */
};

/* Probes the device and chooses the io mode. Says what is wrong: -EINVAL (no such mode: usage), -ENOTSUP (the
 * device lacks it), -EBUSY, and memory_source_open()'s. pool->cancel_fd, wake_fd and deadline_ns are the
 * caller's to set afterwards. */
int pool_open(struct pool *pool, struct device *device, const struct video_format *format,
	      const struct pool_options *options);
/* Stops, and frees all. Takes a half-open one. Buffers must not be HELD any more. */
void pool_close(struct pool *pool);

/* Clamps and stores the configuration: 0 accepted, 1 stored but altered (read pool->config and submit again),
 * -EINVAL a field is missing, -EBUSY active or buffers held. */
int pool_set_config(struct pool *pool, const struct pool_config *config);
/* Submits until accepted; -EDOM having said so, when that never comes (max 1). Keeps pool->requested. */
int pool_configure(struct pool *pool, const struct pool_config *config);

/* Idempotent. On failure everything is as before, and may be tried again. Capture: buffers queued and
 * streaming. */
int pool_start(struct pool *pool);

/* Capture: waits for a frame. *buffer NULL: it is set to the buffer, HELD by the caller until pool_release().
 * *buffer a foreign buffer (pool NULL; planes with data, length and, where strides differ, format set by its
 * owner): the frame is copied into it.
 *
 * Output: gives *buffer to the driver: one that pool_acquire() gave, planes[].bytesused and info filled in;
 * or a foreign one, which is copied or, where the memory is ours to choose, imported, and stays its owner's
 * until done() is called, which it is in any case. Starts the stream with the first frame; then waits until
 * the driver has fewer than min_latency buffers.
 *
 * See enum pool_result; any other negative errno is the driver's and fatal, and has been logged. */
int pool_process(struct pool *pool, struct buffer **buffer);

/* Output: a buffer to fill, HELD until it is given to pool_process() or pool_release(). Never waits:
 * POOL_NOBUF when there is none now. */
int pool_acquire(struct pool *pool, struct buffer **buffer);
/* Output, at the end: waits until the driver keeps no more than the frame it shows, or the pool's deadline
 * passes (POOL_TIMEOUT). */
int pool_drain(struct pool *pool);
/* While active: waits for an event of the device's, and takes all that there are; may return early. 0,
 * POOL_FLUSHING, POOL_WAKE, POOL_RES_CHANGE, or an error as pool_process(). A device that is written to
 * does not stream: what poll() says of it may be an error all the time, and ends nothing. */
int pool_wait_event(struct pool *pool);
/* Gives a HELD buffer back; it is queued again if the pool streams. Never fails as far as the caller is
 * concerned: what goes wrong is said, and the buffer stays with the pool. */
void pool_release(struct pool *pool, struct buffer *buffer);

/* STREAMOFF now. The rest (unmapping, REQBUFS(0)) at once when nothing is HELD; else orphaned where the
 * driver can, or done when the last HELD buffer comes back. Idempotent. */
int pool_stop(struct pool *pool);
/* Throws away what is in the driver and, capture, starts again. The program itself needs its halves alone. */
int pool_flush(struct pool *pool);
/* Its two halves, for whoever has to ask the device something while nothing streams. What is HELD may come
 * back meanwhile; what is pending of events is forgotten with the first. A device that is read() knows
 * neither. */
int pool_pause(struct pool *pool);
int pool_resume(struct pool *pool);

/* NULL: the io mode works with this device and format; else why it does not. The mode by its name, io_find()
 * of queue/io.h. */
const char *pool_mode_lacks(const struct pool *pool, const struct io_ops *io);
const char *pool_io_name(const struct pool *pool); /* "none": pool_open() failed before it was chosen */
uint32_t
pool_allocated(const struct pool *pool); /* buffers of the driver's, growth included; also after the stop */

#endif
