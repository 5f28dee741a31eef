/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a device to be plugged in again. */
#include "device/hotplug.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "device/device.h"

#define RETRY_NS (100 * NS_PER_MS) /* a device can become usable without an inotify event */
#define EVENT_BYTES (sizeof(struct inotify_event) + NAME_MAX + 1)

/* Watches the directory of the node; any directory for a simulated device. If the directory comes and goes
 * with the node (/dev/v4l/by-id), watches the nearest existing one above it. */
static int watch_directory(int fd, const char *name)
{
	char directory[PATH_MAX];
	int err;

	snprintf(directory, sizeof directory, "%s", name);
	do {
		memmove(directory, dirname(directory), strlen(directory) + 1);
		err = inotify_add_watch(fd, directory, IN_CREATE | IN_ATTRIB | IN_MOVED_TO) < 0 ? -errno : 0;
	} while (err == -ENOENT && strcmp(directory, "/") && strcmp(directory, "."));
	return err;
}

/* Sets the watch before it tries to open the device, so as not to miss the creation of its node. */
static int wait_for_device(int fd, const char *name, int signal_fd, int64_t deadline_ns)
{
	char events[8 * EVENT_BYTES];
	struct pollfd entries[] = { { .fd = fd, .events = POLLIN }, { .fd = signal_fd, .events = POLLIN } };

	for (;;) {
		int64_t left_ns = deadline_ns ? deadline_ns - now_ns() : RETRY_NS;
		struct timespec left = { .tv_nsec = left_ns < RETRY_NS ? left_ns : RETRY_NS };
		int err = watch_directory(fd, name);

		if (err < 0)
			return err;
		if (device_is_back(name))
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

int hotplug_wait(const char *name, int signal_fd, int64_t timeout_ns)
{
	struct pollfd signal = { .fd = signal_fd, .events = POLLIN };
	int err, fd;

	/* Limits the rate of attempts for a device that comes and goes. */
	if (poll(&signal, 1, RETRY_NS / NS_PER_MS) > 0)
		return -ECANCELED;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	err = fd < 0 ? -errno : 0;
	if (err == 0)
		err = wait_for_device(fd, name, signal_fd, timeout_ns ? now_ns() + timeout_ns : 0);
	if (err < 0 && err != -ETIMEDOUT && err != -ECANCELED)
		log_error("waiting for %s: %s", name, err_str(err));
	if (fd >= 0)
		close(fd);
	return err;
}
