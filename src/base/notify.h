/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notifies the service manager of the state of a run, see sd_notify(3). */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd; /* -1: there is no service manager */
	struct sockaddr_un address;
	socklen_t address_length;
	int64_t watchdog_ns; /* the manager expects WATCHDOG=1 at least this often; 0: it does not */
};

/* Reads the environment: NOTIFY_SOCKET (a path, or @ and an abstract name), WATCHDOG_USEC, WATCHDOG_PID. An
 * address that cannot be used is logged as a warning, and notify_send() then sends nothing. */
void notify_open(struct notify *notify);
/* Accepts one that is not open. */
void notify_close(struct notify *notify);
/* Sends lines such as "READY=1\nSTATUS=…", without blocking. Returns true if they were sent, or if there is
 * no service manager. */
bool notify_send(const struct notify *notify, const char *lines);

#endif
