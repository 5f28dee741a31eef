/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several pools in one loop: waiting on all of them, and what never waits. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"

struct exchange {
	struct pool_fixture camera;
	struct device display;
	struct pool *output;
	unsigned n_returned;
};

static void exchange_open(struct exchange *exchange, const char *display)
{
	struct pool_options options = { .io = "dmabuf-import", .foreign = true };
	struct pool_config config = { .min = 3, .max = 3 };
	char name[80];

	*exchange = (struct exchange){ 0 };
	pool_fixture_start(&exchange->camera, "dmabuf", "", 6, 6);
	snprintf(name, sizeof name, "sim:type=output,size=96x64,%s", display);
	assert_int_equal(device_open(&exchange->display, name, DEVICE_OUTPUT), 0);
	assert_int_equal(pool_open(&exchange->output, &exchange->display, &exchange->camera.format, &options),
			 0);
	assert_int_equal(pool_configure(exchange->output, &config), 0);
	assert_int_equal(pool_start(exchange->output), 0);
}

static void exchange_close(struct exchange *exchange)
{
	pool_close(exchange->output);
	device_close(&exchange->display);
	pool_fixture_close(&exchange->camera);
}

/* The display is done with a buffer of the camera's. */
static void return_to_camera(struct buffer *buffer)
{
	struct exchange *exchange = buffer->opaque;

	exchange->n_returned++;
	pool_release(exchange->camera.pool, buffer);
}

static void one_poll_a_turn_serves_two_pools(void **state)
{
	struct exchange exchange;
	struct pool_fixture *camera = &exchange.camera;
	unsigned n_frames = 0;

	(void)state;
	exchange_open(&exchange, "fps=0");
	pool_set_cpu_access(camera->pool, false);
	pool_fixture_mark(camera);
	while (n_frames < 12) {
		struct pool *pools[] = { camera->pool, exchange.output };
		struct buffer *frame;

		assert_int_equal(pool_wait(pools, 2, NULL, 0, now_ns() + 10 * NS_PER_S), 0);
		assert_int_equal(pool_reclaim(exchange.output), 0);
		if (pool_dequeue(camera->pool, POOL_PAST, &frame, &camera->info) == POOL_TIMEOUT)
			continue;
		assert_int_equal(camera->info.sequence, n_frames++);
		frame->done = return_to_camera;
		frame->opaque = &exchange;
		assert_int_equal(pool_try_queue(exchange.output, frame), 0);
	}
	assert_in_range(exchange.n_returned, 10, 12);
	assert_int_equal(pool_fixture_count(camera, "poll", ""),
			 pool_fixture_count(camera, "VIDIOC_DQBUF", ""));
	assert_int_equal(pool_info(exchange.output).n_copied, 0);
	exchange_close(&exchange);
}

static void pools_with_nothing_queued_are_left_out(void **state)
{
	struct pollfd woken = { .fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN };
	struct exchange exchange;
	struct buffer *frame;

	(void)state;
	exchange_open(&exchange, "fps=0");
	assert_int_equal(pool_wait(&exchange.output, 1, &woken, 1, POOL_PAST), POOL_TIMEOUT);
	assert_int_equal(pool_reclaim(exchange.output), 0);
	assert_int_equal(eventfd_write(woken.fd, 1), 0);
	assert_int_equal(pool_wait(&exchange.output, 1, &woken, 1, 0), 0);
	assert_int_equal(woken.revents, POLLIN);
	/* nothing was there when it was looked, so that nothing is asked again without waiting */
	frame = pool_fixture_frame(&exchange.camera, 0);
	pool_release(exchange.camera.pool, frame);
	exchange_close(&exchange);
	close(woken.fd);
}

/* The frame stays the caller's. */
static void full_output_takes_no_more(void **state)
{
	struct exchange exchange;
	struct buffer *frame;

	(void)state;
	exchange_open(&exchange, "fps=1/1000");
	for (uint32_t n = 0; n < 4; n++) {
		frame = pool_fixture_frame(&exchange.camera, n);
		frame->done = return_to_camera;
		frame->opaque = &exchange;
		assert_int_equal(pool_try_queue(exchange.output, frame), n < 3 ? 0 : POOL_NOBUF);
	}
	assert_int_equal(exchange.n_returned, 0);
	pool_release(exchange.camera.pool, frame);
	exchange_close(&exchange);
	assert_int_equal(exchange.n_returned, 3);
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 24, "one_poll_a_turn_serves_two_pools", one_poll_a_turn_serves_two_pools, NULL },
		{ 23, "pools_with_nothing_queued_are_left_out", pools_with_nothing_queued_are_left_out,
		  NULL },
		{ 31, "full_output_takes_no_more", full_output_takes_no_more, NULL },
	};

	return table_test_run("several pools", tests, N_ELEMENTS(tests));
}
