/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to the user, on standard error. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <libavutil/error.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"

#define MESSAGE_MAX 4096
#define STATUS_MAX 512
#define HEAD_MAX 64
#define LAST_ERRNO 4095 /* AVERROR tags are far above it */
/* A message is shown once in so long; what is the same and comes sooner is counted. */
#define REPEAT_NS (10 * NS_PER_S)

static const struct {
	const char *plain, *word;
	int priority; /* of syslog(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "", "error", 3 }, [LOG_LEVEL_WARN] = { "warning: ", "warning", 4 },
	[LOG_LEVEL_INFO] = { "", "info", 6 },   [LOG_LEVEL_VERBOSE] = { "", "verbose", 7 },
	[LOG_LEVEL_TRACE] = { "", "trace", 7 },
};

static _Atomic enum log_level chosen_level = LOG_LEVEL_INFO;
static _Atomic enum log_format chosen_format;
static log_sink *_Atomic chosen_sink;

/* Guards the variables below and serialises output. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *sink_opaque;
static char status_line[STATUS_MAX];
static struct {
	enum log_level level;
	char message[MESSAGE_MAX];
	int64_t shown_ns;
	uint64_t n_repeated; /* since then, not shown */
} last;
static struct log_error_info last_error;

void log_set_level(enum log_level level)
{
	chosen_level = level;
}

void log_set_format(enum log_format format)
{
	chosen_format = format;
}

enum log_format log_format(void)
{
	return chosen_format;
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

/* The sequence that removes the status line; spaces where the terminal has no escape sequences. */
static const char *erase_line(char blank[STATUS_MAX + 3])
{
	if (terminal_has_escapes(stderr))
		return "\r\033[K";
	snprintf(blank, STATUS_MAX + 3, "\r%*s\r", (int)strlen(status_line), "");
	return blank;
}

char *log_time_text(int64_t realtime_ns, char text[LOG_TIME_MAX])
{
	time_t seconds = realtime_ns / NS_PER_S;
	char second[LOG_TIME_MAX];
	struct tm tm;

	strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	snprintf(text, LOG_TIME_MAX, "%.19s.%03dZ", second, (int)(realtime_ns % NS_PER_S / NS_PER_MS));
	return text;
}

/* What stands before a message. */
static const char *message_head(enum log_level level, char head[HEAD_MAX])
{
	char time[LOG_TIME_MAX];

	if (chosen_format == LOG_FORMAT_JOURNAL)
		snprintf(head, HEAD_MAX, "<%d>", levels[level].priority);
	else if (chosen_format == LOG_FORMAT_ISO)
		snprintf(head, HEAD_MAX, "%s v4l2q: %s: ", log_time_text(clock_ns(CLOCK_REALTIME), time),
			 levels[level].word);
	else
		snprintf(head, HEAD_MAX, "v4l2q: %s", levels[level].plain);
	return head;
}

/* One write() a message, so that lines of several processes on one terminal do not mix. */
static void emit(enum log_level level, const char *message)
{
	char text[MESSAGE_MAX + 2 * STATUS_MAX + HEAD_MAX + 8], blank[STATUS_MAX + 3], head[HEAD_MAX];
	int n = snprintf(text, sizeof text, "%s%s%s\n%s", status_line[0] ? erase_line(blank) : "",
			 message_head(level, head), message, status_line);

	write_all(text, (size_t)n);
}

static void emit_repeated(void)
{
	char text[64];

	if (!last.n_repeated)
		return;
	snprintf(text, sizeof text, "last message repeated %llu time%s", (unsigned long long)last.n_repeated,
		 last.n_repeated == 1 ? "" : "s");
	last.n_repeated = 0;
	emit(last.level, text);
}

/* Messages of the trace are never suppressed, as each is a call of its own. */
static void emit_unless_repeated(enum log_level level, const char *message)
{
	int64_t now = now_ns();

	if (level < LOG_LEVEL_TRACE && last.level == level && last.shown_ns &&
	    now - last.shown_ns < REPEAT_NS && strcmp(message, last.message) == 0) {
		last.n_repeated++;
		return;
	}
	emit_repeated();
	emit(level, message);
	last.level = level;
	last.shown_ns = now;
	snprintf(last.message, sizeof last.message, "%s", message);
}

static void keep_error(const char *message)
{
	last_error.realtime_ns = clock_ns(CLOCK_REALTIME);
	snprintf(last_error.message, sizeof last_error.message, "%.*s", (int)sizeof last_error.message - 1,
		 message);
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
		emit_unless_repeated(level, message);
	if (!sink && level == LOG_LEVEL_ERROR)
		keep_error(message);
	pthread_mutex_unlock(&lock);
	errno = saved_errno;
}

void log_finish(void)
{
	pthread_mutex_lock(&lock);
	emit_repeated();
	last.shown_ns = 0;
	pthread_mutex_unlock(&lock);
}

bool log_last_error(struct log_error_info *info)
{
	pthread_mutex_lock(&lock);
	*info = last_error;
	pthread_mutex_unlock(&lock);
	return info->realtime_ns != 0;
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
