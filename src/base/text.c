/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building, cleaning and comparing strings. */
#include "base/text.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"

#define MORE ", ..."
#define DISTANCE_MAX_LENGTH 63

void text_add(char *text, size_t size, const char *format, ...)
{
	size_t length = strnlen(text, size);
	va_list arguments;

	va_start(arguments, format);
	if (length < size)
		vsnprintf(text + length, size - length, format, arguments);
	va_end(arguments);
}

void text_join(char *text, size_t size, const char *separator, const char *format, ...)
{
	size_t length = strnlen(text, size), n;
	va_list arguments;
	char piece[128];

	va_start(arguments, format);
	vsnprintf(piece, sizeof piece, format, arguments);
	va_end(arguments);
	n = strlen(piece) + (length ? strlen(separator) : 0);
	if (length >= strlen(MORE) && strcmp(text + length - strlen(MORE), MORE) == 0)
		return;
	if (length && length + n + strlen(MORE) >= size)
		text_add(text, size, MORE);
	else
		text_add(text, size, "%s%s", length ? separator : "", piece);
}

size_t text_character_length(const char *text)
{
	/* RFC 3629, section 4, without the control characters. The second byte's range excludes overlong
	 * forms, surrogates and what is above U+10FFFF. */
	static const struct {
		unsigned char first, last, second_min, second_max, length;
	} rows[] = {
		{ 0x20, 0x7e, 0, 0, 1 },       { 0xc2, 0xc2, 0xa0, 0xbf, 2 }, { 0xc3, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t i = 0;

	while (i < ARRAY_SIZE(rows) && (bytes[0] < rows[i].first || bytes[0] > rows[i].last))
		i++;
	if (i == ARRAY_SIZE(rows))
		return 0;
	if (rows[i].length > 1 && (bytes[1] < rows[i].second_min || bytes[1] > rows[i].second_max))
		return 0;
	for (size_t k = 2; k < rows[i].length; k++)
		if ((bytes[k] & 0xc0) != 0x80)
			return 0;
	return rows[i].length;
}

void text_clean(char *text, const char *keep)
{
	while (*text) {
		size_t length = text_character_length(text);

		if (!length && !strchr(keep, *text))
			*text = '?';
		text += length ? length : 1;
	}
}

unsigned text_distance(const char *a, const char *b)
{
	size_t n_a = strlen(a), n_b = strlen(b);
	unsigned row[DISTANCE_MAX_LENGTH + 1]; /* row[j]: from the first i bytes of a to the first j of b */

	if (n_a > DISTANCE_MAX_LENGTH || n_b > DISTANCE_MAX_LENGTH)
		return UINT_MAX;
	for (unsigned j = 0; j <= n_b; j++)
		row[j] = j;
	for (unsigned i = 1; i <= n_a; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= n_b; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n_b];
}

const char *text_nearest(const char *typed, const char *(*name)(const void *opaque, unsigned i),
			 const void *opaque)
{
	unsigned limit = 1 + (unsigned)strlen(typed) / 3, least = UINT_MAX;
	const char *nearest = NULL, *candidate;

	for (unsigned i = 0; (candidate = name(opaque, i)); i++) {
		unsigned distance = text_distance(typed, candidate);

		if (distance <= limit && distance < least) {
			nearest = candidate;
			least = distance;
		}
	}
	return nearest;
}

const char *text_printable(const char *text, char printable[TEXT_PRINTABLE_MAX])
{
	snprintf(printable, TEXT_PRINTABLE_MAX, "%s", text);
	text_clean(printable, "");
	return printable;
}
