/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text for people on standard error, each line a message where messages have a time or a level. */
#include "base/log_stream.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"

FILE *log_stream_open(struct log_stream *stream)
{
	*stream = (struct log_stream){ 0 };
	stream->lines =
		log_format() == LOG_FORMAT_PLAIN ? NULL : open_memstream(&stream->text, &stream->size);
	return stream->lines ? stream->lines : stderr;
}

void log_stream_close(struct log_stream *stream)
{
	char *rest, *line;

	if (!stream->lines)
		return;
	fclose(stream->lines);
	for (rest = stream->text; (line = strsep(&rest, "\n"));)
		if (*line)
			log_info("%s", line);
	free(stream->text);
}
