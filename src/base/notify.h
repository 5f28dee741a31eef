/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling the service manager how a run is, as sd_notify(3) does. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd; /* -1: nobody is to be told */
	struct sockaddr_un address;
	socklen_t address_length;
	int64_t watchdog_ns; /* within which WATCHDOG=1 is expected again; 0: it is not */
};

/* By the environment: NOTIFY_SOCKET, a path or @ and an abstract name; WATCHDOG_USEC, WATCHDOG_PID. An
 * address that cannot be used gets a warning, and nobody is told. */
void notify_open(struct notify *notify);
/* Takes one that is not open. */
void notify_close(struct notify *notify);
/* Sends lines as "READY=1\nSTATUS=…", and does not block. Returns whether it was sent, also where nobody is
 * to be told. */
bool notify_send(const struct notify *notify, const char *lines);

#endif
