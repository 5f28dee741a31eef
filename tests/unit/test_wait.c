/* Waiting for a frame: cancelling, waking, deadlines. SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rig.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"

#define SOON_NS (50 * NS_PER_MS)

static void make_readable(int fd)
{
	assert_int_equal(eventfd_write(fd, 1), 0);
}

static void clear(int fd)
{
	eventfd_t value;

	assert_int_equal(eventfd_read(fd, &value), 0);
}

static int open_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

struct signaller {
	pthread_t thread;
	int fd;
};

static void *signal_soon(void *opaque)
{
	struct signaller *signaller = opaque;

	usleep(SOON_NS / NS_PER_US);
	eventfd_write(signaller->fd, 1);
	return NULL;
}

static void signal_later(struct signaller *signaller, int fd)
{
	signaller->fd = fd;
	assert_int_equal(pthread_create(&signaller->thread, NULL, signal_soon, signaller), 0);
}

/* The result that a call which waits comes to, and that it waited for it, and not for long. */
static int wait_for(struct rig *rig)
{
	int64_t start = now_ns();
	int result = rig_no_frame(rig);

	assert_in_range(now_ns() - start, SOON_NS / 2, NS_PER_S);
	return result;
}

static void cancelling_ends_the_wait(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rig_modes); i++) {
		struct signaller signaller;
		struct rig rig;

		rig_start(&rig, rig_modes[i], "stall=2,caps=mmap+userptr+dmabuf+rw", 4, 4);
		rig.pool.cancel_fd = open_eventfd();
		rig_frames(&rig, 0, 2);
		rig_mark(&rig);
		signal_later(&signaller, rig.pool.cancel_fd);
		assert_int_equal(wait_for(&rig), POOL_FLUSHING);
		pthread_join(signaller.thread, NULL);
		if (rig.pool.io->put)
			assert_string_equal(rig_order(&rig), "poll");
		rig_mark(&rig);
		assert_int_equal(pool_stop(&rig.pool), 0);
		if (!strcmp(rig_modes[i], "mmap"))
			assert_string_equal(rig_order(&rig), "STREAMOFF munmap*4 REQBUFS(0)");
		close(rig.pool.cancel_fd);
		rig_close(&rig);
	}
}

/* Before any frame, however many are ready; and what is cancelled goes on when that is taken back. */
static void a_cancelled_pool_gives_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rig_modes); i++) {
		struct rig rig;

		rig_start(&rig, rig_modes[i], "", 4, 4);
		rig.pool.cancel_fd = open_eventfd();
		rig_frames(&rig, 0, 2);
		make_readable(rig.pool.cancel_fd);
		rig_mark(&rig);
		for (unsigned n = 0; n < 3; n++)
			assert_int_equal(rig_no_frame(&rig), POOL_FLUSHING);
		assert_string_equal(rig_order(&rig), "poll*3");
		clear(rig.pool.cancel_fd);
		rig_frames(&rig, 2, 5);
		close(rig.pool.cancel_fd);
		rig_close(&rig);
	}
}

static void the_deadline_ends_the_wait(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rig_modes); i++) {
		struct rig rig;

		rig_start(&rig, rig_modes[i], "stall=3", 4, 4);
		rig.pool.deadline_ns = now_ns() + 10 * NS_PER_S;
		rig_frames(&rig, 0, 3);
		rig.pool.deadline_ns = now_ns() + SOON_NS;
		assert_int_equal(wait_for(&rig), POOL_TIMEOUT);
		assert_true(now_ns() >= rig.pool.deadline_ns);
		assert_int_equal(rig_no_frame(&rig), POOL_TIMEOUT); /* it is still past */
		assert_int_equal(rig.log.n_errors, 0);
		rig_close(&rig);
	}
}

static void a_frame_that_is_there_meets_any_deadline(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rig_modes); i++) {
		struct rig rig;

		rig_start(&rig, rig_modes[i], "", 4, 4);
		rig_frames(&rig, 0, 1); /* reading starts with the first */
		rig.pool.deadline_ns = 1;
		rig_frames(&rig, 1, 5);
		rig_close(&rig);
	}
}

/* Buffers that come home matter to a driver that is short of them, and only then. */
static void waking_matters_when_the_driver_runs_low(void **state)
{
	struct buffer *held[2];
	struct rig rig;

	(void)state;
	rig_start(&rig, "mmap", "fps=20,create=no,caps=mmap", 4, 4);
	rig.pool.wake_fd = open_eventfd();
	make_readable(rig.pool.wake_fd);
	held[0] = rig_frame(&rig, 0);
	rig_frames(&rig, 1, 2); /* with three in the driver there is time */
	held[1] = rig_frame(&rig, 3);
	rig_mark(&rig);
	assert_int_equal(rig_no_frame(&rig), POOL_WAKE);
	assert_string_equal(rig_order(&rig), "poll");
	pool_release(&rig.pool, held[0]);
	pool_release(&rig.pool, held[1]);
	rig_frames(&rig, 4, 1);
	close(rig.pool.wake_fd);
	rig_close(&rig);
}

static void a_frame_goes_before_waking(void **state)
{
	struct buffer *held[3];
	struct rig rig;

	(void)state;
	rig_start(&rig, "mmap", "create=no", 4, 4);
	rig.pool.wake_fd = open_eventfd();
	make_readable(rig.pool.wake_fd);
	for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
		held[n] = rig_frame(&rig, n);
	for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
		pool_release(&rig.pool, held[n]);
	close(rig.pool.wake_fd);
	rig_close(&rig);
}

/* An event that is always pending but never there to be had: a broken driver must not outlast the deadline.
 */
static short always_an_event(struct device *device, short revents)
{
	(void)device;
	(void)revents;
	return POLLPRI;
}

static void the_deadline_holds_against_events_without_end(void **state)
{
	struct device_ops ops = device_sim;
	struct rig rig;

	(void)state;
	rig_start(&rig, "mmap", "fps=500", 4, 4);
	ops.revents = always_an_event;
	usleep(20000); /* a frame is ready, and so is the descriptor */
	rig.device.ops = &ops;
	rig.pool.deadline_ns = now_ns() + SOON_NS;
	assert_int_equal(wait_for(&rig), POOL_TIMEOUT);
	rig.device.ops = &device_sim;
	rig_close(&rig);
}

static void nothing_is_polled_before_the_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rig_modes); i++) {
		struct pool_config config = { .min = 4, .max = 4 };
		struct rig rig;

		rig_open(&rig, rig_modes[i], "");
		assert_int_equal(pool_start(&rig.pool), -EINVAL);
		assert_int_equal(rig_no_frame(&rig), POOL_FLUSHING);
		assert_int_equal(pool_configure(&rig.pool, &config), 0);
		assert_int_equal(rig_no_frame(&rig), POOL_FLUSHING);
		assert_string_equal(rig_order(&rig), "");
		rig_close(&rig);
	}
}

static void configuring_is_for_pools_at_rest(void **state)
{
	struct pool_config config = { .min = 4, .max = 4 }, other = { .min = 5, .max = 5 };
	struct buffer *held;
	struct rig rig;

	(void)state;
	rig_start(&rig, "mmap", "caps=mmap", 4, 4);
	rig_mark(&rig);
	assert_int_equal(pool_set_config(&rig.pool, &config), 0); /* nothing new */
	assert_int_equal(pool_set_config(&rig.pool, &other), -EBUSY);
	held = rig_frame(&rig, 0);
	pool_stop(&rig.pool);
	assert_int_equal(pool_set_config(&rig.pool, &other), -EBUSY);
	pool_release(&rig.pool, held);
	assert_int_equal(pool_set_config(&rig.pool, &other), 0);
	assert_int_equal(pool_start(&rig.pool), 0);
	assert_int_equal(rig.pool.granted, 5);
	rig_close(&rig);
}

static void a_maximum_of_one_is_a_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pool_config config = { .min = 0, .max = 1 };
		struct rig rig;

		rig_open(&rig, rig_modes[i], "");
		assert_int_equal(pool_configure(&rig.pool, &config), -EDOM);
		assert_int_equal(rig.log.n_errors, 1);
		assert_int_equal(pool_start(&rig.pool), -EINVAL);
		assert_string_equal(rig_order(&rig), "");
		rig_close(&rig);
	}
}

int main(void)
{
	static const struct statement statements[] = {
		{ 15, "maximum_of_one_is_a_mistake", a_maximum_of_one_is_a_mistake, NULL },
		{ 16, "configuring_is_for_pools_at_rest", configuring_is_for_pools_at_rest, NULL },
		{ 23, "nothing_is_polled_before_the_start", nothing_is_polled_before_the_start, NULL },
		{ 43, "cancelling_ends_the_wait", cancelling_ends_the_wait, NULL },
		{ 43, "cancelled_pool_gives_nothing", a_cancelled_pool_gives_nothing, NULL },
		{ 31, "deadline_ends_the_wait", the_deadline_ends_the_wait, NULL },
		{ 31, "frame_that_is_there_meets_any_deadline", a_frame_that_is_there_meets_any_deadline,
		  NULL },
		{ 31, "deadline_holds_against_events_without_end",
		  the_deadline_holds_against_events_without_end, NULL },
		{ 31, "waking_matters_when_the_driver_runs_low", waking_matters_when_the_driver_runs_low,
		  NULL },
		{ 31, "frame_goes_before_waking", a_frame_goes_before_waking, NULL },
	};

	return statements_run("wait", statements, N_ELEMENTS(statements));
}
