/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a device to be plugged in again. */
#include "device/hotplug.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define LOOK_NS (100 * NS_PER_MS) /* again, as a device that is ready makes no event */
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

/* A node may be there before its device is, and after. */
static bool opens(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Watching comes before looking, so that nothing can appear in between. */
static int wait_for_node(int fd, const char *path, int signal_fd, int64_t deadline_ns)
{
	char events[8 * EVENT_BYTES];
	struct pollfd entries[] = { { .fd = fd, .events = POLLIN }, { .fd = signal_fd, .events = POLLIN } };

	for (;;) {
		int64_t left_ns = deadline_ns ? deadline_ns - now_ns() : LOOK_NS;
		struct timespec left = { .tv_nsec = left_ns < LOOK_NS ? left_ns : LOOK_NS };
		int err = watch(fd, path);

		if (err < 0)
			return err;
		if (opens(path))
			return 0;
		if (deadline_ns && left_ns <= 0)
			return -ETIMEDOUT;
		if (ppoll(entries, 2, &left, NULL) < 0 && errno != EINTR)
			return -errno;
		if (entries[1].revents)
			return -ECANCELED;
		while (read(fd, events, sizeof events) > 0)
			;
	}
}

int hotplug_wait(const char *path, int signal_fd, int64_t timeout_ns)
{
	struct pollfd signal = { .fd = signal_fd, .events = POLLIN };
	int err, fd;

	/* A device that comes and goes at once is not to keep the processor busy. */
	if (poll(&signal, 1, LOOK_NS / NS_PER_MS) > 0)
		return -ECANCELED;
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
