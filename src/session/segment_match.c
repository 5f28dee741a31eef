/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the files whose names were made from a pattern. */
#include "session/segment_match.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "base/array.h"
#include "base/log.h"
#include "session/segment_name.h"
#include "session/segment_name_internal.h"

#define SUFFIX_MAX 9999
#define HALF_A_YEAR (183 * 24 * 3600)

/* Fields that stand for several, in the C locale, which the program uses. O: the meaning of %d without a
 * month. */
static const struct {
	char letter;
	const char *pattern;
} composites[] = {
	{ 'c', "%a %b %e %H:%M:%S %Y" },
	{ 'D', "%m/%Od/%y" },
	{ 'F', "%Y-%m-%Od" },
	{ 'r', "%I:%M:%S %p" },
	{ 'R', "%H:%M" },
	{ 'T', "%H:%M:%S" },
	{ 'x', "%m/%Od/%y" },
	{ 'X', "%H:%M:%S" },
};

/* Fields that are numbers. */
static const struct {
	char letter, pad;
	int width;
	int64_t least, most;
} numbers[] = {
	{ 'C', '0', 2, 0, 99 }, { 'd', '0', 2, 1, 31 },   { 'e', ' ', 2, 1, 31 },
	{ 'g', '0', 2, 0, 99 }, { 'G', '0', 1, 1, 9999 }, { 'H', '0', 2, 0, 23 },
	{ 'I', '0', 2, 1, 12 }, { 'j', '0', 3, 1, 366 },  { 'k', ' ', 2, 0, 23 },
	{ 'l', ' ', 2, 1, 12 }, { 'm', '0', 2, 1, 12 },   { 'M', '0', 2, 0, 59 },
	{ 'S', '0', 2, 0, 60 }, { 'u', '0', 1, 1, 7 },    { 'U', '0', 2, 0, 53 },
	{ 'V', '0', 2, 1, 53 }, { 'w', '0', 1, 0, 6 },    { 'W', '0', 2, 0, 53 },
	{ 'y', '0', 2, 0, 99 }, { 'Y', '0', 1, 1, 9999 }, { 's', '0', 1, 0, INT64_MAX / 10 },
};

/* --- patterns --- */

static const char *composite(const char *text, struct field field)
{
	for (size_t i = 0; field.kind == NAME_TIME && i < ARRAY_SIZE(composites); i++)
		if (composites[i].letter == text[field.length - 1])
			return composites[i].pattern;
	return NULL;
}

/* Replaces composite fields by their parts; NULL: no memory, logged. */
static char *take_apart(const char *pattern, bool month)
{
	char *apart = NULL;
	size_t size;
	FILE *out = open_memstream(&apart, &size);

	if (!out) {
		log_no_memory();
		return NULL;
	}
	for (const char *text = pattern; *text;) {
		struct field field = segment_name_field(text, month);
		const char *parts = composite(text, field);
		size_t length = field.kind ? field.length : 1;

		if (parts)
			fputs(parts, out);
		else
			fwrite(text, 1, length, out);
		text += length;
	}
	if (fclose(out) == 0)
		return apart;
	free(apart);
	log_no_memory();
	return NULL;
}

/* --- matching --- */

struct matcher {
	bool month, has_text;
	struct segment_match *match;
};

static bool match_text(struct matcher *m, const char *pattern, const char *name);

static char field_flag(const char *text, struct field field)
{
	return field.kind == NAME_TIME && field.length == 3 && !strchr("EO", text[1]) ? text[1] : '\0';
}

static char field_letter(const char *text, struct field field)
{
	return field.kind == NAME_TIME ? text[field.length - 1] : '\0';
}

/* Whether a field that occurs twice has the same value, perhaps with another number of digits. */
static bool is_consistent(const struct segment_match *match, char flag, char letter, const char *value)
{
	for (unsigned i = 0; i < match->n_fields; i++) {
		if (match->fields[i].letter != letter || match->fields[i].flag != flag)
			continue;
		if (letter ? strcmp(match->fields[i].text, value) != 0
			   : strtoul(match->fields[i].text, NULL, 10) != strtoul(value, NULL, 10))
			return false;
	}
	return true;
}

/* Assumes that the field at `pattern` is the first n bytes of the name: whether the rest matches. */
static bool match_rest(struct matcher *m, const char *pattern, struct field field, const char *name, size_t n)
{
	struct segment_match *match = m->match;
	unsigned i = match->n_fields;
	char flag = field_flag(pattern, field), letter = field_letter(pattern, field);

	if (n >= SEGMENT_FIELD_BYTES || i == SEGMENT_FIELDS_MAX)
		return false;
	memcpy(match->fields[i].text, name, n);
	match->fields[i].text[n] = '\0';
	match->fields[i].flag = flag;
	match->fields[i].letter = letter;
	if (!is_consistent(match, flag, letter, match->fields[i].text))
		return false;
	match->n_fields++;
	if (match_text(m, pattern + field.length, name + n))
		return true;
	match->n_fields = i;
	return false;
}

/* The number of a segment: at least the given digits, with no more leading zeros. */
static bool match_segment_number(struct matcher *m, const char *pattern, struct field field, const char *name)
{
	for (size_t n = strspn(name, "0123456789"), least = (size_t)field.digits; n && n >= least; n--) {
		if ((n > least && *name == '0') || n > 10 || strtoull(name, NULL, 10) / 10 > UINT_MAX)
			continue;
		if (match_rest(m, pattern, field, name, n))
			return true;
	}
	return false;
}

/* A number of a time, in the form in which it is written. */
static bool match_time_number(struct matcher *m, const char *pattern, struct field field, const char *name,
			      size_t row)
{
	char flag = field_flag(pattern, field), pad = flag == '_' ? ' ' : numbers[row].pad;
	int width = flag == '-' ? 1 : numbers[row].width;
	const char *digits = name + (pad == ' ' ? strspn(name, " ") : 0);
	int64_t value = 0;

	for (const char *p = digits; isdigit((unsigned char)*p) && value <= numbers[row].most; p++) {
		char text[SEGMENT_FIELD_BYTES];

		value = value * 10 + *p - '0';
		if (value < numbers[row].least || value > numbers[row].most)
			continue;
		snprintf(text, sizeof text, pad == ' ' ? "%*" PRId64 : "%0*" PRId64, width, value);
		if (strlen(text) == (size_t)(p + 1 - name) && strncmp(text, name, strlen(text)) == 0 &&
		    match_rest(m, pattern, field, name, strlen(text)))
			return true;
	}
	return false;
}

/* Names of months and weekdays, AM and PM; the time zone, in summer and winter. */
static bool match_time_word(struct matcher *m, const char *pattern, struct field field, const char *name)
{
	bool zone = strchr("zZ", pattern[field.length - 1]);
	char format[4], text[SEGMENT_FIELD_BYTES];

	snprintf(format, sizeof format, "%.*s", (int)field.length, pattern);
	for (int i = 0; i < (zone ? 2 : 24); i++) {
		struct tm tm = { .tm_mon = i % 12, .tm_wday = i % 7, .tm_hour = i };
		time_t when = time(NULL) + (time_t)i * HALF_A_YEAR;
		size_t n;

		if (zone)
			localtime_r(&when, &tm);
		n = strftime(text, sizeof text, format, &tm);
		if (strncmp(text, name, n) == 0 && match_rest(m, pattern, field, name, n))
			return true;
	}
	return false;
}

static bool match_time(struct matcher *m, const char *pattern, struct field field, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i].letter == pattern[field.length - 1])
			return match_time_number(m, pattern, field, name, i);
	return match_time_word(m, pattern, field, name);
}

static bool match_text(struct matcher *m, const char *pattern, const char *name)
{
	while (*pattern) {
		struct field field = segment_name_field(pattern, m->month);

		if (field.kind == NAME_NUMBER)
			return match_segment_number(m, pattern, field, name);
		if (field.kind == NAME_TIME)
			return match_time(m, pattern, field, name);
		if (*pattern != *name)
			return false;
		pattern += field.kind ? field.length : 1;
		name++;
	}
	return !*name;
}

/* Removes the suffix added by segment_name_add_suffix() from the name. Returns it, or 0. */
static unsigned cut_suffix(char *name)
{
	char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *dot = strrchr(base, '.'),
	     *digits;
	char *end = dot && dot > base ? dot : name + strlen(name);
	unsigned long suffix;

	for (digits = end; digits > base && isdigit((unsigned char)digits[-1]); digits--)
		;
	suffix = strtoul(digits, NULL, 10);
	if (digits == end || *digits == '0' || digits - base < 2 || digits[-1] != '-' || suffix > SUFFIX_MAX)
		return 0;
	memmove(digits - 1, end, strlen(end) + 1);
	return (unsigned)suffix;
}

/* Matches the name without the part from the dash to the end of the stem. */
static bool match_without(struct matcher *m, const char *pattern, const char *name, const char *dash,
			  const char *end)
{
	char *added = m->match->added, cut[PATH_MAX];

	if (end - dash > SEGMENT_TEXT_BYTES)
		return false;
	snprintf(added, SEGMENT_TEXT_BYTES, "%.*s", (int)(end - dash - 1), dash + 1);
	snprintf(cut, sizeof cut, "%.*s%s", (int)(dash - name), name, end);
	if (*added && segment_name_is_text(added) && match_text(m, pattern, cut))
		return true;
	*added = '\0';
	return false;
}

/* Also where the added text contains a dot and the name has no extension. */
static bool match_with_text(struct matcher *m, const char *pattern, const char *name)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *dot = strrchr(base, '.');
	const char *ends[] = { dot && dot > base ? dot : base, name + strlen(name) };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		for (const char *dash = base; dash < ends[i]; dash++)
			if (*dash == '-' && match_without(m, pattern, name, dash, ends[i]))
				return true;
	return false;
}

/* Matches the name as it is, without a suffix, or without added text. */
static bool match_name(struct matcher *m, const char *pattern, const char *name)
{
	unsigned n_fields = m->match->n_fields;
	char cut[PATH_MAX];

	m->match->suffix = 0;
	*m->match->added = '\0';
	if (match_text(m, pattern, name))
		return true;
	m->match->n_fields = n_fields;
	if (snprintf(cut, sizeof cut, "%s", name) >= (int)sizeof cut)
		return false;
	m->match->suffix = cut_suffix(cut);
	if (m->match->suffix && match_text(m, pattern, cut))
		return true;
	m->match->suffix = 0;
	m->match->n_fields = n_fields;
	return m->has_text && match_with_text(m, pattern, name);
}

/* Removes the partial suffix from the name, if it has it. */
static bool cut_partial(const char *suffix, const char *name, char whole[PATH_MAX])
{
	size_t n = strlen(name), n_suffix = suffix ? strlen(suffix) : 0;

	if (!n_suffix || n <= n_suffix || n >= PATH_MAX || strcmp(name + n - n_suffix, suffix) != 0)
		return false;
	snprintf(whole, PATH_MAX, "%.*s", (int)(n - n_suffix), name);
	return true;
}

static bool match_extras(struct matcher *m, const struct segment_extras *extras, const char *pattern,
			 const char *name)
{
	char whole[PATH_MAX];

	m->has_text = extras->has_text;
	return match_name(m, pattern, name) ||
	       (cut_partial(extras->partial_suffix, name, whole) && match_name(m, pattern, whole));
}

bool segment_match_extras(const char *pattern, const struct segment_extras *extras, const char *path,
			  struct segment_match *match)
{
	struct matcher m = { .month = segment_name_has_month(pattern), .match = match };
	char *apart = take_apart(pattern, m.month);
	bool matches;

	*match = (struct segment_match){ 0 };
	matches = apart && match_extras(&m, extras, apart, path);
	free(apart);
	return matches;
}

bool segment_match(const char *pattern, const char *path, struct segment_match *match)
{
	return segment_match_extras(pattern, &(struct segment_extras){ 0 }, path, match);
}

/* --- names with the same fields --- */

static const char *field_value(const struct segment_match *match, const char *text, struct field field)
{
	for (unsigned i = 0; i < match->n_fields; i++)
		if (match->fields[i].letter == field_letter(text, field) &&
		    match->fields[i].flag == field_flag(text, field))
			return match->fields[i].text;
	return NULL;
}

/* Returns 0, or -EINVAL for a field that the match lacks. */
static int write_name(const struct segment_match *match, const char *pattern, bool month, FILE *out)
{
	while (*pattern) {
		struct field field = segment_name_field(pattern, month);
		const char *value = field_value(match, pattern, field);

		if (field.kind == NAME_TEXT || field.kind == NAME_PERCENT)
			fputc(*pattern, out);
		else if (!value)
			return -EINVAL;
		else if (field.kind == NAME_NUMBER)
			fprintf(out, "%0*lu", field.digits, strtoul(value, NULL, 10));
		else
			fputs(value, out);
		pattern += field.kind ? field.length : 1;
	}
	return 0;
}

int segment_match_name(const struct segment_match *match, const char *pattern, char **path)
{
	bool month = segment_name_has_month(pattern);
	char *apart = take_apart(pattern, month), *name = NULL;
	size_t size;
	FILE *out = apart ? open_memstream(&name, &size) : NULL;
	int err = out ? write_name(match, apart, month, out) : log_no_memory();

	if (out && fclose(out) != 0)
		err = log_no_memory();
	free(apart);
	if (err == 0 && match->suffix)
		err = segment_name_add_suffix(name, match->suffix, path);
	else if (err == 0 && *match->added)
		err = segment_name_add_text(name, match->added, path);
	else if (err == 0) {
		*path = name;
		return 0;
	}
	free(name);
	return err;
}

/* --- files --- */

struct search {
	struct matcher matcher;
	const struct segment_extras *extras;
	void (*found)(void *opaque, const char *path, const struct segment_match *match);
	void *opaque;
};

static void search_folder(struct search *s, const char *folder, const char *pattern);

/* component: part of the pattern that the entry must match; rest: the pattern after it. */
static void search_entry(struct search *s, const char *folder, const char *name, const char *component,
			 const char *rest)
{
	size_t slashes = strspn(rest, "/");
	unsigned n_fields = s->matcher.match->n_fields;
	char path[PATH_MAX];
	struct stat st;

	if (*rest ? match_text(&s->matcher, component, name)
		  : match_extras(&s->matcher, s->extras, component, name)) {
		if (snprintf(path, sizeof path, "%s%s%.*s", folder, name, (int)slashes, rest) >=
			    (int)sizeof path ||
		    lstat(path, &st) < 0)
			;
		else if (*rest)
			search_folder(s, path, rest + slashes);
		else if (S_ISREG(st.st_mode))
			s->found(s->opaque, path, s->matcher.match);
	}
	s->matcher.match->n_fields = n_fields;
}

/* folder: empty, or ending in a slash. */
static void search_folder(struct search *s, const char *folder, const char *pattern)
{
	DIR *dir = opendir(*folder ? folder : ".");
	size_t n = strcspn(pattern, "/");
	char *component = strndup(pattern, n);
	struct dirent *entry;

	while (dir && component && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			search_entry(s, folder, entry->d_name, component, pattern + n);
	free(component);
	if (dir)
		closedir(dir);
}

/* Writes the name of the last folder that all files share. Returns the rest of the pattern. */
static const char *common_folder(const char *pattern, bool month, char folder[PATH_MAX])
{
	const char *end = pattern;
	size_t n = 0, n_end = 0;

	for (const char *text = pattern; *text && n < PATH_MAX - 1;) {
		struct field field = segment_name_field(text, month);

		if (field.kind == NAME_NUMBER || field.kind == NAME_TIME)
			break;
		folder[n++] = *text;
		text += field.kind ? field.length : 1;
		if (text[-1] == '/') {
			end = text;
			n_end = n;
		}
	}
	folder[n_end] = '\0';
	return end;
}

void segment_match_files(const char *pattern, const struct segment_extras *extras,
			 void (*found)(void *opaque, const char *path, const struct segment_match *match),
			 void *opaque)
{
	struct segment_match match = { 0 };
	struct search s = {
		.matcher = { .month = segment_name_has_month(pattern), .match = &match },
		.extras = extras,
		.found = found,
		.opaque = opaque,
	};
	char *apart = take_apart(pattern, s.matcher.month), folder[PATH_MAX] = "";
	const char *rest = apart ? common_folder(apart, s.matcher.month, folder) : NULL;

	if (rest)
		search_folder(&s, folder, rest);
	free(apart);
}
