/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CLI_CONFINE_CALLS_H
#define CLI_CONFINE_CALLS_H

#include <stdbool.h>

/* Restricts all threads to the system calls of a run, and the ioctls of its devices; others fail with ENOSYS.
 * sockets: allows new ones. Returns 0 or a negative errno, logged. */
int confine_calls(bool sockets);

#endif
