/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text put together piece by piece. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

/* Adds to the string in text[size]; what does not fit is left out. */
void text_add(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A list: the piece (at most 127 bytes) with separator before it unless it is the first. One that does not
 * fit leaves ", ..." in its place, and none follows. */
void text_join(char *text, size_t size, const char *separator, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A driver's or another program's text, made fit to be shown: nothing in it that a terminal obeys. */
void text_clean(char *text);

#endif
