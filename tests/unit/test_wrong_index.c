/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that give back other buffers than they were given. */
#include "pool_fixture.h"

#include <string.h>

#define N_BUFFERS 4

/* v4l2loopback's two ways: the next in turn whatever was queued, and the one queued last; and plain nonsense.
 */
static uint32_t n_given, last_queued;
static enum { ROUND_ROBIN, LAST_QUEUED, NONSENSE } manner;

static int misname(struct device *device, unsigned long request, void *argument)
{
	struct v4l2_buffer *buffer = argument;
	int result = device_sim.ioctl(device, request, argument);

	if (request == VIDIOC_QBUF)
		last_queued = buffer->index;
	if (request != VIDIOC_DQBUF || result < 0)
		return result;
	buffer->index = manner == ROUND_ROBIN   ? ++n_given % N_BUFFERS
			: manner == LAST_QUEUED ? last_queued
						: 31;
	return 0;
}

/* The trace is of no use here: what it is judged by is what the driver breaks. */
static void start(struct device *device, struct video_format *format, struct pool **out)
{
	struct pool *pool;
	static struct device_ops bent;
	struct pool_config config = { .min = N_BUFFERS, .max = N_BUFFERS };
	struct pool_options options = { .io = "mmap" };

	memset(device, 0, sizeof *device);
	n_given = 0;
	assert_int_equal(device_open(device, "sim:type=output,size=96x64,fps=0", DEVICE_OUTPUT), 0);
	bent = *device->ops;
	bent.ioctl = misname;
	device->ops = &bent;
	assert_int_equal(negotiate_get_format(device, format), 0);
	assert_int_equal(pool_open(out, device, format, &options), 0);
	pool = *out;
	assert_int_equal(pool_configure(pool, &config), 0);
	assert_int_equal(pool_start(pool), 0);
}

static int play_one(struct pool *pool)
{
	struct buffer *buffer;

	assert_int_equal(pool_acquire(pool, &buffer), 0);
	assert_int_equal(buffer->owner, BUFFER_HELD);
	buffer->planes[0].bytesused = pool->format.sizeimage[0];
	return pool_queue(pool, buffer, 0);
}

static void frames_go_on(void **state)
{
	(void)state;
	for (manner = ROUND_ROBIN; manner <= LAST_QUEUED; manner++) {
		struct device device;
		struct video_format format;
		struct pool *pool;

		start(&device, &format, &pool);
		for (unsigned i = 0; i < 5 * N_BUFFERS; i++) {
			assert_int_equal(play_one(pool), 0);
			assert_in_range(pool->n_queued, 0, pool->min_latency - 1);
			assert_int_equal(pool->n_held, 0);
			assert_int_equal(allocator_n_free(&pool->allocator) + pool->n_queued, N_BUFFERS);
		}
		assert_int_equal(pool_drain(pool, 0), 0);
		assert_int_equal(pool_stop(pool), 0);
		pool_close(pool);
		device_close(&device);
	}
}

/* A capture device that fills its buffers in turn, queued or not, as v4l2loopback, whose name tells it. */
static void frames_of_a_ring_are_copied_in_time(void **state)
{
	struct buffer *held[3 * N_BUFFERS];
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "ring,driver=v4l2 loopback", N_BUFFERS, N_BUFFERS);
	for (uint32_t i = 0; i < N_ELEMENTS(held); i++)
		held[i] = pool_fixture_frame(&fixture, i);
	for (uint32_t i = 0; i < N_ELEMENTS(held); i++) {
		pool_fixture_check_picture(&fixture.format, held[i], i);
		pool_release(fixture.pool, held[i]);
	}
	pool_fixture_close(&fixture);
}

static void a_buffer_that_is_not_there_is_an_error(void **state)
{
	struct device device;
	struct video_format format;
	struct pool *pool;
	int err = 0;

	(void)state;
	manner = NONSENSE;
	start(&device, &format, &pool);
	for (unsigned i = 0; err == 0 && i < N_BUFFERS; i++)
		err = play_one(pool);
	assert_int_equal(err, -EPROTO);
	pool_close(pool);
	device_close(&device);
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 0, "frames_go_on", frames_go_on, NULL },
		{ 0, "frames_of_a_ring_are_copied_in_time", frames_of_a_ring_are_copied_in_time, NULL },
		{ 37, "buffer_that_is_not_there_is_an_error", a_buffer_that_is_not_there_is_an_error, NULL },
	};

	return table_test_run("misnamed", tests, N_ELEMENTS(tests));
}
