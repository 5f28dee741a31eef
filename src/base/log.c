/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to the user, on standard error. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <libavutil/error.h>
#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"

#define MESSAGE_MAX 4096
#define STATUS_MAX 512
#define LAST_ERRNO 4095 /* AVERROR tags are far above it */

static const char *const prefixes[] = {
	[LOG_LEVEL_ERROR] = "v4l2q: ",   [LOG_LEVEL_WARN] = "v4l2q: warning: ", [LOG_LEVEL_INFO] = "v4l2q: ",
	[LOG_LEVEL_VERBOSE] = "v4l2q: ", [LOG_LEVEL_TRACE] = "v4l2q: ",
};

static _Atomic enum log_level chosen_level = LOG_LEVEL_INFO;
static log_sink *_Atomic chosen_sink;

/* Guards the variables below and serialises output. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *sink_opaque;
static char status_line[STATUS_MAX];

void log_set_level(enum log_level level)
{
	chosen_level = level;
}

bool log_enabled(enum log_level level)
{
	return level <= chosen_level || chosen_sink;
}

void log_set_sink(log_sink *sink, void *opaque)
{
	pthread_mutex_lock(&lock);
	sink_opaque = opaque;
	chosen_sink = sink;
	pthread_mutex_unlock(&lock);
}

static void write_all(const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(STDERR_FILENO, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text += n;
		size -= (size_t)n;
	}
}

/* What removes the status line: spaces over it where there are no escape sequences. */
static const char *erase_line(char blank[STATUS_MAX + 3])
{
	if (terminal_has_escapes(stderr))
		return "\r\033[K";
	snprintf(blank, STATUS_MAX + 3, "\r%*s\r", (int)strlen(status_line), "");
	return blank;
}

/* One write() a message, so that lines of several processes on one terminal do not mix. */
static void emit(enum log_level level, const char *message)
{
	char text[MESSAGE_MAX + 2 * STATUS_MAX + 64], blank[STATUS_MAX + 3];
	int n = snprintf(text, sizeof text, "%s%s%s\n%s", status_line[0] ? erase_line(blank) : "",
			 prefixes[level], message, status_line);

	write_all(text, (size_t)n);
}

void log_message(enum log_level level, const char *format, ...)
{
	int saved_errno = errno;
	char message[MESSAGE_MAX];
	va_list arguments;
	log_sink *sink;
	size_t length;

	if (!log_enabled(level))
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	for (length = strlen(message); length > 0 && message[length - 1] == '\n'; length--)
		message[length - 1] = '\0';
	text_clean(message, ""); /* names come from drivers and files, and could feign a message */

	pthread_mutex_lock(&lock);
	sink = chosen_sink;
	if (sink)
		sink(sink_opaque, level, message);
	else if (level <= chosen_level)
		emit(level, message);
	pthread_mutex_unlock(&lock);
	errno = saved_errno;
}

void log_set_status_line(const char *line)
{
	int saved_errno = errno;
	char text[2 * STATUS_MAX], blank[STATUS_MAX + 3];
	int n = 0;

	pthread_mutex_lock(&lock);
	if (line || status_line[0])
		n = snprintf(text, sizeof text, "%s%.*s", erase_line(blank), STATUS_MAX - 1,
			     line ? line : "");
	snprintf(status_line, sizeof status_line, "%s", line ? line : "");
	if (n > 0 && !chosen_sink)
		write_all(text, (size_t)n);
	pthread_mutex_unlock(&lock);
	errno = saved_errno;
}

int log_no_memory(void)
{
	log_error("out of memory");
	return -ENOMEM;
}

const char *err_str(int err)
{
	static _Thread_local char text[128];

	if (err < 0 && err >= -LAST_ERRNO)
		return strerror_r(-err, text, sizeof text);
	if (err == 0)
		return "success";
	if (err > 0 || av_strerror(err, text, sizeof text) < 0)
		snprintf(text, sizeof text, "error %d", err);
	return text;
}
