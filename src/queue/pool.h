/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffer queue of a device. It behaves as GStreamer's V4L2 buffer pool does (configuration, start,
 * process loop), without its bugs. One thread owns the pool and its device; there are no
 * locks. Order of use: pool_open, pool_configure, pool_start; pool_dequeue and pool_release, or for
 * output pool_acquire and pool_queue; pool_stop, pool_close.
 */
#ifndef QUEUE_POOL_H
#define QUEUE_POOL_H

#include <errno.h>
#include "base/rate_fit.h"
#include "device/device.h"
#include "queue/buffer.h"
#include "queue/config.h"

/* What a call can return besides 0 and the driver's errno. None of them is logged but POOL_DEVLOST. */
enum pool_result {
	POOL_OK = 0,
	POOL_EOS = -ENODATA,        /* the driver has no more frames */
	POOL_FLUSHING = -ECANCELED, /* inactive, or the cancel descriptor is readable */
	POOL_CORRUPT = -EBADMSG,    /* a frame without usable content was returned to the driver; output: the
				       driver lost the frame */
	POOL_RES_CHANGE = -ESTALE,  /* the video source changed its resolution */
	POOL_NOBUF = -ENOBUFS,  /* there is no memory for the frame; or no buffer is in the driver, and there
				   is no wake descriptor to wait for one */
	POOL_DEVLOST = -ENODEV, /* the device is gone */
	POOL_BUSY = -EBUSY,     /* another program streams from the device; or buffers are HELD */
	POOL_WAKE = -EINTR,     /* the wake descriptor is readable */
	POOL_TIMEOUT = -ETIMEDOUT, /* the deadline passed */
};

struct io_ops;
struct pool;

#define POOL_PAST 1 /* as a deadline: do not wait */

struct pool_options {
	const char *io;          /* one of io_choices; NULL: "auto" */
	const char *import_from; /* see memory_source_open(); NULL: "auto" */
	uint64_t memory_limit;   /* bytes of memory for frames; 0: none */
	bool foreign; /* importing needs no memory: all frames come in foreign buffers (output), or memory
			 comes with the start of a link (capture, see pool_link.h) */
};

/* Whether the device can be set up for a pool of that io mode: 0, or -EBUSY, logged, when another program
 * streams from it. Changes nothing. Not every driver tells before the pool starts. */
int pool_check_idle(struct device *device, const char *io);
/* Probes the device and chooses the io mode. The device must outlive the pool; the format is copied. Returns
 * 0; or, logged and with *pool NULL, -EINVAL (no such io mode), -ENOTSUP (the device lacks it), -EBUSY, or
 * what memory_source_open() returns. */
int pool_open(struct pool **pool, struct device *device, const struct video_format *format,
	      const struct pool_options *options);
/* Stops and frees the pool. Takes NULL. No buffer may be HELD any more. */
void pool_close(struct pool *pool);

/* Descriptors that interrupt the pool's waits once they are readable; -1: none, as after pool_open(). The
 * caller closes them. cancel_fd: POOL_FLUSHING. wake_fd: POOL_WAKE, when the driver is short of buffers. */
void pool_set_wakeup(struct pool *pool, int cancel_fd, int wake_fd);

/* Whether the processor reads or writes the frames; true, as after pool_open(): access to dmabufs is
 * bracketed by DMA_BUF_IOCTL_SYNC. */
void pool_set_cpu_access(struct pool *pool, bool access);

#define POOL_WAIT_FDS_MAX 8
/* For loops with several pools: waits until one of them may have a buffer to dequeue or an event, one of the
 * fds is readable (see its revents) or deadline_ns has passed. Pools without a buffer in the driver are left
 * out. The next call that dequeues from a pool uses this result instead of polling again. Pools of the two
 * queues of a node share one entry, and its events are reported to the CAPTURE pool. The descriptors of
 * pool_set_wakeup() are not polled. Returns 0, POOL_TIMEOUT or a negative errno, logged. */
int pool_wait(struct pool *const *pools, unsigned n_pools, struct pollfd *fds, unsigned n_fds,
	      int64_t deadline_ns);

/* Clamps and stores the configuration. Returns 0 if it was accepted unchanged; 1 if it was altered in
 * *config, which must then be submitted again; -EINVAL (a field is unset) or -EBUSY (active, or buffers are
 * HELD). */
int pool_set_config(struct pool *pool, struct pool_config *config);
/* Submits until accepted. -EDOM (logged): clamping never converges, as with a maximum of 1. */
int pool_configure(struct pool *pool, const struct pool_config *config);

/* Allocates the buffers. Capture: queues them and starts the stream. Returns 0, also when active; -EINVAL
 * (not configured), -EBUSY (buffers are HELD); or a negative errno, logged, with everything undone. */
int pool_start(struct pool *pool);
/* STREAMOFF. Frees the buffers at once when none is HELD; else orphans them, where the driver can, or waits
 * for the last release. Returns 0, also when inactive. */
int pool_stop(struct pool *pool);
/* STREAMOFF, and starting the stream again, for changes that are possible only in between. Buffers may be
 * released meanwhile. pool_pause() discards pending events. Both do nothing in io mode rw. */
int pool_pause(struct pool *pool);
int pool_resume(struct pool *pool);

/* Capture, the reference's pool_process: waits for a frame until deadline_ns (CLOCK_MONOTONIC; 0: no limit).
 * Returns 0 with *buffer HELD by the caller until pool_release(); or an enum pool_result; or another negative
 * errno, which is the driver's, fatal and logged. *info describes the frame that was dequeued, also where it
 * is not delivered (POOL_CORRUPT, POOL_NOBUF). */
int pool_dequeue(struct pool *pool, int64_t deadline_ns, struct buffer **buffer, struct frame_info *info);
/* Releases a buffer that the caller holds; capture: queues it again while the pool streams. Failures are
 * logged and leave the buffer with the pool. */
void pool_release(struct pool *pool, struct buffer *buffer);

/* Output: sets *buffer to an empty buffer, HELD until pool_queue() or pool_release(). Does not wait:
 * POOL_NOBUF when there is none. */
int pool_acquire(struct pool *pool, struct buffer **buffer);
/* Output, the reference's pool_process: queues a frame. The buffer is one of pool_acquire(), with
 * planes[].bytesused and info set; or a foreign one, which is copied or, where the io mode imports, imported.
 * buffer->done() is called when the driver is done with it, or when it was not queued; until then a foreign
 * buffer is in use. Starts the stream with the first frame. Waits until the driver has fewer than min_latency
 * buffers, at most until deadline_ns. Returns as pool_dequeue(). */
int pool_queue(struct pool *pool, struct buffer *buffer, int64_t deadline_ns);
/* As pool_queue(), without waiting. Takes no buffer back (see pool_reclaim()). Returns POOL_NOBUF if the
 * driver has all buffers; the frame is then still the caller's, and done() is not called. */
int pool_try_queue(struct pool *pool, struct buffer *buffer);
/* Output: takes back a buffer that the driver is done with, if there is one. Does not wait. Returns as
 * pool_dequeue(), or 0 if there is none. */
int pool_reclaim(struct pool *pool);
/* Output: waits until all frames but the one that is shown were returned. Returns as pool_dequeue(). */
int pool_drain(struct pool *pool, int64_t deadline_ns);
/* Output: checks for the loss of the device while the caller waits for something else. Does not wait. Returns
 * 0 or POOL_DEVLOST. */
int pool_check_device(struct pool *pool);
/* While active: waits for events of the device and handles them; may return early. Returns 0, POOL_FLUSHING,
 * POOL_WAKE, POOL_RES_CHANGE or an error. */
int pool_wait_event(struct pool *pool);

/* For reports. Remains valid after the stop. */
struct pool_info {
	const char *io;               /* the io mode's name */
	bool streams;                 /* false: rw, which has no buffers of the driver's */
	struct pool_config requested; /* as given to pool_configure() */
	bool config_changed;          /* clamping altered it */
	bool can_allocate;            /* CREATE_BUFS works */
	uint32_t driver_min;          /* V4L2_CID_MIN_BUFFERS_FOR_CAPTURE or _OUTPUT; 0: not known */
	uint32_t min, max;            /* number of buffers in the configuration, as pool_start() left it */
	uint32_t granted, allocated;  /* by REQBUFS; the most at any time, with CREATE_BUFS */
	uint32_t min_latency;         /* buffers that are kept in the driver */
	uint32_t max_latency;         /* the most buffers possible */
	uint32_t copy_threshold;      /* frames are copied when the driver has fewer buffers than this */
	bool copies; /* every frame is copied: by read() or write(), or because the driver overwrites it */
	uint32_t n_readers;              /* by the device's events, see reader_events_subscribe() */
	uint64_t n_copied, bytes_copied; /* deep copies */
	struct rate_fit shown; /* output: of the last stream, if the driver reports when a frame was shown */
};

struct pool_info pool_info(const struct pool *pool);
/* Whether the device can do that io mode: NULL, or why not. */
const char *pool_unsupported(const struct pool *pool, const struct io_ops *io);
struct device *pool_device(const struct pool *pool);
const struct video_format *pool_format(const struct pool *pool);
/* Whether the driver has a buffer, or the pool can return a result without one: after the end of the stream,
 * and in io mode rw. */
bool pool_has_queued(const struct pool *pool);
/* Whether the driver has so few buffers left that the caller should release some soon. */
bool pool_is_low(const struct pool *pool);

#endif
