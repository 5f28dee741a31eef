/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exit statuses, and which failure gets which. */
#include "cli/exit_status.h"

#include <errno.h>
#include <stddef.h>
#include "base/array.h"

#define ANY 0

/* The first row that fits decides. */
static const struct {
	enum stage stage;
	int err;
	enum status status;
} statuses[] = {
	{ STAGE_DEVICE, -EINVAL, STATUS_USAGE }, /* keys of the simulated device */
	{ STAGE_DEVICE, -ENOMEM, STATUS_FAILED },
	{ STAGE_DEVICE, ANY, STATUS_DEVICE },

	{ STAGE_CONTROL, -ENODEV, STATUS_DEVICE },
	{ STAGE_CONTROL, ANY, STATUS_REFUSED },

	{ STAGE_FORMAT, -ENODEV, STATUS_DEVICE },
	{ STAGE_FORMAT, -EBUSY, STATUS_DEVICE }, /* another program streams, which fixes the format */
	{ STAGE_FORMAT, -ENOMEM, STATUS_FAILED },
	{ STAGE_FORMAT, ANY, STATUS_REFUSED },

	{ STAGE_QUEUE, -EINVAL, STATUS_USAGE },
	{ STAGE_QUEUE, -EDOM, STATUS_USAGE }, /* a buffer configuration that cannot be met */
	{ STAGE_QUEUE, -ENOMEM, STATUS_FAILED },
	{ STAGE_QUEUE, ANY, STATUS_DEVICE }, /* busy, or it lacks the io mode: not a device for this job */

	{ STAGE_RUN, -ENODEV, STATUS_LOST },
	{ STAGE_RUN, -ETIMEDOUT, STATUS_LOST },
	{ STAGE_RUN, -ERANGE, STATUS_REFUSED }, /* a source that changed to what was not asked for */
	{ STAGE_RUN, -EBUSY, STATUS_DEVICE },   /* another program took the queue between probe and start */
	{ STAGE_RUN, ANY, STATUS_FAILED },

	{ STAGE_LOST, ANY, STATUS_LOST },

	{ STAGE_OUTPUT, -ENOMEM, STATUS_FAILED },
	{ STAGE_OUTPUT, -EINVAL, STATUS_USAGE },  /* no such container, codec or option */
	{ STAGE_OUTPUT, -ENOTSUP, STATUS_USAGE }, /* a container that cannot hold the codec */
	{ STAGE_OUTPUT, ANY, STATUS_FILE },
	{ STAGE_FILE, -ENOMEM, STATUS_FAILED },
	{ STAGE_FILE, ANY, STATUS_FILE },
};

static const char *const helps[STATUS_END] = {
	[STATUS_DONE] = "done, also when ended by SIGINT or SIGTERM",
	[STATUS_FAILED] = "any other failure at run time",
	[STATUS_USAGE] = "usage: unknown option, impossible value, a buffer configuration that cannot be met",
	[STATUS_DEVICE] = "device: absent, busy, no permission, not a device for this job",
	[STATUS_REFUSED] = "the device refused the format, size, rate, input or control asked for",
	[STATUS_LOST] = "the device was lost or stopped delivering during the run",
	[STATUS_FILE] = "the file: cannot be read or written, disk full, damaged",
	[STATUS_DROPS] = "--max-drops exceeded",
	[STATUS_FAIL_IF] = "--fail-if held",
};

enum status status_of(enum stage stage, int err)
{
	if (err == 0)
		return STATUS_DONE;
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].stage == stage && (statuses[i].err == ANY || statuses[i].err == err))
			return statuses[i].status;
	return STATUS_FAILED;
}

const char *status_help(enum status status)
{
	return status < STATUS_END ? helps[status] : NULL;
}
