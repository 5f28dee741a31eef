/* Stopping, with and without buffers at the consumer. SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rig.h"

#include <errno.h>

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
		struct rig rig;

		rig_start(&rig, rows[i].io, rows[i].keys, 4, 4);
		rig_frames(&rig, 0, 10);
		rig_mark(&rig);
		assert_int_equal(pool_stop(&rig.pool), 0);
		assert_string_equal(rig_order(&rig), rows[i].stop);
		rig_mark(&rig);
		assert_int_equal(pool_stop(&rig.pool), 0);
		assert_int_equal(rig_no_frame(&rig), POOL_FLUSHING);
		assert_string_equal(rig_order(&rig), "");
		assert_int_equal(rig.log.n_warnings, 0);
		rig_close(&rig);
	}
}

/* Two buffers of the driver's are held over the stop, their frames are whole, and go home one by one. */
static void held_buffers_outlive_the_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct buffer *held[2];
		struct rig rig;

		print_message("# %s %s\n", rows[i].io, rows[i].keys);
		rig_start(&rig, rows[i].io, rows[i].keys, 4, 4);
		held[0] = rig_frame(&rig, 0);
		held[1] = rig_frame(&rig, 1);
		rig_mark(&rig);
		assert_int_equal(pool_stop(&rig.pool), 0);
		assert_string_equal(rig_order(&rig), rows[i].stop_held);
		if (rig.pool.n_held)
			assert_int_equal(pool_start(&rig.pool), -EBUSY);
		rig_check_picture(&rig.format, held[0], 0);
		rig_check_picture(&rig.format, held[1], 1);
		pool_release(&rig.pool, held[0]);
		rig_check_picture(&rig.format, held[1], 1);
		rig_mark(&rig);
		pool_release(&rig.pool, held[1]);
		assert_string_equal(rig_order(&rig), rows[i].last_return);
		assert_int_equal(rig.pool.n_held, 0);
		assert_int_equal(trace_count(&rig.log, 0, RIG, "VIDIOC_STREAMOFF", ""), !!rig.pool.io->put);
		assert_int_equal(rig.log.n_warnings + rig.log.n_errors, 0);
		rig_close(&rig);
	}
}

/* Without orphans, the last return ends the stop; then there is a new beginning. */
static void what_was_stopped_starts_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rig_modes); i++) {
		struct buffer *held;
		struct rig rig;

		rig_start(&rig, rig_modes[i], NO_ORPHANS, 4, 32);
		rig_frames(&rig, 0, 3);
		held = rig_frame(&rig, 3);
		assert_int_equal(pool_stop(&rig.pool), 0);
		pool_release(&rig.pool, held);
		assert_int_equal(pool_start(&rig.pool), 0);
		assert_int_equal(pool_start(&rig.pool), 0);
		if (rig.pool.io->put)
			rig_frames(&rig, 0, 10);
		rig_close(&rig);
	}
}

static void copies_outlive_the_stream_too(void **state)
{
	struct buffer *held[10];
	struct rig rig;

	(void)state;
	rig_start(&rig, "mmap", "create=no", 4, 4);
	for (uint32_t n = 0; n < 10; n++)
		held[n] = rig_frame(&rig, n);
	assert_int_equal(pool_stop(&rig.pool), 0);
	for (uint32_t n = 10; n--;) {
		rig_check_picture(&rig.format, held[n], n);
		pool_release(&rig.pool, held[n]);
	}
	rig_close(&rig);
}

static void a_flush_begins_anew_and_leaves_the_held_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[3];
		struct rig rig;

		rig_start(&rig, rig_modes[i], "", 4, 4);
		for (uint32_t n = 0; n < 3; n++)
			held[n] = rig_frame(&rig, n);
		rig_mark(&rig);
		assert_int_equal(pool_flush(&rig.pool), 0);
		assert_string_equal(rig_order(&rig), "DQEVENT:ENOENT STREAMOFF QBUF STREAMON");
		assert_int_equal(rig.pool.n_restarts, 1);
		for (uint32_t n = 0; n < 3; n++)
			rig_check_picture(&rig.format, held[n], n);
		for (uint32_t n = 0; n < 3; n++)
			pool_release(&rig.pool, held[n]);
		assert_int_equal(rig.pool.n_queued, 4);
		rig_frames(&rig, 0, 8);
		rig_close(&rig);
	}
}

static void a_source_change_is_told_and_a_flush_forgets_it(void **state)
{
	struct rig rig;

	(void)state;
	rig_start(&rig, "mmap", "event=4", 4, 4);
	assert_int_equal(rig_no_frame(&rig), POOL_RES_CHANGE);
	rig_frames(&rig, 0, 8);
	rig_close(&rig);

	rig_start(&rig, "mmap", "event=4", 4, 4);
	rig_mark(&rig);
	assert_int_equal(pool_flush(&rig.pool), 0);
	assert_string_equal(rig_order(&rig), "DQEVENT DQEVENT:ENOENT STREAMOFF QBUF*4 STREAMON");
	rig_frames(&rig, 0, 8);
	rig_close(&rig);
}

static void a_lost_device_is_left_in_peace(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rig_modes) * 2; i++) {
		const char *io = rig_modes[i / 2];
		struct buffer *held = NULL;
		struct rig rig;

		rig_start(&rig, io, i % 2 ? "unplug=3" : "unplug=3," NO_ORPHANS, 4, 32);
		rig_frames(&rig, 0, 2);
		held = rig_frame(&rig, 2);
		rig_mark(&rig);
		for (unsigned n = 0; n < 100; n++)
			assert_int_equal(rig_no_frame(&rig), POOL_DEVLOST);
		assert_in_range(rig.log.n_calls - rig.mark, 1, 3);
		assert_int_equal(rig.log.n_errors, 1);
		rig_mark(&rig);
		pool_stop(&rig.pool);
		rig_check_picture(&rig.format, held, 2);
		pool_release(&rig.pool, held);
		assert_int_equal(rig_count(&rig, "VIDIOC_QBUF", ""), 0);
		assert_int_equal(rig.log.n_errors, 1);
		assert_int_equal(rig.log.n_warnings, 0);
		rig_close(&rig);
	}
}

static void a_streamoff_that_fails_stops_all_the_same(void **state)
{
	struct rig rig;

	(void)state;
	rig_start(&rig, "mmap", "fail=streamoff@1:EIO", 4, 4);
	rig_frames(&rig, 0, 5);
	rig_mark(&rig);
	assert_int_equal(pool_stop(&rig.pool), 0);
	assert_int_equal(rig_count(&rig, "VIDIOC_STREAMOFF", ""), 1);
	assert_int_equal(rig_count(&rig, "munmap", ""), 4);
	assert_int_equal(rig.log.n_warnings > 0, 1);
	rig_close(&rig);
}

/* A QBUF that fails once costs the stream a buffer until it is short of them; one that always fails is its
 * end. */
static void a_refused_buffer_is_tried_again_when_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[3];
		struct rig rig;

		rig_start(&rig, rig_modes[i], "create=no,fail=qbuf@6:EINVAL", 4, 4);
		rig_frames(&rig, 0, 2);
		assert_int_equal(rig.pool.n_queued, 3);
		assert_int_equal(rig.log.n_errors, 1);
		for (uint32_t n = 0; n < 3; n++)
			held[n] = rig_frame(&rig, 2 + n);
		assert_int_equal(rig.pool.n_copied, 0);
		assert_int_equal(rig.pool.n_queued, 1);
		for (uint32_t n = 0; n < 3; n++)
			pool_release(&rig.pool, held[n]);
		assert_int_equal(rig.pool.n_queued, 4);
		rig_frames(&rig, 5, 10);
		rig_close(&rig);
	}
}

static void a_driver_that_takes_no_buffer_ends_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *buffer = NULL;
		unsigned n = 0;
		struct rig rig;
		int err;

		rig_start(&rig, rig_modes[i], "fail=qbuf@5:ENOMEM:9999", 4, 4);
		while ((err = pool_process(&rig.pool, &buffer)) == 0 && n++ < 10) {
			pool_release(&rig.pool, buffer);
			buffer = NULL;
		}
		assert_int_equal(n, 4);
		assert_int_equal(err, -ENOMEM);
		rig_close(&rig);
	}
}

int main(void)
{
	static const struct statement statements[] = {
		{ 44, "stops_in_order_and_once", stops_in_order_and_once, NULL },
		{ 44, "what_was_stopped_starts_again", what_was_stopped_starts_again, NULL },
		{ 44, "streamoff_that_fails_stops_all_the_same", a_streamoff_that_fails_stops_all_the_same,
		  NULL },
		{ 45, "held_buffers_outlive_the_stream", held_buffers_outlive_the_stream, NULL },
		{ 45, "copies_outlive_the_stream_too", copies_outlive_the_stream_too, NULL },
		{ 45, "flush_begins_anew_and_leaves_the_held_alone",
		  a_flush_begins_anew_and_leaves_the_held_alone, NULL },
		{ 42, "source_change_is_told_and_a_flush_forgets_it",
		  a_source_change_is_told_and_a_flush_forgets_it, NULL },
		{ 41, "lost_device_is_left_in_peace", a_lost_device_is_left_in_peace, NULL },
		{ 19, "refused_buffer_is_tried_again_when_needed",
		  a_refused_buffer_is_tried_again_when_needed, NULL },
		{ 19, "driver_that_takes_no_buffer_ends_it", a_driver_that_takes_no_buffer_ends_it, NULL },
	};

	return statements_run("stop", statements, N_ELEMENTS(statements));
}
