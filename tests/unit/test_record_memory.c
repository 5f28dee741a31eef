/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The heap that a recording of weeks needs: none with each frame, and little with each segment. */
/* Runs under: plain */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "media_fixture.h"
#include "session/record.h"

#define N_FRAMES 10000
#define N_SEGMENTS 400
#define MAX_SEGMENT_BYTES 200 /* v4l2q-capture(1), THE REPORT */

static size_t heap_bytes(void)
{
	struct mallinfo2 heap = mallinfo2();

	return heap.uordblks + heap.hblkhd;
}

/* Returns the heap that the result takes. */
static size_t record(const char *url, uint64_t n_frames, uint64_t segment_bytes)
{
	const struct setup_options setup_options = { .device = "sim:size=16x16,fps=0",
						     .role = DEVICE_CAPTURE,
						     .memory_limit = 16384 };
	struct setup setup = { 0 };
	struct recording recording = {
		.options = { .output = { .url = url, .codec = "auto", .overwrite = true },
			     .count = n_frames,
			     .stall_ns = 10 * NS_PER_S,
			     .segment_bytes = segment_bytes,
			     .signal_fd = -1,
			     .resume_fd = -1 },
		.setup = &setup,
		.setup_options = &setup_options,
	};
	size_t before, after;

	assert_int_equal(setup_open(&setup, &setup_options), STATUS_DONE);
	assert_int_equal(record_run(&recording), 0);
	assert_int_equal(recording.ledger.written, n_frames);
	after = heap_bytes();
	for (size_t i = 0; i < recording.n_files; i++)
		unlink(recording.files[i].path);
	record_close(&recording);
	before = heap_bytes();
	setup_close(&setup);
	return after - before;
}

/* Of a container without an index, as libavformat keeps one in memory. */
static void frames_take_none(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 16, 16, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("a.raw"), &format);
	struct frame frame = media_fixture_frame(&format, 0);
	struct writer *writer;
	size_t early = 0;

	(void)state;
	assert_int_equal(writer_open(&writer, &o), 0);
	for (unsigned n = 1; n <= N_FRAMES; n++) {
		frame.pts_ns = n * STEP_NS;
		assert_int_equal(writer_write(writer, &frame), 0);
		early = n == N_FRAMES / 10 ? heap_bytes() : early;
	}
	assert_int_equal(heap_bytes(), early);
	assert_int_equal(writer_close(writer), 0);
	av_buffer_unref(&frame.memory);
	unlink(o.url);
}

static void segments_take_little(void **state)
{
	char path[100];
	size_t few, many;

	(void)state;
	snprintf(path, sizeof path, "%s", media_fixture_path("a%d.raw"));
	few = record(path, N_SEGMENTS / 10, 1);
	many = record(path, N_SEGMENTS, 1);
	print_message("# %zu bytes for %d segments, %zu for %d\n", few, N_SEGMENTS / 10, many, N_SEGMENTS);
	assert_true(many - few < (size_t)N_SEGMENTS * 9 / 10 * MAX_SEGMENT_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_take_none),
		cmocka_unit_test(segments_take_little),
	};

	mallopt(M_ARENA_MAX, 1); /* mallinfo2() counts one alone */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
