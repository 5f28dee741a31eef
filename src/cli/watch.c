/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports the state of a run to a status file, a status socket and the service manager. */
#include "cli/watch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/status_file.h"
#include "base/status_socket.h"
#include "base/text.h"

#define TICK_NS NS_PER_S
#define NEWS_NS (NS_PER_S / 2)   /* more often than the ticks */
#define STATUS_NS (5 * NS_PER_S) /* interval of status lines to the service manager, which its bus logs */

#define OFFSET(field) offsetof(struct watch_options, field)
const struct option_row watch_rows[] = {
	{ "status", 0, OPT_FILE, OFFSET(file), .argument = "FILE",
	  .help = "the state of the run as JSON, in a file that is replaced each second" },
	{ "status-socket", 0, OPT_FILE, OFFSET(socket), .argument = "PATH",
	  .help = "the same, a line each second, to every client of this Unix socket" },
	{ 0 },
};
#undef OFFSET

struct watch {
	const struct watch_options *options;
	struct notify notify;
	struct status_socket *socket;
	struct status_file *file;
	const _Atomic uint64_t *n_written;
	int64_t start_ns;
	pthread_t thread;
	bool has_thread;
	int wake_fd;

	pthread_mutex_t lock;      /* of these */
	struct watch_news offered; /* status NULL: none */
	bool ends;
	_Atomic int64_t last_frame_ns;

	/* Members of the device loop. */
	int64_t told_ns;
	enum run_state told_state;
	bool told_frame;

	/* Members of the thread. */
	struct watch_news news;
	char *line;                            /* the status, with \n */
	int64_t tick_ns, watchdog_ns, text_ns; /* when each was last sent */
	enum run_state text_state;
	uint64_t n_seen; /* last value of n_written */
	int64_t written_ns;
	bool is_ready, is_stopping; /* sent to the service manager */
};

/* --- reporting --- */

/* Members that change without news from the device loop. */
static void update_status(struct watch *watch)
{
	struct json_object *status = watch->news.status, *error;
	struct log_error_info info;
	char time[LOG_TIME_MAX];

	json_add_text(status, "updated", log_time_text(clock_ns(CLOCK_REALTIME), time));
	json_add_number(status, "uptime_s", (double)(now_ns() - watch->start_ns) / 1e9, 3);
	json_add_count(status, "pid", (uint64_t)getpid());
	if (log_last_error(&info)) {
		error = json_object_new_object();
		json_add_text(error, "time", log_time_text(info.realtime_ns, time));
		json_add_text(error, "message", info.message);
		json_object_object_add(status, "last_error", error);
	}
}

static void render_status(struct watch *watch)
{
	char *line;

	update_status(watch);
	if (asprintf(&line, "%s\n",
		     json_object_to_json_string_ext(watch->news.status, JSON_C_TO_STRING_NOSLASHESCAPE)) < 0)
		return;
	free(watch->line);
	watch->line = line;
}

static void publish_status(struct watch *watch)
{
	render_status(watch);
	if (watch->file)
		status_file_write(watch->file, watch->line);
	if (watch->socket)
		status_socket_send(watch->socket, watch->line);
}

/* A device loop that hangs sends no news, and is not alive; at the end of a run, frames written count. */
static bool is_alive(struct watch *watch, int64_t now)
{
	int64_t alive_ns = watch->last_frame_ns;

	if (watch->n_written && *watch->n_written != watch->n_seen) {
		watch->n_seen = *watch->n_written;
		watch->written_ns = now;
	}
	if (watch->news.state >= RUN_ENDING && watch->written_ns > alive_ns)
		alive_ns = watch->written_ns;
	return watch->news.state == RUN_WAITING || now - alive_ns < watch->notify.watchdog_ns;
}

static bool is_text_due(const struct watch *watch, int64_t now)
{
	return !watch->text_ns || watch->text_state != watch->news.state || now - watch->text_ns >= STATUS_NS;
}

static bool is_watchdog_due(struct watch *watch, int64_t now)
{
	return watch->notify.watchdog_ns && watch->is_ready &&
	       now - watch->watchdog_ns >= watch->notify.watchdog_ns / 2 && is_alive(watch, now);
}

/* What the manager could not take is sent the next time. */
static void notify_manager(struct watch *watch)
{
	const struct watch_news *news = &watch->news;
	int64_t now = now_ns();
	bool is_ready = watch->is_ready || news->has_frame, is_stopping = news->state >= RUN_ENDING;
	bool text_due = is_text_due(watch, now), watchdog_due = is_watchdog_due(watch, now);
	char lines[WATCH_TEXT_MAX + 128] = "";

	if (is_ready > watch->is_ready)
		text_add(lines, sizeof lines, "READY=1\n");
	if (text_due)
		text_add(lines, sizeof lines, "STATUS=%s%s%s\n", run_state_name(news->state),
			 *news->text ? ": " : "", news->text);
	if (watchdog_due)
		text_add(lines, sizeof lines, "WATCHDOG=1\n");
	if (is_stopping > watch->is_stopping)
		text_add(lines, sizeof lines, "STOPPING=1\n");
	if (!*lines || !notify_send(&watch->notify, lines))
		return;
	watch->is_ready = is_ready;
	watch->is_stopping = is_stopping;
	watch->text_state = news->state;
	watch->text_ns = text_due ? now : watch->text_ns;
	watch->watchdog_ns = watchdog_due ? now : watch->watchdog_ns;
}

/* --- the thread --- */

/* Milliseconds until the next report is due. */
static int time_left(const struct watch *watch)
{
	int64_t left_ns = watch->tick_ns + TICK_NS - now_ns(), turn_ns = watch->notify.watchdog_ns / 4;

	if (turn_ns && turn_ns < left_ns)
		left_ns = turn_ns;
	return left_ns > 0 ? (int)(left_ns / NS_PER_MS) + 1 : 0;
}

/* Returns false at the end. */
static bool take_news(struct watch *watch)
{
	uint64_t n;
	bool ends;

	if (read(watch->wake_fd, &n, sizeof n) > 0)
		watch->tick_ns = 0;
	pthread_mutex_lock(&watch->lock);
	if (watch->offered.status) {
		json_object_put(watch->news.status);
		watch->news = watch->offered;
		watch->offered.status = NULL;
	}
	ends = watch->ends;
	pthread_mutex_unlock(&watch->lock);
	return !ends;
}

static void *watch_thread(void *opaque)
{
	struct watch *watch = opaque;
	struct pollfd fds[] = {
		{ .fd = watch->wake_fd, .events = POLLIN },
		{ .fd = watch->socket ? status_socket_fd(watch->socket) : -1, .events = POLLIN },
	};
	bool goes_on = true;

	while (goes_on) {
		poll(fds, ARRAY_SIZE(fds), time_left(watch));
		goes_on = take_news(watch);
		if (now_ns() - watch->tick_ns >= TICK_NS) {
			watch->tick_ns = now_ns();
			publish_status(watch);
		}
		notify_manager(watch);
		if (watch->socket)
			status_socket_accept(watch->socket, watch->line);
	}
	return NULL;
}

/* --- called by the device loop --- */

int watch_open(struct watch **out, const struct watch_options *options)
{
	struct watch *watch = calloc(1, sizeof *watch);
	int err;

	if (!watch)
		return log_no_memory();
	watch->options = options;
	watch->start_ns = now_ns();
	pthread_mutex_init(&watch->lock, NULL);
	watch->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = watch->wake_fd < 0 ? -errno : 0;
	if (err < 0)
		log_error("eventfd: %s", err_str(err));
	if (err == 0)
		notify_open(&watch->notify);
	if (err == 0 && options->socket)
		err = status_socket_open(&watch->socket, options->socket);
	if (err < 0 || (!options->file && !watch->socket && watch->notify.fd < 0)) {
		watch_close(watch);
		return err;
	}
	*out = watch;
	return 0;
}

int watch_start(struct watch *watch, struct json_object *status, const _Atomic uint64_t *n_written)
{
	int err = 0;

	watch->n_written = n_written;
	watch->news.status = status;
	render_status(watch);
	if (!watch->line)
		return log_no_memory();
	if (watch->options->file)
		err = status_file_open(&watch->file, watch->options->file, watch->line);
	if (err < 0)
		return err;
	err = -pthread_create(&watch->thread, NULL, watch_thread, watch);
	watch->has_thread = err == 0;
	if (err < 0)
		log_error("cannot create a thread for the status: %s", err_str(err));
	return err;
}

bool watch_due(struct watch *watch, enum run_state state, bool has_frame, int64_t last_frame_ns)
{
	int64_t now = now_ns();

	watch->last_frame_ns = last_frame_ns;
	if (state == watch->told_state && has_frame == watch->told_frame && now - watch->told_ns < NEWS_NS)
		return false;
	watch->told_ns = now;
	return true;
}

/* Sends the next news at once. */
static void wake(struct watch *watch)
{
	uint64_t one = 1;
	ssize_t n = write(watch->wake_fd, &one, sizeof one);

	(void)n;
}

void watch_tell(struct watch *watch, const struct watch_news *news)
{
	struct json_object *former;

	pthread_mutex_lock(&watch->lock);
	former = watch->offered.status;
	watch->offered = *news;
	pthread_mutex_unlock(&watch->lock);
	json_object_put(former);
	if (news->state != watch->told_state || news->has_frame != watch->told_frame)
		wake(watch);
	watch->told_state = news->state;
	watch->told_frame = news->has_frame;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->ends = true;
	pthread_mutex_unlock(&watch->lock);
	if (watch->has_thread) {
		wake(watch);
		pthread_join(watch->thread, NULL);
	}
	status_file_close(watch->file);
	status_socket_close(watch->socket);
	notify_close(&watch->notify);
	json_object_put(watch->offered.status);
	json_object_put(watch->news.status);
	if (watch->wake_fd >= 0)
		close(watch->wake_fd);
	pthread_mutex_destroy(&watch->lock);
	free(watch->line);
	free(watch);
}
