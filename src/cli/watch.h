/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Those who watch a run that nobody sits at: a status file, a status socket, the service manager. A thread of
 * its own tells them each second what the device loop said last, which therefore waits for none of them.
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

/* What the device loop says. */
struct watch_news {
	enum run_state state;
	bool has_frame;             /* the first one came */
	char text[WATCH_TEXT_MAX];  /* in a line */
	struct json_object *status; /* watch_tell() takes it */
};

/* Opens the sockets: before the program is confined. *watch stays NULL where nobody watches. Returns 0 or a
 * negative errno, logged. */
int watch_open(struct watch **watch, const struct watch_options *options);
/* Starts the thread, and writes the first status, which it takes. n_written: what the end of a run waits for
 * grows in it; NULL: nothing. Returns 0 or a negative errno, logged. */
int watch_start(struct watch *watch, struct json_object *status, const _Atomic uint64_t *n_written);
/* For each call from the device loop: when a frame came last. Returns whether news are due, for half a second
 * has passed, the state is another, or the first frame came. */
bool watch_due(struct watch *watch, enum run_state state, bool has_frame, int64_t last_frame_ns);
void watch_tell(struct watch *watch, const struct watch_news *news);
/* Ends the thread, once it has told the last news. Takes NULL. */
void watch_close(struct watch *watch);

#endif
