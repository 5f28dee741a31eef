/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What begins and ends a file with a pre-roll: a signal, lines in a FIFO, a file that appears. */
#ifndef SESSION_TRIGGER_H
#define SESSION_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>

#define TRIGGER_NAME_MAX 64
#define TRIGGER_LINE_MAX 128

struct trigger_options {
	int signal_fd; /* non-blocking signalfd; -1: none */
	const char *
		fifo; /* its lines are "start", "start NAME" and "stop"; it is made where it does not exist */
	const char *file; /* which begins one when it is there, and is removed then */
};

/* Zero-initialise. */
struct trigger {
	struct trigger_options options;
	int fifo_fd;
	bool created; /* the FIFO */
	char line[TRIGGER_LINE_MAX];
	size_t length; /* of what there is of the next line */
	bool too_long; /* the rest of it is skipped */
	bool opened;
};

struct trigger_event {
	bool stop;
	char name[TRIGGER_NAME_MAX]; /* that the user gave; empty: none */
	const char *source;          /* for messages */
};

/* Returns 0; -EINVAL, logged, for what cannot be a trigger; or another negative errno, logged. */
int trigger_open(struct trigger *trigger, const struct trigger_options *options);
/* Does not wait. Whether something came, which is *event then; lines that say nothing are warned of. */
bool trigger_next(struct trigger *trigger, struct trigger_event *event);
/* Removes the FIFO if it was made here. */
void trigger_close(struct trigger *trigger);

#endif
