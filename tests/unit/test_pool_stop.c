/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stopping, with and without buffers at the consumer. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <errno.h>
#include <unistd.h>

#define NO_ORPHANS "caps=mmap+userptr+dmabuf+rw"

/* As the trace shows it; what is no call to the device (unmapping an export, freeing our own pages) is not
 * there. */
static const struct row {
	const char *io, *keys, *stop, *stop_held, *last_return;
} rows[] = {
	{ "mmap", "", "STREAMOFF munmap*4 REQBUFS(0)", "STREAMOFF munmap*2 REQBUFS(0)", "munmap" },
	{ "mmap", "planes=3", "STREAMOFF munmap*12 REQBUFS(0)", "STREAMOFF munmap*6 REQBUFS(0)", "munmap*3" },
	{ "mmap", NO_ORPHANS, "STREAMOFF munmap*4 REQBUFS(0)", "STREAMOFF", "munmap*4 REQBUFS(0)" },
	{ "mmap", NO_ORPHANS ",planes=2", "STREAMOFF munmap*8 REQBUFS(0)", "STREAMOFF",
	  "munmap*8 REQBUFS(0)" },
	{ "dmabuf", "", "STREAMOFF REQBUFS(0)", "STREAMOFF REQBUFS(0)", "" },
	{ "dmabuf", NO_ORPHANS, "STREAMOFF REQBUFS(0)", "STREAMOFF", "REQBUFS(0)" },
	{ "userptr", "", "STREAMOFF REQBUFS(0)", "STREAMOFF REQBUFS(0)", "" },
	{ "userptr", NO_ORPHANS, "STREAMOFF REQBUFS(0)", "STREAMOFF", "REQBUFS(0)" },
	{ "dmabuf-import", "", "STREAMOFF REQBUFS(0)", "STREAMOFF REQBUFS(0)", "" },
	{ "dmabuf-import", NO_ORPHANS ",planes=2", "STREAMOFF REQBUFS(0)", "STREAMOFF", "REQBUFS(0)" },
	{ "rw", "", "", "", "" },
};

static void stops_in_order_and_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, rows[i].io, rows[i].keys, 4, 4);
		pool_fixture_frames(&fixture, 0, 10);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_string_equal(pool_fixture_order(&fixture), rows[i].stop);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_FLUSHING);
		assert_string_equal(pool_fixture_order(&fixture), "");
		assert_int_equal(fixture.log.n_warnings, 0);
		pool_fixture_close(&fixture);
	}
}

/* Two buffers of the driver's are held over the stop, their frames are whole, and go home one by one. */
static void held_buffers_outlive_the_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct buffer *held[2];
		struct pool_fixture fixture;

		print_message("# %s %s\n", rows[i].io, rows[i].keys);
		pool_fixture_start(&fixture, rows[i].io, rows[i].keys, 4, 4);
		held[0] = pool_fixture_frame(&fixture, 0);
		held[1] = pool_fixture_frame(&fixture, 1);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_string_equal(pool_fixture_order(&fixture), rows[i].stop_held);
		if (fixture.pool->n_held)
			assert_int_equal(pool_start(fixture.pool), -EBUSY);
		pool_fixture_check_picture(&fixture.format, held[0], 0);
		pool_fixture_check_picture(&fixture.format, held[1], 1);
		pool_release(fixture.pool, held[0]);
		pool_fixture_check_picture(&fixture.format, held[1], 1);
		pool_fixture_mark(&fixture);
		pool_release(fixture.pool, held[1]);
		assert_string_equal(pool_fixture_order(&fixture), rows[i].last_return);
		assert_int_equal(fixture.pool->n_held, 0);
		assert_int_equal(trace_count(&fixture.log, 0, FIXTURE_DEVICE, "VIDIOC_STREAMOFF", ""),
				 !!fixture.pool->io->streams);
		assert_int_equal(fixture.log.n_warnings + fixture.log.n_errors, 0);
		pool_fixture_close(&fixture);
	}
}

/* Without orphans, the last return ends the stop; then there is a new beginning. */
static void what_was_stopped_starts_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct buffer *held;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], NO_ORPHANS, 4, 32);
		pool_fixture_frames(&fixture, 0, 3);
		held = pool_fixture_frame(&fixture, 3);
		assert_int_equal(pool_stop(fixture.pool), 0);
		pool_release(fixture.pool, held);
		assert_int_equal(pool_start(fixture.pool), 0);
		assert_int_equal(pool_start(fixture.pool), 0);
		if (fixture.pool->io->streams)
			pool_fixture_frames(&fixture, 0, 10);
		pool_fixture_close(&fixture);
	}
}

static void copies_outlive_the_stream_too(void **state)
{
	struct buffer *held[10];
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "create=no", 4, 4);
	for (uint32_t n = 0; n < 10; n++)
		held[n] = pool_fixture_frame(&fixture, n);
	assert_int_equal(pool_stop(fixture.pool), 0);
	for (uint32_t n = 10; n--;) {
		pool_fixture_check_picture(&fixture.format, held[n], n);
		pool_release(fixture.pool, held[n]);
	}
	pool_fixture_close(&fixture);
}

static void a_flush_begins_anew_and_leaves_the_held_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[3];
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "", 4, 4);
		for (uint32_t n = 0; n < 3; n++)
			held[n] = pool_fixture_frame(&fixture, n);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_fixture_flush(&fixture), 0);
		assert_string_equal(pool_fixture_order(&fixture), "DQEVENT:ENOENT STREAMOFF QBUF STREAMON");
		assert_int_equal(fixture.pool->n_restarts, 1);
		for (uint32_t n = 0; n < 3; n++)
			pool_fixture_check_picture(&fixture.format, held[n], n);
		for (uint32_t n = 0; n < 3; n++)
			pool_release(fixture.pool, held[n]);
		assert_int_equal(fixture.pool->n_queued, 4);
		pool_fixture_frames(&fixture, 0, 8);
		pool_fixture_close(&fixture);
	}
}

static void a_source_change_is_told_and_a_flush_forgets_it(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "event=4", 4, 4);
	assert_int_equal(pool_fixture_no_frame(&fixture), POOL_RES_CHANGE);
	pool_fixture_frames(&fixture, 0, 8);
	pool_fixture_close(&fixture);

	pool_fixture_start(&fixture, "mmap", "event=4", 4, 4);
	pool_fixture_mark(&fixture);
	assert_int_equal(pool_fixture_flush(&fixture), 0);
	assert_string_equal(pool_fixture_order(&fixture), "DQEVENT DQEVENT:ENOENT STREAMOFF QBUF*4 STREAMON");
	pool_fixture_frames(&fixture, 0, 8);
	pool_fixture_close(&fixture);
}

/* What comes home while nothing streams is queued when it goes on, and what comes later at once. */
static void a_pause_leaves_time_to_ask(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[2];
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "", 4, 4);
		for (uint32_t n = 0; n < 2; n++)
			held[n] = pool_fixture_frame(&fixture, n);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_pause(fixture.pool), 0);
		pool_release(fixture.pool, held[0]);
		assert_string_equal(pool_fixture_order(&fixture), "DQEVENT:ENOENT STREAMOFF");
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_resume(fixture.pool), 0);
		pool_fixture_check_picture(&fixture.format, held[1], 1);
		pool_release(fixture.pool, held[1]);
		assert_string_equal(pool_fixture_order(&fixture), "QBUF*3 STREAMON QBUF");
		pool_fixture_frames(&fixture, 0, 8);
		assert_int_equal(pool_pause(fixture.pool), 0);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_STREAMOFF", ""), 0);
		pool_fixture_close(&fixture);
	}
}

static void a_lost_device_is_left_in_peace(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes) * 2; i++) {
		const char *io = pool_fixture_modes[i / 2];
		struct buffer *held, *other;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, io, i % 2 ? "unplug=3" : "unplug=3," NO_ORPHANS, 4, 32);
		pool_fixture_frames(&fixture, 0, 1);
		other = pool_fixture_frame(&fixture, 1);
		held = pool_fixture_frame(&fixture, 2);
		pool_fixture_mark(&fixture);
		for (unsigned n = 0; n < 100; n++)
			assert_int_equal(pool_fixture_no_frame(&fixture), POOL_DEVLOST);
		assert_in_range(fixture.log.n_calls - fixture.mark, 1, 3);
		assert_int_equal(fixture.log.n_errors, 1);
		pool_fixture_mark(&fixture);
		pool_release(fixture.pool, other);
		pool_stop(fixture.pool);
		pool_fixture_check_picture(&fixture.format, held, 2);
		pool_release(fixture.pool, held);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_QBUF", ""), 0);
		assert_int_equal(fixture.log.n_errors, 1);
		assert_int_equal(fixture.log.n_warnings, 0);
		pool_fixture_close(&fixture);
	}
}

static void a_device_lost_when_a_bad_frame_goes_back_is_lost(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "empty=1,fail=qbuf@5:ENODEV:99", 4, 4);
	assert_int_equal(pool_fixture_no_frame(&fixture), POOL_DEVLOST);
	assert_int_equal(fixture.log.n_errors, 1);
	pool_fixture_close(&fixture);
}

/* Whether the stream stopped or not, the device must not write into memory that is no longer there. */
static void memory_goes_though_streamoff_failed(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "userptr", "fps=1000,fail=streamoff@1:EIO", 4, 4);
	pool_fixture_frames(&fixture, 0, 1);
	assert_int_equal(pool_stop(fixture.pool), 0);
	pool_fixture_close_pool(&fixture);
	usleep(5000);
	pool_fixture_close(&fixture);
}

static void a_streamoff_that_fails_stops_all_the_same(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "fail=streamoff@1:EIO", 4, 4);
	pool_fixture_frames(&fixture, 0, 5);
	pool_fixture_mark(&fixture);
	assert_int_equal(pool_stop(fixture.pool), 0);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_STREAMOFF", ""), 1);
	assert_int_equal(pool_fixture_count(&fixture, "munmap", ""), 4);
	assert_int_equal(fixture.log.n_warnings > 0, 1);
	pool_fixture_close(&fixture);
}

/* A QBUF that fails once costs the stream a buffer until it is short of them; one that always fails is its
 * end. */
static void a_refused_buffer_is_tried_again_when_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[3];
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "create=no,fail=qbuf@6:EINVAL", 4, 4);
		pool_fixture_frames(&fixture, 0, 2);
		assert_int_equal(fixture.pool->n_queued, 3);
		assert_int_equal(fixture.log.n_errors, 1);
		for (uint32_t n = 0; n < 3; n++)
			held[n] = pool_fixture_frame(&fixture, 2 + n);
		assert_int_equal(fixture.pool->n_copied, 0);
		assert_int_equal(fixture.pool->n_queued, 1);
		for (uint32_t n = 0; n < 3; n++)
			pool_release(fixture.pool, held[n]);
		assert_int_equal(fixture.pool->n_queued, 4);
		pool_fixture_frames(&fixture, 5, 10);
		pool_fixture_close(&fixture);
	}
}

/* By an errno of its own too that says something else where the pool says it. */
static void a_driver_that_takes_no_buffer_ends_it(void **state)
{
	static const char *const keys[] = { "fail=qbuf@5:ENOMEM:9999", "fail=qbuf@5:ENOBUFS:9999",
					    "create=no,fail=qbuf@5:ENOBUFS:9999" };

	(void)state;
	for (size_t i = 0; i < 4 * N_ELEMENTS(keys); i++) {
		struct buffer *buffer = NULL;
		unsigned n = 0;
		struct pool_fixture fixture;
		int err;

		pool_fixture_start(&fixture, pool_fixture_modes[i % 4], keys[i / 4], 4, 4);
		while ((err = pool_fixture_dequeue(&fixture, &buffer)) == 0 && n++ < 10) {
			pool_release(fixture.pool, buffer);
			buffer = NULL;
		}
		assert_int_equal(n, 4);
		assert_int_equal(err, -EIO);
		pool_fixture_close(&fixture);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 44, "stops_in_order_and_once", stops_in_order_and_once, NULL },
		{ 44, "what_was_stopped_starts_again", what_was_stopped_starts_again, NULL },
		{ 44, "streamoff_that_fails_stops_all_the_same", a_streamoff_that_fails_stops_all_the_same,
		  NULL },
		{ 44, "memory_goes_though_streamoff_failed", memory_goes_though_streamoff_failed, NULL },
		{ 45, "held_buffers_outlive_the_stream", held_buffers_outlive_the_stream, NULL },
		{ 45, "copies_outlive_the_stream_too", copies_outlive_the_stream_too, NULL },
		{ 45, "flush_begins_anew_and_leaves_the_held_alone",
		  a_flush_begins_anew_and_leaves_the_held_alone, NULL },
		{ 42, "source_change_is_told_and_a_flush_forgets_it",
		  a_source_change_is_told_and_a_flush_forgets_it, NULL },
		{ 42, "pause_leaves_time_to_ask", a_pause_leaves_time_to_ask, NULL },
		{ 41, "lost_device_is_left_in_peace", a_lost_device_is_left_in_peace, NULL },
		{ 41, "device_lost_when_a_bad_frame_goes_back_is_lost",
		  a_device_lost_when_a_bad_frame_goes_back_is_lost, NULL },
		{ 19, "refused_buffer_is_tried_again_when_needed",
		  a_refused_buffer_is_tried_again_when_needed, NULL },
		{ 19, "driver_that_takes_no_buffer_ends_it", a_driver_that_takes_no_buffer_ends_it, NULL },
	};

	return table_test_run("stop", tests, N_ELEMENTS(tests));
}
