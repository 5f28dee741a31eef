/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why a run ended, its string in the report, and the program's exit status. Defined here, below the
 * commands, because session/ and bench/ decide them where a call fails.
 */
#ifndef SESSION_END_H
#define SESSION_END_H

#include <stdbool.h>

/* Exit statuses; cli/exit_status.c has their lines of --help. */
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
	N_STATUSES,
};

/* What the program was doing when a call failed. */
enum stage {
	STAGE_DEVICE,   /* opening the device */
	STAGE_CONTROL,  /* setting input and controls */
	STAGE_PIPELINE, /* setting the media pipeline */
	STAGE_FORMAT,   /* negotiating the format */
	STAGE_QUEUE,    /* choosing the io mode, asking for buffers */
	STAGE_RUN,      /* streaming */
	STAGE_START,    /* streaming, before the first frame; without a row of its own as STAGE_RUN */
	STAGE_LOST,     /* streaming; the device was unplugged or stopped delivering */
	STAGE_OPEN,     /* opening the file */
	STAGE_FILE,     /* reading or writing it */
};

/* err is a negative errno. 0 is STATUS_DONE in every stage. */
enum status status_of(enum stage stage, int err);

/* Why a recording, a playback or a measurement ended. */
enum run_end {
	END_ERROR, /* none of the others */
	END_EOS,   /* the driver's last frame; the end of the input file */
	END_COUNT,
	END_DURATION,
	END_SIZE,
	END_LOSS, /* a measurement that stops at the first lost frame */
	END_SIGNAL,
	END_DISCONNECT,
	END_STALL,
	END_READ_ERROR,
	END_WRITE_ERROR,
};

/* Its string in the report. */
const char *end_name(enum run_end end);
/* err: result of the run, 0 or a negative errno. began: the device delivered or took a frame. Before that, an
 * error of the file may be the user's, such as an unknown container. */
enum status end_status(enum run_end end, bool began, int err);

#endif
