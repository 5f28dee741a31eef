/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports the state of a run to a status file, a status socket and the service manager. A thread sends the
 * last news of the device loop each second, so that the device loop waits for none of them.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include "cli/options.h"
#include "session/run_state.h"

#define WATCH_TEXT_MAX 256

struct watch_options {
	const char *file, *socket; /* NULL: none */
};
extern const struct option_row watch_rows[];

struct watch;

/* News of the device loop. */
struct watch_news {
	enum run_state state;
	bool has_frame;             /* a frame has come */
	char text[WATCH_TEXT_MAX];  /* in one line */
	struct json_object *status; /* owned by watch_tell() */
};

/* Opens the sockets, before the program is confined. *watch is NULL if none is requested. Returns 0 or a
 * negative errno, logged. */
int watch_open(struct watch **watch, const struct watch_options *options);
/* Starts the thread, and writes the first status, which it takes over. n_written: counter that grows while
 * the run ends; NULL: none. Returns 0 or a negative errno, logged. */
int watch_start(struct watch *watch, struct json_object *status, const _Atomic uint64_t *n_written);
/* Called by each turn of the device loop, with the time of the last frame. Returns whether news are due:
 * after half a second, a change of state, or the first frame. */
bool watch_due(struct watch *watch, enum run_state state, bool has_frame, int64_t last_frame_ns);
void watch_tell(struct watch *watch, const struct watch_news *news);
/* Ends the thread after it has sent the last news. Takes NULL. */
void watch_close(struct watch *watch);

#endif
