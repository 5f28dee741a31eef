/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of options: what their values look like, and how they are stored. */
#include "cli/options_values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/units.h"

/* err: of parsing. The field has 64 bits, with or without a sign. */
static int store_checked(const struct option_row *row, int err, uint64_t value, void *field)
{
	if (err == 0 && (value < row->least || (row->most && value > row->most)))
		err = -ERANGE;
	if (err == 0)
		*(uint64_t *)field = value;
	return err;
}

static int store_text(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	*(const char **)field = text;
	return 0;
}

static int store_name(const struct option_row *row, const char *text, void *field)
{
	return *text ? store_text(row, text, field) : -EINVAL;
}

static int store_list(const struct option_row *row, const char *text, void *field)
{
	char **list = field, *joined;

	(void)row;
	if (asprintf(&joined, "%s%s%s", *list ? *list : "", *list ? "," : "", text) < 0)
		return -ENOMEM;
	free(*list);
	*list = joined;
	return 0;
}

static int store_choice(const struct option_row *row, const char *text, void *field)
{
	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*(int *)field = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int store_uint(const struct option_row *row, const char *text, void *field)
{
	uint64_t value = 0;
	int err;

	if (row->word && strcmp(text, row->word) == 0) {
		*(uint64_t *)field = OPTION_WORD;
		return 0;
	}
	err = parse_uint(text, row->most ? row->most : UINT64_MAX, &value);
	return store_checked(row, err, value, field);
}

static int store_size(const struct option_row *row, const char *text, void *field)
{
	struct option_size *size = field;

	(void)row;
	return parse_size(text, &size->width, &size->height);
}

static int store_rate(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	return parse_rate(text, field);
}

static int store_crop(const struct option_row *row, const char *text, void *field)
{
	struct option_crop *crop = field;

	(void)row;
	return parse_crop(text, &crop->width, &crop->height, &crop->left, &crop->top);
}

static int store_duration(const struct option_row *row, const char *text, void *field)
{
	int64_t ns = 0;
	int err = parse_duration(text, &ns);

	return store_checked(row, err, (uint64_t)ns, field);
}

static int store_factor(const struct option_row *row, const char *text, void *field)
{
	double factor;
	int err = parse_factor(text, &factor);

	if (err == 0 && row->most && factor > (double)row->most)
		err = -ERANGE;
	if (err < 0)
		return err;
	*(double *)field = factor;
	return 0;
}

static int store_bytes(const struct option_row *row, const char *text, void *field)
{
	uint64_t bytes = 0;
	int err = parse_bytes(text, &bytes);

	return store_checked(row, err, bytes, field);
}

/* "10" and "2m" are times. A number of bytes has a unit of size, which is upper case or k. */
static int store_span(const struct option_row *row, const char *text, void *field)
{
	struct option_span span = { 0 };
	int err;

	if (strpbrk(text, "kKMGTB"))
		err = store_bytes(row, text, &span.bytes);
	else
		err = store_duration(row, text, &span.ns);
	if (err < 0)
		return err;
	*(struct option_span *)field = span;
	return 0;
}

/* "10" is a number; a time has its unit, or a colon. */
static int store_keep(const struct option_row *row, const char *text, void *field)
{
	struct option_keep keep = { 0 };
	struct option_span span;
	int err;

	if (text[strspn(text, "0123456789")] == '\0') {
		err = store_uint(row, text, &keep.count);
	} else {
		err = store_span(row, text, &span);
		keep.ns = err < 0 ? 0 : span.ns;
		keep.bytes = err < 0 ? 0 : span.bytes;
	}
	if (err == 0)
		*(struct option_keep *)field = keep;
	return err;
}

static int store_share(const struct option_row *row, const char *text, void *field)
{
	struct option_share share = { 0 };
	size_t n = strcspn(text, "%");
	char number[32];
	int err;

	if (strcmp(text + n, "%") == 0 && n < sizeof number) {
		snprintf(number, sizeof number, "%.*s", (int)n, text);
		err = parse_factor(number, &share.part);
		share.part /= 100;
		if (err == 0 && !(share.part > 0 && share.part < 1))
			err = -ERANGE;
	} else {
		err = store_bytes(row, text, &share.bytes);
	}
	if (err == 0)
		*(struct option_share *)field = share;
	return err;
}

const struct option_kind_values option_kinds[] = {
	[OPT_SET] = { NULL, "", "" },
	[OPT_MORE] = { NULL, "", "" },
	[OPT_TEXT] = { store_name, "TEXT", "a text that is not empty" },
	[OPT_FILE] = { store_name, "FILE", "a name" },
	[OPT_LIST] = { store_list, "TEXT", "a text" },
	[OPT_CHOICE] = { store_choice, "WORD", "one of " },
	[OPT_UINT] = { store_uint, "N", "a whole number" },
	[OPT_SIZE] = { store_size, "WxH", "WIDTHxHEIGHT, such as 1280x720, at most 65535x65535" },
	[OPT_RATE] = { store_rate, "R", "frames a second, such as 30, 29.97 or 30000/1001" },
	[OPT_CROP] = { store_crop, "WxH+X+Y", "WIDTHxHEIGHT+LEFT+TOP, such as 640x480+320+120" },
	[OPT_DURATION] = { store_duration, "T", "a time, such as 1.5, 10s, 500ms, 2m or 1:30" },
	[OPT_BYTES] = { store_bytes, "SIZE", "a number of bytes, such as 4096, 64k, 16M or 2G" },
	[OPT_FACTOR] = { store_factor, "X", "a number, such as 2 or 0.5" },
	[OPT_SPAN] = { store_span, "T|SIZE",
		       "a time, such as 10s or 5m, or a size with its unit, such as 64M or 2G" },
	[OPT_KEEP] = { store_keep, "N|SIZE|T",
		       "a number, such as 10, a size, such as 64M or 2G, or a time with its unit, such as "
		       "24h" },
	[OPT_SHARE] = { store_share, "SIZE|%", "a number of bytes, such as 2G, or a part, such as 5%" },
};
