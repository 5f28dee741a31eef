/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread that may hang in a call, as on a file system that does not respond. Its end is awaited for a
 * limited time only. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <pthread.h>
#include <stdbool.h>

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ended; /* guarded by the lock */
	void (*run)(void *opaque);
	void *opaque;
};

/* Returns 0 or a negative errno, not logged. */
int worker_start(struct worker *worker, void (*run)(void *opaque), void *opaque);
/* Waits for at most 5 s until run(), which was told to end, has returned. Returns whether it has; otherwise
 * it may still use the worker and everything passed to it, which must be kept until the program ends. */
bool worker_join(struct worker *worker);

#endif
