/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io mode rw, and choosing an io mode. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"

static void reading_needs_no_buffers_of_the_drivers(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "rw", "", 4, 4);
	pool_fixture_frames(&fixture, 0, 30);
	assert_int_equal(trace_count(&fixture.log, 0, FIXTURE_DEVICE, "VIDIOC_REQBUFS", ""),
			 trace_count(&fixture.log, 0, FIXTURE_DEVICE, "VIDIOC_REQBUFS", "count=0"));
	assert_int_equal(trace_count(&fixture.log, 0, FIXTURE_DEVICE, "VIDIOC_QBUF", ""), 0);
	assert_int_equal(trace_count(&fixture.log, 0, FIXTURE_DEVICE, "VIDIOC_STREAMON", ""), 0);
	assert_int_equal(pool_fixture_count(&fixture, "read", "size=12288"), 30);
	assert_int_equal(pool_fixture_count(&fixture, "read", ""), 30);
	assert_int_equal(fixture.pool->n_copied, 0);
	pool_fixture_close(&fixture);
}

static void any_number_of_compressed_bytes_is_a_frame(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "rw", "format=MJPEG,short=3:100", 4, 4);
	for (uint32_t n = 0; n < 6; n++) {
		struct buffer *buffer = NULL;

		assert_int_equal(pool_fixture_dequeue(&fixture, &buffer), 0);
		assert_int_equal(buffer->info.sequence, n);
		assert_memory_equal(buffer->planes[0].data, "\xff\xd8", 2);
		if (n == 2)
			assert_int_equal(buffer->info.bytes, 100);
		pool_release(fixture.pool, buffer);
	}
	assert_int_equal(pool_fixture_count(&fixture, "read", ""), 6);
	pool_fixture_close(&fixture);
}

static void interrupted_reads_are_tried_again(void **state)
{
	static const char *const keys[] = { "fail=read@2:EAGAIN:3", "fail=read@2:EINTR:3", "eagain=2+3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, "rw", keys[i], 4, 4);
		pool_fixture_frames(&fixture, 0, 6);
		assert_int_equal(fixture.log.n_errors, 0);
		pool_fixture_close(&fixture);
	}
}

/* v4l2loopback 0.12 wakes poll() for those who stream, not for those who read. */
static short never_ready(struct device *device, short revents)
{
	(void)device;
	(void)revents;
	return 0;
}

static void a_driver_that_wakes_no_reader_is_read_all_the_same(void **state)
{
	struct device_ops ops = device_sim;
	int64_t start;
	struct buffer *buffer;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "rw", "fps=20", 4, 4);
	ops.revents = never_ready;
	fixture.device.ops = &ops;
	start = now_ns();
	fixture.deadline_ns = start + 20 * NS_PER_S;
	for (uint32_t n = 0; n < 5; n++) {
		assert_int_equal(pool_fixture_dequeue(&fixture, &buffer), 0);
		assert_true(buffer->info.sequence >= n); /* a loaded machine may miss some */
		pool_release(fixture.pool, buffer);
	}
	assert_true(now_ns() - start >= 200 * NS_PER_MS);
	fixture.device.ops = &device_sim;
	pool_fixture_close(&fixture);
}

static void an_error_that_reading_does_not_clear_ends_it(void **state)
{
	struct device_ops ops = device_sim;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "rw", "fail=read@3:EAGAIN:99", 4, 4);
	pool_fixture_frames(&fixture, 0, 2);
	ops.revents = pool_fixture_poll_error;
	fixture.device.ops = &ops;
	pool_fixture_mark(&fixture);
	assert_int_equal(pool_fixture_no_frame(&fixture), -EIO);
	assert_in_range(fixture.log.n_calls - fixture.mark, 2, 4);
	assert_int_equal(fixture.log.n_errors, 1);
	fixture.device.ops = &device_sim;
	pool_fixture_close(&fixture);
}

/* As a queue without buffers says to poll(), which write() does not need. */
static void an_error_without_a_stream_ends_no_waiting(void **state)
{
	struct device_ops ops = device_sim;
	struct pool_fixture fixture;
	int fd;

	(void)state;
	pool_fixture_start(&fixture, "rw", "", 4, 4);
	ops.revents = pool_fixture_poll_error;
	fixture.device.ops = &ops;
	fd = fixture.device.fd;
	fixture.device.fd = eventfd(1, EFD_CLOEXEC); /* ready, as it is for every event */
	assert_int_equal(pool_wait_event(fixture.pool), 0);
	assert_int_equal(fixture.log.n_errors, 0);
	fixture.pool->cancel_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(pool_wait_event(fixture.pool), POOL_FLUSHING);
	close(fixture.pool->cancel_fd);
	close(fixture.device.fd);
	fixture.device.fd = fd;
	fixture.device.ops = &device_sim;
	pool_fixture_close(&fixture);
}

static void with_no_memory_left_frames_are_read_away(void **state)
{
	struct pool_options options = { .io = "rw", .memory_limit = 3 * 12288 };
	struct pool_config config = { .min = 2, .max = 2 };
	struct buffer *held[2];
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_open_device(&fixture, "");
	assert_int_equal(pool_fixture_open_pool(&fixture, &options), 0);
	assert_int_equal(pool_configure(fixture.pool, &config), 0);
	assert_int_equal(pool_start(fixture.pool), 0);
	held[0] = pool_fixture_frame(&fixture, 0);
	held[1] = pool_fixture_frame(&fixture, 1);
	for (uint32_t n = 2; n < 10; n++) {
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_NOBUF);
		assert_int_equal(fixture.info.sequence, n);
	}
	pool_fixture_check_picture(&fixture.format, held[0], 0);
	pool_release(fixture.pool, held[0]);
	held[0] = pool_fixture_frame(&fixture, 10);
	pool_release(fixture.pool, held[0]);
	pool_release(fixture.pool, held[1]);
	pool_fixture_close(&fixture);
}

/* What each mode needs, and what is said where it is not there. */
static const struct row {
	const char *io, *keys;
	bool emulated;
	const char *chosen; /* NULL: refused */
	int err;
} choices[] = {
	{ "auto", "", false, "mmap", 0 },
	{ NULL, "", false, "mmap", 0 },
	{ "auto", "caps=userptr+rw", false, "userptr", 0 },
	{ "auto", "caps=userptr", false, "userptr", 0 },
	{ "auto", "caps=userptr+dmabuf+rw", true, "rw", 0 },
	{ "auto", "caps=dmabuf+rw", false, "rw", 0 },
	{ "auto", "caps=dmabuf", false, "dmabuf-import", 0 },
	{ "auto", "planes=2,caps=rw", false, NULL, -ENOTSUP },
	{ "mmap", "caps=userptr+rw", false, NULL, -ENOTSUP },
	{ "dmabuf", "caps=userptr+rw", false, NULL, -ENOTSUP },
	{ "userptr", "caps=mmap+dmabuf+rw", false, NULL, -ENOTSUP },
	{ "dmabuf-import", "caps=mmap+userptr+rw", false, NULL, -ENOTSUP },
	{ "rw", "caps=mmap", false, NULL, -ENOTSUP },
	{ "rw", "planes=1", false, "rw", 0 },
	{ "rw", "planes=2", false, NULL, -ENOTSUP },
	{ "mmap", "", true, "mmap", 0 },
	{ "rw", "", true, "rw", 0 },
	{ "dmabuf", "", true, NULL, -ENOTSUP },
	{ "userptr", "", true, NULL, -ENOTSUP },
	{ "dmabuf-import", "", true, NULL, -ENOTSUP },
	{ "mmpa", "", false, NULL, -EINVAL },
	{ "", "", false, NULL, -EINVAL },
};

static void an_io_mode_is_chosen_or_refused_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(choices); i++) {
		struct pool_options options = { .io = choices[i].io, .import_from = "sim:size=96x64" };
		struct pool_fixture fixture;

		print_message("# %s %s\n", choices[i].io ? choices[i].io : "none", choices[i].keys);
		pool_fixture_open_device(&fixture, choices[i].keys);
		fixture.device.emulated = choices[i].emulated;
		assert_int_equal(pool_fixture_open_pool(&fixture, &options), choices[i].err);
		assert_int_equal(fixture.log.n_errors, choices[i].err != 0);
		if (choices[i].chosen)
			assert_string_equal(pool_info(fixture.pool).io, choices[i].chosen);
		pool_fixture_close(&fixture);
	}
}

static void the_choices_of_the_option_are_the_modes(void **state)
{
	(void)state;
	assert_string_equal(io_choices[0], "auto");
	for (size_t i = 0; i < N_IO_MODES; i++)
		assert_string_equal(io_choices[i + 1], io_modes[i]->name);
	assert_null(io_choices[N_IO_MODES + 1]);
}

/* A format that libv4l2 makes: never CREATE_BUFS, and a first read of nothing. */
static void an_emulated_format_is_neither_grown_nor_read_at_once(void **state)
{
	static const char *const modes[] = { "mmap", "rw" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(modes); i++) {
		struct pool_options options = { .io = modes[i] };
		struct pool_config config = { .min = 4, .max = 32 };
		struct buffer *held[8];
		struct pool_fixture fixture;

		pool_fixture_open_device(&fixture, "");
		fixture.device.emulated = true;
		assert_int_equal(pool_fixture_open_pool(&fixture, &options), 0);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_configure(fixture.pool, &config), 0);
		assert_int_equal(fixture.pool->config.max, i ? 32 : 4);
		assert_int_equal(pool_start(fixture.pool), 0);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_CREATE_BUFS", ""), 0);
		assert_int_equal(pool_fixture_count(&fixture, "read", "size=0"), i);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			pool_release(fixture.pool, held[n]);
		pool_fixture_close(&fixture);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 54, "reading_needs_no_buffers_of_the_drivers", reading_needs_no_buffers_of_the_drivers,
		  NULL },
		{ 54, "any_number_of_compressed_bytes_is_a_frame", any_number_of_compressed_bytes_is_a_frame,
		  NULL },
		{ 54, "interrupted_reads_are_tried_again", interrupted_reads_are_tried_again, NULL },
		{ 54, "driver_that_wakes_no_reader_is_read_all_the_same",
		  a_driver_that_wakes_no_reader_is_read_all_the_same, NULL },
		{ 54, "error_that_reading_does_not_clear_ends_it",
		  an_error_that_reading_does_not_clear_ends_it, NULL },
		{ 31, "error_without_a_stream_ends_no_waiting", an_error_without_a_stream_ends_no_waiting,
		  NULL },
		{ 31, "with_no_memory_left_frames_are_read_away", with_no_memory_left_frames_are_read_away,
		  NULL },
		{ 0, "io_mode_is_chosen_or_refused_with_a_reason",
		  an_io_mode_is_chosen_or_refused_with_a_reason, NULL },
		{ 0, "choices_of_the_option_are_the_modes", the_choices_of_the_option_are_the_modes, NULL },
		{ 0, "emulated_format_is_neither_grown_nor_read_at_once",
		  an_emulated_format_is_neither_grown_nor_read_at_once, NULL },
	};

	return table_test_run("read", tests, N_ELEMENTS(tests));
}
