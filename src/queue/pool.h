/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffer queue. It behaves as GStreamer's V4L2 buffer pool does (configuration clamping, start,
 * process loop), without that pool's faults. One thread owns it and its device; no locks. The order of
 * use: pool_open, pool_configure, pool_start, pool_dequeue and pool_release (output: pool_acquire and
 * pool_queue) in turn, pool_stop, pool_close.
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
struct pool;

struct pool_options {
	const char *io;          /* "auto", "mmap", "userptr", "dmabuf", "dmabuf-import", "rw" */
	const char *import_from; /* see memory_source_open(); NULL: auto */
	uint64_t memory_limit;   /* bytes; 0: none */
};

/* Probes the device and chooses the io mode. The device must outlive the pool, the format is copied. Returns
 * 0; or, logged and with *pool NULL, -EINVAL (no such io mode), -ENOTSUP (the device lacks it), -EBUSY, or
 * what memory_source_open() returns. */
int pool_open(struct pool **pool, struct device *device, const struct video_format *format,
	      const struct pool_options *options);
/* Stops and frees the pool. Takes NULL. No buffer may be HELD any more. */
void pool_close(struct pool *pool);

/* Descriptors that end the pool's waits once they are readable; -1: none, as after pool_open(). They stay the
 * caller's. cancel_fd: POOL_FLUSHING. wake_fd: POOL_WAKE, where the driver runs short of buffers. */
void pool_set_wakeup(struct pool *pool, int cancel_fd, int wake_fd);

/* Clamps and stores the configuration. Returns 0 when it was accepted unchanged; 1 when it was stored with
 * *config altered, which is to be submitted again; -EINVAL (a field is missing) or -EBUSY (active, or buffers
 * are HELD). */
int pool_set_config(struct pool *pool, struct pool_config *config);
/* Submits until accepted. -EDOM (logged): clamping never converges, as with a maximum of 1. */
int pool_configure(struct pool *pool, const struct pool_config *config);

/* Idempotent. On failure everything is as before, and may be tried again. Capture: buffers queued and
 * streaming. */
int pool_start(struct pool *pool);

/* Capture: waits for a frame until deadline_ns (CLOCK_MONOTONIC; 0: no limit). Returns 0 with *buffer HELD by
 * the caller until pool_release(); or an enum pool_result; or another negative errno, which is the driver's,
 * fatal and logged. *info describes the frame that was dequeued, also where it is not delivered
 * (POOL_CORRUPT, POOL_NOBUF). This and pool_queue() are the reference's pool_process(). */
int pool_dequeue(struct pool *pool, int64_t deadline_ns, struct buffer **buffer, struct frame_info *info);
/* The same for a foreign buffer (pool NULL; planes with data and length, and format where the strides differ,
 * set by its owner): the frame is copied into it, target->info set as *info is above. */
int pool_dequeue_into(struct pool *pool, int64_t deadline_ns, struct buffer *target);

/* Output: gives the buffer to the driver: one of pool_acquire(), with planes[].bytesused and info filled in;
 * or a foreign one, which is copied or, where the io mode imports, imported, and stays its owner's until its
 * done() is called, which happens in any case. Starts the stream with the first frame. Waits until the driver
 * has fewer than min_latency buffers, at most until deadline_ns. Returns as pool_dequeue(). */
int pool_queue(struct pool *pool, struct buffer *buffer, int64_t deadline_ns);

/* Output: a buffer to fill, HELD until it is given to pool_queue() or pool_release(). Never waits:
 * POOL_NOBUF when there is none now. */
int pool_acquire(struct pool *pool, struct buffer **buffer);
/* Output, at the end: waits until the driver keeps no more than the frame it shows. Returns as
 * pool_dequeue(). */
int pool_drain(struct pool *pool, int64_t deadline_ns);
/* While active: waits for an event of the device's, and takes all that there are; may return early. 0,
 * POOL_FLUSHING, POOL_WAKE, POOL_RES_CHANGE, or an error as pool_dequeue(). A device that is written to
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

/* What the pool came to, for reports; also after the stop. */
struct pool_info {
	const char *io;               /* the io mode's name */
	bool streams;                 /* false: rw, which has no buffers of the driver's */
	struct pool_config requested; /* as given to pool_configure() */
	bool config_changed;          /* clamping altered it */
	bool can_allocate;            /* CREATE_BUFS works */
	uint32_t driver_min;          /* V4L2_CID_MIN_BUFFERS_FOR_CAPTURE or _OUTPUT; 0: none */
	uint32_t min, max;            /* as pool_start() left them */
	uint32_t granted, allocated;  /* buffers by REQBUFS; at the most, with those of CREATE_BUFS */
	uint32_t min_latency, max_latency, copy_threshold;
	uint32_t n_readers;              /* as the device's events told last, see reader_events_subscribe() */
	uint64_t n_copied, bytes_copied; /* deep copies */
};

struct pool_info pool_info(const struct pool *pool);
struct device *pool_device(const struct pool *pool);
const struct video_format *pool_format(const struct pool *pool);
/* Capture: the driver has so few buffers left that those HELD should come back soon. */
bool pool_is_low(const struct pool *pool);

#endif
