/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The user's options for a muxer and for the protocol that it writes to. */
#ifndef MEDIA_WRITE_MUXER_OPTIONS_H
#define MEDIA_WRITE_MUXER_OPTIONS_H

#include <libavformat/avformat.h>

/* Parses "key=value,key=value" (NULL: none) into *options, which the caller frees, and sets them in the
 * context, so that errors are found before the file is opened. Returns 0; -EINVAL, logged, for an option that
 * neither the muxer nor the protocol has, or a value that it does not accept; or -ENOMEM. */
int muxer_options_parse(AVFormatContext *context, const char *text, AVDictionary **options);
/* Adds the user's options to ours; the user's take precedence. 0 or a negative errno. */
int muxer_options_add(AVDictionary **ours, const AVDictionary *users);

#endif
