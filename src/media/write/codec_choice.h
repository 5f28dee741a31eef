/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a file gets the device's frames as they are, or encoded, and by what. */
#ifndef MEDIA_WRITE_CODEC_CHOICE_H
#define MEDIA_WRITE_CODEC_CHOICE_H

#include "media/write/frame_packet.h"
#include "media/write/muxer_caps.h"
#include "media/write/writer.h"

struct codec_choice {
	const AVCodec *codec; /* the encoder; NULL: stream copy */
	bool playable;        /* it encodes what players take */
	uint32_t codec_tag;   /* for a stream copy, as muxer_caps_supports_format() has it */
};

/* 0, -EINVAL or -ENOTSUP, logged. */
int codec_choice_make(struct codec_choice *choice, const struct muxer_caps *caps,
		      const struct writer_options *options, const struct frame_packet *frames);
/* Returns -ENOTSUP. */
int codec_choice_log_cannot_copy(const struct muxer_caps *caps, const struct video_format *format);

#endif
