/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listening to what goes wrong while something is tried. */
#include "base/log_capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Called with the log's lock held: it must not log. */
static void keep(void *opaque, enum log_level level, const char *text)
{
	struct log_capture *catch = opaque;
	struct log_captured *more;

	if (level == LOG_LEVEL_ERROR && !*catch->first_error)
		snprintf(catch->first_error, sizeof catch->first_error, "%s", text);
	if (level > catch->level)
		return;
	more = realloc(catch->messages, (catch->n_messages + 1) * sizeof *more);
	if (!more)
		return;
	catch->messages = more;
	more[catch->n_messages++] = (struct log_captured){ level, strdup(text) };
}

void log_capture_begin(struct log_capture *catch)
{
	*catch = (struct log_capture){ .level = LOG_LEVEL_TRACE };
	while (catch->level > LOG_LEVEL_ERROR && !log_enabled(catch->level))
		catch->level--;
	log_set_sink(keep, catch);
}

void log_capture_end(struct log_capture *catch, enum log_level errors_as)
{
	log_set_sink(NULL, NULL);
	for (size_t i = 0; i < catch->n_messages; i++) {
		const struct log_captured *message = &catch->messages[i];

		if (message->text)
			log_message(message->level == LOG_LEVEL_ERROR ? errors_as : message->level, "%s",
				    message->text);
		free(message->text);
	}
	free(catch->messages);
	catch->messages = NULL;
	catch->n_messages = 0;
}
