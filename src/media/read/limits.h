/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits on untrusted input: what a demuxer may open, and how much memory a file may cost. */
#ifndef MEDIA_READ_LIMITS_H
#define MEDIA_READ_LIMITS_H

#include <stdbool.h>
#include <libavformat/avformat.h>

/* AVCodecContext.max_pixels: far above what any video device takes. */
#define LIMITS_MAX_PIXELS (INT64_C(16384) * 16384)
/* The same while avformat_find_stream_info() probes: its decoders allocate without limits_frame_bytes(). */
#define LIMITS_MAX_PROBED_PIXELS (INT64_C(8192) * 4352)

/* Refuses demuxers that open other files or addresses than `path`: 0 or -EPERM, logged. */
int limits_check_demuxer(const AVInputFormat *format, const char *path);

/* Limits what libavformat may allocate, read ahead and open; call before avformat_open_input(). protocols: a
 * protocol_whitelist. live: the input cannot seek, so probing must not wait for much of it. 0 or -ENOMEM. */
int limits_apply(AVFormatContext *context, const char *protocols, bool allow_playlists, bool live);

/* Bytes that all frames of one decoder may take together: half of the memory, within bounds. */
int64_t limits_frame_bytes(void);

#endif
