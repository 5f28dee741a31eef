/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses a command line by its option tables. */
#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"
#include "cli/foreign_options.h"
#include "cli/options_values.h"

/* getopt_long() returns this plus the row's index for a long option; letters are below it. */
#define FIRST_LONG 256
#define MAX_OPTIONS 96
#define LETTERS_MAX (3 * MAX_OPTIONS + 3)

/* The rows of all groups of a command. */
struct row_list {
	const struct option_spec *spec;
	unsigned n;
	const struct option_row *rows[MAX_OPTIONS];
	size_t bases[MAX_OPTIONS];
};

static void list_rows(const struct option_spec *spec, struct row_list *list)
{
	list->spec = spec;
	list->n = 0;
	for (const struct option_group *group = spec->groups; group->title; group++) {
		for (const struct option_row *row = group->rows; row->name; row++) {
			assert(list->n < MAX_OPTIONS);
			list->rows[list->n] = row;
			list->bases[list->n++] = group->base;
		}
	}
}

const char *option_argument(const struct option_row *row)
{
	return row->argument ? row->argument : option_kinds[row->kind].argument;
}

static int invalid_value(const struct option_row *row, const char *text, int err)
{
	char expected[256] = "";

	if (err == -ENOMEM)
		return log_no_memory();
	if (row->kind == OPT_CHOICE)
		for (unsigned i = 0; row->choices[i]; i++)
			text_join(expected, sizeof expected, ", ", "%s", row->choices[i]);
	else if (row->kind == OPT_UINT && row->most)
		text_add(expected, sizeof expected, " from %" PRIu64 " to %" PRIu64, row->least, row->most);
	else if (row->kind == OPT_UINT && row->least)
		text_add(expected, sizeof expected, ", 1 or more");
	else if (row->least)
		text_add(expected, sizeof expected, "; not 0");
	if (row->word)
		text_add(expected, sizeof expected, ", or %s", row->word);
	log_error("invalid value '%s' for --%s: expected %s%s", text, row->name,
		  option_kinds[row->kind].expected, expected);
	return -EINVAL;
}

/* The last one of several counts, so that options can be appended to a command line; not for files: a
 * recording to another file than the first one named would be overlooked. */
static int check_given_once(const struct option_row *row, const char *text, const char *earlier)
{
	if (!earlier)
		return 0;
	log_error("--%s is given twice, '%s' and '%s': it takes one %s", row->name, earlier, text,
		  option_argument(row));
	return -EINVAL;
}

static int store_field(const struct option_row *row, size_t base, const char *text, void *values)
{
	char *group = (char *)values + base;
	int err;

	if (row->kind == OPT_SET) {
		*(int *)(group + row->offset) = row->value;
		return 0;
	}
	if (row->kind == OPT_MORE) {
		++*(int *)(group + row->offset);
		return 0;
	}
	if (!text)
		text = row->bare;
	if (row->kind == OPT_FILE && check_given_once(row, text, *(const char **)(group + row->offset)) < 0)
		return -EINVAL;
	err = option_kinds[row->kind].store(row, text, group + row->offset);
	return err < 0 ? invalid_value(row, text, err) : 0;
}

static int store_presets(const struct row_list *list, void *values)
{
	int err = 0;

	for (unsigned i = 0; i < list->n && err == 0; i++)
		if (list->rows[i]->preset)
			err = store_field(list->rows[i], list->bases[i], list->rows[i]->preset, values);
	return err;
}

static int argument_kind(const struct option_row *row)
{
	if (!option_kinds[row->kind].store)
		return no_argument;
	return row->bare ? optional_argument : required_argument;
}

static void make_getopt(const struct row_list *list, bool in_order, struct option *longs, char *letters)
{
	/* '-': operands are returned as 1, and argv keeps its order. ':': a missing argument is returned as
	 * ':', and '?' is only an unknown option. */
	if (in_order)
		*letters++ = '-';
	*letters++ = ':';
	for (unsigned i = 0; i < list->n; i++) {
		const struct option_row *row = list->rows[i];

		longs[i] = (struct option){ row->name, argument_kind(row), NULL, FIRST_LONG + (int)i };
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		for (int colons = argument_kind(row); colons > 0; colons--)
			*letters++ = ':';
	}
	longs[list->n] = (struct option){ 0 };
	*letters = '\0';
}

static const char *row_name(const void *opaque, unsigned i)
{
	const struct row_list *list = opaque;

	return i < list->n ? list->rows[i]->name : NULL;
}

/* Lists the options that an abbreviation matches: "--size, --skip". Returns how many. */
static unsigned list_matches(const struct row_list *list, const char *typed, char *text, size_t size)
{
	unsigned n_found = 0;

	*text = '\0';
	for (unsigned i = 0; i < list->n; i++) {
		if (strncmp(list->rows[i]->name, typed, strlen(typed)) != 0)
			continue;
		text_join(text, size, ", ", "--%s", list->rows[i]->name);
		n_found++;
	}
	return n_found;
}

static int find_option(const struct row_list *list, int key)
{
	for (unsigned i = 0; i < list->n; i++)
		if (key == FIRST_LONG + (int)i || (key && key == list->rows[i]->letter))
			return (int)i;
	return -ENOENT;
}

/* getopt_long() returned '?': reports argv[optind - 1], or the letter in optopt. */
static int unknown_option(const struct row_list *list, char **argv)
{
	const char *typed = argv[optind - 1], *command = list->spec->command, *nearest;
	char name[64], matches[512];
	int i;

	if (optopt && (i = find_option(list, optopt)) >= 0) {
		log_error("--%s takes no argument; see 'v4l2q %s --help'", list->rows[i]->name, command);
		return -EINVAL;
	}
	if (optopt) {
		log_error("unknown option '-%c'; see 'v4l2q %s --help'", optopt, command);
		return -EINVAL;
	}
	snprintf(name, sizeof name, "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
	nearest = text_nearest(name, row_name, list);
	if (list_matches(list, name, matches, sizeof matches) > 1)
		log_error("ambiguous option '--%s': it could be %s", name, matches);
	else if (nearest)
		log_error("unknown option '--%s'; did you mean --%s?", name, nearest);
	else
		log_error("unknown option '--%s'; see 'v4l2q %s --help'", name, command);
	return -EINVAL;
}

static int missing_argument(const struct row_list *list)
{
	int i = find_option(list, optopt);

	assert(i >= 0);
	log_error("--%s requires an argument: %s", list->rows[i]->name, option_argument(list->rows[i]));
	return -EINVAL;
}

static int take_option(const struct row_list *list, int key, char **argv, void *values)
{
	const struct option_row *row;
	int i, err;

	if (key == ':')
		return missing_argument(list);
	i = key == '?' ? -ENOENT : find_option(list, key);
	if (i < 0)
		return unknown_option(list, argv);
	row = list->rows[i];
	err = store_field(row, list->bases[i], optarg, values);
	if (err < 0)
		return err;
	if (row->given)
		*(bool *)((char *)values + list->bases[i] + row->given) = true;
	return 0;
}

/* An option without its optional argument, and the next argument: the 2 of "--loop 2". */
struct bare_option {
	const struct option_row *row;
	const char *next; /* NULL: the end */
};

static int surplus_operand(const struct option_spec *spec, char **argv, const struct bare_option *bare)
{
	if (bare->next && *bare->next != '-')
		log_error("'%s' is not taken for the argument of --%s: write --%s=%s", bare->next,
			  bare->row->name, bare->row->name, bare->next);
	else
		log_error("too many arguments for %s: '%s'; see 'v4l2q %s --help'", spec->command,
			  argv[optind + (int)spec->n_operands], spec->command);
	return -EINVAL;
}

void options_take_ahead(const struct option_spec *spec, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS + 1];
	char letters[LETTERS_MAX];
	struct row_list list;
	int key, value;

	list_rows(spec, &list);
	make_getopt(&list, true, longs, letters);
	opterr = 0;
	optind = 0; /* glibc: start from the beginning, as after a former call */
	while ((key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		int i = key == '?' || key == ':' ? -ENOENT : find_option(&list, key);

		if (i >= 0 && list.rows[i]->ahead &&
		    option_kinds[OPT_CHOICE].store(list.rows[i], optarg, &value) == 0)
			list.rows[i]->ahead(value);
	}
}

/* Checked before getopt, which would take ffmpeg's "-ss 5" for "-s s". */
static int check_foreign_options(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *hint = foreign_option_hint(argv[i]);

		if (hint) {
			log_error("unknown option '%.*s': %s", (int)strcspn(argv[i], "="), argv[i], hint);
			return -EINVAL;
		}
	}
	return 0;
}

int options_parse(const struct option_spec *spec, int argc, char **argv, void *values)
{
	struct option longs[MAX_OPTIONS + 1];
	char letters[LETTERS_MAX];
	struct bare_option bare = { 0 };
	struct row_list list;
	int key, err;

	list_rows(spec, &list);
	options_take_ahead(spec, argc, argv);
	make_getopt(&list, false, longs, letters);
	err = check_foreign_options(argc, argv);
	if (err == 0)
		err = store_presets(&list, values);
	if (err < 0)
		return err;
	optind = 0; /* as above */
	while ((key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		err = take_option(&list, key, argv, values);
		if (err < 0)
			return err;
		if (!optarg && key >= FIRST_LONG && list.rows[key - FIRST_LONG]->bare)
			bare = (struct bare_option){ list.rows[key - FIRST_LONG], argv[optind] };
	}
	return argc - optind > (int)spec->n_operands ? surplus_operand(spec, argv, &bare) : optind;
}

int options_set_default(const struct option_row *rows, const char *name, const char *text, void *values)
{
	static const size_t sizes[] = {
		[OPT_TEXT] = sizeof(char *),
		[OPT_FILE] = sizeof(char *),
		[OPT_SIZE] = sizeof(struct option_size),
		[OPT_RATE] = sizeof(struct fraction),
		[OPT_UINT] = sizeof(uint64_t),
		[OPT_CROP] = sizeof(struct option_crop),
	};
	static const char zero[sizeof(struct option_crop)];

	for (const struct option_row *row = rows; row->name; row++) {
		if (strcmp(row->name, name) != 0)
			continue;
		assert(row->kind < sizeof sizes / sizeof *sizes && sizes[row->kind]);
		return memcmp((char *)values + row->offset, zero, sizes[row->kind]) != 0
			       ? 0
			       : store_field(row, 0, text, values);
	}
	return -ENOENT;
}

void options_free(const struct option_spec *spec, void *values)
{
	struct row_list list;

	list_rows(spec, &list);
	for (unsigned i = 0; i < list.n; i++) {
		if (list.rows[i]->kind == OPT_LIST) {
			char **text = (char **)((char *)values + list.bases[i] + list.rows[i]->offset);

			free(*text);
			*text = NULL;
		}
	}
}
