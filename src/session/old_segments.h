/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The finished segments of a recording and of earlier ones, and how one is removed. */
#ifndef SESSION_OLD_SEGMENTS_H
#define SESSION_OLD_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include "session/segment_match.h"

struct old_segment {
	char *path; /* NULL: it is gone */
	dev_t device;
	ino_t inode;
	uint64_t bytes;
	struct timespec modified;
	int64_t ended_ns; /* on now_ns()'s clock */
};

/* Zero-initialise. */
struct old_segments {
	struct old_segment *segments; /* the oldest first */
	size_t n;
};

/* Where the files of a recording are. */
struct segment_patterns {
	const char *segment;  /* a path with fields, see segment_name.h */
	const char *log;      /* of the frame logs; NULL: segments have none of their own */
	const char *fallback; /* a folder where they may be as well; NULL: none */
	struct segment_extras extras;
};

/* Adds the segments of earlier runs. */
void old_segments_find(struct old_segments *list, const struct segment_patterns *patterns);
/* Adds a file, if there is one, as the newest. Out of memory, which is logged, it is left out. */
void old_segments_add(struct old_segments *list, const char *path);
/* Takes a path from the list. */
void old_segments_forget(struct old_segments *list, const char *path);
/* Takes those from the list that others have removed, or put another file in the place of. */
void old_segments_forget_gone(struct old_segments *list);
void old_segments_free(struct old_segments *list);

/* Removes the file, if it is still the one that was listed and no other run is writing it, and its frame log.
 * Returns 0 or a negative errno, not logged; -EBUSY: another run. */
int old_segment_unlink(const struct old_segment *segment, const struct segment_patterns *patterns);

#endif
