/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text for people on standard error, each line a message where messages have a time or a level. */
#ifndef BASE_LOG_STREAM_H
#define BASE_LOG_STREAM_H

#include <stddef.h>
#include <stdio.h>

struct log_stream {
	FILE *lines; /* NULL: standard error itself */
	char *text;
	size_t size;
};

/* Returns where to print the text, until log_stream_close(). */
FILE *log_stream_open(struct log_stream *stream);
void log_stream_close(struct log_stream *stream);

#endif
