/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line between two threads: order, bounds, ends. */
/* Runs under: asan tsan valgrind */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "fifo_fixture.h"
#include "base/array.h"

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
	struct fifo *fifo = open_fifo();
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
		struct fifo *fifo = open_fifo();

		put_range(fifo, 0, head);
		get_range(fifo, 0, head);
		put_range(fifo, head, head + 200);
		get_range(fifo, head, head + 200);
		fifo_close(fifo);
	}
}

static void levels_count_items_and_bytes(void **state)
{
	struct fifo *fifo = open_fifo();
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

static void finish_lets_the_rest_be_got(void **state)
{
	static const struct {
		int said, heard;
	} rows[] = { { 0, 0 }, { -EIO, -EIO }, { -ENOSPC, -ENOSPC }, { -EAGAIN, -EIO } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fifo *fifo = open_fifo();
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
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fifo *fifo = open_fifo();
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
	struct fifo *fifo = open_fifo();
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
	struct fifo *fifo = open_fifo();
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

	fifo = open_fifo();
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
	struct fifo *fifo = open_fifo();
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(close_takes_null),
		cmocka_unit_test(items_come_out_in_order),
		cmocka_unit_test(the_ring_grows_from_any_state),
		cmocka_unit_test(levels_count_items_and_bytes),
		cmocka_unit_test(finish_lets_the_rest_be_got),
		cmocka_unit_test(abandon_refuses_puts_and_yields_what_is_left),
		cmocka_unit_test(both_ends_may_close),
		cmocka_unit_test(the_descriptor_says_when_to_get),
		cmocka_unit_test(puts_wake_only_who_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("fifo", tests, NULL, NULL);
}
