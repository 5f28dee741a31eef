/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Triggers that begin and end a file with a pre-roll: a signal, lines in a FIFO, a file that appears. Their
 * times are taken at once, by the signal handler and by threads, as the recording thread may be late.
 */
#ifndef SESSION_TRIGGER_H
#define SESSION_TRIGGER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRIGGER_NAME_MAX 64
#define TRIGGER_LINE_MAX 128

struct trigger_options {
	const char *fifo; /* its lines are "start", "start NAME" and "stop"; created if it does not exist */
	const char *file; /* starts when it appears, and is then removed */
};

struct trigger_event {
	int64_t time_ns; /* CLOCK_MONOTONIC */
	bool stop;
	char name[TRIGGER_NAME_MAX]; /* given by the user; empty: none */
	const char *source;          /* for messages */
};

/* Zero-initialise. */
struct trigger {
	struct trigger_options options;
	int events[2]; /* a pipe of struct trigger_event; others may write whole events to it */
	bool opened, created /* the FIFO */, has_thread;
	struct trigger_file *file; /* NULL if there is none */

	/* Members of the FIFO's thread, once it runs. */
	pthread_t thread;
	int fifo_fd, stop_fd;
	char line[TRIGGER_LINE_MAX];
	size_t length; /* of the incomplete line */
	bool too_long; /* the rest of the line is skipped */

	/* Members of the thread that takes triggers. */
	struct trigger_event next;
	bool has_next;
};

/* Returns 0; -EINVAL, logged, for what cannot be a trigger; or another negative errno, logged. */
int trigger_open(struct trigger *trigger, const struct trigger_options *options);
/* Takes what is there already, and starts the threads that are needed. Returns 0 or a negative errno, logged.
 */
int trigger_start(struct trigger *trigger);
/* Takes the next trigger up to that time, into *event. Does not wait. Returns whether there was one. */
bool trigger_next(struct trigger *trigger, int64_t until_ns, struct trigger_event *event);
/* Ends the threads, after they have read what came. If one hangs on a folder, logs that and leaves it
 * running.
 */
void trigger_stop(struct trigger *trigger);
/* Removes the FIFO if it was created here. */
void trigger_close(struct trigger *trigger);

#endif
