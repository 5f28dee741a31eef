/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Option tables: parsing. */
#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"

/* getopt_long's val: letters stay below it. */
#define FIRST_LONG 256
#define MAX_OPTIONS 96

/* Every row of every group of a command, in one line. */
struct flat {
	const struct option_spec *spec;
	unsigned n;
	const struct option_row *rows[MAX_OPTIONS];
	size_t bases[MAX_OPTIONS];
};

static void flatten(const struct option_spec *spec, struct flat *flat)
{
	flat->spec = spec;
	flat->n = 0;
	for (const struct option_group *group = spec->groups; group->title; group++) {
		for (const struct option_row *row = group->rows; row->name; row++) {
			assert(flat->n < MAX_OPTIONS);
			flat->rows[flat->n] = row;
			flat->bases[flat->n++] = group->base;
		}
	}
}

static int number_in_range(const struct option_row *row, uint64_t value)
{
	if (value < row->least || (row->most && value > row->most))
		return -ERANGE;
	return 0;
}

static int set_text(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	*(const char **)field = text;
	return 0;
}

static int set_list(const struct option_row *row, const char *text, void *field)
{
	char **list = field, *joined;

	(void)row;
	if (asprintf(&joined, "%s%s%s", *list ? *list : "", *list ? "," : "", text) < 0)
		return -ENOMEM;
	free(*list);
	*list = joined;
	return 0;
}

static int set_choice(const struct option_row *row, const char *text, void *field)
{
	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*(int *)field = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_uint(const struct option_row *row, const char *text, void *field)
{
	uint64_t value;
	int err = parse_uint(text, row->most ? row->most : UINT64_MAX, &value);

	if (err < 0 || (err = number_in_range(row, value)) < 0)
		return err;
	*(uint64_t *)field = value;
	return 0;
}

static int set_size(const struct option_row *row, const char *text, void *field)
{
	struct option_size *size = field;

	(void)row;
	return parse_size(text, &size->width, &size->height);
}

static int set_rate(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	return parse_rate(text, field);
}

static int set_duration(const struct option_row *row, const char *text, void *field)
{
	int64_t ns;
	int err = parse_duration(text, &ns);

	if (err < 0 || (err = number_in_range(row, (uint64_t)ns)) < 0)
		return err;
	*(int64_t *)field = ns;
	return 0;
}

static int set_factor(const struct option_row *row, const char *text, void *field)
{
	double factor;
	int err = parse_factor(text, &factor);

	if (err < 0 || (row->most && factor > (double)row->most))
		return err < 0 ? err : -ERANGE;
	*(double *)field = factor;
	return 0;
}

static int set_bytes(const struct option_row *row, const char *text, void *field)
{
	uint64_t bytes;
	int err = parse_bytes(text, &bytes);

	if (err < 0 || (err = number_in_range(row, bytes)) < 0)
		return err;
	*(uint64_t *)field = bytes;
	return 0;
}

/* "10" and "2m" are times; it takes a unit of size, which is upper case or k, to make a number of bytes. */
static int set_span(const struct option_row *row, const char *text, void *field)
{
	struct option_span span = { 0 };
	int err;

	if (strpbrk(text, "kKMGTB"))
		err = set_bytes(row, text, &span.bytes);
	else
		err = set_duration(row, text, &span.ns);
	if (err < 0)
		return err;
	*(struct option_span *)field = span;
	return 0;
}

static const struct {
	int (*set)(const struct option_row *row, const char *text, void *field);
	const char *argument, *wanted;
} kinds[] = {
	[OPT_SET] = { NULL, "", "" },
	[OPT_MORE] = { NULL, "", "" },
	[OPT_TEXT] = { set_text, "TEXT", "a text" },
	[OPT_LIST] = { set_list, "TEXT", "a text" },
	[OPT_CHOICE] = { set_choice, "WORD", "one of " },
	[OPT_UINT] = { set_uint, "N", "a whole number" },
	[OPT_SIZE] = { set_size, "WxH", "WIDTHxHEIGHT, such as 1280x720" },
	[OPT_RATE] = { set_rate, "R", "frames a second, such as 30, 29.97 or 30000/1001" },
	[OPT_DURATION] = { set_duration, "T", "a time, such as 1.5, 10s, 500ms, 2m or 1:30" },
	[OPT_BYTES] = { set_bytes, "SIZE", "a number of bytes, such as 4096, 64k, 16M or 2G" },
	[OPT_FACTOR] = { set_factor, "X", "a number, such as 2 or 0.5" },
	[OPT_SPAN] = { set_span, "T|SIZE",
		       "a time, such as 10s or 5m, or a size with its unit, such as 64M or 2G" },
};

const char *option_argument(const struct option_row *row)
{
	return row->argument ? row->argument : kinds[row->kind].argument;
}

/* "--count -5: …": what was wrong, and what would be right. */
static int bad_value(const struct option_row *row, const char *text, int err)
{
	char wanted[256];
	size_t n = (size_t)snprintf(wanted, sizeof wanted, "%s", kinds[row->kind].wanted);

	if (err == -ENOMEM) {
		log_error("--%s: %s", row->name, err_str(err));
		return err;
	}
	if (row->kind == OPT_CHOICE)
		for (unsigned i = 0; row->choices[i] && n < sizeof wanted; i++)
			n += (size_t)snprintf(wanted + n, sizeof wanted - n, "%s%s", i ? ", " : "",
					      row->choices[i]);
	else if (row->kind == OPT_UINT && row->most)
		snprintf(wanted + n, sizeof wanted - n, " from %llu to %llu", (unsigned long long)row->least,
			 (unsigned long long)row->most);
	else if (row->least)
		snprintf(wanted + n, sizeof wanted - n, "%s",
			 row->kind == OPT_UINT ? ", 1 or more" : "; not 0");
	log_error("--%s: '%s' is not possible; it takes %s", row->name, text, wanted);
	return -EINVAL;
}

static int set_field(const struct option_row *row, size_t base, const char *text, void *values)
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
	err = kinds[row->kind].set(row, text, group + row->offset);
	return err < 0 ? bad_value(row, text, err) : 0;
}

static int set_presets(const struct flat *flat, void *values)
{
	int err;

	for (unsigned i = 0; i < flat->n; i++)
		if (flat->rows[i]->preset &&
		    (err = set_field(flat->rows[i], flat->bases[i], flat->rows[i]->preset, values)) < 0)
			return err;
	return 0;
}

static int argument_kind(const struct option_row *row)
{
	if (!kinds[row->kind].set)
		return no_argument;
	return row->bare ? optional_argument : required_argument;
}

static void make_getopt(const struct flat *flat, struct option *longs, char *letters)
{
	*letters++ = ':'; /* tells a missing argument from an unknown option */
	for (unsigned i = 0; i < flat->n; i++) {
		const struct option_row *row = flat->rows[i];

		longs[i] = (struct option){ row->name, argument_kind(row), NULL, FIRST_LONG + (int)i };
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		for (int colons = argument_kind(row); colons > 0; colons--)
			*letters++ = ':';
	}
	longs[flat->n] = (struct option){ 0 };
	*letters = '\0';
}

static const char *flat_name(const void *opaque, unsigned i)
{
	const struct flat *flat = opaque;

	return i < flat->n ? flat->rows[i]->name : NULL;
}

/* "--size, --skip": what an abbreviation could mean; returns how many. */
static unsigned list_matches(const struct flat *flat, const char *typed, char *text, size_t size)
{
	unsigned n_found = 0;
	size_t n = 0;

	for (unsigned i = 0; i < flat->n; i++)
		if (strncmp(flat->rows[i]->name, typed, strlen(typed)) == 0 && n < size)
			n += (size_t)snprintf(text + n, size - n, "%s--%s", n_found++ ? ", " : "",
					      flat->rows[i]->name);
	return n_found;
}

static int find_option(const struct flat *flat, int key)
{
	for (unsigned i = 0; i < flat->n; i++)
		if (key == FIRST_LONG + (int)i || (key && key == flat->rows[i]->letter))
			return (int)i;
	return -ENOENT;
}

/* getopt_long returned '?' for argv[optind - 1] (or a letter of a bundle, then in optopt). */
static int unknown_option(const struct flat *flat, char **argv)
{
	const char *typed = argv[optind - 1], *command = flat->spec->command, *nearest;
	char name[64], matches[512];
	int i;

	if (optopt && (i = find_option(flat, optopt)) >= 0) {
		log_error("--%s takes no argument; see 'v4l2q %s --help'", flat->rows[i]->name, command);
		return -EINVAL;
	}
	if (optopt) {
		log_error("unknown option '-%c'; see 'v4l2q %s --help'", optopt, command);
		return -EINVAL;
	}
	snprintf(name, sizeof name, "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
	nearest = text_nearest(name, flat_name, flat);
	if (list_matches(flat, name, matches, sizeof matches) > 1)
		log_error("option '--%s' could be any of %s", name, matches);
	else if (nearest)
		log_error("unknown option '--%s'; did you mean --%s?", name, nearest);
	else
		log_error("unknown option '--%s'; see 'v4l2q %s --help'", name, command);
	return -EINVAL;
}

static int missing_argument(const struct flat *flat)
{
	int i = find_option(flat, optopt);

	assert(i >= 0);
	log_error("--%s wants an argument: %s", flat->rows[i]->name, option_argument(flat->rows[i]));
	return -EINVAL;
}

static int take_option(const struct flat *flat, int key, char **argv, void *values)
{
	const struct option_row *row;
	int i, err;

	if (key == ':')
		return missing_argument(flat);
	i = key == '?' ? -ENOENT : find_option(flat, key);
	if (i < 0)
		return unknown_option(flat, argv);
	row = flat->rows[i];
	err = set_field(row, flat->bases[i], optarg, values);
	if (err < 0)
		return err;
	if (row->given)
		*(bool *)((char *)values + flat->bases[i] + row->given) = true;
	return 0;
}

int options_parse(const struct option_spec *spec, int argc, char **argv, void *values)
{
	struct option longs[MAX_OPTIONS + 1];
	char letters[3 * MAX_OPTIONS + 2];
	struct flat flat;
	int key, err;

	flatten(spec, &flat);
	make_getopt(&flat, longs, letters);
	err = set_presets(&flat, values);
	if (err < 0)
		return err;
	optind = 0; /* glibc: start anew */
	opterr = 0;
	while ((key = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		if ((err = take_option(&flat, key, argv, values)) < 0)
			return err;
	if (argc - optind > (int)spec->n_operands) {
		log_error("'%s' is one argument too many for %s; see 'v4l2q %s --help'",
			  argv[optind + (int)spec->n_operands], spec->command, spec->command);
		return -EINVAL;
	}
	return optind;
}

void options_free(const struct option_spec *spec, void *values)
{
	struct flat flat;

	flatten(spec, &flat);
	for (unsigned i = 0; i < flat.n; i++) {
		if (flat.rows[i]->kind == OPT_LIST) {
			char **list = (char **)((char *)values + flat.bases[i] + flat.rows[i]->offset);

			free(*list);
			*list = NULL;
		}
	}
}
