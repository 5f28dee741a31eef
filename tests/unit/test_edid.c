/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EDIDs: those built in, those of files, and what they say. */
/* Runs under: asan */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "device/inputs/dv_timings.h"
#include "device/inputs/edid.h"
#include "fake_device.h"

/* Each says that it prefers the mode it is called after. */
static void the_built_in_ones_are_what_they_are_called(void **state)
{
	char why[EDID_TEXT_MAX], expected[32];
	const char *name;
	unsigned n = 0;

	(void)state;
	for (; (name = edid_builtin_name(n)); n++) {
		struct edid_info info;
		struct edid edid;
		uint32_t height;
		char scan;
		unsigned rate;

		print_message("# %s\n", name);
		assert_int_equal(edid_make(&edid, name), 0);
		assert_null(edid_check(&edid, why));
		assert_true(edid_decode(&edid, &info));
		assert_int_equal(sscanf(name, "hdmi-%u%c%u", &height, &scan, &rate), 3);
		assert_int_equal(info.preferred.height, height);
		assert_int_equal(info.preferred.interlaced, scan == 'i');
		assert_int_equal(
			lround(dv_timings_frame_rate(&info.preferred) * (info.preferred.interlaced ? 2 : 1)),
			rate);
		snprintf(expected, sizeof expected, "v4l2q %s", name + strlen("hdmi-"));
		assert_string_equal(info.name, expected);
		assert_string_equal(info.manufacturer, "LNX");
		assert_true(info.is_hdmi);
		edid_free(&edid);
	}
	assert_true(n >= 10);
	assert_int_equal(edid_make(&(struct edid){ 0 }, "hdmi-1080p61"), -ENOENT);
}

/* Of 1.0.0.0 a driver makes 0.0.0.0, as vivid does; another byte is another EDID. */
static void the_physical_address_is_the_drivers(void **state)
{
	struct edid edid, other;
	uint8_t *hdmi;

	(void)state;
	assert_int_equal(edid_make(&edid, "hdmi-1080p60"), 0);
	assert_int_equal(edid_make(&other, "hdmi-1080p60"), 0);
	assert_true(edid_equal(&edid, &other));
	hdmi = memmem(other.data, 2 * EDID_BLOCK_BYTES, "\x03\x0c\x00\x10", 4);
	assert_non_null(hdmi);
	hdmi[3] = 0;
	other.data[2 * EDID_BLOCK_BYTES - 1] += 0x10;
	assert_true(edid_equal(&edid, &other));
	hdmi[5]++;
	assert_false(edid_equal(&edid, &other));
	edid_free(&edid);
	edid_free(&other);
}

static char *hex_of(const struct edid *edid, const char *form, const char *separator)
{
	size_t size = 32 * (size_t)edid->n_blocks * EDID_BLOCK_BYTES;
	char *text = calloc(1, size);

	assert_non_null(text);
	for (size_t i = 0; i < (size_t)edid->n_blocks * EDID_BLOCK_BYTES; i++)
		snprintf(text + strlen(text), size - strlen(text), form, edid->data[i],
			 i % 16 == 15 ? "\n" : separator);
	return text;
}

static void text_of_any_form_is_read(void **state)
{
	static const struct {
		const char *form, *separator;
	} rows[] = {
		{ "%02x%s", " " }, { "%02X%s", "" }, { "0x%02x,%s", " " }, { "%02x%s", " # a comment: 1\n" }
	};
	struct edid edid, again;

	(void)state;
	assert_int_equal(edid_make(&edid, "hdmi-1080p60"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = hex_of(&edid, rows[i].form, rows[i].separator);

		assert_int_equal(edid_parse_hex(&again, text, strlen(text)), 0);
		assert_int_equal(again.n_blocks, 2);
		assert_memory_equal(again.data, edid.data, 256);
		edid_free(&again);
		free(text);
	}
	edid_free(&edid);
}

static void other_text_is_not(void **state)
{
	static const char *const rows[] = { "", "00", "zz", "0", "00 f", "# nothing", "00 ff ff x" };
	struct edid edid;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(edid_parse_hex(&edid, rows[i], strlen(rows[i])), -EILSEQ);
}

static void a_damaged_one_is_refused_with_the_reason(void **state)
{
	static const struct {
		unsigned at, n_blocks;
		const char *why;
	} rows[] = {
		{ 0, 2, "does not begin with" },   { 127, 2, "checksum of block 0" },
		{ 200, 2, "checksum of block 1" }, { 256, 1, "2 blocks, and there are 1" },
		{ 256, 0, "does not begin with" },
	};
	char why[EDID_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct edid_info info;
		struct edid edid;

		assert_int_equal(edid_make(&edid, "hdmi-2160p60"), 0);
		if (rows[i].at < 256)
			edid.data[rows[i].at] ^= 1;
		edid.n_blocks = rows[i].n_blocks;
		assert_non_null(edid_check(&edid, why));
		assert_non_null(strstr(why, rows[i].why));
		assert_false(edid_decode(&edid, &info));
		edid_free(&edid);
	}
}

static void a_name_of_neither_is_told_what_there_is(void **state)
{
	struct edid edid;

	(void)state;
	fake_catch_log();
	assert_int_equal(edid_load(&edid, "hdmi-1080p61"), -EINVAL);
	assert_non_null(strstr(fake_error, "EDID 'hdmi-1080p61': neither a file nor a built-in EDID"));
	assert_non_null(strstr(fake_error, "hdmi-1080p60"));
	assert_int_equal(edid_load(&edid, "/dev/null"), -EILSEQ);
	assert_non_null(strstr(fake_error, "whole blocks of 128 bytes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_built_in_ones_are_what_they_are_called),
		cmocka_unit_test(the_physical_address_is_the_drivers),
		cmocka_unit_test(text_of_any_form_is_read),
		cmocka_unit_test(other_text_is_not),
		cmocka_unit_test(a_damaged_one_is_refused_with_the_reason),
		cmocka_unit_test(a_name_of_neither_is_told_what_there_is),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
