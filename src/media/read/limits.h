/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an untrusted file may not have done. */
#ifndef MEDIA_READ_LIMITS_H
#define MEDIA_READ_LIMITS_H

#include <stdbool.h>
#include <libavformat/avformat.h>

/* Above these a picture is refused: it costs memory that no device's picture needs. */
#define GUARD_MAX_PIXELS (INT64_C(16384) * 16384)
/* While libavformat looks at the streams it decodes pictures that nobody counts. */
#define GUARD_MAX_PROBED_PIXELS (INT64_C(8192) * 4352)

/* Whether this demuxer may read `path`: 0, or -EPERM for one that opens other files or addresses, logged with
 * the way out. */
int guard_container(const AVInputFormat *format, const char *path);

/* Limits on what a demuxer may allocate, read ahead or open. streaming: bytes come at somebody else's pace,
 * so that looking around must be short. */
int guard_context(AVFormatContext *context, const char *protocols, bool playlists, bool streaming);

/* Bytes that pictures inside a decoder may take altogether. */
int64_t guard_picture_bytes(void);

#endif
