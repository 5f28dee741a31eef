/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds messages back while something that may fail is tried. */
#ifndef BASE_LOG_CAPTURE_H
#define BASE_LOG_CAPTURE_H

#include <stddef.h>
#include "base/log.h"

struct log_capture {
	enum log_level level; /* the highest that was enabled */
	struct log_captured *messages;
	size_t n_messages;
	char first_error[512]; /* the text of the first error; "": none */
};

/* Holds back all messages from now on. Cannot be nested. */
void log_capture_begin(struct log_capture *capture);
/* Logs the messages held back, errors at the level errors_as, and frees them. first_error stays. */
void log_capture_end(struct log_capture *capture, enum log_level errors_as);

#endif
