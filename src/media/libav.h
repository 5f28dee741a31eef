/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libav's own messages, folded into ours. libav explains a failure in its log and returns a bare
 * number. Its lines go to our log at verbose level, and the last complaint of a thread is kept, so
 * that the one line a user sees can carry the reason.
 */
#ifndef MEDIA_LIBAV_H
#define MEDIA_LIBAV_H

#include <stdbool.h>

/* Call before anything of libav; may be called again, from any thread. */
void libav_init(void);

/* What libav last complained of in this thread since libav_clear_error(), or err_str(err) when it said
 * nothing. Good until the next message of this thread. */
const char *libav_err_str(int err);
void libav_clear_error(void);
/* The same where it was this very object (a context) that complained last, else NULL. */
const char *libav_error_from(const void *object);

/* While it is set, this thread's messages go nowhere: for attempts whose failure is an answer. Returns the
 * former setting. */
bool libav_mute(bool mute);

#endif
