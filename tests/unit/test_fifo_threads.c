/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line between two threads, with several at work. */
/* Runs under: asan tsan */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>
#include "fifo_fixture.h"

#define N_STRESS 100000
#define N_ROUNDS 5000
#define DEADLOCK_S 120 /* whoever is not woken hangs, and alarm() ends it */

struct pair {
	struct fifo *there, *back;
};

static void *echo(void *opaque)
{
	struct pair *pair = opaque;
	void *item;

	while (fifo_get(pair->there, &item) > 0)
		fifo_put(pair->back, item, 1);
	fifo_finish(pair->back, -ECANCELED);
	return NULL;
}

static void no_wake_up_is_lost(void **state)
{
	struct pair pair = { open_fifo(), open_fifo() };
	pthread_t thread;
	void *item;

	(void)state;
	alarm(DEADLOCK_S);
	assert_int_equal(pthread_create(&thread, NULL, echo, &pair), 0);
	for (uintptr_t i = 0; i < N_ROUNDS; i++) {
		assert_int_equal(fifo_put(pair.there, item_of(i), 1), 0);
		assert_int_equal(fifo_get(pair.back, &item), 1);
		assert_ptr_equal(item, item_of(i));
	}
	fifo_finish(pair.there, 0);
	assert_int_equal(fifo_get(pair.back, &item), -ECANCELED);
	pthread_join(thread, NULL);
	fifo_close(pair.there);
	fifo_close(pair.back);
	alarm(0);
}

struct putter {
	struct fifo *fifo;
	uintptr_t n_items, n_put;
	uint64_t max_bytes; /* to put before any is got, so that the getter often finds it empty; 0: no limit
			     */
	int error;          /* to finish with */
	int result;         /* of the first put that failed for good */
};

static void *put_many(void *opaque)
{
	struct putter *putter = opaque;

	for (putter->n_put = 0; putter->n_put < putter->n_items; putter->n_put++) {
		while (putter->max_bytes && fifo_level(putter->fifo).bytes > putter->max_bytes - 6)
			sched_yield();
		putter->result = fifo_put(putter->fifo, item_of(putter->n_put), putter->n_put % 7);
		if (putter->result < 0)
			break;
	}
	fifo_finish(putter->fifo, putter->error);
	return NULL;
}

/* Gets in the way of the device loop (poll, then until -EAGAIN) or in that of the file thread. */
static int get_any_way(struct fifo *fifo, void **item, uintptr_t turn)
{
	struct pollfd entry = { .fd = fifo_fd(fifo), .events = POLLIN };
	int result;

	if (turn / 1000 % 2)
		return fifo_get(fifo, item);
	while ((result = fifo_try_get(fifo, item)) == -EAGAIN)
		assert_int_equal(poll(&entry, 1, DEADLOCK_S * 1000), 1);
	return result;
}

static void two_threads_agree(void **state)
{
	struct putter putter = { .n_items = N_STRESS, .max_bytes = 100, .error = -EIO };
	uintptr_t n = 0;
	pthread_t thread;
	void *item;
	int result;

	(void)state;
	alarm(DEADLOCK_S);
	putter.fifo = open_fifo();
	assert_int_equal(pthread_create(&thread, NULL, put_many, &putter), 0);
	for (; (result = get_any_way(putter.fifo, &item, n)) > 0; n++)
		assert_ptr_equal(item, item_of(n));
	assert_int_equal(result, -EIO);
	assert_int_equal(n, N_STRESS);
	pthread_join(thread, NULL);
	assert_int_equal(fifo_level(putter.fifo).bytes, 0);
	assert_true(fifo_level(putter.fifo).max_bytes <= 100);
	fifo_close(putter.fifo);
	alarm(0);
}

static void nothing_is_lost_when_the_getter_gives_up(void **state)
{
	struct putter putter = { .n_items = UINTPTR_MAX };
	uintptr_t n;
	pthread_t thread;
	void *item;

	(void)state;
	alarm(DEADLOCK_S);
	putter.fifo = open_fifo();
	assert_int_equal(pthread_create(&thread, NULL, put_many, &putter), 0);
	for (n = 0; n < 1000; n++)
		assert_int_equal(fifo_get(putter.fifo, &item), 1);
	fifo_abandon(putter.fifo, -ENOSPC);
	while (fifo_try_get(putter.fifo, &item) > 0) {
		assert_ptr_equal(item, item_of(n));
		n++;
	}
	pthread_join(thread, NULL);
	assert_int_equal(putter.result, -ENOSPC);
	assert_int_equal(putter.n_put, n); /* each item was got or stayed the putter's */
	fifo_close(putter.fifo);
	alarm(0);
}

static void *put_some(void *opaque)
{
	for (uintptr_t i = 1; i <= N_STRESS / 4; i++)
		fifo_put(opaque, item_of(i), 1);
	return NULL;
}

/* A frame's last unref may come from either thread. */
static void several_threads_may_put(void **state)
{
	struct fifo *fifo = open_fifo();
	uint64_t sum = 0, each = N_STRESS / 4;
	pthread_t threads[2];
	void *item;

	(void)state;
	alarm(DEADLOCK_S);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, put_some, fifo), 0);
	for (uint64_t n = 0; n < 2 * each; n++) {
		assert_int_equal(fifo_get(fifo, &item), 1);
		sum += (uintptr_t)item;
	}
	assert_int_equal(sum, each * (each + 1));
	assert_int_equal(fifo_try_get(fifo, &item), -EAGAIN);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	fifo_close(fifo);
	alarm(0);
}

static void *finish_later(void *opaque)
{
	usleep(20000); /* let the getter fall asleep; right in any case */
	fifo_finish(opaque, -ENODEV);
	return NULL;
}

static void finish_wakes_a_sleeping_getter(void **state)
{
	struct fifo *fifo = open_fifo();
	pthread_t thread;
	void *item;

	(void)state;
	alarm(DEADLOCK_S);
	assert_int_equal(pthread_create(&thread, NULL, finish_later, fifo), 0);
	assert_int_equal(fifo_get(fifo, &item), -ENODEV);
	pthread_join(thread, NULL);
	fifo_close(fifo);
	alarm(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_wake_up_is_lost),
		cmocka_unit_test(two_threads_agree),
		cmocka_unit_test(nothing_is_lost_when_the_getter_gives_up),
		cmocka_unit_test(several_threads_may_put),
		cmocka_unit_test(finish_wakes_a_sleeping_getter),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("fifo threads", tests, NULL, NULL);
}
