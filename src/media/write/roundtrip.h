/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks whether a muxer preserves raw pictures of a pixel format. libavformat's muxers accept many formats
 * that are read back as others or not at all, and there is no query for it. A few rows of noise are muxed to
 * memory, demuxed and compared, which is right for every version of libav.
 */
#ifndef MEDIA_WRITE_ROUNDTRIP_H
#define MEDIA_WRITE_ROUNDTRIP_H

#include <stdbool.h>
#include <stdint.h>
#include <libavformat/avformat.h>

/* Takes about a millisecond. The width matters, as some containers pad rows; of the height only its remainder
 * modulo 16. On success *codec_tag is the tag that the stream must have to be read back correctly; 0: the
 * muxer's choice. */
bool roundtrip_keeps(const AVOutputFormat *muxer, enum AVPixelFormat pix_fmt, uint32_t width, uint32_t height,
		     uint32_t *codec_tag);

#endif
