/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Growing by CREATE_BUFS, the free line, orphans. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void release_all(struct pool_fixture *fixture, struct buffer **held, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		pool_release(fixture->pool, held[i]);
}

/* The shortage that would be copied out of is grown out of. */
static void shortage_is_grown_out_of(void **state)
{
	static const struct {
		const char *io, *keys, *order;
	} cases[] = {
		{ "mmap", "grant=2", "poll DQBUF G_FMT CREATE_BUFS(1) QUERYBUF mmap QBUF" },
		{ "mmap", "grant=2,planes=3", "poll DQBUF G_FMT CREATE_BUFS(1) QUERYBUF mmap*3 QBUF" },
		{ "dmabuf", "grant=2,planes=2", "poll DQBUF G_FMT CREATE_BUFS(1) QUERYBUF EXPBUF*2 QBUF" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, cases[i].io, cases[i].keys, 4, 32);
		pool_fixture_mark(&fixture);
		pool_fixture_frames(&fixture, 0, 1);
		/* what was held comes back behind it */
		assert_memory_equal(pool_fixture_order(&fixture), cases[i].order, strlen(cases[i].order));
		pool_fixture_frames(&fixture, 1, 10);
		assert_int_equal(fixture.pool->n_copied, 0);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", ""), 1);
		pool_fixture_close(&fixture);
	}
}

static void growth_stops_at_the_maximum(void **state)
{
	static const uint32_t maxima[] = { 4, 5, 7, 32, 0 };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(maxima) * 4; i++) {
		uint32_t max = maxima[i / 4] ? maxima[i / 4] : 32;
		struct buffer *held[40] = { NULL };
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i % 4], "", 4, maxima[i / 4]);
		for (uint32_t n = 0; n < 40; n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(pool_info(fixture.pool).allocated, max);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", ""), max - 4);
		release_all(&fixture, held, 40);
		pool_fixture_frames(&fixture, 40, 10);
		pool_fixture_close(&fixture);
	}
}

static void growth_that_fails_is_not_tried_again(void **state)
{
	static const char *const keys[] = { "fail=create_bufs@1:ENOMEM", "fail=create_bufs@3:EINVAL",
					    "fail=querybuf@5:EIO", "fail=create_bufs@2:EBUSY:9" };
	static const unsigned n_created[] = { 1, 3, 1, 2 };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys) * 4; i++) {
		struct buffer *held[40] = { NULL };
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i % 4], keys[i / 4], 4, 32);
		for (uint32_t n = 0; n < 40; n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", ""), n_created[i / 4]);
		release_all(&fixture, held, 40);
		assert_int_equal(pool_stop(fixture.pool), 0);
		/* another start, another chance */
		assert_int_equal(pool_start(fixture.pool), 0);
		assert_true(fixture.pool->allocator.can_allocate);
		pool_fixture_close(&fixture);
	}
}

/* A buffer that is there but cannot be mapped must not be given to the driver: nobody could read the frame.
 */
static void a_new_buffer_without_memory_is_not_used(void **state)
{
	static const struct {
		const char *io, *keys;
	} cases[] = {
		{ "mmap", "fail=mmap@5:ENOMEM:99" },        { "mmap", "planes=2,fail=mmap@10:ENOMEM:99" },
		{ "dmabuf", "fail=expbuf@5:EMFILE:99" },    { "dmabuf", "planes=3,fail=expbuf@14:EMFILE:99" },
		{ "mmap", "fail=mmap@5:ENOMEM:99,eio=12" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct buffer *held[8] = { NULL };
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, cases[i].io, cases[i].keys, 4, 8);
		for (uint32_t n = 0; n < 8; n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", ""), 1);
		release_all(&fixture, held, 8);
		/* stopped and started within: whatever is queued then has memory */
		assert_int_equal(pool_fixture_flush(&fixture), 0);
		for (uint32_t n = 0; n < 20; n++) {
			struct buffer *buffer = NULL;

			assert_int_equal(pool_fixture_dequeue(&fixture, &buffer), 0);
			for (uint32_t p = 0; p < buffer->n_planes; p++)
				assert_non_null(buffer->planes[p].data);
			pool_fixture_check_picture(&fixture.format, buffer, buffer->info.sequence);
			pool_release(fixture.pool, buffer);
		}
		pool_fixture_close(&fixture);
	}
}

static struct {
	uint32_t count, index;
} bent_answer;

static int bend_create_bufs(struct device *device, unsigned long request, void *argument)
{
	struct v4l2_create_buffers *create = argument;
	bool growing = request == VIDIOC_CREATE_BUFS && create->count > 0;
	int result = device_sim.ioctl(device, request, argument);

	if (growing && result == 0) {
		create->count = bent_answer.count;
		create->index = bent_answer.index;
	}
	return result;
}

static void a_driver_that_grows_wrongly_is_not_believed(void **state)
{
	static const struct {
		uint32_t count, index;
	} answers[] = { { 0, 4 },  { 2, 4 },  { 1, 0 },  { 1, 3 },          { 1, 32 },
			{ 1, 33 }, { 1, 63 }, { 1, 64 }, { 1, UINT32_MAX }, { UINT32_MAX, 4 } };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(answers); i++) {
		struct buffer *held[8] = { NULL };
		struct pool_fixture fixture;

		bent_answer.count = answers[i].count;
		bent_answer.index = answers[i].index;
		pool_fixture_open(&fixture, "mmap", "");
		pool_fixture_replace_ioctl(&fixture, bend_create_bufs);
		assert_int_equal(pool_configure(fixture.pool, &(struct pool_config){ .min = 4, .max = 32 }),
				 0);
		assert_int_equal(pool_start(fixture.pool), 0);
		for (uint32_t n = 0; n < 8; n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", "count=1"), 1);
		assert_int_equal(pool_info(fixture.pool).allocated, 4);
		release_all(&fixture, held, 8);
		pool_fixture_close(&fixture);
	}
}

static void the_allocator_starts_and_stops_once(void **state)
{
	struct allocator allocator;
	struct buffer *buffer;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_open_device(&fixture, "");
	allocator_init(&allocator, &fixture.device, &fixture.format);
	assert_int_equal(allocator_probe(&allocator), 0);
	pool_fixture_mark(&fixture);
	assert_int_equal(allocator_start(&allocator, 0, V4L2_MEMORY_MMAP), -EINVAL);
	assert_int_equal(allocator_stop(&allocator), 0);
	assert_string_equal(pool_fixture_order(&fixture), "");
	assert_int_equal(allocator_start(&allocator, 3, V4L2_MEMORY_MMAP), 3);
	pool_fixture_mark(&fixture);
	assert_int_equal(allocator_start(&allocator, 3, V4L2_MEMORY_MMAP), -EBUSY);
	buffer = allocator_acquire(&allocator);
	assert_int_equal(buffer->index, 0);
	assert_int_equal(allocator_stop(&allocator), -EBUSY);
	assert_string_equal(pool_fixture_order(&fixture), "");
	allocator_release(&allocator, buffer);
	for (uint32_t i = 1; i < 4; i++) { /* first in, first out */
		buffer = allocator_acquire(&allocator);
		assert_int_equal(buffer->index, i % 3);
		allocator_release(&allocator, buffer);
	}
	assert_int_equal(allocator_n_free(&allocator), 3);
	assert_int_equal(allocator_stop(&allocator), 0);
	assert_string_equal(pool_fixture_order(&fixture), "REQBUFS(0)");
	pool_fixture_close(&fixture);
}

static void only_who_can_orphans(void **state)
{
	static const char *const keys[] = { "", "caps=mmap", "buffer-caps=no" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct allocator allocator;
		struct pool_fixture fixture;

		pool_fixture_open_device(&fixture, keys[i]);
		allocator_init(&allocator, &fixture.device, &fixture.format);
		assert_int_equal(allocator_probe(&allocator), 0);
		assert_int_equal(allocator.can_orphan, i == 0);
		assert_int_equal(allocator_start(&allocator, 4, V4L2_MEMORY_MMAP), 4);
		pool_fixture_mark(&fixture);
		assert_int_equal(allocator_orphan(&allocator), i == 0 ? 0 : -ENOTSUP);
		assert_string_equal(pool_fixture_order(&fixture), i == 0 ? "REQBUFS(0)" : "");
		pool_fixture_mark(&fixture);
		assert_int_equal(allocator_stop(&allocator), 0);
		assert_string_equal(pool_fixture_order(&fixture), i == 0 ? "" : "REQBUFS(0)");
		pool_fixture_mark(&fixture);
		assert_int_equal(allocator_start(&allocator, 4, V4L2_MEMORY_MMAP), i == 0 ? -EBUSY : 4);
		assert_int_equal(allocator_stop(&allocator), 0);
		pool_fixture_close(&fixture);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 28, "shortage_is_grown_out_of", shortage_is_grown_out_of, NULL },
		{ 29, "growth_that_fails_is_not_tried_again", growth_that_fails_is_not_tried_again, NULL },
		{ 29, "new_buffer_without_memory_is_not_used", a_new_buffer_without_memory_is_not_used,
		  NULL },
		{ 30, "growth_stops_at_the_maximum", growth_stops_at_the_maximum, NULL },
		{ 30, "driver_that_grows_wrongly_is_not_believed",
		  a_driver_that_grows_wrongly_is_not_believed, NULL },
		{ 0, "allocator_starts_and_stops_once", the_allocator_starts_and_stops_once, NULL },
		{ 45, "only_who_can_orphans", only_who_can_orphans, NULL },
	};

	return table_test_run("grow", tests, N_ELEMENTS(tests));
}
