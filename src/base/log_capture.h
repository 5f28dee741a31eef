/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listening to what goes wrong while something is tried. */
#ifndef BASE_LOG_CAPTURE_H
#define BASE_LOG_CAPTURE_H

#include <stddef.h>
#include "base/log.h"

struct log_capture
{
	enum log_level level; /* what would have been shown */
	struct log_captured {
		enum log_level level;
		char *text;
	} * messages;
	size_t n_messages;
	char first_error[512]; /* "": none */
};

/* Keeps all messages back from now on. Not to be nested. */
void log_capture_begin(struct log_capture *catch);
/* Says what was kept back, errors only at `errors_as`, and listens no more. */
void log_capture_end(struct log_capture *catch, enum log_level errors_as);

#endif
