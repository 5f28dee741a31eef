/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver's buffers: probing, getting, growing, giving back. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const struct pool_options mmap_mode = { .io = "mmap" };

static void probe_asks_for_three_memories_first(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_open_device(&fixture, "");
	assert_int_equal(pool_fixture_open_pool(&fixture, &mmap_mode), 0);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "count=0"), 3);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", ""), 3);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "memory=MMAP"), 1);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "memory=USERPTR"), 1);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "memory=DMABUF"), 1);
	pool_fixture_close(&fixture);
}

/* trace_check() sees to it that each follows a REQBUFS(0) of its memory that succeeded. */
static void create_bufs_is_probed_for_what_works(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_open_device(&fixture, "caps=mmap+dmabuf,buffer-caps=no");
	assert_int_equal(pool_fixture_open_pool(&fixture, &mmap_mode), 0);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "count=0"), 3);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", "memory=MMAP"), 1);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", "memory=USERPTR"), 0);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", "memory=DMABUF"), 1);
	assert_false(allocator_supports(&fixture.pool->allocator, V4L2_MEMORY_USERPTR));
	assert_true(allocator_can_create(&fixture.pool->allocator, V4L2_MEMORY_DMABUF));
	pool_fixture_close(&fixture);
}

static void mmap_is_tried_though_no_probe_is_answered(void **state)
{
	static const char *const errors[] = { "EINVAL", "ENOTTY", "EIO" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(errors); i++) {
		struct pool_fixture fixture;
		char keys[60];

		snprintf(keys, sizeof keys, "create=no,fail=probe@1:%s:3", errors[i]);
		pool_fixture_start(&fixture, "auto", keys, 4, 4);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "count=4"), 1);
		assert_string_equal(pool_info(fixture.pool).io, "mmap");
		assert_false(fixture.pool->allocator.can_allocate);
		pool_fixture_frames(&fixture, 0, 5);
		pool_fixture_close(&fixture);
	}
}

static void a_busy_probe_ends_it(void **state)
{
	static const char *const keys[] = { "busy", "fail=probe@1:EBUSY", "fail=probe@2:EBUSY",
					    "fail=probe@3:EBUSY", "fail=create_probe@2:EBUSY" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct pool_fixture fixture;

		pool_fixture_open_device(&fixture, keys[i]);
		assert_int_equal(pool_fixture_open_pool(&fixture, &mmap_mode), -EBUSY);
		assert_int_equal(fixture.log.n_errors, 1);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", ""),
				 pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "count=0"));
		pool_fixture_close(&fixture);
	}
}

/* The answer is yes, but the capabilities say no. */
static int deny_userptr(struct device *device, unsigned long request, void *argument)
{
	struct v4l2_requestbuffers *reqbufs = argument;
	int result = device_sim.ioctl(device, request, argument);

	if (request == VIDIOC_REQBUFS)
		reqbufs->capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_DMABUF;
	return result;
}

static void capabilities_are_believed(void **state)
{
	static const struct pool_options userptr = { .io = "userptr" };
	struct pool_fixture fixture;
	struct allocator allocator;

	(void)state;
	pool_fixture_open_device(&fixture, "");
	pool_fixture_replace_ioctl(&fixture, deny_userptr);
	assert_int_equal(pool_fixture_open_pool(&fixture, &userptr), -ENOTSUP);
	assert_int_equal(fixture.log.n_errors, 1);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", "memory=USERPTR"), 0);
	allocator_init(&allocator, &fixture.device, &fixture.format);
	assert_int_equal(allocator_probe(&allocator), 0);
	assert_true(allocator_supports(&allocator, V4L2_MEMORY_DMABUF));
	assert_false(allocator.can_orphan);
	pool_fixture_close(&fixture);
}

static void reqbufs_asks_for_the_clamped_minimum(void **state)
{
	static const struct {
		uint32_t min, max, driver_min;
		const char *count;
	} cases[] = {
		{ 0, 0, 0, "count=2" }, { 1, 8, 0, "count=2" },   { 5, 5, 0, "count=5" },
		{ 8, 4, 0, "count=4" }, { 40, 0, 0, "count=32" }, { 2, 0, 6, "count=6" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pool_fixture fixture;
		char keys[40];

		snprintf(keys, sizeof keys, "min-buffers=%u", cases[i].driver_min);
		pool_fixture_start(&fixture, "mmap", keys, cases[i].min, cases[i].max);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", ""), 1);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", cases[i].count), 1);
		pool_fixture_close(&fixture);
	}
}

static void querybuf_asks_for_each_once_in_order(void **state)
{
	static const char *const keys[] = { "", "grant=3", "grant=7", "planes=2,grant=32" };
	static const uint32_t granted[] = { 4, 3, 7, 32 };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		const struct trace_call *call;
		uint32_t index = 0;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, "mmap", keys[i], 4, 4);
		for (size_t c = fixture.mark; c < fixture.log.n_calls; c++) {
			call = &fixture.log.calls[c];
			if (!strcmp(call->name, "VIDIOC_QUERYBUF"))
				assert_int_equal(trace_value(call, "index"), index++);
		}
		assert_int_equal(index, granted[i]);
		pool_fixture_close(&fixture);
	}
}

static void what_contradicts_itself_fails_the_start(void **state)
{
	static const char *const keys[] = { "querybuf-index",
					    "short-plane",
					    "querybuf-index,planes=2",
					    "short-plane,planes=2",
					    "fail=querybuf@3:EIO",
					    "grant=33",
					    "grant=64" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys) * 4; i++) {
		struct pool_config config = { .min = 4, .max = 4, .layout = true };
		size_t end;
		struct pool_fixture fixture;

		pool_fixture_open(&fixture, pool_fixture_modes[i % 4], keys[i / 4]);
		assert_int_equal(pool_configure(fixture.pool, &config), 0);
		pool_fixture_mark(&fixture);
		assert_true(pool_start(fixture.pool) < 0);
		end = fixture.log.n_calls - 1;
		assert_string_equal(fixture.log.calls[end].name, "VIDIOC_REQBUFS");
		assert_int_equal(trace_value(&fixture.log.calls[end], "count"), 0);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_QBUF", ""), 0);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_STREAMON", ""), 0);
		assert_int_equal(fixture.log.n_errors, 1);
		pool_fixture_close(&fixture);
	}
}

static void each_plane_is_mapped(void **state)
{
	static const struct {
		const char *keys;
		unsigned n_maps;
	} cases[] = { { "", 4 }, { "planes=1", 4 }, { "planes=2", 8 }, { "planes=3,grant=5", 15 } };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, "mmap", cases[i].keys, 4, 4);
		assert_int_equal(pool_fixture_count(&fixture, "mmap", ""), cases[i].n_maps);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_EXPBUF", ""), 0);
		pool_fixture_frames(&fixture, 0, 10);
		assert_int_equal(pool_fixture_count(&fixture, "mmap", ""), cases[i].n_maps);
		pool_fixture_close(&fixture);
	}
}

static void each_plane_is_exported(void **state)
{
	static const struct {
		const char *keys;
		unsigned n_exports;
	} cases[] = { { "", 4 }, { "planes=1", 4 }, { "planes=2", 8 }, { "planes=3,grant=5", 15 } };
	char flags[24];

	(void)state;
	snprintf(flags, sizeof flags, "flags=0x%x", O_CLOEXEC | O_RDWR);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, "dmabuf", cases[i].keys, 4, 4);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_EXPBUF", flags), cases[i].n_exports);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_EXPBUF", ""), cases[i].n_exports);
		pool_fixture_frames(&fixture, 0, 10);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_EXPBUF", ""), cases[i].n_exports);
		for (uint32_t b = 0; b < fixture.pool->granted; b++)
			for (uint32_t p = 0; p < fixture.format.n_planes; p++)
				assert_int_equal(
					fcntl(fixture.pool->allocator.buffers[b].planes[p].fd, F_GETFD),
					FD_CLOEXEC);
		pool_fixture_close(&fixture);
	}
}

static void a_refused_reqbufs_can_be_asked_again(void **state)
{
	struct pool_config config = { .min = 4, .max = 32 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pool_fixture fixture;

		pool_fixture_open(&fixture, pool_fixture_modes[i], "fail=reqbufs@1:EINVAL");
		assert_int_equal(pool_configure(fixture.pool, &config), 0);
		assert_true(pool_start(fixture.pool) < 0);
		assert_string_equal(pool_fixture_order(&fixture), "REQBUFS(4):EINVAL");
		assert_int_equal(pool_start(fixture.pool), 0);
		pool_fixture_frames(&fixture, 0, 5);
		pool_fixture_close(&fixture);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 1, "probe_asks_for_three_memories_first", probe_asks_for_three_memories_first, NULL },
		{ 2, "create_bufs_is_probed_for_what_works", create_bufs_is_probed_for_what_works, NULL },
		{ 2, "capabilities_are_believed", capabilities_are_believed, NULL },
		{ 3, "mmap_is_tried_though_no_probe_is_answered", mmap_is_tried_though_no_probe_is_answered,
		  NULL },
		{ 4, "busy_probe_ends_it", a_busy_probe_ends_it, NULL },
		{ 5, "reqbufs_asks_for_clamped_minimum", reqbufs_asks_for_the_clamped_minimum, NULL },
		{ 6, "querybuf_asks_for_each_once_in_order", querybuf_asks_for_each_once_in_order, NULL },
		{ 7, "what_contradicts_itself_fails_the_start", what_contradicts_itself_fails_the_start,
		  NULL }, /* and 8 */
		{ 9, "each_plane_is_mapped", each_plane_is_mapped, NULL },
		{ 10, "each_plane_is_exported", each_plane_is_exported, NULL },
		{ 18, "refused_reqbufs_can_be_asked_again", a_refused_reqbufs_can_be_asked_again, NULL },
	};

	return table_test_run("allocator", tests, N_ELEMENTS(tests));
}
