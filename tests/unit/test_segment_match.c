/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files a pattern has named, and which only look like it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "session/segment_match.h"

/* Whatever strftime() makes of a field, at many times. */
static void every_field_matches_what_it_makes(void **state)
{
	static const char letters[] = "aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYzZ";
	static const char plain[] = "aAbBCdegHhIjklmMpPSUVWy"; /* that may have a flag */
	struct segment_match match;

	(void)state;
	for (const char *letter = letters; *letter; letter++) {
		for (size_t i = 0; i < 7; i++) {
			char flag = "\0-_^#EO"[i];
			char format[8], pattern[16], name[128];

			if (flag && !strchr(flag == 'E'   ? "CyY"
					    : flag == 'O' ? "deHImMSUVWy"
							  : plain,
					    *letter))
				continue;
			if (flag)
				snprintf(format, sizeof format, "%%%c%c", flag, *letter);
			else
				snprintf(format, sizeof format, "%%%c", *letter);
			/* Without a month %d would be a number. */
			snprintf(pattern, sizeof pattern, "%s%s", format, *letter == 'd' ? "%m" : "");
			for (time_t t = 1000000007; t < 1900000000; t += 2750003) {
				strftime(name, sizeof name, pattern, localtime(&t));
				if (!segment_match(pattern, name, &match))
					fail_msg("%s does not match %s", pattern, name);
			}
		}
	}
}

static const struct {
	const char *pattern, *name;
	bool matches;
} rows[] = {
	{ "a%d.mkv", "a0.mkv", true },
	{ "a%d.mkv", "a12345.mkv", true },
	{ "a%d.mkv", "a4294967295.mkv", true },
	{ "a%d.mkv", "a42949672960.mkv", false },
	{ "a%d.mkv", "a05.mkv", false },
	{ "a%d.mkv", "a.mkv", false },
	{ "a%d.mkv", "a-1.mkv", false },
	{ "a%d.mkv", "a1.mkv.bak", false },
	{ "a%d.mkv", "aa1.mkv", false },
	{ "a%d.mkv", "a1.mkV", false },
	{ "a%d.mkv", "a1x.mkv", false },
	{ "a%03d.mkv", "a007.mkv", true },
	{ "a%03d.mkv", "a1007.mkv", true },
	{ "a%03d.mkv", "a07.mkv", false },
	{ "a%03d.mkv", "a0007.mkv", false },
	{ "a%03d.mkv", "a007-2.mkv", true },
	{ "a%03d.mkv", "a007-0.mkv", false },
	{ "a%03d.mkv", "a007-02.mkv", false },
	{ "a%03d.mkv", "a007-2-2.mkv", false },
	{ "a%03d.mkv", "a007-10000.mkv", false },
	{ "a%d-%03d", "a7-007", true },
	{ "a%d-%03d", "a8-007", false },
	{ "%%%d%20", "%7%20", true },
	{ "%Y-%m-%d.mkv", "2026-11-28.mkv", true },
	{ "%Y-%m-%d.mkv", "2026-13-28.mkv", false },
	{ "%Y-%m-%d.mkv", "2026-11-32.mkv", false },
	{ "%Y-%m-%d.mkv", "2026-11-8.mkv", false },
	{ "%Y-%m-%d.mkv", "2026-11-28-3.mkv", true },
	{ "%H%M%S_%d", "235960_12", true },
	{ "%H%M%S_%d", "236060_12", false },
	{ "%H%M%S_%d", "240000_12", false },
	{ "%-H%M", "1205", true },
	{ "%-H%M", "105", true },
	{ "%-H%M", "0105", false },
	{ "%e", " 7", true },
	{ "%e", "07", false },
	{ "%a", "Sat", true },
	{ "%a", "sat", false },
	{ "%^a", "SAT", true },
	{ "%b%B", "NovMay", true },
	{ "%s", "1795900000", true },
	{ "%s", "01795900000", false },
};

static void what_looks_alike_does_not_match(void **state)
{
	struct segment_match match;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (segment_match(rows[i].pattern, rows[i].name, &match) != rows[i].matches)
			fail_msg("%s, %s: expected %d", rows[i].pattern, rows[i].name, rows[i].matches);
}

static void a_log_has_the_name_of_its_segment(void **state)
{
	static const char *const names[][4] = {
		{ "a%05d.mkv", "a00012.mkv", "b%d.log", "b12.log" },
		{ "a%05d.mkv", "a00012-3.mkv", "b/%03d.log", "b/012-3.log" },
		{ "%F_%H.mkv", "2026-11-28_07.mkv", "%H_%Y%m%%.log", "07_202611%.log" },
		{ "%F_%H.mkv", "2026-11-28_07.mkv", "%M.log", NULL },
		{ "%H.mkv", "07.mkv", "%d.log", NULL },
	};
	struct segment_match match;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path = NULL;

		assert_true(segment_match(names[i][0], names[i][1], &match));
		assert_int_equal(segment_match_name(&match, names[i][2], &path), names[i][3] ? 0 : -EINVAL);
		if (names[i][3])
			assert_string_equal(path, names[i][3]);
		free(path);
	}
}

/* What a trigger has added to the name, which its log has too. */
static void text_is_found_that_was_added(void **state)
{
	static const struct segment_extras extras = { .has_text = true };
	static const char *const names[][3] = {
		{ "e-%d.mkv", "e-7-door.mkv", "7-door.log" },
		{ "e-%d.mkv", "e-7-a-b.c.mkv", "7-a-b.c.log" },
		{ "e-%d.mkv", "e-7-door-2.mkv", "7-door-2.log" },
		{ "e-%d.mkv", "e-7-2.mkv", "7-2.log" },
		{ "e-%d.mkv", "e-7.mkv", "7.log" },
		{ "e-%d", "e-7-a.b", "7-a.b.log" },
		{ "e.%d", "e-door.7", "7-door.log" },
		{ "a/e-%d.mkv", "a/e-7-x.mkv", "7-x.log" },
		{ "e-%d.mkv", "e-7-.mkv", NULL },
		{ "e-%d.mkv", "e-7-.x.mkv", NULL },
		{ "e-%d.mkv", "e-7-a b.mkv", NULL },
		{ "e-%d.mkv", "e-7door.mkv", NULL },
		{ "e-%d.mkv", "e-x-7.mkv", NULL },
	};
	struct segment_match match;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *path = NULL;

		if (segment_match_extras(names[i][0], &extras, names[i][1], &match) != !!names[i][2])
			fail_msg("%s, %s", names[i][0], names[i][1]);
		if (!names[i][2])
			continue;
		assert_int_equal(segment_match_name(&match, "%d.log", &path), 0);
		assert_string_equal(path, names[i][2]);
		free(path);
	}
}

static void collect(void *opaque, const char *path, const struct segment_match *match)
{
	char *found = opaque;

	(void)match;
	assert_true(strlen(found) + strlen(path) < 200);
	strcat(strcat(found, path), " ");
}

static void touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
}

/* Folders may have fields as well. Folders and links are not files that a recording made. */
static void only_regular_files_are_found(void **state)
{
	static const char *const files[] = { "r/07/a1-door.mkv.part", "r/07/b1.mkv", "r/7/a2.mkv",
					     "r/07/a2.mkv.bak" };
	char folder[] = "/tmp/v4l2q-match.XXXXXX", found[256] = "";

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(
		mkdir("r", 0700) | mkdir("r/07", 0700) | mkdir("r/7", 0700) | mkdir("r/07/a5.mkv", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		touch(files[i]);
	assert_int_equal(symlink("b1.mkv", "r/07/a9.mkv"), 0);
	segment_match_files("r/%H/a%d.mkv", &(struct segment_extras){ ".part", true }, collect, found);
	assert_string_equal(found, "r/07/a1-door.mkv.part ");
	*found = '\0';
	segment_match_files("r/%H/a%d.mkv", &(struct segment_extras){ 0 }, collect, found);
	assert_string_equal(found, "");
	segment_match_files("r//07/b%d.mkv", &(struct segment_extras){ 0 }, collect, found);
	assert_string_equal(found, "r//07/b1.mkv ");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(files[i]);
	unlink("r/07/a9.mkv");
	assert_int_equal(rmdir("r/07/a5.mkv") | rmdir("r/07") | rmdir("r/7") | rmdir("r") | chdir("/") |
				 rmdir(folder),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_matches_what_it_makes),
		cmocka_unit_test(what_looks_alike_does_not_match),
		cmocka_unit_test(a_log_has_the_name_of_its_segment),
		cmocka_unit_test(text_is_found_that_was_added),
		cmocka_unit_test(only_regular_files_are_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
