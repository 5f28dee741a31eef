/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stopping, with and without buffers at the consumer. */
#include "stand.h"

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
		struct stand stand;

		stand_start(&stand, rows[i].io, rows[i].keys, 4, 4);
		stand_frames(&stand, 0, 10);
		stand_mark(&stand);
		assert_int_equal(pool_stop(&stand.pool), 0);
		assert_string_equal(stand_order(&stand), rows[i].stop);
		stand_mark(&stand);
		assert_int_equal(pool_stop(&stand.pool), 0);
		assert_int_equal(stand_no_frame(&stand), POOL_FLUSHING);
		assert_string_equal(stand_order(&stand), "");
		assert_int_equal(stand.log.n_warnings, 0);
		stand_close(&stand);
	}
}

/* Two buffers of the driver's are held over the stop, their frames are whole, and go home one by one. */
static void held_buffers_outlive_the_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct buffer *held[2];
		struct stand stand;

		print_message("# %s %s\n", rows[i].io, rows[i].keys);
		stand_start(&stand, rows[i].io, rows[i].keys, 4, 4);
		held[0] = stand_frame(&stand, 0);
		held[1] = stand_frame(&stand, 1);
		stand_mark(&stand);
		assert_int_equal(pool_stop(&stand.pool), 0);
		assert_string_equal(stand_order(&stand), rows[i].stop_held);
		if (stand.pool.n_held)
			assert_int_equal(pool_start(&stand.pool), -EBUSY);
		stand_check_picture(&stand.format, held[0], 0);
		stand_check_picture(&stand.format, held[1], 1);
		pool_release(&stand.pool, held[0]);
		stand_check_picture(&stand.format, held[1], 1);
		stand_mark(&stand);
		pool_release(&stand.pool, held[1]);
		assert_string_equal(stand_order(&stand), rows[i].last_return);
		assert_int_equal(stand.pool.n_held, 0);
		assert_int_equal(trace_count(&stand.log, 0, STAND, "VIDIOC_STREAMOFF", ""),
				 !!stand.pool.io->put);
		assert_int_equal(stand.log.n_warnings + stand.log.n_errors, 0);
		stand_close(&stand);
	}
}

/* Without orphans, the last return ends the stop; then there is a new beginning. */
static void what_was_stopped_starts_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(stand_modes); i++) {
		struct buffer *held;
		struct stand stand;

		stand_start(&stand, stand_modes[i], NO_ORPHANS, 4, 32);
		stand_frames(&stand, 0, 3);
		held = stand_frame(&stand, 3);
		assert_int_equal(pool_stop(&stand.pool), 0);
		pool_release(&stand.pool, held);
		assert_int_equal(pool_start(&stand.pool), 0);
		assert_int_equal(pool_start(&stand.pool), 0);
		if (stand.pool.io->put)
			stand_frames(&stand, 0, 10);
		stand_close(&stand);
	}
}

static void copies_outlive_the_stream_too(void **state)
{
	struct buffer *held[10];
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "create=no", 4, 4);
	for (uint32_t n = 0; n < 10; n++)
		held[n] = stand_frame(&stand, n);
	assert_int_equal(pool_stop(&stand.pool), 0);
	for (uint32_t n = 10; n--;) {
		stand_check_picture(&stand.format, held[n], n);
		pool_release(&stand.pool, held[n]);
	}
	stand_close(&stand);
}

static void a_flush_begins_anew_and_leaves_the_held_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[3];
		struct stand stand;

		stand_start(&stand, stand_modes[i], "", 4, 4);
		for (uint32_t n = 0; n < 3; n++)
			held[n] = stand_frame(&stand, n);
		stand_mark(&stand);
		assert_int_equal(pool_flush(&stand.pool), 0);
		assert_string_equal(stand_order(&stand), "DQEVENT:ENOENT STREAMOFF QBUF STREAMON");
		assert_int_equal(stand.pool.n_restarts, 1);
		for (uint32_t n = 0; n < 3; n++)
			stand_check_picture(&stand.format, held[n], n);
		for (uint32_t n = 0; n < 3; n++)
			pool_release(&stand.pool, held[n]);
		assert_int_equal(stand.pool.n_queued, 4);
		stand_frames(&stand, 0, 8);
		stand_close(&stand);
	}
}

static void a_source_change_is_told_and_a_flush_forgets_it(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "event=4", 4, 4);
	assert_int_equal(stand_no_frame(&stand), POOL_RES_CHANGE);
	stand_frames(&stand, 0, 8);
	stand_close(&stand);

	stand_start(&stand, "mmap", "event=4", 4, 4);
	stand_mark(&stand);
	assert_int_equal(pool_flush(&stand.pool), 0);
	assert_string_equal(stand_order(&stand), "DQEVENT DQEVENT:ENOENT STREAMOFF QBUF*4 STREAMON");
	stand_frames(&stand, 0, 8);
	stand_close(&stand);
}

/* What comes home while nothing streams is queued when it goes on, and what comes later at once. */
static void a_pause_leaves_time_to_ask(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[2];
		struct stand stand;

		stand_start(&stand, stand_modes[i], "", 4, 4);
		for (uint32_t n = 0; n < 2; n++)
			held[n] = stand_frame(&stand, n);
		stand_mark(&stand);
		assert_int_equal(pool_pause(&stand.pool), 0);
		pool_release(&stand.pool, held[0]);
		assert_string_equal(stand_order(&stand), "DQEVENT:ENOENT STREAMOFF");
		stand_mark(&stand);
		assert_int_equal(pool_resume(&stand.pool), 0);
		stand_check_picture(&stand.format, held[1], 1);
		pool_release(&stand.pool, held[1]);
		assert_string_equal(stand_order(&stand), "QBUF*3 STREAMON QBUF");
		stand_frames(&stand, 0, 8);
		assert_int_equal(pool_pause(&stand.pool), 0);
		stand_mark(&stand);
		assert_int_equal(pool_stop(&stand.pool), 0);
		assert_int_equal(stand_count(&stand, "VIDIOC_STREAMOFF", ""), 0);
		stand_close(&stand);
	}
}

static void a_lost_device_is_left_in_peace(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(stand_modes) * 2; i++) {
		const char *io = stand_modes[i / 2];
		struct buffer *held, *other;
		struct stand stand;

		stand_start(&stand, io, i % 2 ? "unplug=3" : "unplug=3," NO_ORPHANS, 4, 32);
		stand_frames(&stand, 0, 1);
		other = stand_frame(&stand, 1);
		held = stand_frame(&stand, 2);
		stand_mark(&stand);
		for (unsigned n = 0; n < 100; n++)
			assert_int_equal(stand_no_frame(&stand), POOL_DEVLOST);
		assert_in_range(stand.log.n_calls - stand.mark, 1, 3);
		assert_int_equal(stand.log.n_errors, 1);
		stand_mark(&stand);
		pool_release(&stand.pool, other);
		pool_stop(&stand.pool);
		stand_check_picture(&stand.format, held, 2);
		pool_release(&stand.pool, held);
		assert_int_equal(stand_count(&stand, "VIDIOC_QBUF", ""), 0);
		assert_int_equal(stand.log.n_errors, 1);
		assert_int_equal(stand.log.n_warnings, 0);
		stand_close(&stand);
	}
}

static void a_device_lost_when_a_bad_frame_goes_back_is_lost(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "empty=1,fail=qbuf@5:ENODEV:99", 4, 4);
	assert_int_equal(stand_no_frame(&stand), POOL_DEVLOST);
	assert_int_equal(stand.log.n_errors, 1);
	stand_close(&stand);
}

/* Whether the stream stopped or not, the device must not write into memory that is no longer there. */
static void memory_goes_though_streamoff_failed(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "userptr", "fps=1000,fail=streamoff@1:EIO", 4, 4);
	stand_frames(&stand, 0, 1);
	assert_int_equal(pool_stop(&stand.pool), 0);
	stand_close_pool(&stand);
	usleep(5000);
	stand_close(&stand);
}

static void a_streamoff_that_fails_stops_all_the_same(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "fail=streamoff@1:EIO", 4, 4);
	stand_frames(&stand, 0, 5);
	stand_mark(&stand);
	assert_int_equal(pool_stop(&stand.pool), 0);
	assert_int_equal(stand_count(&stand, "VIDIOC_STREAMOFF", ""), 1);
	assert_int_equal(stand_count(&stand, "munmap", ""), 4);
	assert_int_equal(stand.log.n_warnings > 0, 1);
	stand_close(&stand);
}

/* A QBUF that fails once costs the stream a buffer until it is short of them; one that always fails is its
 * end. */
static void a_refused_buffer_is_tried_again_when_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[3];
		struct stand stand;

		stand_start(&stand, stand_modes[i], "create=no,fail=qbuf@6:EINVAL", 4, 4);
		stand_frames(&stand, 0, 2);
		assert_int_equal(stand.pool.n_queued, 3);
		assert_int_equal(stand.log.n_errors, 1);
		for (uint32_t n = 0; n < 3; n++)
			held[n] = stand_frame(&stand, 2 + n);
		assert_int_equal(stand.pool.n_copied, 0);
		assert_int_equal(stand.pool.n_queued, 1);
		for (uint32_t n = 0; n < 3; n++)
			pool_release(&stand.pool, held[n]);
		assert_int_equal(stand.pool.n_queued, 4);
		stand_frames(&stand, 5, 10);
		stand_close(&stand);
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
		struct stand stand;
		int err;

		stand_start(&stand, stand_modes[i % 4], keys[i / 4], 4, 4);
		while ((err = pool_process(&stand.pool, &buffer)) == 0 && n++ < 10) {
			pool_release(&stand.pool, buffer);
			buffer = NULL;
		}
		assert_int_equal(n, 4);
		assert_int_equal(err, -EIO);
		stand_close(&stand);
	}
}

int main(void)
{
	static const struct statement statements[] = {
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

	return statements_run("stop", statements, N_ELEMENTS(statements));
}
