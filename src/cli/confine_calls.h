/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CLI_CONFINE_CALLS_H
#define CLI_CONFINE_CALLS_H

#include <stdbool.h>

/* Leaves all threads the system calls that a run makes, and the ioctls of its devices; the others fail with
 * ENOSYS. sockets: new ones too. Returns 0 or a negative errno, logged. */
int confine_calls(bool sockets);

#endif
