/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver's timestamps are believed only as far as they make sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "session/capture_timestamps.h"

#define MS NS_PER_MS
#define FRAME (40 * MS)
#define START (1000 * NS_PER_S + 310 * MS) /* of the stream */
#define LATENCY (3 * MS)
#define N 100

/* The n-th frame of a camera that makes one each 40 ms, from 0; and what is wrong with it. */
static void first_is_zero(struct frame_info *info, int64_t n)
{
	if (n == 0)
		info->timestamp_ns = 0;
}

static void all_are_zero(struct frame_info *info, int64_t n)
{
	(void)n;
	info->timestamp_ns = 0;
}

static void all_are_alike(struct frame_info *info, int64_t n)
{
	(void)n;
	info->timestamp_ns = START;
}

/* As of a driver that neither numbers frames nor takes their times, and gives one field of each alone. */
static void fields_are_alike(struct frame_info *info, int64_t n)
{
	(void)n;
	info->field = V4L2_FIELD_TOP;
	info->sequence = 0;
	info->timestamp_ns = START;
}

static void whole_seconds(struct frame_info *info, int64_t n)
{
	(void)n;
	info->timestamp_ns -= info->timestamp_ns % NS_PER_S;
}

static void leaps_by_a_minute(struct frame_info *info, int64_t n)
{
	info->timestamp_ns += n >= 10 ? 60 * NS_PER_S : 0;
}

static void back_by_a_minute(struct frame_info *info, int64_t n)
{
	info->timestamp_ns -= n >= 10 ? 60 * NS_PER_S : 0;
}

static void one_is_far_ahead(struct frame_info *info, int64_t n)
{
	info->timestamp_ns += n == 10 ? 7200 * NS_PER_S : 0;
}

static void two_by_two_swapped(struct frame_info *info, int64_t n)
{
	info->timestamp_ns += n % 2 ? -FRAME : FRAME;
}

static void two_clocks(struct frame_info *info, int64_t n)
{
	info->timestamp_ns += n % 2 ? 10 * NS_PER_S : 0;
}

static void every_fifth_is_zero(struct frame_info *info, int64_t n)
{
	if (n % 5 == 4)
		info->timestamp_ns = 0;
}

static void garbage(struct frame_info *info, int64_t n)
{
	if (n % 2)
		info->timestamp_ns = n % 4 == 1 ? INT64_MAX : INT64_MIN;
}

/* And what is right, though it looks odd. */
static void good(struct frame_info *info, int64_t n)
{
	(void)info;
	(void)n;
}

static void jittery(struct frame_info *info, int64_t n)
{
	info->timestamp_ns += n * 7919 % 9 * MS;
}

static void first_is_late(struct frame_info *info, int64_t n)
{
	if (n == 0)
		info->dequeue_ns += 30 * MS;
}

/* As vivid gives them out when it is late with one: stamped with their end, before it. */
static void given_out_early(struct frame_info *info, int64_t n)
{
	info->dequeue_ns = START + n * FRAME - 10 * MS;
	info->timestamp_ns = info->dequeue_ns + (n < 2 ? 10 * MS : 35 * MS);
}

/* The program takes no frame for two seconds: four waited, the others were lost. */
static void stopped(struct frame_info *info, int64_t n)
{
	if (n >= 50 && n < 54)
		info->dequeue_ns = START + 50 * FRAME + 2 * NS_PER_S + n * MS / 10;
	if (n >= 54) {
		info->timestamp_ns += 2 * NS_PER_S;
		info->dequeue_ns += 2 * NS_PER_S;
	}
}

/* Slower than the claimed rate, with a busy program. */
static void slow(struct frame_info *info, int64_t n)
{
	info->timestamp_ns = START + n * 3 * FRAME;
	info->dequeue_ns = info->timestamp_ns + LATENCY + (n % 10 > 4 ? 3 * FRAME : 0);
}

static void fast(struct frame_info *info, int64_t n)
{
	info->timestamp_ns = START + n * 10 * NS_PER_US;
	info->dequeue_ns = START + 300 * MS + n * 20 * NS_PER_US;
}

static void of_another_clock(struct frame_info *info, int64_t n)
{
	(void)n;
	info->timestamp_ns += INT64_C(1700000000) * NS_PER_S;
	info->flags = V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN;
}

/* A busy machine: the driver stamps late and loses frames, the program gets them later still. */
static void of_another_clock_when_busy(struct frame_info *info, int64_t n)
{
	of_another_clock(info, n);
	if (n % 10 == 4)
		info->dequeue_ns += 85 * MS;
	if (n % 10 > 4 && n % 10 < 7)
		info->dequeue_ns += 90 * MS - (n % 10 - 4) * 35 * MS;
	if (n % 10 == 5)
		info->timestamp_ns += 30 * MS;
}

/* The program gets no processor time while frames wait already, one of which the driver then lacks. */
static void starved(struct frame_info *info, int64_t n)
{
	const int64_t back_ns = START + 50 * FRAME + 220 * MS;

	if (n > 50) {
		info->timestamp_ns += FRAME;
		info->dequeue_ns += FRAME;
	}
	if (n == 49)
		info->dequeue_ns += 70 * MS;
	if (n >= 50 && info->dequeue_ns < back_ns + (n - 50) * 10 * MS)
		info->dequeue_ns = back_ns + (n - 50) * 10 * MS;
}

/* And the driver, which stamps one late, no more than the program. */
static void starved_with_its_driver(struct frame_info *info, int64_t n)
{
	if (n == 49)
		info->timestamp_ns += 35 * MS;
	if (n == 50)
		info->dequeue_ns += 120 * MS;
	if (n == 51)
		info->dequeue_ns += 81 * MS;
}

static void fields(struct frame_info *info, int64_t n)
{
	info->field = n % 2 ? V4L2_FIELD_BOTTOM : V4L2_FIELD_TOP;
	info->sequence = (uint32_t)n / 2;
	info->timestamp_ns = START + n / 2 * FRAME;
	info->dequeue_ns = START + n * FRAME / 2;
}

#define CAMERA(fault, replaced, why)                                                                         \
	{                                                                                                    \
		fault, replaced, why, N *FRAME - FRAME                                                       \
	}
static const struct {
	void (*change)(struct frame_info *info, int64_t n);
	uint64_t replaced;
	const char *why;
	int64_t last_ns; /* pts of the last */
} rows[] = {
	CAMERA(first_is_zero, 1, "missing"),
	CAMERA(all_are_zero, N, "missing"),
	CAMERA(all_are_alike, N - 1, "repeated"),
	CAMERA(fields_are_alike, N - 1, "repeated"),
	CAMERA(whole_seconds, 96, "repeated, leap"),
	CAMERA(leaps_by_a_minute, 1, "leap"),
	CAMERA(back_by_a_minute, 1, "backward"),
	CAMERA(one_is_far_ahead, 1, "leap"),
	CAMERA(two_by_two_swapped, N / 2, "backward"),
	CAMERA(two_clocks, N / 2, "leap"),
	CAMERA(every_fifth_is_zero, N / 5, "missing"),
	CAMERA(garbage, N / 2, "missing, leap"),
	CAMERA(good, 0, ""),
	CAMERA(jittery, 0, ""),
	CAMERA(first_is_late, 0, ""),
	CAMERA(starved_with_its_driver, 0, ""),
	CAMERA(of_another_clock, 0, ""),
	CAMERA(of_another_clock_when_busy, 0, ""),
	{ given_out_early, 0, "", (N - 1) * FRAME + 25 * MS },
	{ stopped, 0, "", N *FRAME - FRAME + 2 * NS_PER_S },
	{ starved, 0, "", N *FRAME },
	{ slow, 0, "", (N - 1) * 3 * FRAME },
	{ fast, 0, "", (N - 1) * 10 * NS_PER_US },
	{ fields, 0, "", (N / 2 - 1) * FRAME },
};

static unsigned n_warnings;

static void count_warning(void *opaque, enum log_level level, const char *text)
{
	(void)opaque;
	(void)text;
	n_warnings += level == LOG_LEVEL_WARN;
}

static void check_row(size_t i, struct fraction fps)
{
	struct capture_timestamps *timestamps = calloc(1, sizeof *timestamps);
	char why[TIMESTAMP_FAULTS_MAX];
	int64_t pts = 0, last = 0;

	assert_non_null(timestamps);
	capture_timestamps_begin(timestamps, fps, true, START - 500 * MS);
	n_warnings = 0;
	for (int64_t n = 0; n < N; n++) {
		struct frame_info info = { .sequence = (uint32_t)n,
					   .flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
					   .field = V4L2_FIELD_NONE,
					   .timestamp_ns = START + n * FRAME,
					   .dequeue_ns = START + n * FRAME + LATENCY };

		rows[i].change(&info, n);
		pts = capture_timestamps_add(timestamps, &info);
		assert_true(n || pts == 0);
		assert_true(pts >= last);
		last = pts;
	}
	if (getenv("VERBOSE"))
		print_message("# row %zu: replaced %d, why '%s', last %d us\n", i,
			      (int)timestamps->n_replaced, capture_timestamps_faults(timestamps, why),
			      (int)(pts / 1000));
	assert_int_equal(timestamps->n_replaced, rows[i].replaced);
	assert_string_equal(capture_timestamps_faults(timestamps, why), rows[i].why);
	assert_int_equal(n_warnings, (*why != '\0') + (strchr(why, ',') != NULL));
	assert_true(llabs(pts - rows[i].last_ns) <= 10 * MS);
	free(timestamps);
}

static void times_are_what_was_filmed(void **state)
{
	(void)state;
	log_set_sink(count_warning, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_row(i, (struct fraction){ 25, 1 });
		check_row(i, (struct fraction){ 0 });
	}
	log_set_sink(NULL, NULL);
}

/* read() has no timestamps, which is not the driver's fault. */
static void frames_of_read_have_times_of_arrival(void **state)
{
	struct capture_timestamps *timestamps = calloc(1, sizeof *timestamps);
	struct frame_info info = { .dequeue_ns = START };

	(void)state;
	assert_non_null(timestamps);
	capture_timestamps_begin(timestamps, (struct fraction){ 25, 1 }, false, START);
	assert_int_equal(capture_timestamps_add(timestamps, &info), 0);
	info.dequeue_ns += FRAME;
	assert_int_equal(capture_timestamps_add(timestamps, &info), FRAME);
	assert_int_equal(timestamps->n_replaced, 0);
	free(timestamps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_what_was_filmed),
		cmocka_unit_test(frames_of_read_have_times_of_arrival),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("capture_timestamps", tests, NULL, NULL);
}
