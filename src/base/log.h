/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to the user, on standard error. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_VERBOSE, LOG_LEVEL_TRACE };

/* Messages above the level are not shown. --quiet: ERROR; default: INFO; -v: VERBOSE; -vv: TRACE (every
 * ioctl). */
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* What stands before a message: PLAIN "v4l2q: ", and "warning: " where it is one; ISO the time (ISO 8601, in
 * UTC) and the level; JOURNAL the level as systemd's journal reads it (sd-daemon(3)). */
enum log_format { LOG_FORMAT_PLAIN, LOG_FORMAT_ISO, LOG_FORMAT_JOURNAL };
void log_set_format(enum log_format format);
enum log_format log_format(void);

/* Passes all messages, whatever their level, to a function, which must not log; NULL: back to standard error.
 */
typedef void log_sink(void *opaque, enum log_level level, const char *message);
void log_set_sink(log_sink *sink, void *opaque);

/* Prints a line with the message; control characters are replaced. One that is the same as the line before is
 * only counted, for ten seconds at most; the count is printed before the next line. Keeps errno. Safe from
 * any thread. */
void log_message(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_message(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_verbose(...) log_message(LOG_LEVEL_VERBOSE, __VA_ARGS__)
#define log_trace(...) log_message(LOG_LEVEL_TRACE, __VA_ARGS__)

/* Prints the pending count of repetitions. To be called at the end of the program. */
void log_finish(void);

/* The last error that was not diverted to a sink, even if its level was not shown. Returns false where there
 * was none. */
struct log_error_info {
	int64_t realtime_ns; /* CLOCK_REALTIME */
	char message[512];
};
bool log_last_error(struct log_error_info *info);

/* "2026-11-28T22:47:01.123Z" for a time on CLOCK_REALTIME. Returns text. */
#define LOG_TIME_MAX 40
char *log_time_text(int64_t realtime_ns, char text[LOG_TIME_MAX]);

/* Shows a line at the bottom of the terminal, drawn again below each message. NULL removes it. */
void log_set_status_line(const char *line);

/* Logs that memory is exhausted and returns -ENOMEM. */
int log_no_memory(void);

/* The text of a negative errno or an AVERROR tag, in thread-local memory, valid until the next call in this
 * thread. */
const char *err_str(int err);

#endif
