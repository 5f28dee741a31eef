/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that fits a terminal: wrapped lines, and the progress line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/status_line.h"
#include "base/terminal.h"

static void lines_break_at_word_ends_under_their_label(void **state)
{
	static const struct {
		unsigned width, indent;
		const char *text, *wanted;
	} cases[] = {
		{ 80, 10, "one two three", "one two three\n" },
		{ 20, 10, "one two three", "one two\n          three\n" },
		{ 19, 10, "one two three", "one two\n          three\n" },
		{ 18, 10, "one two three", "one two\n          three\n" },
		{ 17, 10, "one two three", "one\n          two\n          three\n" },
		{ 80, 0, "", "\n" },
		/* A word that is longer than a line stays whole. */
		{ 8, 2, "a /dev/v4l/by-id/usb b", "a\n  /dev/v4l/by-id/usb\n  b\n" },
		{ 1, 2, "a b", "a\n  b\n" },
		/* Columns are characters, not bytes. */
		{ 10, 0, "\xc3\xa4\xc3\xb6\xc3\xbc \xc3\xa4\xc3\xb6\xc3\xbc x",
		  "\xc3\xa4\xc3\xb6\xc3\xbc \xc3\xa4\xc3\xb6\xc3\xbc x\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		terminal_wrap(out, cases[i].width, cases[i].indent, cases[i].text);
		fclose(out);
		assert_string_equal(text, cases[i].wanted);
		free(text);
	}
}

static void columns_tells_the_width(void **state)
{
	static const struct {
		const char *columns;
		unsigned width;
	} cases[] = { { "132", 132 }, { "40", 40 }, { "0", 80 }, { "wide", 80 }, { "-3", 80 }, { NULL, 80 } };
	FILE *out = tmpfile();

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].columns)
			setenv("COLUMNS", cases[i].columns, 1);
		else
			unsetenv("COLUMNS");
		assert_int_equal(terminal_width(out), cases[i].width);
	}
	fclose(out);
}

static void the_live_line_leaves_out_whole_fields(void **state)
{
	static const char *const fields[] = { "00:01:30", "2700 frames", "30.0 fps", "1.5 GiB written",
					      "lost 12" };
	static const struct {
		unsigned width;
		const char *wanted;
	} cases[] = {
		{ 80, "00:01:30  2700 frames  30.0 fps  1.5 GiB written  lost 12" },
		{ 58, "00:01:30  2700 frames  30.0 fps  1.5 GiB written  lost 12" },
		{ 57, "00:01:30  2700 frames  30.0 fps  lost 12" },
		{ 41, "00:01:30  2700 frames  30.0 fps  lost 12" },
		{ 40, "00:01:30  2700 frames  lost 12" },
		{ 30, "00:01:30  lost 12" },
		{ 17, "lost 12" },
		{ 8, "lost 12" },
		{ 7, "" },
		{ 1, "" },
	};
	static const char *const with_empty[] = { "00:01:30", "", "lost 12" };
	char line[STATUS_LINE_MAX];

	(void)state;
	assert_string_equal(status_line_join(line, 80, with_empty, ARRAY_SIZE(with_empty)),
			    "00:01:30  lost 12");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(status_line_join(line, cases[i].width, fields, ARRAY_SIZE(fields)),
				    cases[i].wanted);
}

static void the_live_line_is_drawn_five_times_a_second(void **state)
{
	int64_t last_ns = 1000;
	unsigned n_drawn = 0;

	(void)state;
	for (int64_t time_ns = 1000; time_ns < 1000 + NS_PER_S; time_ns += NS_PER_MS)
		n_drawn += status_line_due(&last_ns, time_ns);
	assert_int_equal(n_drawn, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_at_word_ends_under_their_label),
		cmocka_unit_test(columns_tells_the_width),
		cmocka_unit_test(the_live_line_leaves_out_whole_fields),
		cmocka_unit_test(the_live_line_is_drawn_five_times_a_second),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
