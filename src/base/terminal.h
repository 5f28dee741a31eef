/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Laying out text for a terminal: its width, wrapping at word ends, columns. Text is UTF-8. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TERMINAL_DEFAULT_WIDTH 80u

/* Columns of the terminal that the stream writes to: $COLUMNS where it is set, else the terminal's own value,
 * else TERMINAL_DEFAULT_WIDTH. */
unsigned terminal_width(FILE *out);
/* Columns that n_bytes of text take, at one column a character. */
unsigned terminal_text_width(const char *text, size_t n_bytes);
/* Prints text in lines of less than `width` columns, broken at spaces, and a newline. The cursor is in column
 * `indent`, where the following lines begin as well. A word that is too long for a line is not broken. */
void terminal_wrap(FILE *out, unsigned width, unsigned indent, const char *text);
/* Prints text and moves to the column: on the next line where text, with two spaces behind it, reaches
 * beyond. */
void terminal_column(FILE *out, unsigned column, const char *text);

/* Whether it is a terminal that knows escape sequences. */
bool terminal_has_escapes(FILE *out);

#endif
