/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A warning when the end of a run waits long for a file, whose disk may not respond. */
#include "base/wait_notice.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/timed_cond.h"

#define PATIENCE_NS (5 * NS_PER_S)

static struct {
	const char *name;
	uint64_t (*progress)(void *opaque);
	void *opaque;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ends; /* guarded by the lock */
} notice;

/* Returns whether the wait ends within that time. */
static bool ends_within(int64_t ns)
{
	int64_t deadline_ns = now_ns() + ns;
	bool ends;

	pthread_mutex_lock(&notice.lock);
	while (!notice.ends && timed_cond_wait(&notice.changed, &notice.lock, deadline_ns))
		continue;
	ends = notice.ends;
	pthread_mutex_unlock(&notice.lock);
	return ends;
}

static uint64_t progress_so_far(void)
{
	return notice.progress ? notice.progress(notice.opaque) : 0;
}

static void *notice_thread(void *opaque)
{
	uint64_t before, now = progress_so_far();

	(void)opaque;
	do {
		before = now;
		if (ends_within(PATIENCE_NS))
			return NULL;
		now = progress_so_far();
	} while (now != before);
	log_warn("%s: has not responded for 5 s; still waiting, interrupt twice to give up", notice.name);
	return NULL;
}

void wait_notice_begin(const char *name, uint64_t (*progress)(void *opaque), void *opaque)
{
	notice.name = name;
	notice.progress = progress;
	notice.opaque = opaque;
	notice.ends = false;
	pthread_mutex_init(&notice.lock, NULL);
	timed_cond_init(&notice.changed);
	notice.has_thread = pthread_create(&notice.thread, NULL, notice_thread, NULL) == 0;
}

void wait_notice_end(void)
{
	pthread_mutex_lock(&notice.lock);
	notice.ends = true;
	pthread_cond_signal(&notice.changed);
	pthread_mutex_unlock(&notice.lock);
	if (notice.has_thread)
		pthread_join(notice.thread, NULL);
	pthread_cond_destroy(&notice.changed);
	pthread_mutex_destroy(&notice.lock);
}
