/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a run ended, its string in the report, and the program's exit status. */
#include "session/end.h"

#include <errno.h>
#include <stddef.h>
#include "base/array.h"

#define ANY 0

/* The first row that matches decides. */
static const struct {
	enum stage stage;
	int err;
	enum status status;
} statuses[] = {
	{ STAGE_DEVICE, -EINVAL, STATUS_USAGE }, /* options of the simulated device */
	{ STAGE_DEVICE, -ENOMEM, STATUS_FAILED },
	{ STAGE_DEVICE, ANY, STATUS_DEVICE },

	{ STAGE_CONTROL, -ENODEV, STATUS_DEVICE },
	{ STAGE_CONTROL, -EINVAL, STATUS_USAGE },     /* text that is not a value of the option */
	{ STAGE_CONTROL, -ETIMEDOUT, STATUS_DEVICE }, /* no signal */
	{ STAGE_CONTROL, -ECANCELED, STATUS_FAILED }, /* interrupted while waiting for it */
	{ STAGE_CONTROL, -ENOMEM, STATUS_FAILED },
	{ STAGE_CONTROL, ANY, STATUS_REFUSED },

	{ STAGE_PIPELINE, -ERANGE, STATUS_REFUSED },
	{ STAGE_PIPELINE, -ENOMEM, STATUS_FAILED },
	{ STAGE_PIPELINE, ANY, STATUS_DEVICE }, /* it does not match, or is in use */

	{ STAGE_FORMAT, -ENODEV, STATUS_DEVICE },
	{ STAGE_FORMAT, -EBUSY, STATUS_DEVICE }, /* the format is fixed while another program streams */
	{ STAGE_FORMAT, -ENOMEM, STATUS_FAILED },
	{ STAGE_FORMAT, ANY, STATUS_REFUSED },

	{ STAGE_QUEUE, -EINVAL, STATUS_USAGE },
	{ STAGE_QUEUE, -EDOM, STATUS_USAGE }, /* a buffer configuration that cannot be met */
	{ STAGE_QUEUE, -ENOMEM, STATUS_FAILED },
	{ STAGE_QUEUE, ANY, STATUS_DEVICE }, /* busy, or it lacks the io mode */

	{ STAGE_RUN, -ENODEV, STATUS_LOST },
	{ STAGE_RUN, -ETIMEDOUT, STATUS_LOST },
	{ STAGE_RUN, -ERANGE, STATUS_REFUSED }, /* a format that the device or the file does not take */
	{ STAGE_RUN, -EBUSY, STATUS_DEVICE },   /* another program took the queue between probe and start */
	{ STAGE_RUN, ANY, STATUS_FAILED },

	/* Errors of starting the stream, see obstacle_of_streamon(). */
	{ STAGE_START, -ENOSPC, STATUS_DEVICE },
	{ STAGE_START, -EPIPE, STATUS_DEVICE },
	{ STAGE_START, -ENOLINK, STATUS_DEVICE },
	{ STAGE_START, -EREMOTEIO, STATUS_DEVICE }, /* it does not respond */

	{ STAGE_LOST, ANY, STATUS_LOST },

	{ STAGE_OPEN, -ENOMEM, STATUS_FAILED },
	{ STAGE_OPEN, -EINVAL, STATUS_USAGE },   /* no such container, codec or option */
	{ STAGE_OPEN, -ENOTSUP, STATUS_USAGE },  /* a container that cannot hold the codec */
	{ STAGE_OPEN, -ERANGE, STATUS_REFUSED }, /* a copy, where none is allowed */
	{ STAGE_OPEN, ANY, STATUS_FILE },
	{ STAGE_FILE, -ENOMEM, STATUS_FAILED },
	{ STAGE_FILE, ANY, STATUS_FILE },
};

/* The stage of the run when it ended, before its first frame and after it. */
static const struct {
	const char *name;
	enum stage before, after;
} ends[] = {
	[END_ERROR] = { "error", STAGE_START, STAGE_RUN },
	[END_EOS] = { "eos", STAGE_RUN, STAGE_RUN },
	[END_COUNT] = { "count", STAGE_RUN, STAGE_RUN },
	[END_DURATION] = { "duration", STAGE_RUN, STAGE_RUN },
	[END_SIZE] = { "size", STAGE_RUN, STAGE_RUN },
	[END_LOSS] = { "loss", STAGE_RUN, STAGE_RUN },
	[END_SIGNAL] = { "signal", STAGE_RUN, STAGE_RUN },
	[END_DISCONNECT] = { "disconnect", STAGE_LOST, STAGE_LOST },
	[END_STALL] = { "stall", STAGE_LOST, STAGE_LOST },
	[END_READ_ERROR] = { "read-error", STAGE_FILE, STAGE_FILE },
	[END_WRITE_ERROR] = { "write-error", STAGE_OPEN, STAGE_FILE },
};

enum status status_of(enum stage stage, int err)
{
	if (err == 0)
		return STATUS_DONE;
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].stage == stage && (statuses[i].err == ANY || statuses[i].err == err))
			return statuses[i].status;
	return stage == STAGE_START ? status_of(STAGE_RUN, err) : STATUS_FAILED;
}

const char *end_name(enum run_end end)
{
	return ends[end].name;
}

enum status end_status(enum run_end end, bool began, int err)
{
	return status_of(began ? ends[end].after : ends[end].before, err);
}
