/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a frame: cancelling, waking, deadlines. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <errno.h>
#include <poll.h>
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

/* 'S': the process's first thread waits for something. */
static char main_thread_state(void)
{
	FILE *stat;
	char state = 0, path[64];

	snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
	stat = fopen(path, "re");
	if (!stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (stat)
		fclose(stat);
	return state;
}

static void *signal_sleeper(void *opaque)
{
	struct signaller *signaller = opaque;

	while (main_thread_state() != 'S')
		usleep(1000);
	eventfd_write(signaller->fd, 1);
	return NULL;
}

/* The result of a call that waits: the descriptor becomes readable once it does. */
static int signal_while_waiting(struct pool_fixture *fixture, int fd)
{
	struct signaller signaller = { .fd = fd };
	int result;

	assert_int_equal(pthread_create(&signaller.thread, NULL, signal_sleeper, &signaller), 0);
	result = pool_fixture_no_frame(fixture);
	pthread_join(signaller.thread, NULL);
	return result;
}

/* The result of a call that waits for a deadline, but not without end. */
static int wait_for_deadline(struct pool_fixture *fixture)
{
	int result;

	fixture->deadline_ns = now_ns() + SOON_NS;
	result = pool_fixture_no_frame(fixture);
	assert_in_range(now_ns(), fixture->deadline_ns, fixture->deadline_ns + 10 * NS_PER_S);
	return result;
}

static void cancelling_ends_the_wait(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "stall=2,caps=mmap+userptr+dmabuf+rw", 4,
				   4);
		fixture.pool->cancel_fd = open_eventfd();
		pool_fixture_frames(&fixture, 0, 2);
		pool_fixture_mark(&fixture);
		assert_int_equal(signal_while_waiting(&fixture, fixture.pool->cancel_fd), POOL_FLUSHING);
		if (fixture.pool->io->streams)
			assert_string_equal(pool_fixture_order(&fixture), "poll");
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		if (!strcmp(pool_fixture_modes[i], "mmap"))
			assert_string_equal(pool_fixture_order(&fixture), "STREAMOFF munmap*4 REQBUFS(0)");
		close(fixture.pool->cancel_fd);
		pool_fixture_close(&fixture);
	}
}

/* Before any frame, however many are ready; and what is cancelled goes on when that is taken back. */
static void a_cancelled_pool_gives_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "", 4, 4);
		fixture.pool->cancel_fd = open_eventfd();
		pool_fixture_frames(&fixture, 0, 2);
		make_readable(fixture.pool->cancel_fd);
		pool_fixture_mark(&fixture);
		for (unsigned n = 0; n < 3; n++)
			assert_int_equal(pool_fixture_no_frame(&fixture), POOL_FLUSHING);
		assert_string_equal(pool_fixture_order(&fixture), "poll*3");
		clear(fixture.pool->cancel_fd);
		pool_fixture_frames(&fixture, 2, 5);
		close(fixture.pool->cancel_fd);
		pool_fixture_close(&fixture);
	}
}

static void the_deadline_ends_the_wait(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "stall=3", 4, 4);
		fixture.deadline_ns = now_ns() + 10 * NS_PER_S;
		pool_fixture_frames(&fixture, 0, 3);
		assert_int_equal(wait_for_deadline(&fixture), POOL_TIMEOUT);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_TIMEOUT); /* it is still past */
		assert_int_equal(fixture.log.n_errors, 0);
		pool_fixture_close(&fixture);
	}
}

static void a_frame_that_is_there_meets_any_deadline(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "", 4, 4);
		pool_fixture_frames(&fixture, 0, 1); /* reading starts with the first */
		fixture.deadline_ns = 1;
		pool_fixture_frames(&fixture, 1, 5);
		pool_fixture_close(&fixture);
	}
}

/* Buffers that come home matter to a driver that is short of them, and only then. */
static void waking_matters_when_the_driver_runs_low(void **state)
{
	struct buffer *held[2];
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "fps=20,stall=4,create=no,caps=mmap", 4, 4);
	fixture.pool->wake_fd = open_eventfd();
	make_readable(fixture.pool->wake_fd);
	held[0] = pool_fixture_frame(&fixture, 0);
	pool_fixture_frames(&fixture, 1, 2); /* with three in the driver there is time */
	held[1] = pool_fixture_frame(&fixture, 3);
	pool_fixture_mark(&fixture);
	assert_int_equal(pool_fixture_no_frame(&fixture), POOL_WAKE);
	assert_string_equal(pool_fixture_order(&fixture), "poll");
	pool_release(fixture.pool, held[0]);
	pool_release(fixture.pool, held[1]);
	assert_string_equal(pool_fixture_order(&fixture), "poll QBUF*2");
	close(fixture.pool->wake_fd);
	pool_fixture_close(&fixture);
}

static void a_frame_goes_before_waking(void **state)
{
	struct buffer *held[3];
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "create=no", 4, 4);
	fixture.pool->wake_fd = open_eventfd();
	make_readable(fixture.pool->wake_fd);
	for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
		held[n] = pool_fixture_frame(&fixture, n);
	for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
		pool_release(fixture.pool, held[n]);
	close(fixture.pool->wake_fd);
	pool_fixture_close(&fixture);
}

/* An event that is always pending but never there to be had: a broken driver must not outlast the deadline.
 */
static short always_an_event(struct device *device, short revents)
{
	(void)device;
	assert_int_not_equal(revents, 0); /* it is asked for once the descriptor has spoken */
	return POLLPRI;
}

static void the_deadline_holds_against_events_without_end(void **state)
{
	struct device_ops ops = device_sim;
	struct pool_fixture fixture;
	struct pollfd ready;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "", 4, 4);
	ops.revents = always_an_event;
	ready = (struct pollfd){ .fd = fixture.device.fd, .events = POLLIN };
	assert_int_equal(poll(&ready, 1, -1), 1);
	fixture.device.ops = &ops;
	assert_int_equal(wait_for_deadline(&fixture), POOL_TIMEOUT);
	fixture.device.ops = &device_sim;
	pool_fixture_close(&fixture);
}

/* poll() that returns at once, and nothing to dequeue: one restart is tried, and no more. */
static void an_error_that_dequeuing_does_not_tell_ends_it(void **state)
{
	struct device_ops ops = device_sim;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "fail=dqbuf@3:EAGAIN:99", 4, 4);
	pool_fixture_frames(&fixture, 0, 2);
	ops.revents = pool_fixture_poll_error;
	fixture.device.ops = &ops;
	pool_fixture_mark(&fixture);
	assert_int_equal(pool_fixture_no_frame(&fixture), -EIO);
	assert_string_equal(pool_fixture_order(&fixture),
			    "poll DQBUF:EAGAIN STREAMOFF QBUF*4 STREAMON poll DQBUF:EAGAIN");
	assert_int_equal(fixture.log.n_errors, 1);
	fixture.device.ops = &device_sim;
	pool_fixture_close(&fixture);
}

/* Two events at once, the second of which matters, and an error: what stopped the queue is the event. */
static int two_events(struct device *device, unsigned long request, void *argument)
{
	static unsigned n_events;
	struct v4l2_event *event = argument;

	if (request != VIDIOC_DQEVENT)
		return device_sim.ioctl(device, request, argument);
	if (n_events == 2) {
		errno = ENOENT;
		return -1;
	}
	*event = (struct v4l2_event){ .type = n_events++ ? V4L2_EVENT_SOURCE_CHANGE : V4L2_EVENT_CTRL };
	event->u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
	return 0;
}

static short an_event_and_an_error(struct device *device, short revents)
{
	(void)device;
	(void)revents;
	return POLLPRI | POLLERR;
}

static void all_events_are_heard_before_an_error(void **state)
{
	struct device_ops ops = device_sim;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "", 4, 4);
	ops.revents = an_event_and_an_error;
	ops.ioctl = two_events;
	fixture.device.ops = &ops;
	pool_fixture_mark(&fixture);
	assert_int_equal(pool_fixture_no_frame(&fixture), POOL_RES_CHANGE);
	assert_string_equal(pool_fixture_order(&fixture), "poll DQEVENT*2 DQEVENT:ENOENT");
	fixture.device.ops = &device_sim;
	pool_fixture_frames(&fixture, 0, 5);
	pool_fixture_close(&fixture);
}

static void nothing_is_polled_before_the_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct pool_config config = { .min = 4, .max = 4 };
		struct pool_fixture fixture;

		pool_fixture_open(&fixture, pool_fixture_modes[i], "");
		assert_int_equal(pool_start(fixture.pool), -EINVAL);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_FLUSHING);
		assert_int_equal(pool_configure(fixture.pool, &config), 0);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_FLUSHING);
		assert_string_equal(pool_fixture_order(&fixture), "");
		pool_fixture_close(&fixture);
	}
}

static void configuring_is_for_pools_at_rest(void **state)
{
	struct pool_config config = { .min = 4, .max = 4 }, other = { .min = 5, .max = 5 };
	struct buffer *held;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "caps=mmap", 4, 4);
	pool_fixture_mark(&fixture);
	assert_int_equal(pool_set_config(fixture.pool, &config), 0); /* nothing new */
	assert_int_equal(pool_set_config(fixture.pool, &other), -EBUSY);
	held = pool_fixture_frame(&fixture, 0);
	pool_stop(fixture.pool);
	assert_int_equal(pool_set_config(fixture.pool, &other), -EBUSY);
	pool_release(fixture.pool, held);
	assert_int_equal(pool_set_config(fixture.pool, &other), 0);
	assert_int_equal(pool_start(fixture.pool), 0);
	assert_int_equal(fixture.pool->granted, 5);
	pool_fixture_close(&fixture);
}

static void a_maximum_of_one_is_a_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pool_config config = { .min = 0, .max = 1 };
		struct pool_fixture fixture;

		pool_fixture_open(&fixture, pool_fixture_modes[i], "");
		assert_int_equal(pool_configure(fixture.pool, &config), -EDOM);
		assert_int_equal(fixture.log.n_errors, 1);
		assert_int_equal(pool_start(fixture.pool), -EINVAL);
		assert_string_equal(pool_fixture_order(&fixture), "");
		pool_fixture_close(&fixture);
	}
}

static void with_no_buffer_left_waking_is_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pool_options options = { .io = pool_fixture_modes[i],
						.import_from = "sim:size=96x64",
						.memory_limit = 1 };
		struct pool_config config = { .min = 4, .max = 4 };
		int wake = open_eventfd(), cancel = open_eventfd();
		struct buffer *held[3];
		struct pool_fixture fixture;

		/* all but one are held, and that one's frame is lost, as the driver takes none back for now
		 */
		pool_fixture_open_device(&fixture, "create=no,fail=qbuf@5:EINVAL:5");
		assert_int_equal(pool_fixture_open_pool(&fixture, &options), 0);
		assert_int_equal(pool_configure(fixture.pool, &config), 0);
		assert_int_equal(pool_start(fixture.pool), 0);
		for (uint32_t n = 0; n < 3; n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_NOBUF);
		assert_int_equal(fixture.pool->n_queued, 0);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_NOBUF);

		fixture.pool->wake_fd = wake;
		fixture.pool->cancel_fd = cancel;
		assert_int_equal(signal_while_waiting(&fixture, wake), POOL_WAKE);
		clear(wake);
		assert_int_equal(wait_for_deadline(&fixture), POOL_TIMEOUT);
		fixture.deadline_ns = 0;
		assert_int_equal(signal_while_waiting(&fixture, cancel), POOL_FLUSHING);
		clear(cancel);
		for (uint32_t n = 0; n < 3; n++)
			pool_release(fixture.pool, held[n]);
		pool_fixture_frames(&fixture, 4, 8);
		fixture.pool->wake_fd = fixture.pool->cancel_fd = -1;
		pool_fixture_close(&fixture);
		close(wake);
		close(cancel);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 15, "maximum_of_one_is_a_mistake", a_maximum_of_one_is_a_mistake, NULL },
		{ 16, "configuring_is_for_pools_at_rest", configuring_is_for_pools_at_rest, NULL },
		{ 23, "nothing_is_polled_before_the_start", nothing_is_polled_before_the_start, NULL },
		{ 40, "error_that_dequeuing_does_not_tell_ends_it",
		  an_error_that_dequeuing_does_not_tell_ends_it, NULL },
		{ 42, "all_events_are_heard_before_an_error", all_events_are_heard_before_an_error, NULL },
		{ 43, "cancelling_ends_the_wait", cancelling_ends_the_wait, NULL },
		{ 43, "cancelled_pool_gives_nothing", a_cancelled_pool_gives_nothing, NULL },
		{ 31, "deadline_ends_the_wait", the_deadline_ends_the_wait, NULL },
		{ 31, "frame_that_is_there_meets_any_deadline", a_frame_that_is_there_meets_any_deadline,
		  NULL },
		{ 31, "deadline_holds_against_events_without_end",
		  the_deadline_holds_against_events_without_end, NULL },
		{ 31, "waking_matters_when_the_driver_runs_low", waking_matters_when_the_driver_runs_low,
		  NULL },
		{ 31, "with_no_buffer_left_waking_is_waited_for", with_no_buffer_left_waking_is_waited_for,
		  NULL },
		{ 31, "frame_goes_before_waking", a_frame_goes_before_waking, NULL },
	};

	return table_test_run("wait", tests, N_ELEMENTS(tests));
}
