/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rate frames show: its error, a drift, and what lowers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "base/array.h"
#include "base/clock.h"
#include "device/format/exposure.h"
#include "queue/output_rate.h"
#include "session/rate_truth.h"

static const struct fraction thirty = { 30, 1 };

/* n frames, each `step` intervals of its predecessor, of a clock that is ppm off, with times that are up to
 * jitter_ns late. */
static void feed(struct rate_fit *fit, int n, int step, double ppm, int64_t jitter_ns)
{
	uint32_t random = 1;

	rate_fit_begin(fit, thirty);
	for (int i = 0; i < n; i++) {
		random = random * 1664525 + 1013904223;
		rate_fit_add(fit, (uint64_t)step,
			     (int64_t)(1e9 / 30 * step * i * (1 - ppm * 1e-6)) +
				     (jitter_ns ? random % jitter_ns : 0) + 5 * NS_PER_S);
	}
}

static void drifts_are_within_their_errors(void **state)
{
	static const struct {
		int n, step;
		double ppm;
		int64_t jitter_ns;
		double worst; /* error in ppm */
	} rows[] = {
		{ 300, 1, 0, 0, 0.1 },           { 300, 1, 150, 0, 0.1 },
		{ 300, 1, -150, NS_PER_MS, 15 }, { 1000, 1, 20, NS_PER_MS, 3 },
		{ 100, 3, 500, NS_PER_MS, 30 },  { 108000, 1, 7, NS_PER_MS, 0.01 }, /* an hour */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device closed = { .fd = -1 };
		struct rate_truth truth;
		struct rate_fit fit;
		char text[RATE_DRIFT_TEXT_MAX];

		feed(&fit, rows[i].n, rows[i].step, rows[i].ppm, rows[i].jitter_ns);
		rate_truth_judge(&truth, &closed, thirty, &fit);
		print_message("# %g: %g +- %g ppm\n", rows[i].ppm, truth.drift_ppm, truth.error_ppm);
		assert_true(truth.has_drift && !truth.is_other);
		assert_true(truth.error_ppm <= rows[i].worst);
		assert_true(fabs(truth.drift_ppm - rows[i].ppm) <= truth.error_ppm + 0.5);
		rate_truth_drift_text(&truth, text);
		assert_non_null(strstr(text, rows[i].ppm > 0   ? "fast"
					     : rows[i].ppm < 0 ? "slow"
							       : "right within"));
	}
}

static void too_little_says_nothing(void **state)
{
	struct device closed = { .fd = -1 };
	struct rate_truth truth;
	struct rate_fit fit;
	char text[RATE_DRIFT_TEXT_MAX];

	(void)state;
	for (int n = 0; n < 8; n++) {
		feed(&fit, n, 1, 150, 0);
		rate_truth_judge(&truth, &closed, thirty, &fit);
		assert_false(truth.has_drift || truth.is_other);
		assert_string_equal(rate_truth_drift_text(&truth, text), "");
	}
	rate_truth_drift_text(
		&(struct rate_truth){ .has_drift = true, .drift_ppm = -5030.2, .error_ppm = 115 }, text);
	assert_string_equal(text, "its clock is 5030 ± 115 ppm slow");
	feed(&fit, 20, 1, 150, 10 * NS_PER_MS); /* known too badly */
	rate_truth_judge(&truth, &closed, thirty, &fit);
	assert_false(truth.has_drift);
	rate_truth_judge(&truth, &closed, (struct fraction){ 0, 0 }, &fit);
	assert_false(truth.has_drift || truth.is_other);
}

/* An interval of 20 ms. */
static void an_output_tells_the_rate_that_is_the_device_s(void **state)
{
	static const struct {
		const char *name;
		int step; /* of the frames' numbers */
		int64_t queued_ms[4], shown_ms[4];
		unsigned n;
		double interval_ms;
	} rows[] = {
		{ "each waits for the device", 1, { 0, 1, 21, 42 }, { 20, 40, 60, 80 }, 4, 20 },
		{ "the device waits for each", 1, { 0, 25, 50, 75 }, { 10, 35, 60, 85 }, 1, 0 },
		{ "it does once", 1, { 0, 35, 36, 61 }, { 20, 50, 70, 90 }, 3, 20 },
		{ "intervals are counted", 2, { 0, 35, 75, 115 }, { 20, 60, 100, 140 }, 4, 20 },
		{ "nothing is counted", 0, { 0, 1, 21, 42 }, { 20, 40, 60, 80 }, 1, 0 },
		{ "another clock begins", 1, { 0, 1, 21, 42 }, { 920, 940, 60, 80 }, 2, 20 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct output_rate rate;
		struct rate_estimate estimate = { .interval_ns = 0 };

		output_rate_begin(&rate, (struct fraction){ 50, 1 });
		for (unsigned n = 0; n < 4; n++)
			output_rate_add(&rate, rows[i].queued_ms[n] * NS_PER_MS,
					7 + n * (unsigned)rows[i].step, rows[i].shown_ms[n] * NS_PER_MS);
		print_message("# %s\n", rows[i].name);
		rate_fit_estimate(&rate.fit, &estimate);
		assert_int_equal(rate.fit.n, rows[i].n);
		assert_true(fabs(estimate.interval_ns / NS_PER_MS - rows[i].interval_ms) < 1e-6);
	}
}

static void other_rates_have_a_cause(void **state)
{
	static const struct {
		const char *device;
		double ppm; /* of the frames that came */
		const char *cause, *cure;
	} rows[] = {
		{ "sim", -1e6, "15 fps came in place of the 30 negotiated, a frame in 2 intervals",
		  "smaller" },
		{ "sim", -250000, "24 fps came in place of the 30 negotiated", "smaller" },
		{ "sim", 500000, "60 fps came in place", "smaller" },
		{ "sim:exposure=60", -1e6, "exposure_dynamic_framerate lets the camera lower its rate",
		  "--set-ctrl exposure_dynamic_framerate=0, or more light" },
		{ "sim:exposure=60", 500000, "60 fps came in place", "smaller" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rate_truth truth;
		struct device device;
		struct rate_fit fit;

		assert_int_equal(device_open(&device, rows[i].device, DEVICE_CAPTURE), 0);
		feed(&fit, 30, 1, rows[i].ppm, 0);
		rate_truth_judge(&truth, &device, thirty, &fit);
		assert_true(truth.is_other && !truth.has_drift);
		print_message("# %s; %s\n", truth.obstacle.cause, truth.obstacle.cure);
		assert_non_null(strstr(truth.obstacle.cause, rows[i].cause));
		assert_non_null(strstr(truth.obstacle.cure, rows[i].cure));
		device_close(&device);
	}
}

static void a_long_exposure_by_hand_is_told(void **state)
{
	struct v4l2_control manual = { V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL };
	struct obstacle obstacle;
	struct device device;

	(void)state;
	assert_int_equal(device_open(&device, "sim:exposure=60", DEVICE_CAPTURE), 0);
	assert_int_equal(device_ioctl(&device, VIDIOC_S_CTRL, &manual), 0);
	assert_true(exposure_explains(&device, 1e9 / 30, "15 fps", &obstacle));
	assert_string_equal(obstacle.cause, "15 fps: exposure_time is 60 ms, longer than the frame interval "
					    "of 33.33 ms");
	assert_string_equal(obstacle.cure, "--set-ctrl exposure_time=332, or more light");
	assert_false(exposure_explains(&device, 61e6, "15 fps", &obstacle));
	device_close(&device);
}

static void two_clocks_drop_frames_or_show_them_twice(void **state)
{
	static const struct {
		struct rate_truth source, output;
		const char *text;
	} rows[] = {
		{ { .fps = 30.003, .has_drift = true, .error_ppm = 3 },
		  { .fps = 30, .has_drift = true, .error_ppm = 4 },
		  "frames come 100 ± 5 ppm faster than they are shown: 1 in 10000 is dropped" },
		{ { .fps = 29.997, .has_drift = true, .error_ppm = 3 },
		  { .fps = 30, .has_drift = true, .error_ppm = 4 },
		  "frames come 100 ± 5 ppm slower than they are shown: 1 in 10000 is shown twice" },
		{ { .fps = 30.003, .has_drift = true, .error_ppm = 99 },
		  { .fps = 30, .has_drift = true, .error_ppm = 99 },
		  "" },
		{ { .fps = 30.003, .error_ppm = 3 }, { .fps = 30, .has_drift = true, .error_ppm = 4 }, "" },
		{ { .fps = 30.003, .has_drift = true, .error_ppm = 3 }, { .fps = 0 }, "" },
		{ { .fps = 30, .has_drift = true, .error_ppm = 3 },
		  { .fps = 60, .has_drift = true, .error_ppm = 3 },
		  "" },
	};
	char text[RATE_RELAY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(rate_truth_relay_text(&rows[i].source, &rows[i].output, text),
				    rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drifts_are_within_their_errors),
		cmocka_unit_test(too_little_says_nothing),
		cmocka_unit_test(an_output_tells_the_rate_that_is_the_device_s),
		cmocka_unit_test(other_rates_have_a_cause),
		cmocka_unit_test(a_long_exposure_by_hand_is_told),
		cmocka_unit_test(two_clocks_drop_frames_or_show_them_twice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
