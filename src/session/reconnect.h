/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets the device up again in the middle of a recording: after it was unplugged, or its video source changed.
 */
#ifndef SESSION_RECONNECT_H
#define SESSION_RECONNECT_H

#include "device/dv_timings.h"
#include "session/setup.h"

struct reconnect {
	const struct setup_options *options;
	struct setup *setup;
	int64_t timeout_ns; /* how long to wait for an unplugged device; 0: no limit */
	int signal_fd;
	struct device last; /* closed; its path and driver, for a report where none was opened after it */
};

/* The device that the report is about. */
const struct device *reconnect_device(const struct reconnect *reconnect);
/* Does not close the setup. */
void reconnect_close(struct reconnect *reconnect);

/* recording_options.reopen and renegotiate; opaque is the struct reconnect. */
int reconnect_reopen(void *opaque, struct pool **pool);
int reconnect_renegotiate(void *opaque, const struct video_source *source, int64_t deadline_ns,
			  struct pool **pool);

#endif
