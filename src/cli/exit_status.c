/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exit statuses' lines of --help. */
#include "cli/exit_status.h"

#include <stddef.h>

static const char *const helps[N_STATUSES] = {
	[STATUS_DONE] = "done, also when ended by SIGINT, SIGTERM or SIGHUP",
	[STATUS_FAILED] = "any other failure at run time; a recording that ended with no frame in any file",
	[STATUS_USAGE] = "usage: unknown option, impossible value, a buffer configuration that cannot be met",
	[STATUS_DEVICE] = "device: absent, busy, no permission, not a device for this job, cannot be started "
			  "(bandwidth, pipeline not set up)",
	[STATUS_REFUSED] = "the device refused the format, size, rate, input or control asked for",
	[STATUS_LOST] = "the device was lost or stopped delivering during the run",
	[STATUS_FILE] = "the file: cannot be read or written, disk full, damaged",
	[STATUS_DROPS] = "--max-drops exceeded",
	[STATUS_FAIL_IF] = "--fail-if held",
};

const char *status_help(enum status status)
{
	return status < N_STATUSES ? helps[status] : NULL;
}
