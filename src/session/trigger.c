/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Triggers that begin and end a file with a pre-roll. */
#include "session/trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/worker.h"
#include "session/segment_name.h"

/* inotify(7) does not report files that other machines create. */
#define LOOK_NS (20 * NS_PER_MS)

/* Has a thread of its own, so that a folder that does not respond does not delay other triggers. */
struct trigger_file {
	char *path;
	int events_fd; /* a duplicate, as the thread may outlive the others */
	atomic_bool stops;
	struct worker worker;
};

/* Opened for writing too, so that there is no end of file when the last writer closes it. */
static int open_fifo(struct trigger *t)
{
	const char *path = t->options.fifo;
	struct stat st;
	int err = 0;

	t->created = mkfifo(path, 0666) == 0;
	if (!t->created && stat(path, &st) == 0 && !S_ISFIFO(st.st_mode)) {
		log_error("--trigger: %s is not a FIFO: name a FIFO, or a file that does not exist, to "
			  "create one",
			  path);
		return -EINVAL;
	}
	t->fifo_fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fifo_fd < 0) {
		err = -errno;
		log_error("--trigger: %s: %s", path, err_str(err));
	}
	return err;
}

/* The file is removed so that it can appear again, which its folder must permit. */
static int check_folder(const char *path)
{
	char copy[4096];

	if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
		log_error("--trigger-file: %s: %s", path, err_str(-ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	if (access(dirname(copy), W_OK | X_OK) == 0)
		return 0;
	log_error("--trigger-file: %s: the file is removed when it appears, which its folder does not "
		  "permit: %s",
		  path, err_str(-errno));
	return -errno;
}

int trigger_open(struct trigger *t, const struct trigger_options *options)
{
	int err = 0;

	*t = (struct trigger){ .options = *options, .fifo_fd = -1, .stop_fd = -1, .opened = true };
	if (pipe2(t->events, O_CLOEXEC | O_NONBLOCK) < 0) {
		err = -errno;
		t->events[0] = t->events[1] = -1;
		log_error("pipe: %s", err_str(err));
	}
	if (err == 0 && options->fifo)
		err = open_fifo(t);
	if (err == 0 && options->file)
		err = check_folder(options->file);
	return err;
}

/* --- reading triggers --- */

static bool is_good_name(const char *name)
{
	return strlen(name) < TRIGGER_NAME_MAX && segment_name_is_text(name);
}

/* "start", "start NAME" or "stop". A start with a name that is not allowed still starts. */
static bool read_line(const struct trigger *t, char *line, struct trigger_event *event)
{
	char printable[TEXT_PRINTABLE_MAX], *rest = line;
	const char *word, *name;

	word = strsep(&rest, " \t\r");
	name = rest ? rest + strspn(rest, " \t\r") : "";
	rest = (char *)name + strlen(name);
	while (rest > name && strchr(" \t\r", rest[-1]))
		*--rest = '\0';
	event->stop = strcmp(word, "stop") == 0;
	if ((event->stop && !*name) || (strcmp(word, "start") == 0 && is_good_name(name))) {
		strcpy(event->name, name);
		return true;
	}
	if (strcmp(word, "start") == 0)
		log_warn("%s: '%s' cannot be part of a file name, and is ignored", t->options.fifo,
			 text_printable(name, printable));
	else if (*word || *name)
		log_warn("%s: '%s%s%s' is not understood: expected start, start NAME or stop",
			 t->options.fifo, text_printable(word, printable), *name ? " " : "",
			 *name ? "..." : "");
	return strcmp(word, "start") == 0;
}

/* Takes the next complete line. */
static bool take_trigger_line(struct trigger *t, struct trigger_event *event)
{
	char c;

	while (t->fifo_fd >= 0 && read(t->fifo_fd, &c, 1) == 1) {
		bool ends = c == '\n', too_long = t->too_long;

		if (!ends && t->length + 1 < sizeof t->line && c)
			t->line[t->length++] = c;
		else if (!ends)
			t->too_long = true;
		if (!ends)
			continue;
		t->line[t->length] = '\0';
		t->length = 0;
		t->too_long = false;
		if (too_long)
			log_warn("%s: a line of more than %d characters is not understood", t->options.fifo,
				 TRIGGER_LINE_MAX - 1);
		else if (read_line(t, t->line, event))
			return true;
	}
	return false;
}

static void note(int events_fd, struct trigger_event *event, const char *source)
{
	event->time_ns = now_ns();
	event->source = source;
	if (write(events_fd, event, sizeof *event) != sizeof *event)
		log_warn("%s: too many triggers: this one is ignored", source);
}

static void take_lines(struct trigger *t)
{
	struct trigger_event event = { 0 };

	while (take_trigger_line(t, &event)) {
		note(t->events[1], &event, t->options.fifo);
		event = (struct trigger_event){ 0 };
	}
}

static void take_file(const struct trigger_file *file)
{
	struct trigger_event event = { 0 };

	if (unlink(file->path) == 0)
		note(file->events_fd, &event, file->path);
}

/* --- threads --- */

static void *fifo_thread(void *opaque)
{
	struct trigger *t = opaque;
	struct pollfd fds[] = { { .fd = t->stop_fd, .events = POLLIN },
				{ .fd = t->fifo_fd, .events = POLLIN } };

	while (!fds[0].revents) {
		poll(fds, ARRAY_SIZE(fds), -1);
		take_lines(t);
	}
	return NULL;
}

static int start_fifo(struct trigger *t)
{
	int err = 0;

	take_lines(t);
	t->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (t->stop_fd < 0)
		err = -errno;
	if (err == 0)
		err = -pthread_create(&t->thread, NULL, fifo_thread, t);
	t->has_thread = err == 0;
	return err;
}

static void look_for_file(void *opaque)
{
	struct trigger_file *file = opaque;
	bool stops;

	do {
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
		stops = atomic_load(&file->stops);
		take_file(file);
	} while (!stops);
}

static void free_file(struct trigger_file *file)
{
	if (file->events_fd >= 0)
		close(file->events_fd);
	free(file->path);
	free(file);
}

static int start_file(struct trigger *t)
{
	struct trigger_file *file = calloc(1, sizeof *file);
	int err = 0;

	if (!file)
		return -ENOMEM;
	file->events_fd = fcntl(t->events[1], F_DUPFD_CLOEXEC, 0);
	file->path = strdup(t->options.file);
	if (!file->path || file->events_fd < 0)
		err = -errno;
	if (err == 0) {
		take_file(file);
		err = worker_start(&file->worker, look_for_file, file);
	}
	if (err < 0)
		free_file(file);
	else
		t->file = file;
	return err;
}

int trigger_start(struct trigger *t)
{
	int err = 0;

	if (t->fifo_fd >= 0)
		err = start_fifo(t);
	if (err == 0 && t->options.file)
		err = start_file(t);
	if (err < 0)
		log_error("cannot create a thread for triggers: %s", err_str(err));
	return err;
}

bool trigger_next(struct trigger *t, int64_t until_ns, struct trigger_event *event)
{
	if (!t->has_next)
		t->has_next = read(t->events[0], &t->next, sizeof t->next) == sizeof t->next;
	if (!t->has_next || t->next.time_ns > until_ns)
		return false;
	*event = t->next;
	t->has_next = false;
	return true;
}

/* Frees nothing if the thread hangs, as it still uses the memory. */
static void stop_file(struct trigger *t)
{
	atomic_store(&t->file->stops, true);
	if (worker_join(&t->file->worker))
		return;
	log_warn("--trigger-file: %s: its folder does not answer: what comes there is not seen any more",
		 t->file->path);
	t->file = NULL;
}

void trigger_stop(struct trigger *t)
{
	if (t->has_thread) {
		eventfd_write(t->stop_fd, 1);
		pthread_join(t->thread, NULL);
		t->has_thread = false;
	}
	if (t->file && !atomic_load(&t->file->stops))
		stop_file(t);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void trigger_close(struct trigger *t)
{
	if (!t->opened)
		return;
	close_if_open(t->fifo_fd);
	close_if_open(t->stop_fd);
	close_if_open(t->events[0]);
	close_if_open(t->events[1]);
	if (t->file)
		free_file(t->file);
	if (t->created)
		unlink(t->options.fifo);
	t->opened = false;
}
