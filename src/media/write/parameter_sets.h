/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is to be known of a compressed stream before it is written: its key frames, with which decoding can
 * start, and its parameter sets, which go to the container's header. H.264 and HEVC devices deliver byte
 * streams (Annex B of ITU-T H.264 and H.265) whose parameter sets (VPS, SPS, PPS) precede the first key
 * frame, or each; extradata takes them as they are, and the muxers convert them to avcC and hvcC records
 * (ISO/IEC 14496-15) where the container asks for those.
 */
#ifndef MEDIA_WRITE_PARAMETER_SETS_H
#define MEDIA_WRITE_PARAMETER_SETS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include "media/frame.h"

/* Of one stream. Zero-initialise. */
struct parameter_sets {
	bool intra_only; /* every frame is a key frame */
	AVCodecParserContext *parser;
	AVCodecContext *context; /* the parser's */
	AVBSFContext *extractor; /* NULL: a codec without parameter sets */
	AVPacket *packet;        /* goes through the extractor */
	AVBufferRef *latest;     /* NULL: none came yet */
};

/* Whether each frame can be decoded by itself, or nothing is known of the format. */
bool parameter_sets_intra_only(const struct video_format *format);
/* 0 or a negative errno. */
int parameter_sets_open(struct parameter_sets *ps, const struct video_format *format);
/* To be called for each frame of the stream, also for those that are not written. Sets frame->key if the
 * bitstream says so, and clears it if that contradicts the driver, who set it; sets has_parameter_sets, and
 * parameter_sets, a reference that is the caller's, of a key frame. Returns 0 or a negative errno. */
int parameter_sets_examine(struct parameter_sets *ps, struct frame *frame);
/* Whether a frame of H.264 or HEVC has a NAL unit: muxers make a packet without data of one that has none,
 * which a demuxer leaves out. True for other codecs. */
bool parameter_sets_has_unit(const struct parameter_sets *ps, const struct frame *frame);
/* Whether a file can begin with the frame: a key frame whose parameter sets are known. */
bool parameter_sets_can_start(const struct parameter_sets *ps, const struct frame *frame);
void parameter_sets_close(struct parameter_sets *ps);

#endif
