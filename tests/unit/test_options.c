/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Option tables. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/options_help.h"

struct inner {
	uint64_t unused, buffers;
	bool has_buffers;
};

struct values {
	const char *name, *json, *file;
	char *list;
	int loud, quiet, mode;
	uint64_t count, bytes;
	struct option_size size;
	struct fraction rate;
	int64_t duration_ns;
	struct option_span span;
	struct option_keep keep;
	struct option_share share;
	struct inner inner;
};

static const char *const modes[] = { "fast", "slow", NULL };

#define OFFSET(field) offsetof(struct values, field)
static const struct option_row rows[] = {
	{ "name", 'n', OPT_TEXT, OFFSET(name), .help = "a name", .preset = "nobody" },
	{ "json", 0, OPT_TEXT, OFFSET(json), .help = "json", .bare = "-" },
	{ "file", 'f', OPT_FILE, OFFSET(file), .help = "a file", .argument = "PATH", .bare = "-" },
	{ "list", 'l', OPT_LIST, OFFSET(list), .help = "a list" },
	{ "loud", 'v', OPT_MORE, OFFSET(loud), .help = "louder" },
	{ "quiet", 'q', OPT_SET, OFFSET(quiet), .help = "quiet", .value = 7 },
	{ "mode", 'm', OPT_CHOICE, OFFSET(mode), .help = "mode", .preset = "slow", .choices = modes },
	{ "count", 'c', OPT_UINT, OFFSET(count), .help = "count", .least = 1, .most = 100 },
	{ "bytes", 0, OPT_BYTES, OFFSET(bytes), .help = "bytes", .least = 1 },
	{ "size", 's', OPT_SIZE, OFFSET(size), .help = "size" },
	{ "video-size", 0, OPT_SIZE, OFFSET(size), .hidden = true },
	{ "rate", 'r', OPT_RATE, OFFSET(rate), .help = "rate" },
	{ "duration", 't', OPT_DURATION, OFFSET(duration_ns), .help = "duration", .least = 1 },
	{ "span", 0, OPT_SPAN, OFFSET(span), .help = "span", .least = 1 },
	{ "keep", 0, OPT_KEEP, OFFSET(keep), .help = "keep", .least = 1 },
	{ "share", 0, OPT_SHARE, OFFSET(share), .help = "share", .least = 1 },
	{ 0 },
};
#undef OFFSET

static const struct option_row inner_rows[] = {
	{ "buffers", 0, OPT_UINT, offsetof(struct inner, buffers), .help = "buffers", .preset = "4",
	  .given = offsetof(struct inner, has_buffers) },
	{ 0 },
};

static const struct option_group groups[] = {
	{ "Options", rows, 0 },
	{ "Inner", inner_rows, offsetof(struct values, inner) },
	{ 0 },
};

static const struct option_spec spec = {
	.command = "test", .synopsis = "[options]", .summary = "Tests.", .groups = groups, .n_operands = 1
};

static char said[512];

static void keep_message(void *opaque, enum log_level level, const char *message)
{
	(void)opaque, (void)level;
	snprintf(said, sizeof said, "%s", message);
}

/* Words of one line, which getopt_long() may put in another order. */
static int parse(struct values *values, const char *line)
{
	static char words[512];
	static char command[] = "test";
	char *argv[32] = { command }, *rest = words, *word;
	int argc = 1;

	*values = (struct values){ 0 };
	said[0] = '\0';
	snprintf(words, sizeof words, "%s", line);
	while ((word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;
	return options_parse(&spec, argc, argv, values);
}

static void presets_come_first(void **state)
{
	struct values values;

	(void)state;
	assert_int_equal(parse(&values, ""), 1);
	assert_string_equal(values.name, "nobody");
	assert_int_equal(values.mode, 1);
	assert_int_equal(values.inner.buffers, 4);
	assert_false(values.inner.has_buffers);
	assert_null(values.json);
	assert_int_equal(values.count, 0);
}

static void each_kind_fills_its_field(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, "-n me -vv -q --mode=fast -c 9 --bytes 64k -s 640x480 -r 29.97 -t 1.5") >
		    0);
	assert_string_equal(values.name, "me");
	assert_int_equal(values.loud, 2);
	assert_int_equal(values.quiet, 7);
	assert_int_equal(values.mode, 0);
	assert_int_equal(values.count, 9);
	assert_int_equal(values.bytes, 65536);
	assert_int_equal(values.size.width, 640);
	assert_int_equal(values.size.height, 480);
	assert_int_equal(values.rate.num, 30000);
	assert_int_equal(values.rate.den, 1001);
	assert_int_equal(values.duration_ns, 1500 * NS_PER_MS);
}

static void a_group_lies_where_its_base_says(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, "--buffers 0") > 0);
	assert_int_equal(values.inner.buffers, 0);
	assert_true(values.inner.has_buffers);
}

static void another_programs_name_serves(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, "--video-size 320x240") > 0);
	assert_int_equal(values.size.width, 320);
}

static void an_argument_may_be_left_out(void **state)
{
	struct values values;

	(void)state;
	assert_int_equal(parse(&values, "--json file"), 2);
	assert_string_equal(values.json, "-");
	assert_true(parse(&values, "--json=out.json") > 0);
	assert_string_equal(values.json, "out.json");
}

static void lists_are_joined(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, "-l a=1 --list b=2,c=3") > 0);
	assert_string_equal(values.list, "a=1,b=2,c=3");
	options_free(&spec, &values);
	assert_null(values.list);
}

static void a_span_is_a_time_or_a_size(void **state)
{
	static const struct {
		const char *line;
		int64_t ns;
		uint64_t bytes;
	} cases[] = {
		{ "--span 10", 10 * NS_PER_S, 0 },
		{ "--span 2m", 120 * NS_PER_S, 0 },
		{ "--span 500ms", 500 * NS_PER_MS, 0 },
		{ "--span 1:30", 90 * NS_PER_S, 0 },
		{ "--span 2M", 0, 2 << 20 },
		{ "--span 64k", 0, 64 << 10 },
		{ "--span 1G", 0, 1 << 30 },
		{ "--span 4096B", 0, 4096 },
	};
	struct values values;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(parse(&values, cases[i].line) > 0);
		assert_int_equal(values.span.ns, cases[i].ns);
		assert_int_equal(values.span.bytes, cases[i].bytes);
	}
}

static void what_is_kept_is_a_number_a_time_or_a_size(void **state)
{
	static const struct {
		const char *line;
		struct option_keep keep;
		struct option_share share;
	} cases[] = {
		{ "--keep 10", .keep.count = 10 },
		{ "--keep 7d", .keep.ns = 7 * 86400 * NS_PER_S },
		{ "--keep 1:30", .keep.ns = 90 * NS_PER_S },
		{ "--keep 64k", .keep.bytes = 64 << 10 },
		{ "--keep 64k --keep 3", .keep.count = 3 },
		{ "--share 64k", .share.bytes = 64 << 10 },
		{ "--share 64k --share 12.5%", .share.part = 0.125 },
	};
	struct values values;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(parse(&values, cases[i].line) > 0);
		assert_memory_equal(&values.keep, &cases[i].keep, sizeof values.keep);
		assert_memory_equal(&values.share, &cases[i].share, sizeof values.share);
	}
}

static void wrong_ones_are_named(void **state)
{
	static const struct {
		const char *line, *says[3];
	} cases[] = {
		{ "-c abc", { "--count", "'abc'", "whole number" } },
		{ "-c 0", { "--count", "'0'", "1 to 100" } },
		{ "-c 101", { "--count", "'101'", "1 to 100" } },
		{ "-c -5", { "--count", "'-5'", "whole number" } },
		{ "-s 640", { "--size", "'640'", "1280x720" } },
		{ "--video-size 640", { "--video-size", "'640'", "1280x720" } },
		{ "-m medium", { "--mode", "'medium'", "fast, slow" } },
		{ "-t 0", { "--duration", "'0'", "not 0" } },
		{ "--bytes many", { "--bytes", "'many'", "64k" } },
		{ "--span 0k", { "--span", "'0k'", "not 0" } },
		{ "--keep 0", { "--keep", "'0'", "not 0" } },
		{ "--keep 3x", { "--keep", "'3x'", "24h" } },
		{ "--share 100%", { "--share", "'100%'", "a part, such as 5%" } },
		{ "--share 5%%", { "--share", "'5%%'", "such as 2G" } },
		{ "-r 0", { "--rate", "'0'", "30000/1001" } },
		{ "--siez 1x1", { "--siez", "did you mean --size", "" } },
		{ "--siez=1x1", { "'--siez'", "did you mean --size", "" } },
		{ "--gibberish", { "'--gibberish'", "v4l2q test --help", "" } },
		{ "--s 1", { "'--s'", "--size", "--span" } },
		{ "-x", { "'-x'", "v4l2q test --help", "" } },
		{ "-vx", { "'-x'", "", "" } },
		{ "-c", { "--count", "requires an argument", "N" } },
		{ "--quiet=3", { "--quiet", "no argument", "" } },
		{ "-fa -fb", { "--file is given twice", "'a' and 'b'", "one PATH" } },
		{ "--file=a -v --fil", { "--file is given twice", "'a' and '-'", "" } },
		{ "--file --file", { "--file is given twice", "'-' and '-'", "" } },
		{ "one two", { "'two'", "too many", "test" } },
	};
	struct values values;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse(&values, cases[i].line), -EINVAL);
		for (size_t k = 0; k < 3; k++)
			if (!strstr(said, cases[i].says[k]))
				fail_msg("'%s' should say '%s', and says: %s", cases[i].line,
					 cases[i].says[k], said);
	}
}

static void operands_come_last(void **state)
{
	struct values values;

	(void)state;
	assert_int_equal(parse(&values, "file -v -c 3"), 4);
	assert_int_equal(values.count, 3);
	assert_int_equal(parse(&values, "-v -- -c"), 3);
}

/* Every name but the hidden ones, every default, no line beyond 80 columns. */
static void help_is_made_from_the_table(void **state)
{
	char *text = NULL, *line, *rest;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	options_help(&spec, out);
	fclose(out);
	for (const struct option_row *row = rows; row->name; row++)
		if (!row->hidden && !strstr(text, row->name))
			fail_msg("--help lacks --%s", row->name);
	assert_null(strstr(text, "video-size"));
	assert_non_null(strstr(text, "(default: nobody)"));
	assert_non_null(strstr(text, "--json[=TEXT]"));
	assert_non_null(strstr(text, "-s, --size WxH"));
	assert_non_null(strstr(text, "fast, slow (default: slow)"));
	for (rest = text; (line = strsep(&rest, "\n"));)
		assert_true(strlen(line) < 80);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presets_come_first),
		cmocka_unit_test(each_kind_fills_its_field),
		cmocka_unit_test(a_group_lies_where_its_base_says),
		cmocka_unit_test(another_programs_name_serves),
		cmocka_unit_test(an_argument_may_be_left_out),
		cmocka_unit_test(lists_are_joined),
		cmocka_unit_test(a_span_is_a_time_or_a_size),
		cmocka_unit_test(what_is_kept_is_a_number_a_time_or_a_size),
		cmocka_unit_test(wrong_ones_are_named),
		cmocka_unit_test(operands_come_last),
		cmocka_unit_test(help_is_made_from_the_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	log_set_sink(keep_message, NULL);
	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
