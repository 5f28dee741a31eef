/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building, cleaning and comparing strings. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

/* Appends to the string in text[size]; what does not fit is cut. */
void text_add(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Appends an item of at most 127 bytes to a list, after the separator unless it is the first. For an item
 * that does not fit, ", ..." is appended once, and the list is closed to all later ones. */
void text_join(char *text, size_t size, const char *separator, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The length of the UTF-8 character (RFC 3629) at text, or 0 where the bytes are not UTF-8 or the character
 * is a control character: C0, DEL or C1. */
size_t text_character_length(const char *text);
/* Replaces each control character and each byte that is not UTF-8 by '?', except the ASCII characters in
 * keep: what a driver, a file or another program provides must not control the terminal. */
void text_clean(char *text, const char *keep);
/* A clean copy, cut where it is too long. */
#define TEXT_PRINTABLE_MAX 4096
const char *text_printable(const char *text, char printable[TEXT_PRINTABLE_MAX]);

/* The Levenshtein distance: how many bytes to insert, delete or replace to turn a into b. UINT_MAX where one
 * of them is longer than 63 bytes. */
unsigned text_distance(const char *a, const char *b);
/* The name that differs least from what was typed, or NULL where none is similar. name(opaque, i) returns
 * the i-th, NULL after the last. */
const char *text_nearest(const char *typed, const char *(*name)(const void *opaque, unsigned i),
			 const void *opaque);

#endif
