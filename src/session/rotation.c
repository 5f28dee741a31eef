/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes room for a recording: removes its oldest segments, and watches the disk. */
#include "session/rotation.h"

#include <errno.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include "base/clock.h"
#include "base/log.h"

/* How often to check the disk: no more than half of the remaining space may be written in between. */
#define LEAST_WAIT_NS (20 * NS_PER_MS)
#define MOST_WAIT_NS NS_PER_S
/* File systems may free the space of a removed file with a delay. */
#define FREED_WAIT_NS NS_PER_S
#define RATE_WEIGHT 0.1 /* weight of the last second in the average rate of writing */

struct disk {
	dev_t device;
	uint64_t free, total; /* bytes; total 0: not known */
};

struct rotation {
	struct rotation_options options;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;
	struct old_segments list; /* oldest first */
	char *current, *removing; /* paths; NULL: none */
	uint64_t n_removed;
	unsigned n_asked, n_served; /* calls of rotation_make_room() */
	struct disk disk;
	int64_t looked_ns, rated_ns; /* when the disk, the rate of writing was last measured */
	uint64_t rated_bytes;
	double rate; /* bytes per second */
};

bool rotation_has_rules(const struct rotation_rules *rules)
{
	return rules->count || rules->bytes || rules->age_ns || rules->free_bytes || rules->free_share > 0;
}

static bool is_current(const struct rotation *r, const char *path)
{
	return r->current && strcmp(path, r->current) == 0;
}

/* Unlocks while it works; called with the lock. Returns whether the segment was removed. */
static bool remove_segment(struct rotation *r, struct old_segment *listed)
{
	struct old_segment segment = *listed;
	int err;

	r->removing = segment.path;
	listed->path = NULL;
	pthread_mutex_unlock(&r->lock);
	err = old_segment_unlink(&segment, &r->options.patterns);
	if (err == 0) {
		log_verbose("%s: removed, to make room", segment.path);
	} else if (err == -EBUSY) {
		log_verbose("%s: another run is writing it: it stays", segment.path);
	} else if (err != -ENOENT) {
		log_warn("%s: cannot be removed: %s", segment.path, err_str(err));
	}
	pthread_mutex_lock(&r->lock);
	r->removing = NULL;
	pthread_cond_broadcast(&r->changed);
	free(segment.path);
	r->n_removed += err == 0;
	return err == 0;
}

/* --- the disk --- */

/* The current file, or the last one. */
static const char *newest_path(const struct rotation *r)
{
	if (r->current || !r->list.n)
		return r->current;
	return r->list.segments[r->list.n - 1].path;
}

/* Of the newest file. Called with the lock, which is released meanwhile: a disk may not respond. */
static void look_at_disk(struct rotation *r)
{
	char *path = newest_path(r) ? strdup(newest_path(r)) : NULL;
	struct disk disk = { 0 };
	const char *folder;
	struct statvfs fs;
	struct stat st;
	bool is_on_disk;

	if (!path)
		return;
	pthread_mutex_unlock(&r->lock);
	/* The file may not exist yet; a device has no disk. */
	is_on_disk = stat(path, &st) < 0 || S_ISREG(st.st_mode);
	folder = dirname(path);
	if (is_on_disk && stat(folder, &st) == 0 && statvfs(folder, &fs) == 0)
		disk = (struct disk){ st.st_dev, (uint64_t)fs.f_bavail * fs.f_frsize,
				      (uint64_t)fs.f_blocks * fs.f_frsize };
	free(path);
	pthread_mutex_lock(&r->lock);
	if (disk.total)
		r->disk = disk;
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

/* INT64_MAX if the rate would not fill any disk. */
static int64_t left_ns(const struct rotation *r)
{
	double ns = (double)r->disk.free / r->rate * NS_PER_S;

	return ns < (double)(INT64_MAX / 2) ? (int64_t)ns : INT64_MAX;
}

static void measure_rate(struct rotation *r, int64_t now)
{
	uint64_t bytes = atomic_load(r->options.written);
	double seconds = (double)(now - r->rated_ns) / NS_PER_S, rate;

	if (seconds < 1)
		return;
	rate = bytes > r->rated_bytes ? (double)(bytes - r->rated_bytes) / seconds : 0;
	r->rate = r->rate > 0 ? r->rate + RATE_WEIGHT * (rate - r->rate) : rate;
	r->rated_ns = now;
	r->rated_bytes = bytes;
	atomic_store(r->options.disk_left_ns,
		     r->disk.total && r->rate > 0 && !keeps_free(r) ? left_ns(r) : -1);
}

/* The time until the next check of the disk. */
static int64_t wait_ns(const struct rotation *r, uint64_t free_before, int64_t since_ns)
{
	uint64_t least = least_free(r);
	double margin = r->disk.free > least ? (double)(r->disk.free - least) : 0, ns;

	if (!keeps_free(r) || r->disk.free >= free_before)
		return MOST_WAIT_NS;
	ns = margin / 2 / (double)(free_before - r->disk.free) * (double)since_ns;
	return ns < LEAST_WAIT_NS ? LEAST_WAIT_NS : ns > MOST_WAIT_NS ? MOST_WAIT_NS : (int64_t)ns;
}

/* --- the thread --- */

/* Counts the segments, including the current one. */
static void add_up(const struct rotation *r, uint64_t *count, uint64_t *bytes)
{
	struct stat st;

	*count = *bytes = 0;
	for (size_t i = 0; i < r->list.n; i++) {
		if (is_current(r, r->list.segments[i].path))
			continue;
		++*count;
		*bytes += r->list.segments[i].bytes;
	}
	if (!r->current)
		return;
	++*count;
	*bytes += stat(r->current, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Never removes the current segment, nor the last one before the next begins, except for its age. short_of:
 * bytes that the disk lacks. */
static void remove_excess(struct rotation *r, uint64_t short_of)
{
	const struct rotation_rules *rules = &r->options.rules;
	uint64_t count, bytes;
	int64_t now = now_ns();

	old_segments_forget_gone(&r->list);
	add_up(r, &count, &bytes);
	for (size_t i = 0; i < r->list.n; i++) {
		struct old_segment *segment = &r->list.segments[i];
		uint64_t size = segment->bytes;
		bool helps = segment->device == r->disk.device, is_last = !r->current && i + 1 == r->list.n;
		bool is_old = rules->age_ns && now - segment->ended_ns > rules->age_ns;

		if (!segment->path || is_current(r, segment->path))
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
static uint64_t shortage(const struct rotation *r)
{
	uint64_t least = least_free(r);

	if (!keeps_free(r) || !r->disk.total)
		return 0;
	if (r->disk.free < least)
		return least - r->disk.free;
	return r->n_asked != r->n_served;
}

/* Wakes those who asked for room. */
static void serve(struct rotation *r, unsigned n_asked, uint64_t n_removed)
{
	uint64_t free_before = r->disk.free;
	int64_t until_ns = now_ns() + FREED_WAIT_NS;

	while (n_asked != r->n_served && r->n_removed != n_removed && now_ns() < until_ns) {
		look_at_disk(r);
		if (r->disk.free > free_before)
			break;
		pthread_mutex_unlock(&r->lock);
		nanosleep(&(struct timespec){ .tv_nsec = LEAST_WAIT_NS }, NULL);
		pthread_mutex_lock(&r->lock);
	}
	r->n_served = n_asked;
	pthread_cond_broadcast(&r->changed);
}

/* Returns how long to wait before the next call. */
static int64_t take_turn(struct rotation *r)
{
	uint64_t free_before = r->disk.free, n_removed = r->n_removed;
	int64_t since_ns = now_ns() - r->looked_ns, wait;
	unsigned n_asked = r->n_asked;

	r->looked_ns += since_ns;
	look_at_disk(r);
	measure_rate(r, now_ns());
	wait = wait_ns(r, free_before, since_ns);
	if (rotation_has_rules(&r->options.rules))
		remove_excess(r, shortage(r));
	serve(r, n_asked, n_removed);
	return wait;
}

static void *rotation_thread(void *opaque)
{
	struct rotation *r = opaque;
	struct timespec until;
	bool stop;

	pthread_mutex_lock(&r->lock);
	do {
		int64_t until_ns;

		stop = r->stop;
		until_ns = take_turn(r) + now_ns();
		until = (struct timespec){ until_ns / NS_PER_S, until_ns % NS_PER_S };
		if (!r->stop && r->n_asked == r->n_served)
			pthread_cond_timedwait(&r->changed, &r->lock, &until);
	} while (!stop);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* --- called by the file thread --- */

static void open_condition(struct rotation *r)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&r->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&r->lock, NULL);
}

static void free_rotation(struct rotation *r)
{
	old_segments_free(&r->list);
	free(r->current);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

int rotation_open(struct rotation **rotation, const struct rotation_options *options)
{
	struct rotation *r = calloc(1, sizeof *r);
	int err;

	*rotation = NULL;
	if (!r)
		return log_no_memory();
	r->options = *options;
	r->looked_ns = r->rated_ns = now_ns();
	atomic_store(options->disk_left_ns, -1);
	open_condition(r);
	if (rotation_has_rules(&options->rules))
		old_segments_find(&r->list, &options->patterns);
	err = -pthread_create(&r->thread, NULL, rotation_thread, r);
	if (err < 0) {
		log_error("cannot create a thread for the disk: %s", err_str(err));
		free_rotation(r);
		return err;
	}
	*rotation = r;
	return 0;
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
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

void rotation_done(struct rotation *r, const char *path)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	old_segments_forget(&r->list, path);
	if (rotation_has_rules(&r->options.rules))
		old_segments_add(&r->list, path);
	free(r->current);
	r->current = NULL;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

bool rotation_make_room(struct rotation *r)
{
	uint64_t n_removed;
	unsigned ticket;
	bool removed;

	if (!r)
		return false;
	pthread_mutex_lock(&r->lock);
	n_removed = r->n_removed;
	ticket = ++r->n_asked;
	pthread_cond_broadcast(&r->changed);
	while ((int)(r->n_served - ticket) < 0)
		pthread_cond_wait(&r->changed, &r->lock);
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
	pthread_join(r->thread, NULL);
	n_removed = r->n_removed;
	free_rotation(r);
	return n_removed;
}
