/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with a recording: with a device that was unplugged and came back, or whose source changed. */
#ifndef SESSION_RECONNECT_H
#define SESSION_RECONNECT_H

#include "cli/common.h"
#include "device/dv_timings.h"

/* What is needed to set the device up again. */
struct comeback {
	const struct common_options *common;
	struct setup *setup;
	uint64_t memory_bytes;
	int64_t replug_ns; /* 0: waits for ever */
	int signal_fd;
	struct device gone; /* closed: how the last one was called, for a report where none came after it */
};

/* The device to tell of. */
const struct device *comeback_device(const struct comeback *comeback);
void comeback_close(struct comeback *comeback);

/* record_options' reopen and follow. */
int comeback_reopen(void *opaque);
int comeback_follow(void *opaque, const struct source *source);

#endif
