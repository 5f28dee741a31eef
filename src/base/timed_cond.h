/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Condition variables that are waited for with a deadline on the clock of now_ns(). */
#ifndef BASE_TIMED_COND_H
#define BASE_TIMED_COND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* To be destroyed by pthread_cond_destroy(). */
void timed_cond_init(pthread_cond_t *cond);
/* pthread_cond_timedwait(). Returns false once the deadline has passed. */
bool timed_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_ns);

#endif
