/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes room for a recording: removes its oldest segments, and watches the disk. */
#include "session/rotation.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/timed_cond.h"
#include "base/worker.h"
#include "session/disk_watch.h"

/* How often to apply the rules if no part of the disk must stay free. */
#define TURN_NS NS_PER_S
/* File systems may free the space of a removed file with a delay. */
#define FREED_WAIT_NS NS_PER_S
#define FREED_POLL_NS (20 * NS_PER_MS)
/* How long to wait for room on a full disk: another disk with old segments may not respond. */
#define ROOM_WAIT_NS (5 * NS_PER_S)

struct rotation {
	struct rotation_options options;
	struct worker worker;

	/* Shared by both threads. The lock is not held during calls that may block on a disk. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop, left_behind /* options.written and disk_left_ns are no longer valid */;
	bool is_due;              /* a segment began or ended */
	char *current, *removing; /* paths; NULL: none */
	char **done;              /* finished segments that are not in the list yet */
	size_t n_done;
	uint64_t n_removed;
	unsigned n_asked, n_served; /* calls of rotation_make_room() */

	/* Members of the thread. */
	struct old_segments list; /* oldest first */
	struct disk_watch disk;
};

bool rotation_has_rules(const struct rotation_rules *rules)
{
	return rules->count || rules->bytes || rules->age_ns || rules->free_bytes || rules->free_share > 0;
}

/* Returns a copy, which the caller frees. */
static char *current_path(struct rotation *r)
{
	char *path;

	pthread_mutex_lock(&r->lock);
	path = r->current ? strdup(r->current) : NULL;
	pthread_mutex_unlock(&r->lock);
	return path;
}

/* --- the list --- */

static void list_segment(struct rotation *r, const char *path)
{
	old_segments_forget(&r->list, path);
	if (rotation_has_rules(&r->options.rules))
		old_segments_add(&r->list, path);
}

/* Adds the segments that have ended meanwhile to the list. Returns n_asked as of then. */
static unsigned list_done(struct rotation *r)
{
	unsigned n_asked;
	char **done;
	size_t n;

	pthread_mutex_lock(&r->lock);
	done = r->done;
	n = r->n_done;
	n_asked = r->n_asked;
	r->done = NULL;
	r->n_done = 0;
	r->is_due = false;
	pthread_mutex_unlock(&r->lock);
	for (size_t i = 0; i < n; i++) {
		list_segment(r, done[i]);
		free(done[i]);
	}
	free(done);
	return n_asked;
}

/* Returns whether the segment may be removed now: not if a file of its name was begun after it was listed. */
static bool begin_removal(struct rotation *r, char *path)
{
	bool may;

	pthread_mutex_lock(&r->lock);
	may = !r->n_done && !(r->current && strcmp(path, r->current) == 0);
	if (may)
		r->removing = path;
	pthread_mutex_unlock(&r->lock);
	return may;
}

static void end_removal(struct rotation *r, bool removed)
{
	pthread_mutex_lock(&r->lock);
	r->removing = NULL;
	r->n_removed += removed;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

/* Returns whether the segment was removed. */
static bool remove_segment(struct rotation *r, struct old_segment *segment)
{
	char *path = segment->path;
	int err;

	if (!begin_removal(r, path))
		return false;
	err = old_segment_unlink(segment, &r->options.patterns);
	if (err == 0) {
		log_verbose("%s: removed, to make room", path);
	} else if (err == -EBUSY) {
		log_verbose("%s: not removed, as another run is writing it", path);
	} else if (err != -ENOENT) {
		log_warn("%s: cannot be removed: %s", path, err_str(err));
	}
	segment->path = NULL;
	end_removal(r, err == 0);
	free(path);
	return err == 0;
}

/* --- the disk --- */

/* The disk of the current file, or of the last one. */
static void look_at_disk(struct rotation *r, const char *current)
{
	const struct old_segments *list = &r->list;
	const char *path = current || !list->n ? current : list->segments[list->n - 1].path;

	if (path)
		disk_watch_look(&r->disk, path);
}

/* The space that must stay free. */
static uint64_t least_free(const struct rotation *r)
{
	const struct rotation_rules *rules = &r->options.rules;
	uint64_t share = (uint64_t)(rules->free_share * (double)r->disk.total);

	return share > rules->free_bytes ? share : rules->free_bytes;
}

static bool keeps_free(const struct rotation *r)
{
	return r->options.rules.free_bytes || r->options.rules.free_share > 0;
}

/* A disk on which old segments are removed never becomes full. */
static void tell_left(struct rotation *r)
{
	pthread_mutex_lock(&r->lock);
	if (!r->left_behind) {
		disk_watch_note_bytes(&r->disk, atomic_load(r->options.written));
		atomic_store(r->options.disk_left_ns, keeps_free(r) ? -1 : disk_watch_left_ns(&r->disk));
	}
	pthread_mutex_unlock(&r->lock);
}

/* --- the thread --- */

/* Counts the segments, including the current one. */
static void add_up(const struct rotation *r, const char *current, uint64_t *count, uint64_t *bytes)
{
	struct stat st;

	*count = *bytes = 0;
	for (size_t i = 0; i < r->list.n; i++) {
		if (current && strcmp(r->list.segments[i].path, current) == 0)
			continue;
		++*count;
		*bytes += r->list.segments[i].bytes;
	}
	if (!current)
		return;
	++*count;
	*bytes += stat(current, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Never removes the current segment, nor the last one before the next begins, except for its age. short_of:
 * bytes that the disk lacks. */
static void remove_excess(struct rotation *r, const char *current, uint64_t short_of)
{
	const struct rotation_rules *rules = &r->options.rules;
	uint64_t count, bytes;
	int64_t now = now_ns();

	old_segments_forget_gone(&r->list);
	add_up(r, current, &count, &bytes);
	for (size_t i = 0; i < r->list.n; i++) {
		struct old_segment *segment = &r->list.segments[i];
		uint64_t size = segment->bytes;
		bool helps = segment->device == r->disk.device, is_last = !current && i + 1 == r->list.n;
		bool is_old = rules->age_ns && now - segment->ended_ns > rules->age_ns;

		if (current && strcmp(segment->path, current) == 0)
			continue;
		if (!is_old && (is_last || !((rules->count && count > rules->count) ||
					     (rules->bytes && bytes > rules->bytes) || (short_of && helps))))
			continue;
		count--;
		bytes -= size;
		if (remove_segment(r, segment) && helps)
			short_of -= size < short_of ? size : short_of;
	}
}

/* The space that the disk lacks; not 0 if a write has failed. */
static uint64_t shortage(const struct rotation *r, bool has_failed)
{
	uint64_t least = least_free(r);

	if (!keeps_free(r) || !r->disk.total)
		return 0;
	if (r->disk.free < least)
		return least - r->disk.free;
	return has_failed;
}

/* Wakes those who asked for room once there is some. freed: segments were removed for them. */
static void serve(struct rotation *r, const char *current, unsigned n_asked, bool freed)
{
	uint64_t free_before = r->disk.free;
	int64_t until_ns = now_ns() + FREED_WAIT_NS;

	while (freed && now_ns() < until_ns) {
		look_at_disk(r, current);
		if (r->disk.free > free_before)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = FREED_POLL_NS }, NULL);
	}
	pthread_mutex_lock(&r->lock);
	r->n_served = n_asked;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

/* Returns how long to wait before the next call. */
static int64_t take_turn(struct rotation *r)
{
	unsigned n_asked = list_done(r);
	bool has_failed = n_asked != r->n_served;
	uint64_t n_removed = r->n_removed;
	char *current = current_path(r);
	int64_t wait;

	look_at_disk(r, current);
	tell_left(r);
	wait = keeps_free(r) ? disk_watch_wait_ns(&r->disk, least_free(r)) : TURN_NS;
	if (rotation_has_rules(&r->options.rules))
		remove_excess(r, current, shortage(r, has_failed));
	serve(r, current, n_asked, has_failed && r->n_removed != n_removed);
	free(current);
	return wait;
}

/* Returns whether to continue. */
static bool wait_for_turn(struct rotation *r, int64_t ns)
{
	int64_t deadline_ns = now_ns() + ns;
	bool stops;

	pthread_mutex_lock(&r->lock);
	if (!r->stop && !r->is_due && r->n_asked == r->n_served)
		timed_cond_wait(&r->changed, &r->lock, deadline_ns);
	stops = r->stop;
	pthread_mutex_unlock(&r->lock);
	return !stops;
}

static void rotate(void *opaque)
{
	struct rotation *r = opaque;

	while (wait_for_turn(r, take_turn(r)))
		continue;
	take_turn(r); /* for the segment that ended last */
}

/* --- called by the file thread --- */

static void free_rotation(struct rotation *r)
{
	struct segment_patterns *own = &r->options.patterns;

	for (size_t i = 0; i < r->n_done; i++)
		free(r->done[i]);
	free(r->done);
	old_segments_free(&r->list);
	free(r->current);
	free((char *)own->segment);
	free((char *)own->log);
	free((char *)own->fallback);
	free((char *)own->extras.partial_suffix);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static int copy_text(const char **text)
{
	if (*text && !(*text = strdup(*text)))
		return log_no_memory();
	return 0;
}

/* A thread that hangs may outlive the caller's strings. */
static int copy_patterns(struct segment_patterns *patterns)
{
	const char **const texts[] = { &patterns->segment, &patterns->log, &patterns->fallback,
				       &patterns->extras.partial_suffix };
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (err < 0)
			*texts[i] = NULL;
		else
			err = copy_text(texts[i]);
	}
	return err;
}

int rotation_open(struct rotation **rotation, const struct rotation_options *options)
{
	struct rotation *r = calloc(1, sizeof *r);
	int err;

	*rotation = NULL;
	if (!r)
		return log_no_memory();
	r->options = *options;
	r->disk.looked_ns = r->disk.rated_ns = now_ns();
	atomic_store(options->disk_left_ns, -1);
	pthread_mutex_init(&r->lock, NULL);
	timed_cond_init(&r->changed);
	err = copy_patterns(&r->options.patterns);
	if (err == 0 && rotation_has_rules(&options->rules))
		old_segments_find(&r->list, &options->patterns);
	if (err == 0) {
		err = worker_start(&r->worker, rotate, r);
		if (err < 0)
			log_error("cannot create a thread for the disk: %s", err_str(err));
	}
	if (err < 0)
		free_rotation(r);
	else
		*rotation = r;
	return err;
}

void rotation_begin(struct rotation *r, const char *path)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	free(r->current);
	r->current = strdup(path);
	while (r->removing && strcmp(r->removing, path) == 0)
		pthread_cond_wait(&r->changed, &r->lock);
	r->is_due = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

static void queue_done(struct rotation *r, const char *path)
{
	char **done = realloc(r->done, (r->n_done + 1) * sizeof *done);

	if (done)
		r->done = done;
	if (done && (done[r->n_done] = strdup(path)))
		r->n_done++;
	else
		log_no_memory();
}

void rotation_done(struct rotation *r, const char *path)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	if (rotation_has_rules(&r->options.rules))
		queue_done(r, path);
	free(r->current);
	r->current = NULL;
	r->is_due = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

bool rotation_make_room(struct rotation *r)
{
	int64_t deadline_ns = now_ns() + ROOM_WAIT_NS;
	uint64_t n_removed;
	unsigned ticket;
	bool removed;

	if (!r)
		return false;
	pthread_mutex_lock(&r->lock);
	n_removed = r->n_removed;
	ticket = ++r->n_asked;
	pthread_cond_broadcast(&r->changed);
	while ((int)(r->n_served - ticket) < 0 && timed_cond_wait(&r->changed, &r->lock, deadline_ns))
		continue;
	removed = r->n_removed != n_removed;
	pthread_mutex_unlock(&r->lock);
	return removed;
}

uint64_t rotation_close(struct rotation *r)
{
	uint64_t n_removed;

	if (!r)
		return 0;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
	if (worker_join(&r->worker)) {
		n_removed = r->n_removed;
		free_rotation(r);
		return n_removed;
	}
	pthread_mutex_lock(&r->lock);
	r->left_behind = true;
	n_removed = r->n_removed;
	log_warn("%s: its disk does not answer: segments are not removed any more",
		 r->removing ? r->removing : r->options.patterns.segment);
	pthread_mutex_unlock(&r->lock);
	return n_removed;
}
