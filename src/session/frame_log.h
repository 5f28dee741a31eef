/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame log: one JSON line a frame. */
#ifndef SESSION_FRAME_LOG_H
#define SESSION_FRAME_LOG_H

#include <stdio.h>
#include "session/record_file.h"

/* NULL path: *log stays NULL, and the other calls do nothing. Logs why it cannot. */
int frame_log_open(FILE **log, const char *path);
/* Lines for the item, and before it for the frames that the driver lost. Returns 0 or a negative errno. */
int frame_log_add(FILE *log, const struct item *item, enum fate fate);
int frame_log_close(FILE *log);

#endif
