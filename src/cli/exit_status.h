/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exit statuses' lines of --help. */
#ifndef CLI_EXIT_STATUS_H
#define CLI_EXIT_STATUS_H

#include "session/end.h"

/* NULL: there is no such status. */
const char *status_help(enum status status);

#endif
