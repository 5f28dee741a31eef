/* Text put together piece by piece. SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
	size_t length;
	va_list arguments;

	if (*text)
		text_add(text, size, "%s", separator);
	length = strnlen(text, size);
	va_start(arguments, format);
	if (length < size)
		vsnprintf(text + length, size - length, format, arguments);
	va_end(arguments);
}

void text_clean(char *text)
{
	for (; *text; text++)
		if ((*text >= 0 && *text < ' ') || *text == 0x7f)
			*text = '.';
}
