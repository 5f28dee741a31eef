/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notifies the service manager, by datagrams of text lines (sd_notify(3)). */
#include "base/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

/* An abstract name begins with a zero byte and is not terminated (unix(7)). */
static int parse_address(struct notify *notify, const char *name)
{
	size_t length = strlen(name);

	if ((*name != '/' && *name != '@') || length < 2 || length >= sizeof notify->address.sun_path)
		return -EINVAL;
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, name, length + 1);
	if (*name == '@')
		notify->address.sun_path[0] = '\0';
	notify->address_length =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*name == '/'));
	return 0;
}

/* WATCHDOG_PID: the variables may be those of a parent. */
static int64_t watchdog_time(void)
{
	const char *pid = getenv("WATCHDOG_PID"), *time = getenv("WATCHDOG_USEC");
	char *end;
	long long us = time ? strtoll(time, &end, 10) : 0;

	if (!time || *end || us <= 0 || us > INT64_MAX / NS_PER_US)
		return 0;
	return pid && strtoll(pid, NULL, 10) != getpid() ? 0 : us * NS_PER_US;
}

void notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int err;

	*notify = (struct notify){ .fd = -1 };
	if (!name || !*name)
		return;
	err = parse_address(notify, name);
	if (err == 0) {
		notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		err = notify->fd < 0 ? -errno : 0;
	}
	if (err < 0)
		log_warn("NOTIFY_SOCKET='%s': %s", name, err_str(err));
	else
		notify->watchdog_ns = watchdog_time();
}

void notify_close(struct notify *notify)
{
	if (notify->fd > 0)
		close(notify->fd);
	notify->fd = -1;
}

bool notify_send(const struct notify *notify, const char *lines)
{
	if (notify->fd < 0)
		return true;
	return sendto(notify->fd, lines, strlen(lines), MSG_NOSIGNAL,
		      (const struct sockaddr *)&notify->address, notify->address_length) >= 0;
}
