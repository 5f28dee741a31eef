/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io mode rw, and choosing an io mode. */
#include "stand.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"

static void reading_needs_no_buffers_of_the_drivers(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "rw", "", 4, 4);
	stand_frames(&stand, 0, 30);
	assert_int_equal(trace_count(&stand.log, 0, STAND, "VIDIOC_REQBUFS", ""),
			 trace_count(&stand.log, 0, STAND, "VIDIOC_REQBUFS", "count=0"));
	assert_int_equal(trace_count(&stand.log, 0, STAND, "VIDIOC_QBUF", ""), 0);
	assert_int_equal(trace_count(&stand.log, 0, STAND, "VIDIOC_STREAMON", ""), 0);
	assert_int_equal(stand_count(&stand, "read", "size=12288"), 30);
	assert_int_equal(stand_count(&stand, "read", ""), 30);
	assert_int_equal(stand.pool.n_copied, 0);
	stand_close(&stand);
}

static void any_number_of_compressed_bytes_is_a_frame(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "rw", "format=MJPEG,short=3:100", 4, 4);
	for (uint32_t n = 0; n < 6; n++) {
		struct buffer *buffer = NULL;

		assert_int_equal(pool_process(&stand.pool, &buffer), 0);
		assert_int_equal(buffer->info.sequence, n);
		assert_memory_equal(buffer->planes[0].data, "\xff\xd8", 2);
		if (n == 2)
			assert_int_equal(buffer->info.bytes, 100);
		pool_release(&stand.pool, buffer);
	}
	assert_int_equal(stand_count(&stand, "read", ""), 6);
	stand_close(&stand);
}

static void interrupted_reads_are_tried_again(void **state)
{
	static const char *const keys[] = { "fail=read@2:EAGAIN:3", "fail=read@2:EINTR:3", "eagain=2+3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct stand stand;

		stand_start(&stand, "rw", keys[i], 4, 4);
		stand_frames(&stand, 0, 6);
		assert_int_equal(stand.log.n_errors, 0);
		stand_close(&stand);
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
	struct stand stand;

	(void)state;
	stand_start(&stand, "rw", "fps=20", 4, 4);
	ops.revents = never_ready;
	stand.device.ops = &ops;
	start = now_ns();
	stand_frames(&stand, 0, 5);
	assert_in_range(now_ns() - start, 200 * NS_PER_MS, 4000 * NS_PER_MS);
	stand.device.ops = &device_sim;
	stand_close(&stand);
}

static void an_error_that_reading_does_not_clear_ends_it(void **state)
{
	struct device_ops ops = device_sim;
	struct stand stand;

	(void)state;
	stand_start(&stand, "rw", "fail=read@3:EAGAIN:99", 4, 4);
	stand_frames(&stand, 0, 2);
	ops.revents = stand_always_an_error;
	stand.device.ops = &ops;
	stand_mark(&stand);
	assert_int_equal(stand_no_frame(&stand), -EIO);
	assert_in_range(stand.log.n_calls - stand.mark, 2, 4);
	assert_int_equal(stand.log.n_errors, 1);
	stand.device.ops = &device_sim;
	stand_close(&stand);
}

/* As a queue without buffers says to poll(), which write() does not need. */
static void an_error_without_a_stream_ends_no_waiting(void **state)
{
	struct device_ops ops = device_sim;
	struct stand stand;

	(void)state;
	stand_start(&stand, "rw", "fps=500", 4, 4);
	usleep(20000);
	ops.revents = stand_always_an_error;
	stand.device.ops = &ops;
	assert_int_equal(pool_wait_event(&stand.pool), 0);
	assert_int_equal(stand.log.n_errors, 0);
	stand.pool.cancel_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(pool_wait_event(&stand.pool), POOL_FLUSHING);
	close(stand.pool.cancel_fd);
	stand.device.ops = &device_sim;
	stand_close(&stand);
}

static void with_no_memory_left_frames_are_read_away(void **state)
{
	struct pool_options options = { .io = "rw", .memory_limit = 3 * 12288 };
	struct pool_config config = { .min = 2, .max = 2 };
	struct buffer *held[2];
	struct stand stand;

	(void)state;
	stand_open_device(&stand, "");
	assert_int_equal(stand_open_pool(&stand, &options), 0);
	assert_int_equal(pool_configure(&stand.pool, &config), 0);
	assert_int_equal(pool_start(&stand.pool), 0);
	held[0] = stand_frame(&stand, 0);
	held[1] = stand_frame(&stand, 1);
	for (uint32_t n = 2; n < 10; n++) {
		assert_int_equal(stand_no_frame(&stand), POOL_NOBUF);
		assert_int_equal(stand.pool.last.sequence, n);
	}
	stand_check_picture(&stand.format, held[0], 0);
	pool_release(&stand.pool, held[0]);
	held[0] = stand_frame(&stand, 10);
	pool_release(&stand.pool, held[0]);
	pool_release(&stand.pool, held[1]);
	stand_close(&stand);
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
	{ "auto", "caps=userptr+rw", false, "rw", 0 },
	{ "auto", "caps=userptr", false, NULL, -ENOTSUP },
	{ "auto", "planes=2,caps=dmabuf+rw", false, NULL, -ENOTSUP },
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
		struct pool_options options = { .io = choices[i].io };
		struct stand stand;

		print_message("# %s %s\n", choices[i].io ? choices[i].io : "none", choices[i].keys);
		stand_open_device(&stand, choices[i].keys);
		stand.device.emulated = choices[i].emulated;
		assert_int_equal(stand_open_pool(&stand, &options), choices[i].err);
		assert_int_equal(stand.log.n_errors, choices[i].err != 0);
		if (choices[i].chosen)
			assert_string_equal(pool_io_name(&stand.pool), choices[i].chosen);
		stand_close(&stand);
	}
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
		struct stand stand;

		stand_open_device(&stand, "");
		stand.device.emulated = true;
		assert_int_equal(stand_open_pool(&stand, &options), 0);
		stand_mark(&stand);
		assert_int_equal(pool_configure(&stand.pool, &config), 0);
		assert_int_equal(stand.pool.config.max, i ? 32 : 4);
		assert_int_equal(pool_start(&stand.pool), 0);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = stand_frame(&stand, n);
		assert_int_equal(stand_count(&stand, "VIDIOC_CREATE_BUFS", ""), 0);
		assert_int_equal(stand_count(&stand, "read", "size=0"), i);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			pool_release(&stand.pool, held[n]);
		stand_close(&stand);
	}
}

int main(void)
{
	static const struct statement statements[] = {
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
		{ 0, "emulated_format_is_neither_grown_nor_read_at_once",
		  an_emulated_format_is_neither_grown_nor_read_at_once, NULL },
	};

	return statements_run("read", statements, N_ELEMENTS(statements));
}
