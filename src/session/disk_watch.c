/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The disk that a recording is written to: how much of it is free, and for how long that will do. */
#include "session/disk_watch.h"

#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "base/clock.h"

#define LEAST_WAIT_NS (20 * NS_PER_MS)
#define MOST_WAIT_NS NS_PER_S
#define RATE_WEIGHT 0.1 /* of the newest second in the rate of writing */

/* A device is on no disk. */
void disk_watch_look(struct disk_watch *disk, const char *path)
{
	uint64_t free_before = disk->free;
	int64_t now = now_ns();
	char *copy = strdup(path);
	struct statvfs fs;
	struct stat st;
	bool is_on_disk = stat(path, &st) < 0 || S_ISREG(st.st_mode);
	const char *folder = copy && is_on_disk ? dirname(copy) : NULL;

	if (folder && stat(folder, &st) == 0 && statvfs(folder, &fs) == 0) {
		disk->device = st.st_dev;
		disk->free = (uint64_t)fs.f_bavail * fs.f_frsize;
		disk->total = (uint64_t)fs.f_blocks * fs.f_frsize;
	}
	free(copy);
	disk->fallen = disk->free < free_before ? free_before - disk->free : 0;
	disk->fallen_in_ns = now - disk->looked_ns;
	disk->looked_ns = now;
}

void disk_watch_note_bytes(struct disk_watch *disk, uint64_t bytes)
{
	int64_t now = now_ns();
	double seconds = (double)(now - disk->rated_ns) / NS_PER_S, rate;

	if (seconds < 1)
		return;
	rate = bytes > disk->rated_bytes ? (double)(bytes - disk->rated_bytes) / seconds : 0;
	if (disk->bytes_in_second > 0)
		rate = disk->bytes_in_second + RATE_WEIGHT * (rate - disk->bytes_in_second);
	disk->bytes_in_second = rate;
	disk->rated_ns = now;
	disk->rated_bytes = bytes;
}

/* INT64_MAX for what no disk does. */
int64_t disk_watch_left_ns(const struct disk_watch *disk)
{
	double ns;

	if (!disk->total || disk->bytes_in_second <= 0)
		return -1;
	ns = (double)disk->free / disk->bytes_in_second * NS_PER_S;
	return ns < (double)(INT64_MAX / 2) ? (int64_t)ns : INT64_MAX;
}

/* So that not more than half of what is left to write is written between. */
int64_t disk_watch_wait_ns(const struct disk_watch *disk, uint64_t least)
{
	double margin = disk->free > least ? (double)(disk->free - least) : 0, ns;

	if (!disk->fallen)
		return MOST_WAIT_NS;
	ns = margin / 2 / (double)disk->fallen * (double)disk->fallen_in_ns;
	return ns < LEAST_WAIT_NS ? LEAST_WAIT_NS : ns > MOST_WAIT_NS ? MOST_WAIT_NS : (int64_t)ns;
}
