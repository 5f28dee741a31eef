/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a muxer needs to know of a compressed stream that is copied: its key frames, and the extradata that
 * goes to the container's header. H.264 and HEVC devices deliver byte streams (Annex B of ITU-T H.264 and
 * H.265) whose parameter sets (VPS, SPS, PPS) precede key frames; extradata takes them as they are, and the
 * muxers convert them to avcC and hvcC records (ISO/IEC 14496-15) where the container asks for those.
 */
#ifndef MEDIA_WRITE_PARAMETER_SETS_H
#define MEDIA_WRITE_PARAMETER_SETS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>

/* Zero-initialise. */
struct parameter_sets {
	bool intra_only; /* every frame is a key frame */
	AVCodecParserContext *parser;
	AVCodecContext *context; /* the parser's */
	AVBSFContext *extractor; /* NULL: a codec without parameter sets */
	AVPacket *packet;        /* goes through the extractor */
};

int parameter_sets_open(struct parameter_sets *ps, const AVCodecParameters *par);
/* Whether decoding can start with this packet, according to the driver or to the bitstream. */
bool parameter_sets_is_key(struct parameter_sets *ps, const AVPacket *packet, bool driver_says);
/* Copies the parameter sets in the packet to par->extradata. Returns 1 if it found them, or if the codec has
 * none; 0 if not; or a negative errno. */
int parameter_sets_extract(struct parameter_sets *ps, const AVPacket *packet, AVCodecParameters *par);
void parameter_sets_close(struct parameter_sets *ps);

#endif
