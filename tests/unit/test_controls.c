/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controls and inputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "device/controls/control_payload.h"
#include "device/controls/controls_internal.h"
#include "device/controls/controls_set.h"
#include "device/inputs/inputs.h"
#include "fake_device.h"

enum { BRIGHTNESS, AUTO, POWER_LINE, BIG, SHY, STUCK, FIXED, N_CONTROLS };

static const struct fake_control all[N_CONTROLS + 1] = {
	[BRIGHTNESS] = { .info = { 0x980900, V4L2_CTRL_TYPE_INTEGER, "Brightness", 0, 255, 1, 128 },
			 .value = 128 },
	[AUTO] = { .info = { 0x98090c, V4L2_CTRL_TYPE_BOOLEAN, "White Balance, Automatic", 0, 1, 1, 1 },
		   .value = 1 },
	[POWER_LINE] = { .info = { 0x980918, V4L2_CTRL_TYPE_MENU, "Power Line Frequency", 0, 3, 1, 1 },
			 .menu = { "Disabled", "50 Hz", NULL, "60 Hz" } },
	[BIG] = { .info = { 0x98f900, V4L2_CTRL_TYPE_INTEGER64, "Integer 64 Bits", INT64_MIN, INT64_MAX, 1,
			    0 } },
	[SHY] = { .info = { 0x98f901, V4L2_CTRL_TYPE_INTEGER, "Exposure Time", 0, 100, 1, 0,
			    .flags = V4L2_CTRL_FLAG_INACTIVE },
		  .set_err = EIO },
	[STUCK] = { .info = { 0x98f902, V4L2_CTRL_TYPE_INTEGER, "Gain", 3, 100, 1, 0 }, .clamps = true },
	[FIXED] = { .info = { 0x98f903, V4L2_CTRL_TYPE_INTEGER, "Temperature", 0, 100, 1, 0,
			      .flags = V4L2_CTRL_FLAG_READ_ONLY } },
};

static struct fake_control controls[N_CONTROLS + 1];
static struct fake_device fake;
static struct device device;
static struct control_value *former;

static int open_fake(void **state)
{
	(void)state;
	memcpy(controls, all, sizeof controls);
	fake = (struct fake_device){ .controls = controls, .n_inputs = 2 };
	fake_catch_log();
	fake_device_open(&device, &fake, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	return 0;
}

static int close_fake(void **state)
{
	(void)state;
	control_values_free(&former);
	device_close(&device);
	return 0;
}

static void names_are_those_of_v4l2_ctl(void **state)
{
	static const char *const rows[][2] = {
		{ "Brightness", "brightness" },
		{ "White Balance, Automatic", "white_balance_automatic" },
		{ "Exposure, Auto (manual)", "exposure_auto_manual" },
		{ " -leading", "leading" },
		{ "50 Hz", "50_hz" },
		{ "", "" },
		{ "***", "" },
	};
	char name[CONTROL_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		controls_name(rows[i][0], name);
		assert_string_equal(name, rows[i][1]);
	}
}

static void values_are_numbers_words_and_entries(void **state)
{
	static const struct {
		const char *text;
		int control;
		int64_t value;
	} rows[] = {
		{ "brightness=200", BRIGHTNESS, 200 },
		{ "Brightness=0x10", BRIGHTNESS, 16 },
		{ "white_balance_automatic=false", AUTO, 0 },
		{ "white_balance_automatic=1", AUTO, 1 },
		{ "power_line_frequency=50 Hz", POWER_LINE, 1 },
		{ "power_line_frequency=60_hz", POWER_LINE, 3 },
		{ "power_line_frequency=0", POWER_LINE, 0 },
		{ "integer_64_bits=-5000000000", BIG, -5000000000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(controls_set(&device, rows[i].text, false, &former), 0);
		assert_int_equal(controls[rows[i].control].value, rows[i].value);
	}
}

static void refusals_say_what_would_do(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *says;
	} rows[] = {
		{ "brightness=256", -ERANGE, "0 to 255 in steps of 1, default 128" },
		{ "brightness=-1", -ERANGE, "out of range" },
		{ "brightness=much", -ERANGE, "not a number" },
		{ "brightness", -EINVAL, "brightness=VALUE" },
		{ "brigthness=1", -ERANGE, "did you mean brightness?" },
		{ "focus=1", -ERANGE, "v4l2q list -d fake" },
		{ "=1", -ERANGE, "unknown control" },
		{ "power_line_frequency=2", -ERANGE, "0 (Disabled), 1 (50 Hz), 3 (60 Hz)" },
		{ "power_line_frequency=70 Hz", -ERANGE, "not in its menu" },
		{ "white_balance_automatic=2", -ERANGE, "0 or 1" },
		{ "exposure_time=5", -ERANGE, "automatic" },
		{ "temperature=5", -ERANGE, "read-only" },
		{ "gain=50", -ERANGE, "the device sets 3" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(controls_set(&device, rows[i].text, false, &former), rows[i].err);
		if (!strstr(fake_error, rows[i].says))
			fail_msg("%s: %s", rows[i].text, fake_error);
	}
}

static void a_slip_leaves_the_device_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(controls_set(&device, "brightness=1,power_line_frequency=9", false, &former),
			 -ERANGE);
	assert_int_equal(controls[BRIGHTNESS].value, 128);
	assert_int_equal(controls_set(&device, "brightness=1,,power_line_frequency=3", false, &former), 0);
	assert_int_equal(controls[BRIGHTNESS].value, 1);
	assert_int_equal(controls[POWER_LINE].value, 3);
}

/* The simulated device has controls of every type. */
static int open_sim(void **state)
{
	(void)state;
	fake_catch_log();
	return device_open(&device, "sim:all-controls", DEVICE_CAPTURE);
}

struct wanted {
	const char *name;
	struct control_info info;
};

static int find(void *opaque, const struct control_info *info)
{
	struct wanted *wanted = opaque;

	if (strcmp(info->name, wanted->name) != 0)
		return 0;
	wanted->info = *info;
	return 1;
}

/* A number, a string, or item `index` of an array. */
static void assert_control(const char *name, uint32_t index, const char *text)
{
	struct wanted wanted = { name, { 0 } };
	char got[100];
	uint8_t *payload;

	assert_int_equal(controls_enumerate(&device, find, &wanted), 1);
	snprintf(got, sizeof got, "%lld", (long long)wanted.info.value);
	if (control_payload_is_one(&wanted.info)) {
		assert_int_equal(control_payload_read(&device, &wanted.info, &payload), 0);
		if (wanted.info.type == V4L2_CTRL_TYPE_STRING)
			snprintf(got, sizeof got, "%s", (const char *)payload);
		else
			snprintf(got, sizeof got, "%lld",
				 (long long)control_payload_item(&wanted.info, payload, index));
		free(payload);
	}
	assert_string_equal(got, text);
}

static void every_type_can_be_set(void **state)
{
	static const struct {
		const char *text;
		bool adjust;
		const char *name;
		uint32_t index;
		const char *value, *says; /* says NULL: nothing */
	} rows[] = {
		{ "title=\"a,b\",brightness=1", false, "title", 0, "a,b", NULL },
		{ "title='\"',brightness=2", false, "brightness", 0, "2", NULL },
		{ "title=it's", false, "title", 0, "it's", NULL },
		{ "title=", false, "title", 0, "", NULL },
		{ "0x980900=3", false, "brightness", 0, "3", NULL },
		{ "9963776=4", false, "brightness", 0, "4", NULL },
		{ "0x0098f908=4", false, "0x0098f908", 0, "4", NULL },
		{ "brightness=50%", false, "brightness", 0, "128", NULL },
		{ "contrast=12.5%", false, "contrast", 0, "-48", NULL },
		{ "contrast=100%", false, "contrast", 0, "64", NULL },
		{ "large_number=50%", false, "large_number", 0, "0", NULL },
		{ "link_frequency=200000000", false, "link_frequency", 0, "1", NULL },
		{ "link_frequency=2", false, "link_frequency", 0, "2", NULL },
		{ "auto_exposure=manual mode,exposure_time=7", false, "exposure_time", 0, "7", NULL },
		{ "exposure_time=8,auto_exposure=1", false, "exposure_time", 0, "8", NULL },
		{ "auto_exposure=0,exposure_time=9", false, "exposure_time", 0, "9", "is inactive" },
		{ "outputs=0xf01", false, "outputs", 0, "3841", NULL },
		{ "reset", false, "stuck", 0, "3", NULL },
		{ "gain_table[5]=7", false, "gain_table", 5, "7", NULL },
		{ "gain_table[0][1]=9,gain_table[1][0]=50%", false, "gain_table", 1, "9", NULL },
		{ "stuck=3", false, "gain_table", 3, "100", NULL },
		{ "gain_table[2-4]=8", false, "gain_table", 4, "8", NULL },
		{ "gain_table[3-3]=100", false, "gain_table", 4, "8", NULL },
		{ "gain_table[0-2]=1 2  3", false, "gain_table", 2, "3", NULL },
		{ "gain_table[1-2]=\"5 6\",brightness=3", false, "gain_table", 1, "5", NULL },
		{ "gain_table[0-1]=300 4", true, "gain_table", 0, "200", "[0]: asked for 300, got 200" },
		{ "gain_table[0-1]=100 100", false, "gain_table", 2, "6", NULL },
		{ "sensor_area[1]=1080", false, "sensor_area", 1, "1080", NULL },
		{ "brightness=999", true, "brightness", 0, "255", "asked for 999, got 255" },
		{ "brightness=-1", true, "brightness", 0, "0", "asked for -1, got 0" },
		{ "contrast=5", true, "contrast", 0, "6", "asked for 5, got 6" },
		{ "contrast=4", true, "contrast", 0, "4", NULL },
		{ "outputs=0xff", true, "outputs", 0, "15", "asked for 0xff, got 15" },
		{ "gain_table[2]=300", true, "gain_table", 2, "200", "asked for 300, got 200" },
		{ "stuck=5", true, "stuck", 0, "3", "asked for 5, got 3" },
		{ "power_line_frequency=9", true, "power_line_frequency", 0, "2", "asked for 9, got 2" },
		{ "link_frequency=3", true, "link_frequency", 0, "0", "asked for 3, got 0" },
		{ "link_frequency=190000000", true, "link_frequency", 0, "1", "asked for 190000000, got 1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].text);
		*fake_log = '\0';
		assert_int_equal(controls_set(&device, rows[i].text, rows[i].adjust, &former), 0);
		assert_control(rows[i].name, rows[i].index, rows[i].value);
		if (rows[i].says)
			assert_non_null(strstr(fake_log, rows[i].says));
		else
			assert_null(strstr(fake_log, "asked for"));
		assert_true(rows[i].says || !strstr(fake_log, "inactive"));
	}
}

static void what_is_no_value_is_refused_before_any_is_set(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *says;
	} rows[] = {
		{ "brightness=1,title=\"abc", -EINVAL, "missing closing quote" },
		{ "brightness=1,title='a'b", -EINVAL, "missing closing quote" },
		{ "brightness=1,title=12345678901234567", -ERANGE, "0 to 16 characters" },
		{ "brightness=1,gain_table=3", -ERANGE, "gain_table[0]=VALUE to gain_table[5]=VALUE" },
		{ "brightness=1,gain_table[6]=3", -ERANGE, "gain_table[5]" },
		{ "brightness=1,gain_table[0][3]=3", -ERANGE, "gain_table[5]" },
		{ "brightness=1,gain_table[0]x=3", -ERANGE, "gain_table[5]" },
		{ "brightness=1,gain_table[-1]=3", -ERANGE, "gain_table[5]" },
		{ "brightness=1,gain_table[4-6]=3", -ERANGE, "gain_table[0-5]=VALUE" },
		{ "brightness=1,gain_table[0-2]=1 2", -ERANGE, "too few values" },
		{ "brightness=1,gain_table[0-2]=1 2 3 4", -ERANGE, "too many values" },
		{ "brightness=1,gain_table[0-2]=1 201 3", -ERANGE, "0 to 200" },
		{ "brightness=1,gain_table[0-2]=1 x 3", -ERANGE, "not a number" },
		{ "brightness=1,gain_table[4-3]=3", -ERANGE, "gain_table[5]" },
		{ "brightness=1,gain_table[0-1][2]=3", -ERANGE, "gain_table[5]" },
		{ "brightness=1,gain_table[0]=201", -ERANGE, "0 to 200" },
		{ "brightness=1,sensor_area[0]=4294967296", -ERANGE, "0 to 4294967295" },
		{ "brightness=1,contrast[0]=1", -ERANGE, "has one value" },
		{ "brightness=1,contrast=101%", -ERANGE, "-64 to 64" },
		{ "brightness=1,horizontal_flip=50%", -ERANGE, "0 or 1" },
		{ "brightness=1,outputs=0xff", -ERANGE, "bits of 0xf0f" },
		{ "brightness=1,link_frequency=3", -ERANGE, "2 (400000000)" },
		{ "brightness=1,0x980fff=1", -ERANGE, "unknown control" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(controls_set(&device, rows[i].text, false, &former), rows[i].err);
		if (!strstr(fake_error, rows[i].says))
			fail_msg("%s: %s", rows[i].text, fake_error);
		assert_control("brightness", 0, "128");
	}
	/* One that only the device refuses: strings and arrays too are put back. */
	assert_int_equal(
		controls_set(&device, "brightness=1,title=x,gain_table[1]=1,stuck=5", false, &former),
		-ERANGE);
	assert_non_null(strstr(fake_error, "the device sets 3"));
	control_values_restore(former, &device);
	assert_control("brightness", 0, "128");
	assert_control("title", 0, "untitled");
	assert_control("gain_table", 1, "100");
}

static void the_nearest_entry_is_one_that_there_is(void **state)
{
	(void)state;
	assert_int_equal(controls_set(&device, "power_line_frequency=2", true, &former), 0);
	assert_int_equal(controls[POWER_LINE].value, 1);
	assert_int_equal(controls_set(&device, "power_line_frequency=9", true, &former), 0);
	assert_int_equal(controls[POWER_LINE].value, 3);
	assert_int_equal(controls_set(&device, "power_line_frequency=70 Hz", true, &former), -ERANGE);
}

static int count(void *opaque, const struct control_info *info)
{
	assert_true(info->name[0]);
	return ++*(int *)opaque == 100;
}

static void old_drivers_are_asked_the_old_way(void **state)
{
	int n = 0;

	(void)state;
	assert_int_equal(controls_enumerate(&device, count, &n), 0);
	assert_int_equal(n, N_CONTROLS);
	fake.no_ext_ctrl = true;
	n = 0;
	assert_int_equal(controls_enumerate(&device, count, &n), 0);
	assert_int_equal(n, N_CONTROLS);
	assert_int_equal(controls_set(&device, "brightness=7", false, &former), 0);
	/* Without a list: the user controls' ids up to V4L2_CID_LASTP1, and a driver's own. */
	fake.no_next_ctrl = true;
	controls[FIXED].info.id = V4L2_CID_PRIVATE_BASE;
	n = 0;
	assert_int_equal(controls_enumerate(&device, count, &n), 0);
	assert_int_equal(n, POWER_LINE + 2);
	assert_int_equal(controls_set(&device, "brightness=8", false, &former), 0);
}

/* A driver that says the same control for ever. */
static void an_endless_list_ends(void **state)
{
	int n = 0;

	(void)state;
	controls[AUTO].info.id = controls[BRIGHTNESS].info.id;
	controls[0].info.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
	assert_int_equal(controls_enumerate(&device, count, &n), 0);
	assert_true(n < 100);
}

static void absent_controls_are_zero(void **state)
{
	(void)state;
	assert_int_equal(controls_get(&device, V4L2_CID_MIN_BUFFERS_FOR_CAPTURE), 0);
	assert_int_equal(controls_get(&device, V4L2_CID_BRIGHTNESS), 128);
}

static void inputs(void **state)
{
	uint32_t index;

	(void)state;
	assert_int_equal(inputs_select(&device, "1", &index), 0);
	assert_int_equal(index, 1);
	assert_int_equal(inputs_select(&device, "camera 1", &index), 0);
	assert_int_equal(fake.input, 1);
	assert_int_equal(inputs_select(&device, "2", &index), -ERANGE);
	assert_int_equal(inputs_select(&device, "Camera", &index), -ERANGE);
	assert_non_null(strstr(fake_error, "0 (Camera 0), 1 (Camera 1)"));
	fake.n_inputs = 0;
	assert_int_equal(inputs_select(&device, "0", &index), 0);
	assert_int_equal(inputs_select(&device, "1", &index), -ERANGE);
}

static void former_values_are_put_back(void **state)
{
	(void)state;
	assert_int_equal(controls_set(&device, "brightness=1,gain=3,integer_64_bits=5", false, &former), 0);
	assert_int_equal(controls_set(&device, "brightness=2,exposure_time=7", false, &former), -ERANGE);
	control_values_restore(former, &device);
	assert_int_equal(controls[BRIGHTNESS].value, 128);
	assert_int_equal(controls[BIG].value, 0);
	assert_null(strstr(fake_error, "back"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_v4l2_ctl),
		cmocka_unit_test_setup_teardown(values_are_numbers_words_and_entries, open_fake, close_fake),
		cmocka_unit_test_setup_teardown(refusals_say_what_would_do, open_fake, close_fake),
		cmocka_unit_test_setup_teardown(a_slip_leaves_the_device_as_it_was, open_fake, close_fake),
		cmocka_unit_test_setup_teardown(the_nearest_entry_is_one_that_there_is, open_fake,
						close_fake),
		cmocka_unit_test_setup_teardown(every_type_can_be_set, open_sim, close_fake),
		cmocka_unit_test_setup_teardown(what_is_no_value_is_refused_before_any_is_set, open_sim,
						close_fake),
		cmocka_unit_test_setup_teardown(old_drivers_are_asked_the_old_way, open_fake, close_fake),
		cmocka_unit_test_setup_teardown(an_endless_list_ends, open_fake, close_fake),
		cmocka_unit_test_setup_teardown(absent_controls_are_zero, open_fake, close_fake),
		cmocka_unit_test_setup_teardown(inputs, open_fake, close_fake),
		cmocka_unit_test_setup_teardown(former_values_are_put_back, open_fake, close_fake),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
