/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread that may hang in a call, as on a file system that does not respond. Its end is awaited for a
 * limited time only. */
#include "base/worker.h"

#include "base/clock.h"
#include "base/timed_cond.h"

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
	int err;

	*worker = (struct worker){ .run = run, .opaque = opaque };
	pthread_mutex_init(&worker->lock, NULL);
	timed_cond_init(&worker->changed);
	err = -pthread_create(&worker->thread, NULL, worker_thread, worker);
	if (err < 0)
		destroy(worker);
	return err;
}

/* pthread_clockjoin_np() is not used, as ThreadSanitizer does not know it. */
bool worker_join(struct worker *worker)
{
	int64_t deadline_ns = now_ns() + PATIENCE_NS;
	bool ended;

	pthread_mutex_lock(&worker->lock);
	while (!worker->ended && timed_cond_wait(&worker->changed, &worker->lock, deadline_ns))
		continue;
	ended = worker->ended;
	pthread_mutex_unlock(&worker->lock);
	if (!ended)
		return false;
	pthread_join(worker->thread, NULL);
	destroy(worker);
	return true;
}
