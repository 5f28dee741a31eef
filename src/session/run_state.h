/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run is doing, for those who watch it. */
#ifndef SESSION_RUN_STATE_H
#define SESSION_RUN_STATE_H

enum run_state {
	RUN_STARTING, /* until the device's stream runs */
	RUN_RUNNING,
	RUN_ARMED,   /* frames come, and wait for a trigger */
	RUN_WAITING, /* for the device to come back, its source, or somebody who reads */
	RUN_ENDING,  /* what is left is written */
	RUN_ENDED,
};

/* "starting" and so on, in the status. */
static inline const char *run_state_name(enum run_state state)
{
	static const char *const names[] = { "starting", "running", "armed", "waiting", "ending", "ended" };

	return names[state];
}

#endif
