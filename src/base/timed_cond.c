/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Condition variables that are waited for with a deadline on the clock of now_ns(). */
#include "base/timed_cond.h"

#include <time.h>
#include "base/clock.h"

void timed_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
}

bool timed_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_ns)
{
	struct timespec deadline = { deadline_ns / NS_PER_S, deadline_ns % NS_PER_S };

	return pthread_cond_timedwait(cond, lock, &deadline) == 0;
}
