/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds messages back while something that may fail is tried. */
#include "base/log_capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log_captured {
	enum log_level level;
	char *text; /* NULL: memory was exhausted */
};

/* A log_sink. */
static void capture_message(void *opaque, enum log_level level, const char *text)
{
	struct log_capture *capture = opaque;
	struct log_captured *messages;

	if (level == LOG_LEVEL_ERROR && !*capture->first_error)
		snprintf(capture->first_error, sizeof capture->first_error, "%s", text);
	if (level > capture->level)
		return;
	messages = realloc(capture->messages, (capture->n_messages + 1) * sizeof *messages);
	if (!messages)
		return;
	capture->messages = messages;
	messages[capture->n_messages++] = (struct log_captured){ level, strdup(text) };
}

void log_capture_begin(struct log_capture *capture)
{
	*capture = (struct log_capture){ .level = LOG_LEVEL_TRACE };
	while (capture->level > LOG_LEVEL_ERROR && !log_enabled(capture->level))
		capture->level--;
	log_set_sink(capture_message, capture);
}

void log_capture_end(struct log_capture *capture, enum log_level errors_as)
{
	log_set_sink(NULL, NULL);
	for (size_t i = 0; i < capture->n_messages; i++) {
		const struct log_captured *message = &capture->messages[i];

		if (message->text)
			log_message(message->level == LOG_LEVEL_ERROR ? errors_as : message->level, "%s",
				    message->text);
		free(message->text);
	}
	free(capture->messages);
	capture->messages = NULL;
	capture->n_messages = 0;
}
