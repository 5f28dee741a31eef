/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets the device up again in the middle of a recording: after it was unplugged, or its video source changed.
 */
#ifndef SESSION_RECONNECT_H
#define SESSION_RECONNECT_H

#include "device/inputs/dv_timings.h"
#include "session/setup.h"

/* These functions take a setup whose pool is stopped, with no buffer held, and open another pool. On failure
 * the pool and the device may be closed. Return 0; -ECANCELED when signal_fd became readable; -ETIMEDOUT; or
 * another negative errno, logged. */

/* Waits for the device that was unplugged, or for the node that failed (NULL: none), and for others of them
 * that are gone, then negotiates the format that the device had. timeout_ns: for each; 0: no limit. */
int reconnect_reopen(struct setup *setup, const struct setup_options *options, const struct encoding *failed,
		     int signal_fd, int64_t timeout_ns);
/* Opens the device again, without a pool: after read() or write() the driver keeps buffers, and so the
 * format, until the device is closed. */
int reconnect_after_rw(struct setup *setup, const struct setup_options *options);
/* Sets the device to the timings of the video source, and negotiates the format again. deadline_ns is on
 * CLOCK_MONOTONIC; 0: none. */
int reconnect_renegotiate(struct setup *setup, const struct setup_options *options,
			  const struct video_source *source, int signal_fd, int64_t deadline_ns);

#endif
