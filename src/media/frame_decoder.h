/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens libavcodec's decoder for the compressed frames of a device. */
#ifndef MEDIA_FRAME_DECODER_H
#define MEDIA_FRAME_DECODER_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>

/* at_once: each picture comes out before the next frame is sent, so only one is decoded at a time. Returns
 * 0; -ENOTSUP or another negative errno, logged; -ENOMEM, not logged. Call avcodec_free_context() in any
 * case. */
int frame_decoder_open(AVCodecContext **decoder, const AVCodecParameters *par, bool at_once);
/* The format that cameras usually deliver, for use before the first frame is decoded. JPEG is full range
 * (JFIF, ITU-T T.871). */
enum AVPixelFormat frame_decoder_usual_format(enum AVCodecID codec);
enum AVColorRange frame_decoder_usual_range(enum AVCodecID codec);

#endif
