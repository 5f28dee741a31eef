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

#define RETRY_NS (100 * NS_PER_MS) /* a device that becomes ready causes no event */
#define EVENT_BYTES (sizeof(struct inotify_event) + NAME_MAX + 1)

/* Watches the directory of the node. It may come and go with the node (/dev/v4l/by-id): then the nearest
 * existing directory above it is watched. */
static int watch_directory(int fd, const char *path)
{
	char directory[PATH_MAX];
	int err;

	snprintf(directory, sizeof directory, "%s", path);
	do {
		memmove(directory, dirname(directory), strlen(directory) + 1);
		err = inotify_add_watch(fd, directory, IN_CREATE | IN_ATTRIB | IN_MOVED_TO) < 0 ? -errno : 0;
	} while (err == -ENOENT && strcmp(directory, "/") && strcmp(directory, "."));
	return err;
}

/* A node may exist while its device does not. */
static bool can_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The watch is set before the node is tried, so that its creation cannot be missed. */
static int wait_for_node(int fd, const char *path, int signal_fd, int64_t deadline_ns)
{
	char events[8 * EVENT_BYTES];
	struct pollfd entries[] = { { .fd = fd, .events = POLLIN }, { .fd = signal_fd, .events = POLLIN } };

	for (;;) {
		int64_t left_ns = deadline_ns ? deadline_ns - now_ns() : RETRY_NS;
		struct timespec left = { .tv_nsec = left_ns < RETRY_NS ? left_ns : RETRY_NS };
		int err = watch_directory(fd, path);

		if (err < 0)
			return err;
		if (can_open(path))
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

	/* Limits the rate of attempts for a device that comes and goes. */
	if (poll(&signal, 1, RETRY_NS / NS_PER_MS) > 0)
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
