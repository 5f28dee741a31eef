/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages for the person at the terminal. */
/* Runs under: asan tsan valgrind */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <libavutil/error.h>
#include "base/log.h"

#define N_THREADS 4
#define N_LINES 200

/* Standard error into a pipe while a test runs, for cmocka speaks there too. */
struct tap {
	int saved, reader;
};

static struct tap open_tap(void)
{
	struct tap tap;
	int ends[2];

	fflush(stderr);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	tap.saved = dup(STDERR_FILENO);
	tap.reader = ends[0];
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	return tap;
}

/* What was said meanwhile; to be freed. */
static char *close_tap(struct tap tap)
{
	size_t size = 0, capacity = 1 << 20;
	char *text = calloc(1, capacity + 1);
	ssize_t n;

	dup2(tap.saved, STDERR_FILENO);
	close(tap.saved);
	assert_non_null(text);
	while ((n = read(tap.reader, text + size, capacity - size)) > 0)
		size += (size_t)n;
	close(tap.reader);
	return text;
}

static void assert_said(struct tap tap, const char *expected)
{
	char *text = close_tap(tap);

	assert_string_equal(text, expected);
	free(text);
}

static int reset(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	log_set_sink(NULL, NULL);
	log_set_format(LOG_FORMAT_PLAIN);
	log_finish(); /* what the test before said is not the line before */
	return 0;
}

static void log_all_levels(void)
{
	log_error("e %d", 1);
	log_warn("w");
	log_info("i");
	log_verbose("v");
	log_trace("t");
}

static void levels_leave_out_what_is_louder(void **state)
{
	static const char *const expected[] = {
		[LOG_LEVEL_ERROR] = "v4l2q: e 1\n",
		[LOG_LEVEL_WARN] = "v4l2q: e 1\nv4l2q: warning: w\n",
		[LOG_LEVEL_INFO] = "v4l2q: e 1\nv4l2q: warning: w\nv4l2q: i\n",
		[LOG_LEVEL_VERBOSE] = "v4l2q: e 1\nv4l2q: warning: w\nv4l2q: i\nv4l2q: v\n",
		[LOG_LEVEL_TRACE] = "v4l2q: e 1\nv4l2q: warning: w\nv4l2q: i\nv4l2q: v\nv4l2q: t\n",
	};

	(void)state;
	for (enum log_level level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_TRACE; level++) {
		struct tap tap = open_tap();

		log_set_level(level);
		log_finish();
		log_all_levels();
		assert_said(tap, expected[level]);
		assert_true(log_enabled(level));
		assert_false(level < LOG_LEVEL_TRACE && log_enabled(level + 1));
	}
}

static void formats_tell_level_and_time(void **state)
{
	struct tap tap = open_tap();
	char *text, time[LOG_TIME_MAX], *line, *rest;
	static const char *const lines[] = { "v4l2q: error: e 1", "v4l2q: warning: w", "v4l2q: info: i",
					     "v4l2q: verbose: v", "v4l2q: trace: t" };
	int year, ms, length = 0;

	(void)state;
	log_set_level(LOG_LEVEL_TRACE);
	log_set_format(LOG_FORMAT_JOURNAL);
	log_all_levels();
	assert_said(tap, "<3>e 1\n<4>w\n<6>i\n<7>v\n<7>t\n");
	tap = open_tap();
	log_set_format(LOG_FORMAT_ISO);
	log_finish();
	log_all_levels();
	text = close_tap(tap);
	line = strtok_r(text, "\n", &rest);
	for (unsigned i = 0; i < 5; i++, line = strtok_r(NULL, "\n", &rest)) {
		assert_non_null(line);
		assert_int_equal(sscanf(line, "%d-%*d-%*dT%*d:%*d:%*d.%3dZ %n", &year, &ms, &length), 2);
		assert_true(year >= 2025);
		assert_int_equal(length, strlen("2026-11-28T22:47:01.123Z "));
		assert_string_equal(line + length, lines[i]);
	}
	free(text);
	assert_string_equal(log_time_text(INT64_C(1795906021999999999), time), "2026-11-28T22:47:01.999Z");
}

static void what_is_the_same_is_counted(void **state)
{
	struct tap tap = open_tap();

	(void)state;
	for (int i = 0; i < 38; i++)
		log_error("disk full");
	log_warn("disk full");
	log_verbose("not shown, so nothing is between");
	log_warn("disk full");
	log_finish();
	log_warn("disk full");
	log_set_level(LOG_LEVEL_TRACE);
	log_trace("DQBUF");
	log_trace("DQBUF");
	assert_said(tap, "v4l2q: disk full\nv4l2q: last message repeated 37 times\n"
			 "v4l2q: warning: disk full\nv4l2q: warning: last message repeated 1 time\n"
			 "v4l2q: warning: disk full\nv4l2q: DQBUF\nv4l2q: DQBUF\n");
}

static void ignore_message(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	(void)level;
	(void)message;
}

static void the_last_error_is_kept(void **state)
{
	struct log_error_info info;
	struct tap tap = open_tap();

	(void)state;
	log_error("first");
	log_error("second");
	log_warn("a warning");
	log_set_sink(ignore_message, NULL);
	log_error("expected");
	log_set_sink(NULL, NULL);
	free(close_tap(tap));
	assert_true(log_last_error(&info));
	assert_string_equal(info.message, "second");
	assert_true(info.realtime_ns > 0);
}

static void the_status_line_stays_at_the_foot(void **state)
{
	struct tap tap = open_tap();

	(void)state;
	log_set_status_line(NULL); /* nothing to take away: nothing said */
	log_set_status_line("30 frames");
	log_info("one");
	log_set_status_line("31 frames");
	log_set_status_line(NULL);
	log_info("two");
	/* No terminal: spaces erase it. */
	assert_said(tap, "\r\r30 frames"
			 "\r         \rv4l2q: one\n30 frames"
			 "\r         \r31 frames"
			 "\r         \r"
			 "v4l2q: two\n");
}

static void what_devices_say_does_not_steer_the_terminal(void **state)
{
	struct tap tap = open_tap();

	(void)state;
	log_info("card \033[2J\r\x7f\a \"K\xc3\xb6ln\" \xc2\x9b\n\tv4l2q: second line\n\n");
	assert_said(tap, "v4l2q: card ?[2J??? \"K\xc3\xb6ln\" ????v4l2q: second line\n");
}

static void long_messages_are_cut(void **state)
{
	struct tap tap;
	char *text, *said;

	(void)state;
	text = calloc(1, 100001);
	assert_non_null(text);
	memset(text, 'x', 100000);
	tap = open_tap();
	log_set_status_line(text);
	log_info("%s", text);
	log_set_status_line(NULL);
	said = close_tap(tap);
	assert_non_null(strstr(said, "v4l2q: xxxx"));
	assert_non_null(strchr(said, '\n'));
	assert_in_range(strlen(said), 1000, 10000);
	free(said);
	free(text);
}

static void errno_survives(void **state)
{
	int saved = dup(STDERR_FILENO), after;

	(void)state;
	close(STDERR_FILENO); /* so that write() fails */
	errno = EXDEV;
	log_error("nobody hears this");
	log_set_status_line("nor this");
	log_set_status_line(NULL);
	after = errno;
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(after, EXDEV);
}

/* A pipe of packets keeps writes apart: several processes may share the terminal. */
static void a_message_is_one_write(void **state)
{
	struct tap tap;
	char packet[4096];
	int ends[2];
	ssize_t n;

	(void)state;
	tap = open_tap();
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_DIRECT), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	log_set_status_line("status");
	log_warn("one of %d", 2);
	log_set_status_line(NULL);
	n = read(ends[0], packet, sizeof packet);
	assert_int_equal(n, strlen("\r\rstatus"));
	n = read(ends[0], packet, sizeof packet - 1);
	close(ends[0]);
	free(close_tap(tap));
	packet[n > 0 ? n : 0] = '\0';
	assert_string_equal(packet, "\r      \rv4l2q: warning: one of 2\nstatus");
}

struct heard {
	unsigned n;
	enum log_level level;
	char message[64];
};

static void hear(void *opaque, enum log_level level, const char *message)
{
	struct heard *heard = opaque;

	heard->n++;
	heard->level = level;
	snprintf(heard->message, sizeof heard->message, "%s", message);
}

static void the_sink_hears_everything_and_nobody_else(void **state)
{
	struct heard heard = { 0 };
	struct tap tap = open_tap();

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	log_set_sink(hear, &heard);
	assert_true(log_enabled(LOG_LEVEL_TRACE));
	log_set_status_line("hidden");
	log_all_levels();
	log_set_status_line(NULL);
	log_set_sink(NULL, NULL);
	log_trace("not this");
	assert_said(tap, "");
	assert_int_equal(heard.n, 5);
	assert_int_equal(heard.level, LOG_LEVEL_TRACE);
	assert_string_equal(heard.message, "t");
}

static void *chatter(void *opaque)
{
	for (int i = 0; i < N_LINES; i++)
		log_info("thread %d says %d and goes on for a while so that lines would mix", *(int *)opaque,
			 i);
	return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
	struct tap tap = open_tap();
	pthread_t threads[N_THREADS];
	int names[N_THREADS], next[N_THREADS] = { 0 }, n_lines = 0, name, number;
	char *text, *line, *rest;

	(void)state;
	for (int i = 0; i < N_THREADS; i++) {
		names[i] = i;
		pthread_create(&threads[i], NULL, chatter, &names[i]);
	}
	for (int i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	text = close_tap(tap);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), n_lines++) {
		assert_int_equal(sscanf(line, "v4l2q: thread %d says %d and", &name, &number), 2);
		assert_in_range(name, 0, N_THREADS - 1);
		assert_int_equal(number, next[name]++);
	}
	assert_int_equal(n_lines, N_THREADS * N_LINES);
	free(text);
}

static void errors_have_words(void **state)
{
	char first[128];

	(void)state;
	assert_string_equal(err_str(-ENOSPC), strerror(ENOSPC));
	assert_string_equal(err_str(AVERROR(EACCES)), strerror(EACCES));
	assert_string_equal(err_str(AVERROR_INVALIDDATA), "Invalid data found when processing input");
	assert_string_equal(err_str(AVERROR_EOF), "End of file");
	assert_string_equal(err_str(0), "success");
	assert_non_null(strstr(err_str(-3999), "3999")); /* no such errno */
	assert_non_null(strstr(err_str(INT32_MIN), "-2147483648"));
	assert_string_equal(err_str(5), "error 5");
	snprintf(first, sizeof first, "%s", err_str(-EIO));
	assert_string_not_equal(first, err_str(-EAGAIN));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(levels_leave_out_what_is_louder, reset),
		cmocka_unit_test_setup(formats_tell_level_and_time, reset),
		cmocka_unit_test_setup(what_is_the_same_is_counted, reset),
		cmocka_unit_test_setup(the_last_error_is_kept, reset),
		cmocka_unit_test_setup(the_status_line_stays_at_the_foot, reset),
		cmocka_unit_test_setup(what_devices_say_does_not_steer_the_terminal, reset),
		cmocka_unit_test_setup(long_messages_are_cut, reset),
		cmocka_unit_test_setup(errno_survives, reset),
		cmocka_unit_test_setup(a_message_is_one_write, reset),
		cmocka_unit_test_setup(the_sink_hears_everything_and_nobody_else, reset),
		cmocka_unit_test_setup(lines_of_threads_do_not_mix, reset),
		cmocka_unit_test_setup(errors_have_words, reset),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
