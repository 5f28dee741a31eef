/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ioctls of a stream: QBUF, poll() and DQBUF, STREAMON, STREAMOFF, DQEVENT, and their errors as results
 * of the queue. Each makes the call and updates the pool's counters; the callers handle the result.
 */
#ifndef QUEUE_QBUF_H
#define QUEUE_QBUF_H

#include "queue/pool_internal.h"

/* QBUF, after which the buffer is QUEUED. On failure the driver has returned it, see buffer->done. Returns 0;
 * -EBUSY: it was queued already; -EIO, not logged, from a stream that pool_recover() can restart; or
 * qbuf_error(). */
int qbuf_queue(struct pool *pool, struct buffer *buffer);
/* poll() and DQBUF. deadline_ns: on CLOCK_MONOTONIC; 0: no limit; POOL_PAST: take only what is ready.
 * Capture: *buffer is HELD, but not counted in n_held yet. Output: the buffer was returned, see buffer->done.
 * Results as of qbuf_poll() besides POOL_EOS, -EPROTO (logged: a bug of the driver) and those of
 * qbuf_queue(). */
int qbuf_dequeue(struct pool *pool, int64_t deadline_ns, struct buffer **buffer);
/* Returns 0 when a frame may be ready; 1 when poll() reports only an error; POOL_TIMEOUT, POOL_FLUSHING,
 * POOL_WAKE, POOL_RES_CHANGE; or qbuf_error(). */
int qbuf_poll(struct pool *pool, int64_t deadline_ns);
/* Waits for a buffer to be released, by the wake descriptor. Returns POOL_WAKE, POOL_FLUSHING or
 * POOL_TIMEOUT. */
int qbuf_wait_for_release(struct pool *pool, int64_t deadline_ns);
/* Evaluates the result of poll() on the device, the cancel descriptor and the wake descriptor, in this order.
 * Returns as qbuf_poll(), with POOL_TIMEOUT if nothing happened. */
int qbuf_poll_result(struct pool *pool, const struct pollfd entries[3]);
/* DQEVENT until no event is left. Returns 0, POOL_RES_CHANGE or POOL_DEVLOST. */
int qbuf_dequeue_events(struct pool *pool);

/* STREAMON. Returns 0 or qbuf_error(). */
int qbuf_stream_on(struct pool *pool);
/* STREAMOFF, after which all buffers are returned. Returns 0 or the negative errno, not logged. */
int qbuf_stream_off(struct pool *pool);

/* Logs the failure of `what` and returns the error for the callers of pool_dequeue(): POOL_DEVLOST for a
 * device that is gone, and -EREMOTEIO for an errno of the driver's that as an enum pool_result would mean
 * something else. */
int qbuf_error(struct pool *pool, const char *what, int err);

#endif
