/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a run, for its status. */
#ifndef SESSION_RUN_STATE_H
#define SESSION_RUN_STATE_H

enum run_state {
	RUN_STARTING, /* until the device's stream runs */
	RUN_RUNNING,
	RUN_ARMED,   /* frames come; a trigger is awaited */
	RUN_WAITING, /* waiting for the device to come back, its source, or a reader */
	RUN_ENDING,  /* writing the remaining frames */
	RUN_ENDED,
};

/* The string for the status, "starting" and so on. */
static inline const char *run_state_name(enum run_state state)
{
	static const char *const names[] = { "starting", "running", "armed", "waiting", "ending", "ended" };

	return names[state];
}

#endif
