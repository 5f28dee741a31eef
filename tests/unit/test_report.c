/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report: the keys that the manual promises, exact counts, balanced books. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/json.h"
#include "report/record.h"
#include "cli/exit_status.h"
#include "base/array.h"

static struct device device;
static struct video_format format;
static struct recording recording;
static struct output_file output;
static struct report report;

/* A run with a loss of each kind. */
static int set_up(void **state)
{
	struct pool_info pool = { .io = "mmap",
				  .streams = true,
				  .requested = { .min = 4 },
				  .config_changed = true,
				  .min = 4,
				  .max = 32,
				  .granted = 4,
				  .min_latency = 2,
				  .max_latency = 32 };

	(void)state;
	device = (struct device){ .path = (char *)"/dev/video7" };
	memcpy(device.info.driver, "driver", 7);
	memcpy(device.info.card, "A \"card\"", 9);
	memcpy(device.info.bus_info, "usb-1", 6);
	format = (struct video_format){ .fourcc = V4L2_PIX_FMT_YUYV,
					.width = 640,
					.height = 480,
					.n_planes = 1,
					.bytesperline = { 1280 },
					.sizeimage = { 614400 },
					.fps = { 30, 1 } };
	recording = (struct recording){
		.options.skip = 2,
		.end = END_COUNT,
		.files = &output,
		.n_files = 1,
		.wall_ns = 1500000000,
		.first_frame_ns = 40000000,
		.measured_fps = 29.97,
		.ledger = { .captured = 100,
			    .skipped = 5,
			    .before_key = 2,
			    .copied = 10,
			    .zero_copy = 81,
			    .lost_driver = 3,
			    .lost_error = 1,
			    .lost_queue = 2,
			    .written = 91,
			    .lost_writer = 1,
			    .bytes_captured = UINT64_C(1) << 40 },
		.high_water = { .max_items = 6, .max_bytes = 3686400 },
	};
	stats_add(&recording.latency_ns, 1000000);
	output = (struct output_file){ .path = (char *)"out.mkv",
				       .container = "matroska",
				       .codec = "rawvideo",
				       .pixel_format = "yuv420p",
				       .frames = 91,
				       .bytes = 55910400 };
	report = (struct report){ .command = "capture",
				  .device = &device,
				  .format = &format,
				  .pool = pool,
				  .user_s = 0.25,
				  .sys_s = 0.5 };
	return 0;
}

/* "frames.lost.driver": the member's text, or "" where there is none. */
static const char *at(struct json_object *object, const char *path)
{
	char word[64];
	size_t n;

	for (;;) {
		n = strcspn(path, ".");
		snprintf(word, sizeof word, "%.*s", (int)n, path);
		if (!json_object_object_get_ex(object, word, &object))
			return "";
		if (!path[n])
			return json_object_get_string(object);
		path += n + 1;
	}
}

static const char *const expected[][2] = {
	{ "command", "capture" },
	{ "device.path", "/dev/video7" },
	{ "device.driver", "driver" },
	{ "device.card", "A \"card\"" },
	{ "device.bus", "usb-1" },
	{ "format.pixelformat", "YUYV" },
	{ "format.width", "640" },
	{ "format.height", "480" },
	{ "format.fps", "30/1" },
	{ "format.planes", "1" },
	{ "format.bytesperline", "[ 1280 ]" },
	{ "format.sizeimage", "[ 614400 ]" },
	{ "io", "mmap" },
	{ "pool.requested_min", "4" },
	{ "pool.requested_max", "0" },
	{ "pool.min", "4" },
	{ "pool.max", "32" },
	{ "pool.granted", "4" },
	{ "pool.allocated", "0" },
	{ "pool.can_allocate", "false" },
	{ "pool.driver_min", "0" },
	{ "pool.copy_threshold", "0" },
	{ "pool.min_latency", "2" },
	{ "pool.max_latency", "32" },
	{ "pool.config_changed", "true" },
	{ "frames.captured", "100" },
	{ "frames.written", "91" },
	{ "frames.skipped", "5" },
	{ "frames.before_key", "2" },
	{ "frames.copied", "10" },
	{ "frames.zero_copy", "81" },
	{ "frames.lost.driver", "3" },
	{ "frames.lost.error", "1" },
	{ "frames.lost.queue", "2" },
	{ "frames.lost.writer", "1" },
	{ "bytes.captured", "1099511627776" },
	{ "bytes.written", "0" },
	{ "bytes.copied", "0" },
	{ "time.wall_s", "1.500" },
	{ "time.user_s", "0.250" },
	{ "time.sys_s", "0.500" },
	{ "time.first_frame_ms", "40.0" },
	{ "fps.negotiated", "30.000" },
	{ "fps.measured", "29.970" },
	{ "latency_us.min", "1000.0" },
	{ "latency_us.max", "1000.0" },
	{ "queue.high_water_frames", "6" },
	{ "queue.high_water_bytes", "3686400" },
	{ "end", "count" },
};

static void every_key_is_there(void **state)
{
	struct json_object *object = report_record_json(&report, &recording), *outputs;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (strcmp(at(object, expected[i][0]), expected[i][1]) != 0)
			fail_msg("%s is '%s'", expected[i][0], at(object, expected[i][0]));
	outputs = json_array(object, "output", &n);
	assert_int_equal(n, 1);
	assert_string_equal(at(json_object_array_get_idx(outputs, 0), "path"), "out.mkv");
	assert_string_equal(at(json_object_array_get_idx(outputs, 0), "bytes"), "55910400");
	json_object_put(object);
}

static void what_does_not_apply_is_left_out(void **state)
{
	static const char *const absent[] = { "latency_us",      "interval_us",       "frames.skipped",
					      "frames.repeated", "frames.unnumbered", "time.first_frame_ms",
					      "fps.requested",   "fps.negotiated",    "fps.measured",
					      "format.fps",      "pool.granted",      "pool.allocated" };
	struct json_object *object;

	(void)state;
	recording.latency_ns.count = 0;
	recording.ledger.skipped = 0;
	recording.first_frame_ns = 0;
	recording.measured_fps = 0;
	format.fps = (struct fraction){ 0, 0 };
	report.pool.streams = false;
	object = report_record_json(&report, &recording);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (*at(object, absent[i]))
			fail_msg("%s is there: %s", absent[i], at(object, absent[i]));
	json_object_put(object);
}

/* A driver's name for itself may hold anything. */
static void bytes_that_are_not_text_do_not_spoil_it(void **state)
{
	struct json_object *object, *again;

	(void)state;
	memcpy(device.info.card, "caf\xe9 \x1b[2J \xc3\xa9", 13);
	object = report_record_json(&report, &recording);
	assert_string_equal(at(object, "device.card"), "caf\xef\xbf\xbd \xef\xbf\xbd[2J \xc3\xa9");
	again = json_tokener_parse(json_object_to_json_string(object));
	assert_non_null(again);
	json_object_put(again);
	json_object_put(object);
}

static char *text_of_report(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	report_record_text(&report, &recording, out);
	fclose(out);
	return text;
}

static void the_text_names_every_loss(void **state)
{
	static const char *const wanted[] = {
		"100 captured",      "91 written",
		"2 left out",        "1 after the end",
		"2 before",          "10 copied",
		"lost      7:",      "3 by the driver",
		"1 damaged",         "2 for lack of",
		"1 not written",     "out.mkv: matroska, rawvideo yuv420p, 91 frames",
		"640x480 at 30 fps", "count"
	};
	char *text = text_of_report();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!strstr(text, wanted[i]))
			fail_msg("'%s' is not in:\n%s", wanted[i], text);
	free(text);
}

static void the_text_says_when_nothing_is_lost(void **state)
{
	char *text;

	(void)state;
	recording.ledger = (struct ledger){ .captured = 5, .written = 5, .zero_copy = 5 };
	text = text_of_report();
	assert_non_null(strstr(text, "lost      none\n"));
	free(text);
}

/* No line reaches the last column, and what does not fit goes on below the text, beside the label. */
static void the_text_fits_the_terminal(void **state)
{
	static const unsigned widths[] = { 40, 60, 100 };
	char columns[8], *text, *rest, *line;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		snprintf(columns, sizeof columns, "%u", widths[i]);
		setenv("COLUMNS", columns, 1);
		rest = text = text_of_report();
		unsetenv("COLUMNS");
		assert_non_null(
			strstr(text, widths[i] < 100 ? "\n          " : "\nlost      7: 3 by the driver "));
		while ((line = strsep(&rest, "\n")))
			if (strlen(line) >= widths[i] || (*line && (strlen(line) < 11 || line[9] != ' ')))
				fail_msg("at %u columns: '%s'", widths[i], line);
		free(text);
	}
}

static void failures_have_their_status(void **state)
{
	static const struct {
		enum stage stage;
		int err;
		enum status status;
	} cases[] = {
		{ STAGE_RUN, 0, STATUS_DONE },
		{ STAGE_DEVICE, -ENOENT, STATUS_DEVICE },
		{ STAGE_DEVICE, -EBUSY, STATUS_DEVICE },
		{ STAGE_DEVICE, -EINVAL, STATUS_USAGE },
		{ STAGE_CONTROL, -ERANGE, STATUS_REFUSED },
		{ STAGE_FORMAT, -ERANGE, STATUS_REFUSED },
		{ STAGE_QUEUE, -EDOM, STATUS_USAGE },
		{ STAGE_QUEUE, -ENOTSUP, STATUS_DEVICE },
		{ STAGE_QUEUE, -EBUSY, STATUS_DEVICE },
		{ STAGE_RUN, -ENODEV, STATUS_LOST },
		{ STAGE_RUN, -ETIMEDOUT, STATUS_LOST },
		{ STAGE_RUN, -EIO, STATUS_FAILED },
		{ STAGE_LOST, -EIO, STATUS_LOST },
		{ STAGE_OPEN, -EINVAL, STATUS_USAGE },
		{ STAGE_OPEN, -EEXIST, STATUS_FILE },
		{ STAGE_FILE, -EINVAL, STATUS_FILE },
		{ STAGE_FILE, -ENOSPC, STATUS_FILE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(status_of(cases[i].stage, cases[i].err), cases[i].status);
	for (int status = 0; status < N_STATUSES; status++)
		assert_non_null(status_help((enum status)status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_key_is_there, set_up),
		cmocka_unit_test_setup(what_does_not_apply_is_left_out, set_up),
		cmocka_unit_test_setup(bytes_that_are_not_text_do_not_spoil_it, set_up),
		cmocka_unit_test_setup(the_text_names_every_loss, set_up),
		cmocka_unit_test_setup(the_text_says_when_nothing_is_lost, set_up),
		cmocka_unit_test_setup(the_text_fits_the_terminal, set_up),
		cmocka_unit_test(failures_have_their_status),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
