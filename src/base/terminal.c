/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Laying out text for a terminal: its width, wrapping at word ends, columns. */
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/units.h"

#define MAX_WIDTH 10000u

unsigned terminal_width(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t width;

	if (columns && parse_uint(columns, MAX_WIDTH, &width) == 0 && width)
		return (unsigned)width;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return TERMINAL_DEFAULT_WIDTH;
}

bool terminal_has_escapes(FILE *out)
{
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && term && strcmp(term, "dumb") != 0;
}

unsigned terminal_text_width(const char *text, size_t n_bytes)
{
	unsigned width = 0;

	/* Bytes 10xxxxxx continue a character. */
	for (size_t i = 0; i < n_bytes; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

void terminal_wrap(FILE *out, unsigned width, unsigned indent, const char *text)
{
	unsigned column = indent;

	while (*text) {
		unsigned gap = (unsigned)strspn(text, " ");
		size_t length = strcspn(text + gap, " ");
		unsigned word_width = terminal_text_width(text + gap, length);

		if (column > indent && column + gap + word_width >= width) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else {
			fprintf(out, "%*s", (int)gap, "");
			column += gap;
		}
		text += gap;
		fprintf(out, "%.*s", (int)length, text);
		column += word_width;
		text += length;
	}
	fputc('\n', out);
}

void terminal_column(FILE *out, unsigned column, const char *text)
{
	unsigned width = terminal_text_width(text, strlen(text));

	if (width + 2 > column)
		fprintf(out, "%s\n%*s", text, (int)column, "");
	else
		fprintf(out, "%s%*s", text, (int)(column - width), "");
}
