/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread that may hang in a call, as on a file system that does not respond. Its end is awaited for a
 * limited time only. */
#include "base/worker.h"

#include <time.h>
#include "base/clock.h"

#define PATIENCE_NS (5 * NS_PER_S)

static void *worker_thread(void *opaque)
{
	struct worker *worker = opaque;

	worker->run(worker->opaque);
	pthread_mutex_lock(&worker->lock);
	worker->ended = true;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

static void destroy(struct worker *worker)
{
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
}

int worker_start(struct worker *worker, void (*run)(void *opaque), void *opaque)
{
	pthread_condattr_t attributes;
	int err;

	*worker = (struct worker){ .run = run, .opaque = opaque };
	pthread_mutex_init(&worker->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	err = -pthread_create(&worker->thread, NULL, worker_thread, worker);
	if (err < 0)
		destroy(worker);
	return err;
}

/* pthread_clockjoin_np() is not used, as ThreadSanitizer does not know it. */
bool worker_join(struct worker *worker)
{
	int64_t until_ns = now_ns() + PATIENCE_NS;
	struct timespec until = { until_ns / NS_PER_S, until_ns % NS_PER_S };
	bool ended;

	pthread_mutex_lock(&worker->lock);
	while (!worker->ended && pthread_cond_timedwait(&worker->changed, &worker->lock, &until) == 0)
		continue;
	ended = worker->ended;
	pthread_mutex_unlock(&worker->lock);
	if (!ended)
		return false;
	pthread_join(worker->thread, NULL);
	destroy(worker);
	return true;
}
