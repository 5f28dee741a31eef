/* Waiting for a device to be plugged in again. SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/replug.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define EVENT_BYTES (sizeof(struct inotify_event) + NAME_MAX + 1)

/* The folder may come and go with the link in it (/dev/v4l/by-id): then the nearest one above it is watched.
 */
static int watch(int fd, const char *path)
{
	char folder[PATH_MAX];
	int err;

	snprintf(folder, sizeof folder, "%s", path);
	do {
		memmove(folder, dirname(folder), strlen(folder) + 1);
		err = inotify_add_watch(fd, folder, IN_CREATE | IN_ATTRIB | IN_MOVED_TO) < 0 ? -errno : 0;
	} while (err == -ENOENT && strcmp(folder, "/") && strcmp(folder, "."));
	return err;
}

/* Watching comes before looking, so that nothing can appear in between. */
static int wait_for_node(int fd, const char *path, int signal_fd, int64_t deadline_ns)
{
	char events[8 * EVENT_BYTES];
	struct pollfd entries[] = { { .fd = fd, .events = POLLIN }, { .fd = signal_fd, .events = POLLIN } };

	for (;;) {
		int64_t left_ns = deadline_ns ? deadline_ns - now_ns() : -1;
		struct timespec left = { .tv_sec = left_ns / NS_PER_S, .tv_nsec = left_ns % NS_PER_S };
		int err = watch(fd, path);

		if (err < 0)
			return err;
		if (access(path, R_OK | W_OK) == 0)
			return 0;
		if (deadline_ns && left_ns <= 0)
			return -ETIMEDOUT;
		if (ppoll(entries, 2, deadline_ns ? &left : NULL, NULL) < 0 && errno != EINTR)
			return -errno;
		if (entries[1].revents)
			return -ECANCELED;
		while (read(fd, events, sizeof events) > 0)
			;
	}
}

int replug_wait(const char *path, int signal_fd, int64_t timeout_ns)
{
	int err, fd;

	if (path[0] != '/')
		return 0;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	err = fd < 0 ? -errno : 0;
	if (err == 0)
		err = wait_for_node(fd, path, signal_fd, timeout_ns ? now_ns() + timeout_ns : 0);
	if (err < 0 && err != -ETIMEDOUT && err != -ECANCELED)
		log_error("waiting for %s: %s", path, err_str(err));
	if (fd >= 0)
		close(fd);
	return err;
}
