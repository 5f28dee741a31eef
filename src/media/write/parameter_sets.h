/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container must know of a compressed stream that is copied. */
#ifndef MEDIA_WRITE_PARAMETER_SETS_H
#define MEDIA_WRITE_PARAMETER_SETS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>

struct parameter_sets {
	bool intra_only; /* every frame is a key frame */
	AVCodecParserContext *parser;
	AVCodecContext *context; /* the parser's */
	AVBSFContext *extractor; /* NULL: the codec has no parameter sets of its own */
	AVPacket *scratch;
};

/* All zero before. */
int parameter_sets_open(struct parameter_sets *bitstream, const AVCodecParameters *parameters);
/* Whether a decoder could begin here: as the driver says, or the bytes do. */
bool parameter_sets_is_key(struct parameter_sets *bitstream, const AVPacket *packet, bool driver_says);
/* Looks for parameter sets (SPS, PPS, …) in the packet. 1 when parameters->extradata holds all that is needed
 * now, 0 when not, or a negative errno. */
int parameter_sets_extract(struct parameter_sets *bitstream, const AVPacket *packet,
			   AVCodecParameters *parameters);
void parameter_sets_close(struct parameter_sets *bitstream);

#endif
