/* The line between two threads. SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/fifo.h"

#define N_STRESS 100000
#define N_ROUNDS 5000
#define DEADLOCK_S 120

/* Items are never looked into: numbers will do. */
static void *item_of(uintptr_t n)
{
	return (void *)n;
}

static struct fifo *open_fifo(uint64_t max_bytes)
{
	struct fifo *fifo = NULL;

	assert_int_equal(fifo_open(&fifo, max_bytes), 0);
	assert_non_null(fifo);
	return fifo;
}

static void put_range(struct fifo *fifo, uintptr_t first, uintptr_t end)
{
	for (uintptr_t i = first; i < end; i++)
		assert_int_equal(fifo_put(fifo, item_of(i), 1), 0);
}

static void get_range(struct fifo *fifo, uintptr_t first, uintptr_t end)
{
	for (uintptr_t i = first; i < end; i++) {
		void *item = NULL;

		assert_int_equal(i % 2 ? fifo_get(fifo, &item) : fifo_try_get(fifo, &item), 1);
		assert_ptr_equal(item, item_of(i));
	}
}

static int readable(struct fifo *fifo)
{
	struct pollfd entry = { .fd = fifo_fd(fifo), .events = POLLIN };

	return poll(&entry, 1, 0);
}

static void close_takes_null(void **state)
{
	(void)state;
	fifo_close(NULL);
}

static void items_come_out_in_order(void **state)
{
	struct fifo *fifo = open_fifo(0);
	void *item;

	(void)state;
	assert_int_equal(fifo_try_get(fifo, &item), -EAGAIN);
	put_range(fifo, 1, 4);
	get_range(fifo, 1, 4);
	assert_int_equal(fifo_try_get(fifo, &item), -EAGAIN);
	fifo_close(fifo);
}

/* Growing while the oldest item lies in the middle of the ring. */
static void the_ring_grows_from_any_state(void **state)
{
	(void)state;
	for (uintptr_t head = 0; head < 40; head++) {
		struct fifo *fifo = open_fifo(0);

		put_range(fifo, 0, head);
		get_range(fifo, 0, head);
		put_range(fifo, head, head + 200);
		get_range(fifo, head, head + 200);
		fifo_close(fifo);
	}
}

static void levels_count_items_and_bytes(void **state)
{
	struct fifo *fifo = open_fifo(0);
	struct fifo_level level = fifo_level(fifo);
	void *item;

	(void)state;
	assert_true(level.items == 0 && level.bytes == 0 && level.max_items == 0 && level.max_bytes == 0);
	assert_int_equal(fifo_put(fifo, item_of(1), 100), 0);
	assert_int_equal(fifo_put(fifo, item_of(2), 0), 0);
	assert_int_equal(fifo_put(fifo, item_of(3), 30), 0);
	level = fifo_level(fifo);
	assert_true(level.items == 3 && level.bytes == 130 && level.max_items == 3 && level.max_bytes == 130);
	assert_int_equal(fifo_get(fifo, &item), 1);
	level = fifo_level(fifo);
	assert_true(level.items == 2 && level.bytes == 30 && level.max_items == 3 && level.max_bytes == 130);
	fifo_close(fifo);
}

static void the_bound_holds_to_the_byte(void **state)
{
	struct fifo *fifo = open_fifo(100);
	void *item;

	(void)state;
	assert_int_equal(fifo_put(fifo, item_of(1), 500), 0); /* it was empty */
	assert_int_equal(fifo_put(fifo, item_of(2), 0), -ENOBUFS);
	assert_int_equal(fifo_get(fifo, &item), 1);
	assert_int_equal(fifo_put(fifo, item_of(3), 60), 0);
	assert_int_equal(fifo_put(fifo, item_of(4), 41), -ENOBUFS);
	assert_int_equal(fifo_put(fifo, item_of(4), UINT64_MAX), -ENOBUFS);
	assert_int_equal(fifo_put(fifo, item_of(4), UINT64_MAX - 59), -ENOBUFS); /* 0 where sums wrap */
	assert_int_equal(fifo_put(fifo, item_of(5), 40), 0);
	assert_int_equal(fifo_put(fifo, item_of(6), 0), 0);
	assert_int_equal(fifo_put(fifo, item_of(7), 1), -ENOBUFS);
	assert_int_equal(fifo_level(fifo).items, 3);
	assert_int_equal(fifo_get(fifo, &item), 1);
	assert_ptr_equal(item, item_of(3));
	assert_int_equal(fifo_put(fifo, item_of(8), 60), 0);
	fifo_close(fifo);
}

static void finish_lets_the_rest_be_got(void **state)
{
	static const struct {
		int said, heard;
	} rows[] = { { 0, 0 }, { -EIO, -EIO }, { -ENOSPC, -ENOSPC }, { -EAGAIN, -EIO } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fifo *fifo = open_fifo(0);
		void *item;

		put_range(fifo, 0, 5);
		fifo_finish(fifo, rows[i].said);
		fifo_finish(fifo, -EINVAL); /* the first word counts */
		assert_int_equal(fifo_put(fifo, item_of(9), 1), -EPIPE);
		get_range(fifo, 0, 5);
		for (int again = 0; again < 2; again++) {
			assert_int_equal(fifo_get(fifo, &item), rows[i].heard);
			assert_int_equal(fifo_try_get(fifo, &item), rows[i].heard);
		}
		fifo_close(fifo);
	}
}

static void abandon_refuses_puts_and_yields_what_is_left(void **state)
{
	static const struct {
		int said, heard;
	} rows[] = { { 0, -EPIPE }, { -ENOSPC, -ENOSPC } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fifo *fifo = open_fifo(0);
		void *item;

		put_range(fifo, 0, 5);
		fifo_abandon(fifo, rows[i].said);
		fifo_abandon(fifo, -EINVAL);
		assert_int_equal(fifo_put(fifo, item_of(9), 1), rows[i].heard);
		assert_int_equal(fifo_level(fifo).items, 5);
		get_range(fifo, 0, 5);
		assert_int_equal(fifo_try_get(fifo, &item), 0);
		assert_int_equal(fifo_get(fifo, &item), 0);
		fifo_close(fifo);
	}
}

static void both_ends_may_close(void **state)
{
	struct fifo *fifo = open_fifo(0);
	void *item;

	(void)state;
	fifo_abandon(fifo, -ENOSPC);
	fifo_finish(fifo, -EIO);
	assert_int_equal(fifo_put(fifo, item_of(1), 1), -ENOSPC);
	assert_int_equal(fifo_get(fifo, &item), -EIO);
	fifo_close(fifo);
}

static void the_descriptor_says_when_to_get(void **state)
{
	struct fifo *fifo = open_fifo(0);
	void *item;

	(void)state;
	assert_int_equal(readable(fifo), 0);
	put_range(fifo, 0, 3); /* before any try: must be heard too */
	assert_int_equal(readable(fifo), 1);
	get_range(fifo, 0, 3);
	assert_int_equal(fifo_try_get(fifo, &item), -EAGAIN);
	assert_int_equal(readable(fifo), 0);
	put_range(fifo, 3, 4);
	assert_int_equal(readable(fifo), 1);
	get_range(fifo, 3, 4);
	put_range(fifo, 4, 5); /* got without -EAGAIN in between */
	assert_int_equal(readable(fifo), 1);
	get_range(fifo, 4, 5);
	assert_int_equal(fifo_try_get(fifo, &item), -EAGAIN);
	assert_int_equal(readable(fifo), 0);
	fifo_finish(fifo, 0);
	assert_int_equal(readable(fifo), 1);
	assert_int_equal(fifo_try_get(fifo, &item), 0);
	assert_int_equal(readable(fifo), 1); /* and stays so */
	fifo_close(fifo);

	fifo = open_fifo(0);
	fifo_abandon(fifo, 0);
	assert_int_equal(readable(fifo), 1);
	fifo_close(fifo);
}

/* The eventfd's counter, which every write(2) to it raises. */
static unsigned long long count_wakes(struct fifo *fifo)
{
	unsigned long long count = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fifo_fd(fifo));
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof line, file) && sscanf(line, "eventfd-count: %llx", &count) != 1)
		;
	fclose(file);
	return count;
}

static void puts_wake_only_who_waits(void **state)
{
	struct fifo *fifo = open_fifo(0);
	void *item;

	(void)state;
	assert_int_equal(count_wakes(fifo), 0);
	put_range(fifo, 0, 50);
	assert_int_equal(count_wakes(fifo), 1);
	get_range(fifo, 0, 50);
	assert_int_equal(fifo_try_get(fifo, &item), -EAGAIN);
	assert_int_equal(count_wakes(fifo), 0);
	put_range(fifo, 50, 100);
	fifo_finish(fifo, 0);
	assert_int_equal(count_wakes(fifo), 1);
	fifo_close(fifo);
}

/* Below, each round blocks and must be woken: a lost wake-up hangs, and alarm() ends it. */

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
	struct pair pair = { open_fifo(1), open_fifo(1) };
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
	int error;  /* to finish with */
	int result; /* of the first put that failed for good */
};

static void *put_many(void *opaque)
{
	struct putter *putter = opaque;

	for (putter->n_put = 0; putter->n_put < putter->n_items; putter->n_put++) {
		do {
			putter->result = fifo_put(putter->fifo, item_of(putter->n_put), putter->n_put % 7);
			if (putter->result == -ENOBUFS)
				sched_yield();
		} while (putter->result == -ENOBUFS);
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
	struct putter putter = { .n_items = N_STRESS, .error = -EIO };
	uintptr_t n = 0;
	pthread_t thread;
	void *item;
	int result;

	(void)state;
	alarm(DEADLOCK_S);
	putter.fifo = open_fifo(100);
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
	putter.fifo = open_fifo(0);
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
	struct fifo *fifo = open_fifo(0);
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
	struct fifo *fifo = open_fifo(0);
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
		cmocka_unit_test(close_takes_null),
		cmocka_unit_test(items_come_out_in_order),
		cmocka_unit_test(the_ring_grows_from_any_state),
		cmocka_unit_test(levels_count_items_and_bytes),
		cmocka_unit_test(the_bound_holds_to_the_byte),
		cmocka_unit_test(finish_lets_the_rest_be_got),
		cmocka_unit_test(abandon_refuses_puts_and_yields_what_is_left),
		cmocka_unit_test(both_ends_may_close),
		cmocka_unit_test(the_descriptor_says_when_to_get),
		cmocka_unit_test(puts_wake_only_who_waits),
		cmocka_unit_test(no_wake_up_is_lost),
		cmocka_unit_test(two_threads_agree),
		cmocka_unit_test(nothing_is_lost_when_the_getter_gives_up),
		cmocka_unit_test(several_threads_may_put),
		cmocka_unit_test(finish_wakes_a_sleeping_getter),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("fifo", tests, NULL, NULL);
}
