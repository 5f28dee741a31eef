/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to the user, on standard error. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_VERBOSE, LOG_LEVEL_TRACE };

/* Messages above the level are not shown. --quiet: ERROR; default: INFO; -v: VERBOSE; -vv: TRACE (every
 * ioctl). */
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* Diverts all messages, whatever their level, to a function, which must not log; NULL: back to standard
 * error. */
typedef void log_sink(void *opaque, enum log_level level, const char *message);
void log_set_sink(log_sink *sink, void *opaque);

/* Prints "v4l2q: MESSAGE\n", with "warning: " where it is one; control characters are replaced. Keeps errno.
 * Safe from any thread. */
void log_message(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_message(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_verbose(...) log_message(LOG_LEVEL_VERBOSE, __VA_ARGS__)
#define log_trace(...) log_message(LOG_LEVEL_TRACE, __VA_ARGS__)

/* Shows a line at the bottom of the terminal, drawn again below each message. NULL removes it. */
void log_set_status_line(const char *line);

/* Logs that memory is exhausted and returns -ENOMEM. */
int log_no_memory(void);

/* The text of a negative errno or an AVERROR tag, in thread-local memory, valid until the next call in this
 * thread. */
const char *err_str(int err);

#endif
