/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text put together piece by piece. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MORE ", ..."

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

void text_clean(char *text)
{
	for (; *text; text++)
		if ((*text >= 0 && *text < ' ') || *text == 0x7f)
			*text = '.';
}
