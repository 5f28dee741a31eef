/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What begins and ends a file with a pre-roll. */
#include "session/trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/text.h"

/* Opened for both: it stays open, and readable by us alone, while those who write to it come and go. */
static int open_fifo(struct trigger *t)
{
	const char *path = t->options.fifo;
	struct stat st;
	int err = 0;

	t->created = mkfifo(path, 0666) == 0;
	if (!t->created && stat(path, &st) == 0 && !S_ISFIFO(st.st_mode)) {
		log_error("--trigger: %s is not a FIFO: name one, or what does not exist, for it to be made",
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

/* The file is removed, so that it can appear again: its folder has to allow that. */
static int check_folder(const char *path)
{
	char copy[4096];

	if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
		log_error("--trigger-file: %s: %s", path, err_str(-ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	if (access(dirname(copy), W_OK | X_OK) == 0)
		return 0;
	log_error("--trigger-file: %s: is removed when it appears, and its folder does not allow that: %s",
		  path, err_str(-errno));
	return -errno;
}

int trigger_open(struct trigger *t, const struct trigger_options *options)
{
	int err = 0;

	*t = (struct trigger){ .options = *options, .fifo_fd = -1, .opened = true };
	if (options->fifo)
		err = open_fifo(t);
	if (err == 0 && options->file)
		err = check_folder(options->file);
	return err;
}

static bool take_signal(const struct trigger *t)
{
	struct signalfd_siginfo info;

	return t->options.signal_fd >= 0 && read(t->options.signal_fd, &info, sizeof info) == sizeof info;
}

/* It becomes part of a file's name. */
static bool is_good_name(const char *name)
{
	if (*name == '.' || strlen(name) >= TRIGGER_NAME_MAX)
		return false;
	for (; *name; name++)
		if (strchr("/%", *name) || (unsigned char)*name <= ' ' || *name == 0x7f)
			return false;
	return true;
}

/* "start", "start NAME" or "stop". A file is begun under any name rather than none. */
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
		log_warn("%s: '%s' cannot be a part of a file's name, and is left out", t->options.fifo,
			 text_printable(name, printable));
	else if (*word || *name)
		log_warn("%s: '%s%s%s' is not understood: expected start, start NAME or stop",
			 t->options.fifo, text_printable(word, printable), *name ? " " : "",
			 *name ? "..." : "");
	return strcmp(word, "start") == 0;
}

/* The next whole line. */
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

bool trigger_next(struct trigger *t, struct trigger_event *event)
{
	*event = (struct trigger_event){ .source = "SIGUSR1" };
	if (take_signal(t))
		return true;
	event->source = t->options.fifo;
	if (take_trigger_line(t, event))
		return true;
	*event = (struct trigger_event){ .source = t->options.file };
	/* This also works where no event of inotify(7) comes, as when another machine made it. */
	return t->options.file && unlink(t->options.file) == 0;
}

void trigger_close(struct trigger *t)
{
	if (!t->opened)
		return;
	if (t->fifo_fd >= 0)
		close(t->fifo_fd);
	if (t->created)
		unlink(t->options.fifo);
	t->opened = false;
}
