/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a container really keeps a raw picture. libavformat's muxers take many pixel formats that
 * come back as others, or not at all, and no query tells which. So a sliver of such a picture is
 * written into memory, read back and compared: that holds for every version of libav.
 */
#ifndef MEDIA_WRITE_ROUNDTRIP_H
#define MEDIA_WRITE_ROUNDTRIP_H

#include <stdbool.h>
#include <libavformat/avformat.h>
#include "base/video_format.h"

/* About a millisecond. The width matters (some containers pad rows), the height does not. On success
 * *codec_tag is what the stream must be tagged with for it to come back right; 0: the muxer finds its own. */
bool roundtrip_keeps(const AVOutputFormat *container, enum AVPixelFormat pixel_format, uint32_t width,
		     uint32_t height, uint32_t *codec_tag);

/* Muxers that take whole AVFrames in place of packets (yuv4mpegpipe, null). */
bool muxer_caps_takes_frames(const AVOutputFormat *container);

#endif
