/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds key frames, at which decoding can start, and parameter sets, for the container's header, in a
 * compressed stream. H.264 and HEVC devices deliver byte streams (Annex B of ITU-T H.264 and H.265) with the
 * parameter sets (VPS, SPS, PPS) before the first key frame, or before each. They are used as extradata
 * unchanged; muxers convert them to avcC and hvcC records (ISO/IEC 14496-15) where the container requires
 * those.
 */
#ifndef MEDIA_WRITE_PARAMETER_SETS_H
#define MEDIA_WRITE_PARAMETER_SETS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include "media/frame.h"

/* For one stream. Zero-initialise. */
struct parameter_sets {
	bool intra_only; /* every frame is a key frame */
	AVCodecParserContext *parser;
	AVCodecContext *context; /* the parser's */
	AVBSFContext *extractor; /* NULL: a codec without parameter sets */
	AVPacket *packet;        /* goes through the extractor */
	AVBufferRef *latest;     /* NULL: none yet */
};

/* Whether each frame can be decoded by itself; also true for unknown formats. */
bool parameter_sets_intra_only(const struct video_format *format);
/* 0 or a negative errno. */
int parameter_sets_open(struct parameter_sets *ps, const struct video_format *format);
/* Must be called for each frame of the stream, written or not. Sets frame->key according to the bitstream, or
 * clears it if the bitstream contradicts the driver; sets has_parameter_sets and, for a key frame,
 * parameter_sets, a reference that the caller owns. Returns 0 or a negative errno. */
int parameter_sets_examine(struct parameter_sets *ps, struct frame *frame);
/* Whether a frame of H.264 or HEVC contains a NAL unit: muxers write a packet without data for one that does
 * not, which demuxers skip. True for other codecs. */
bool parameter_sets_has_unit(const struct parameter_sets *ps, const struct frame *frame);
/* Whether a file can begin with the frame: a key frame whose parameter sets are known. */
bool parameter_sets_can_start(const struct parameter_sets *ps, const struct frame *frame);
void parameter_sets_close(struct parameter_sets *ps);

#endif
