/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container must know of a compressed stream that is copied. */
#ifndef MEDIA_WRITE_PARAMETER_SETS_H
#define MEDIA_WRITE_PARAMETER_SETS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>

struct bitstream {
	bool intra_only; /* every frame is a key frame */
	AVCodecParserContext *parser;
	AVCodecContext *context; /* the parser's */
	AVBSFContext *extractor; /* NULL: the codec has no parameter sets of its own */
	AVPacket *scratch;
};

/* All zero before. */
int bitstream_open(struct bitstream *bitstream, const AVCodecParameters *parameters);
/* Whether a decoder could begin here: as the driver says, or the bytes do. */
bool bitstream_is_key(struct bitstream *bitstream, const AVPacket *packet, bool driver_says);
/* Looks for parameter sets (SPS, PPS, …) in the packet. 1 when parameters->extradata holds all that is needed
 * now, 0 when not, or a negative errno. */
int bitstream_find_parameters(struct bitstream *bitstream, const AVPacket *packet,
			      AVCodecParameters *parameters);
void bitstream_close(struct bitstream *bitstream);

#endif
