/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exit statuses, and which failure gets which. */
#ifndef CLI_EXIT_STATUS_H
#define CLI_EXIT_STATUS_H

enum status {
	STATUS_DONE,
	STATUS_FAILED,
	STATUS_USAGE,
	STATUS_DEVICE,
	STATUS_REFUSED,
	STATUS_LOST,
	STATUS_FILE,
	STATUS_DROPS,
	STATUS_FAIL_IF,
	STATUS_END,
};

/* What was going on when a call failed. */
enum stage {
	STAGE_DEVICE,  /* opening it */
	STAGE_CONTROL, /* input and controls */
	STAGE_FORMAT,
	STAGE_QUEUE, /* choosing the io mode, asking for buffers */
	STAGE_RUN,
	STAGE_LOST,   /* the run ended because the device left or fell silent */
	STAGE_OUTPUT, /* opening the file */
	STAGE_FILE,   /* reading or writing it */
};

/* err is a negative errno; 0 is STATUS_DONE whatever the stage. */
enum status status_of(enum stage stage, int err);
/* One line for --help. */
const char *status_help(enum status status);

#endif
