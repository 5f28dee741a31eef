/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What begins and ends a file with a pre-roll: a signal, lines in a FIFO, a file that appears. When each came
 * is noted at once, by the signal's handler and by a thread of its own, as who records may be late.
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
	const char *
		fifo; /* its lines are "start", "start NAME" and "stop"; it is made where it does not exist */
	const char *file; /* which begins one when it is there, and is removed then */
};

struct trigger_event {
	int64_t time_ns; /* when it came, CLOCK_MONOTONIC */
	bool stop;
	char name[TRIGGER_NAME_MAX]; /* that the user gave; empty: none */
	const char *source;          /* for messages */
};

/* Zero-initialise. */
struct trigger {
	struct trigger_options options;
	int events[2]; /* a pipe of struct trigger_event; others may write to the second end, in one piece */
	bool opened, created /* the FIFO */, has_thread;

	/* The thread's, once it runs. */
	pthread_t thread;
	int fifo_fd, stop_fd;
	char line[TRIGGER_LINE_MAX];
	size_t length; /* of what there is of the next line */
	bool too_long; /* the rest of it is skipped */

	/* Of who takes them. */
	struct trigger_event next;
	bool has_next;
};

/* Returns 0; -EINVAL, logged, for what cannot be a trigger; or another negative errno, logged. */
int trigger_open(struct trigger *trigger, const struct trigger_options *options);
/* Notes what is there already, and starts the thread where one is needed. Returns 0 or a negative errno,
 * logged. */
int trigger_start(struct trigger *trigger);
/* Takes the next of those that came until then, into *event. Does not wait. Returns whether there was one. */
bool trigger_next(struct trigger *trigger, int64_t until_ns, struct trigger_event *event);
/* Ends the thread, once it has noted what came. */
void trigger_stop(struct trigger *trigger);
/* Removes the FIFO if it was made here. */
void trigger_close(struct trigger *trigger);

#endif
