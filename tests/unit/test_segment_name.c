/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of a recording's files: fields, suffixes, pictures in a series. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/log.h"
#include "session/segment_name.h"

/* `format` is strftime's for the wanted name; the pattern's %d is 7. */
static const struct row {
	const char *pattern, *format;
	bool changing, numbered;
} rows[] = {
	{ "plain", "plain", false, false },
	{ "%d", "7", true, true },
	{ "a%03d%02d", "a00707", true, true },
	{ "%Y", "%Y", true, false },
	{ "%Y-%02d", "%Y-07", true, true },
	{ "%Y-%m-%d", "%Y-%m-%d", true, false },
	{ "%Y-%b-%d-%03d", "%Y-%b-%d-007", true, true },
	{ "%Y-%-m-%d", "%Y-%-m-%d", true, false },
	{ "%3D%Y", "%%3D%Y", true, false },
	{ "%%m%d", "%%m7", true, true },
	{ "%%Y%Y%%", "%%Y%Y%%", true, false },
	{ "a%2db", "a%%2db", false, false },
	{ "a%5d%20b", "a%%5d%%20b", false, false },
	{ "100%", "100%%", false, false },
	{ "100%!", "100%%!", false, false },
	{ "100%%d", "100%%d", false, false },
	{ "a%0999999999d", "a%%0999999999d", false, false },
	{ "http://host/%20%d", "http://host/%%207", true, false },
};

static void fields_are_a_number_and_the_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		time_t now = time(NULL);
		char wanted[256];
		char *path;

		strftime(wanted, sizeof wanted, rows[i].format, localtime(&now));
		assert_int_equal(segment_name_expand(rows[i].pattern, 7, &path), 0);
		assert_string_equal(path, wanted);
		free(path);
		assert_int_equal(segment_name_is_changing(rows[i].pattern), rows[i].changing);
		assert_int_equal(segment_name_is_numbered(rows[i].pattern), rows[i].numbered);
	}
}

/* libavformat's image2 takes %03d for a number, and %% for a percent sign. */
static void a_series_keeps_its_number_field(void **state)
{
	static const char *const names[][2] = {
		{ "a%03d.png", "a%03d.png" },
		{ "a%%%d.png", "a%%%d.png" },
		{ "a%20b%d.png", "a%%20b%d.png" },
		{ "%%Y%d.png", "%%Y%d.png" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path;

		assert_int_equal(segment_name_expand_series(names[i][0], &path), 0);
		assert_string_equal(path, names[i][1]);
		free(path);
	}
}

static void suffixes_stand_before_the_extension(void **state)
{
	static const char *const names[][2] = {
		{ "a.mkv", "a-2.mkv" }, { "a", "a-2" },
		{ "b.d/a", "b.d/a-2" }, { "b.d/a.b.mkv", "b.d/a.b-2.mkv" },
		{ ".a", ".a-2" },       { "/b/.a", "/b/.a-2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path;

		assert_int_equal(segment_name_add_suffix(names[i][0], 2, &path), 0);
		assert_string_equal(path, names[i][1]);
		free(path);
	}
}

static void pictures_are_known_by_name_or_container(void **state)
{
	(void)state;
	assert_true(segment_name_is_picture("a%03d.png", NULL));
	assert_true(segment_name_is_picture("%Y.png", NULL));
	assert_true(segment_name_is_picture("a", "image2"));
	assert_false(segment_name_is_picture("a%d.gif", "gif"));
	assert_false(segment_name_is_picture("%Y-%m-%d.gif", NULL)); /* %d is the day */
	assert_false(segment_name_is_picture("a%d.mkv", NULL));
}

static void ignore(void *opaque, enum log_level level, const char *text)
{
	(void)opaque, (void)level, (void)text;
}

static void a_name_has_a_greatest_length(void **state)
{
	char pattern[5000];
	char *path = NULL;

	(void)state;
	memset(pattern, 'a', sizeof pattern);
	pattern[sizeof pattern - 1] = '\0';
	log_set_sink(ignore, NULL);
	assert_int_equal(segment_name_expand(pattern, 7, &path), -ENAMETOOLONG);
	log_set_sink(NULL, NULL);
	assert_null(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_a_number_and_the_time),
		cmocka_unit_test(a_series_keeps_its_number_field),
		cmocka_unit_test(suffixes_stand_before_the_extension),
		cmocka_unit_test(pictures_are_known_by_name_or_container),
		cmocka_unit_test(a_name_has_a_greatest_length),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
