/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of finished segments of this recording and earlier ones, and their removal. */
#include "session/old_segments.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "session/segment_name.h"

/* --- the list --- */

static void forget(struct old_segment *segment)
{
	free(segment->path);
	segment->path = NULL;
}

void old_segments_add(struct old_segments *list, const char *path)
{
	struct old_segment *segments, added = { .ended_ns = now_ns() };
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	segments = realloc(list->segments, (list->n + 1) * sizeof *segments);
	added.path = segments ? strdup(path) : NULL;
	if (segments)
		list->segments = segments;
	if (!added.path) {
		log_no_memory();
		return;
	}
	added.device = st.st_dev;
	added.inode = st.st_ino;
	added.bytes = (uint64_t)st.st_size;
	added.modified = st.st_mtim;
	segments[list->n++] = added;
}

static void note_file(void *opaque, const char *path, const struct segment_match *match)
{
	(void)match;
	old_segments_add(opaque, path);
}

static int compare_ages(const void *a, const void *b)
{
	const struct old_segment *x = a, *y = b;

	if (x->modified.tv_sec != y->modified.tv_sec)
		return x->modified.tv_sec < y->modified.tv_sec ? -1 : 1;
	if (x->modified.tv_nsec != y->modified.tv_nsec)
		return x->modified.tv_nsec < y->modified.tv_nsec ? -1 : 1;
	return strverscmp(x->path, y->path);
}

/* Segments of this run are appended in order, whatever changes of the clock do to their times. */
void old_segments_find(struct old_segments *list, const struct segment_patterns *patterns)
{
	struct timespec now;
	char *elsewhere = NULL;

	segment_match_files(patterns->segment, &patterns->extras, note_file, list);
	if (patterns->fallback &&
	    segment_name_in_folder(patterns->fallback, patterns->segment, &elsewhere) == 0)
		segment_match_files(elsewhere, &patterns->extras, note_file, list);
	free(elsewhere);
	if (list->n)
		qsort(list->segments, list->n, sizeof *list->segments, compare_ages);
	clock_gettime(CLOCK_REALTIME, &now);
	for (size_t i = 0; i < list->n; i++)
		list->segments[i].ended_ns -= (now.tv_sec - list->segments[i].modified.tv_sec) * NS_PER_S;
}

void old_segments_forget(struct old_segments *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->segments[i].path && strcmp(list->segments[i].path, path) == 0)
			forget(&list->segments[i]);
}

void old_segments_forget_gone(struct old_segments *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct old_segment *segment = &list->segments[i];
		struct stat st;

		if (segment->path && (lstat(segment->path, &st) < 0 || st.st_ino != segment->inode ||
				      st.st_dev != segment->device))
			forget(segment);
		if (segment->path)
			list->segments[n++] = *segment;
	}
	list->n = n;
}

void old_segments_free(struct old_segments *list)
{
	for (size_t i = 0; i < list->n; i++)
		forget(&list->segments[i]);
	free(list->segments);
	*list = (struct old_segments){ 0 };
}

/* --- removing --- */

static void remove_regular(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && unlink(path) < 0)
		log_warn("%s: cannot be removed: %s", path, err_str(-errno));
}

static void remove_log_of(const struct segment_patterns *patterns, const char *path)
{
	char *log = NULL, *partial = NULL;
	struct segment_match match;

	if (!segment_match_extras(patterns->segment, &patterns->extras, path, &match) ||
	    segment_match_name(&match, patterns->log, &log) < 0)
		return;
	remove_regular(log);
	if (patterns->extras.partial_suffix &&
	    asprintf(&partial, "%s%s", log, patterns->extras.partial_suffix) >= 0)
		remove_regular(partial);
	free(log);
	free(partial);
}

static void remove_log(const struct segment_patterns *patterns, const char *path)
{
	char *segment = NULL, *log = NULL;

	remove_log_of(patterns, path);
	if (patterns->fallback &&
	    segment_name_in_folder(patterns->fallback, patterns->segment, &segment) == 0 &&
	    segment_name_in_folder(patterns->fallback, patterns->log, &log) == 0)
		remove_log_of(&(struct segment_patterns){ segment, log, NULL, patterns->extras }, path);
	free(segment);
	free(log);
}

int old_segment_unlink(const struct old_segment *segment, const struct segment_patterns *patterns)
{
	int fd = open(segment->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_dev != segment->device || st.st_ino != segment->inode)
		err = -ENOENT;
	else if (flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		err = -EBUSY;
	else if (unlink(segment->path) < 0)
		err = -errno;
	close(fd); /* only this frees the space */
	if (err == 0 && patterns->log)
		remove_log(patterns, segment->path);
	return err;
}
