/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes room for a recording: removes its oldest segments, and those of earlier runs of the same pattern. A
 * thread of its own does it and watches the disk, so that neither a large file's removal nor a disk that
 * does not answer holds up what is recorded.
 */
#ifndef SESSION_ROTATION_H
#define SESSION_ROTATION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "session/old_segments.h"

/* Which segments are too many, the one that is being written included. */
struct rotation_rules {
	uint64_t count, bytes; /* more than so many; 0: no limit */
	int64_t age_ns;        /* ended longer ago; 0: no limit */
	uint64_t free_bytes;   /* the disk has less than this free, */
	double free_share;     /* or less than this part of it, from 0 to 1 */
};

bool rotation_has_rules(const struct rotation_rules *rules);

struct rotation_options {
	struct rotation_rules rules;
	struct segment_patterns patterns;
	_Atomic uint64_t *written;     /* bytes of all segments, which grows */
	_Atomic int64_t *disk_left_ns; /* set to how long the disk will do at this rate; -1: not known */
};

struct rotation;

/* Looks for the segments of earlier runs and starts the thread. Returns 0 or a negative errno, logged. */
int rotation_open(struct rotation **rotation, const struct rotation_options *options);
/* The file `path` is about to be opened: it is not to be removed, until another begins or it is done. Takes a
 * NULL rotation, as those below do. */
void rotation_begin(struct rotation *rotation, const char *path);
/* The segment that began has ended, under this name. */
void rotation_done(struct rotation *rotation, const char *path);
/* The disk is full: removes the oldest segment, where the rules say that this is what to do then. Returns
 * whether there is hope. Waits for it. */
bool rotation_make_room(struct rotation *rotation);
/* Applies the rules once more and ends the thread. Returns how many segments were removed. */
uint64_t rotation_close(struct rotation *rotation);

#endif
