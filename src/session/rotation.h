/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes room for a recording: removes its oldest segments, and those of earlier runs with the same pattern.
 * Its own thread removes files and watches the disk, so that neither the removal of a large file nor a disk
 * that does not respond delays the recording.
 */
#ifndef SESSION_ROTATION_H
#define SESSION_ROTATION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "session/old_segments.h"

/* When to remove segments; the segment being written is counted. */
struct rotation_rules {
	uint64_t count, bytes; /* more segments, more bytes than this; 0: no limit */
	int64_t age_ns;        /* older than this; 0: no limit */
	uint64_t free_bytes;   /* less free space on the disk, */
	double free_share;     /* or a smaller share of it, from 0 to 1 */
};

bool rotation_has_rules(const struct rotation_rules *rules);

struct rotation_options {
	struct rotation_rules rules;
	struct segment_patterns patterns;
	_Atomic uint64_t *written; /* bytes of all segments, updated by the caller */
	_Atomic int64_t
		*disk_left_ns; /* set to the time until the disk is full at this rate; -1: not known */
};

struct rotation;

/* Looks for the segments of earlier runs and starts the thread. Returns 0 or a negative errno, logged. */
int rotation_open(struct rotation **rotation, const struct rotation_options *options);
/* The file `path` is about to be opened: it must not be removed until the next file begins or rotation_done()
 * is called. Accepts NULL for the rotation, as the functions below do. */
void rotation_begin(struct rotation *rotation, const char *path);
/* The segment has ended, with this name. */
void rotation_done(struct rotation *rotation, const char *path);
/* The disk is full: removes the oldest segment, if the rules permit it. Waits for that, 5 s at most. Returns
 * whether to try again. */
bool rotation_make_room(struct rotation *rotation);
/* Applies the rules once more and ends the thread. If the thread hangs on a disk, logs that and leaves it
 * running. Returns the number of segments removed. */
uint64_t rotation_close(struct rotation *rotation);

#endif
