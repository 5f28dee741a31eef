/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of finished segments of this recording and earlier ones, and their removal. */
#ifndef SESSION_OLD_SEGMENTS_H
#define SESSION_OLD_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include "session/segment_match.h"

struct old_segment {
	char *path; /* NULL: removed */
	dev_t device;
	ino_t inode;
	uint64_t bytes;
	struct timespec modified;
	int64_t ended_ns; /* by now_ns() */
};

/* Zero-initialise. */
struct old_segments {
	struct old_segment *segments; /* oldest first */
	size_t n;
};

/* The names of a recording's files. */
struct segment_patterns {
	const char *segment;  /* a path with fields, see segment_name.h */
	const char *log;      /* frame logs; NULL: segments have no log of their own */
	const char *fallback; /* another folder with segments; NULL: none */
	struct segment_extras extras;
};

/* Adds the segments of earlier runs. */
void old_segments_find(struct old_segments *list, const struct segment_patterns *patterns);
/* Adds a file, if it exists, as the newest. Without memory, which is logged, it is left out. */
void old_segments_add(struct old_segments *list, const char *path);
/* Removes a path from the list. */
void old_segments_forget(struct old_segments *list, const char *path);
/* Removes from the list the files that were deleted or replaced by others. */
void old_segments_forget_gone(struct old_segments *list);
void old_segments_free(struct old_segments *list);

/* Removes the file and its frame log, if it is still the file that was listed and no other run is writing it.
 * Returns 0 or a negative errno, not logged; -EBUSY: another run. */
int old_segment_unlink(const struct old_segment *segment, const struct segment_patterns *patterns);

#endif
