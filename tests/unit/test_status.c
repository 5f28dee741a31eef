/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a run tells its state: the status file, the status socket, the service manager. */
/* Runs under: asan tsan */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/status_file.h"
#include "base/status_socket.h"
#include "cli/watch.h"

#define LINE_BYTES 100000 /* not a multiple of what the kernel takes at a time */
#define MANY 2000         /* lines: more than any socket holds */

/* --- a disk that stalls --- */

static sem_t stalled, released;
static bool stalls;

/* In place of the C library's. */
int rename(const char *from, const char *to)
{
	if (stalls) {
		sem_post(&stalled);
		sem_wait(&released);
	}
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* Somebody sets the clock of the day back, whenever it is read. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	int err = (int)syscall(SYS_clock_gettime, clock, time);

	if (clock == CLOCK_REALTIME)
		time->tv_sec -= 3600;
	return err;
}

static char folder[] = "/tmp/v4l2q-status-XXXXXX", path[64], other[64];

static int make_folder(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/status", mkdtemp(folder));
	snprintf(other, sizeof other, "%s/other", folder);
	sem_init(&stalled, 0, 0);
	sem_init(&released, 0, 0);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void assert_file_says(const char *expected)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_non_null(fgets(text, sizeof text, file));
	fclose(file);
	assert_string_equal(text, expected);
}

static void a_stalled_disk_holds_up_nobody(void **state)
{
	struct status_file *file;

	(void)state;
	assert_int_equal(status_file_open(&file, path, "0"), 0);
	assert_file_says("0");
	stalls = true;
	status_file_write(file, "1");
	sem_wait(&stalled); /* in rename() */
	for (int i = 2; i < MANY; i++) {
		char text[16];

		snprintf(text, sizeof text, "%d", i);
		status_file_write(file, text);
	}
	assert_file_says("0");
	stalls = false; /* the thread waits, and will see it */
	sem_post(&released);
	status_file_close(file);
	assert_file_says("1999");
	unlink(path);
}

static void *release_later(void *opaque)
{
	(void)opaque;
	usleep(100000); /* however long: the file is closed meanwhile, or later */
	sem_post(&released);
	return NULL;
}

static void the_end_waits_for_the_disk_whatever_the_clock(void **state)
{
	struct status_file *file;
	pthread_t thread;

	(void)state;
	assert_int_equal(status_file_open(&file, path, "0"), 0);
	stalls = true;
	status_file_write(file, "1");
	sem_wait(&stalled);
	stalls = false;
	assert_int_equal(pthread_create(&thread, NULL, release_later, NULL), 0);
	status_file_close(file);
	assert_file_says("1");
	pthread_join(thread, NULL);
	unlink(path);
}

static void the_file_is_replaced_where_it_is_one(void **state)
{
	struct status_file *file;
	struct stat before, after;

	(void)state;
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(status_file_open(&file, path, "first"), 0);
	status_file_close(file);
	stat(path, &before);
	assert_int_equal(status_file_open(&file, other, "second"), 0);
	status_file_close(file);
	stat(path, &after);
	assert_true(before.st_ino != after.st_ino);
	assert_file_says("second");
	lstat(other, &after);
	assert_true(S_ISLNK(after.st_mode));
	unlink(other);
	unlink(path);
	assert_int_equal(status_file_open(&file, "/dev/null", "x"), -EEXIST);
	assert_int_equal(status_file_open(&file, "/nonexistent/x", "x"), -ENOENT);
}

/* --- the socket --- */

static struct sockaddr_un address_of(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
	return address;
}

static int connect_reader(void)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static int bind_socket(const char *name, int type)
{
	struct sockaddr_un address = address_of(name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* A line of one digit, repeated. */
static const char *numbered_line(unsigned i)
{
	static char line[LINE_BYTES + 1];

	memset(line, '0' + (int)(i % 10), LINE_BYTES - 1);
	strcpy(line + LINE_BYTES - 1, "\n");
	return line;
}

/* Reads until the end. Returns the number of lines, each of which is whole, but for the last. */
static unsigned count_lines(int fd)
{
	FILE *file = fdopen(fd, "r");
	char line[LINE_BYTES + 2];
	unsigned n = 0;

	while (fgets(line, sizeof line, file) && (strchr(line, '\n') || !feof(file))) {
		assert_int_equal(strlen(line), LINE_BYTES);
		assert_int_equal(strspn(line, (char[]){ line[0], '\0' }), LINE_BYTES - 1);
		n++;
	}
	fclose(file);
	return n;
}

static void readers_get_whole_lines_or_none(void **state)
{
	struct status_socket *status;
	int slow, gone;
	unsigned n;

	(void)state;
	assert_int_equal(status_socket_open(&status, path), 0);
	slow = connect_reader();
	gone = connect_reader();
	status_socket_accept(status, numbered_line(0));
	close(gone);
	for (unsigned i = 1; i < 50; i++)
		status_socket_send(status, numbered_line(i));
	for (unsigned i = 0; i < 10; i++) { /* makes room for part of a line */
		char some[1000];

		for (size_t got = 0; got < LINE_BYTES;) {
			ssize_t bytes = read(slow, some, LINE_BYTES - got < 1000 ? LINE_BYTES - got : 1000);

			assert_true(bytes > 0);
			got += (size_t)bytes;
		}
		status_socket_send(status, numbered_line(i));
		status_socket_send(status, numbered_line(i + 1));
	}
	status_socket_close(status);
	n = count_lines(slow);
	assert_in_range(n, 2, 20);
	assert_int_equal(access(path, F_OK), -1);
}

static void who_takes_nothing_is_dropped(void **state)
{
	struct status_socket *status;
	int reader;

	(void)state;
	assert_int_equal(status_socket_open(&status, path), 0);
	reader = connect_reader();
	status_socket_accept(status, numbered_line(0));
	for (unsigned i = 1; i < MANY; i++)
		status_socket_send(status, numbered_line(i));
	/* It is at an end although the socket is open; the last line that it got may be cut. */
	shutdown(reader, SHUT_WR);
	while (read(reader, (char[LINE_BYTES]){ 0 }, LINE_BYTES) > 0)
		;
	close(reader);
	status_socket_close(status);
}

static void more_than_can_be_served_are_turned_away(void **state)
{
	struct status_socket *status;
	int readers[40];
	char c;

	(void)state;
	assert_int_equal(status_socket_open(&status, path), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(readers); i++) {
		readers[i] = connect_reader();
		status_socket_accept(status, "{}\n");
	}
	assert_int_equal(read(readers[0], &c, 1), 1);
	assert_int_equal(read(readers[39], &c, 1), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(readers); i++)
		close(readers[i]);
	status_socket_close(status);
}

static void only_a_stale_socket_is_replaced(void **state)
{
	struct status_socket *status, *second;
	int fd;

	(void)state;
	close(bind_socket(path, SOCK_STREAM)); /* nobody listens any more */
	assert_int_equal(status_socket_open(&status, path), 0);
	assert_int_equal(status_socket_open(&second, path), -EBUSY);
	/* Another's in its place stays. */
	unlink(path);
	fd = bind_socket(path, SOCK_STREAM);
	status_socket_close(status);
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY, 0666));
	assert_int_equal(status_socket_open(&status, path), -EEXIST);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	assert_int_equal(status_socket_open(&status, numbered_line(1)), -ENAMETOOLONG);
	assert_int_equal(status_socket_open(&status, "/nonexistent/x"), -ENOENT);
}

/* --- the service manager --- */

static void assert_notified(int fd, const char *expected)
{
	char text[256];
	ssize_t n = recv(fd, text, sizeof text - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static void the_manager_is_told(void **state)
{
	struct notify notify;
	int fd = bind_socket(path, SOCK_DGRAM);

	(void)state;
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	notify_open(&notify);
	assert_true(notify_send(&notify, "READY=1\nSTATUS=well\n"));
	assert_notified(fd, "READY=1\nSTATUS=well\n");
	assert_int_equal(notify.watchdog_ns, INT64_C(3000000000));
	close(fd);
	assert_false(notify_send(&notify, "WATCHDOG=1"));
	notify_close(&notify);
	unlink(path);
	setenv("WATCHDOG_PID", "1", 1); /* another process's */
	notify_open(&notify);
	assert_int_equal(notify.watchdog_ns, 0);
	notify_close(&notify);
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
}

static void abstract_and_wrong_addresses(void **state)
{
	static const char *const wrong[] = { "vsock:2:1234", "@", "relative" };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct notify notify;

	(void)state;
	snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "v4l2q-test-%d", (int)getpid());
	assert_int_equal(
		bind(fd, (struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(address.sun_path + 1))),
		0);
	address.sun_path[0] = '@';
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	notify_open(&notify);
	assert_true(notify_send(&notify, "STOPPING=1"));
	assert_notified(fd, "STOPPING=1");
	notify_close(&notify);
	close(fd);
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		setenv("NOTIFY_SOCKET", wrong[i], 1);
		notify_open(&notify);
		assert_int_equal(notify.fd, -1);
		assert_true(notify_send(&notify, "READY=1"));
	}
	unsetenv("NOTIFY_SOCKET");
}

static void tell(struct watch *watch, enum run_state state, bool has_frame, const char *text)
{
	struct watch_news news = { .state = state, .has_frame = has_frame };

	news.status = json_object_new_object();
	snprintf(news.text, sizeof news.text, "%s", text);
	watch_tell(watch, &news);
}

/* The manager hears nothing of a watchdog before the run is ready, and each state with its text. */
static void the_manager_is_told_in_order(void **state)
{
	int fd = bind_socket(path, SOCK_DGRAM);
	struct watch_options options = { 0 };
	struct watch *watch;

	(void)state;
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "1000000000", 1);
	assert_int_equal(watch_open(&watch, &options), 0);
	assert_int_equal(watch_start(watch, json_object_new_object(), NULL), 0);
	assert_notified(fd, "STATUS=starting\n");
	tell(watch, RUN_WAITING, false, "no device");
	assert_notified(fd, "STATUS=waiting: no device\n");
	tell(watch, RUN_WAITING, true, "a frame");
	assert_notified(fd, "READY=1\n");
	assert_notified(fd, "WATCHDOG=1\n");
	tell(watch, RUN_ENDED, true, "all");
	assert_notified(fd, "STATUS=ended: all\nSTOPPING=1\n");
	watch_close(watch);
	unsetenv("WATCHDOG_USEC");
	unsetenv("NOTIFY_SOCKET");
	close(fd);
	unlink(path);
}

static void ignore_all(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	(void)level;
	(void)message;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stalled_disk_holds_up_nobody),
		cmocka_unit_test(the_end_waits_for_the_disk_whatever_the_clock),
		cmocka_unit_test(the_file_is_replaced_where_it_is_one),
		cmocka_unit_test(readers_get_whole_lines_or_none),
		cmocka_unit_test(who_takes_nothing_is_dropped),
		cmocka_unit_test(more_than_can_be_served_are_turned_away),
		cmocka_unit_test(only_a_stale_socket_is_replaced),
		cmocka_unit_test(the_manager_is_told),
		cmocka_unit_test(the_manager_is_told_in_order),
		cmocka_unit_test(abstract_and_wrong_addresses),
	};

	log_set_sink(ignore_all, NULL);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("status", tests, make_folder, remove_folder);
}
