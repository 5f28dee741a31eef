/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disk that a recording is written to: how much of it is free, and for how long that will do. */
#ifndef SESSION_DISK_WATCH_H
#define SESSION_DISK_WATCH_H

#include <stdint.h>
#include <sys/types.h>

/* Zero-initialise, but for the times, which are when the recording began. */
struct disk_watch {
	dev_t device;
	uint64_t free, total; /* bytes; total 0: not known */

	int64_t looked_ns;      /* at the disk */
	uint64_t fallen;        /* less is free than at the look before */
	int64_t fallen_in_ns;   /* between the two */
	int64_t rated_ns;       /* at the rate of writing */
	uint64_t rated_bytes;   /* of the recording at that time */
	double bytes_in_second; /* 0: not known */
};

/* Looks at the disk of a file, which need not be there yet. The call may block if the disk does not respond.
 */
void disk_watch_look(struct disk_watch *disk, const char *path);
/* Notes how many bytes the recording has. */
void disk_watch_note_bytes(struct disk_watch *disk, uint64_t bytes);
/* How long the disk will do, or -1. */
int64_t disk_watch_left_ns(const struct disk_watch *disk);
/* When to look again, for so much to stay free: from 20 ms to a second. */
int64_t disk_watch_wait_ns(const struct disk_watch *disk, uint64_t least);

#endif
