/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses between stream copy and an encoder for the frames of a device. */
#ifndef MEDIA_WRITE_CODEC_CHOICE_H
#define MEDIA_WRITE_CODEC_CHOICE_H

#include "media/write/frame_packet.h"
#include "media/write/muxer_caps.h"
#include "media/write/writer.h"

struct codec_choice {
	const AVCodec *codec; /* the encoder; NULL: stream copy */
	bool playable;        /* encode 8-bit 4:2:0, which all players support */
	uint32_t codec_tag;   /* for a stream copy, see muxer_caps_supports_format() */
};

/* 0, -EINVAL or -ENOTSUP, logged. */
int codec_choice_make(struct codec_choice *choice, const struct muxer_caps *caps,
		      const struct writer_options *options, const struct frame_packet *frames);
/* Returns -ENOTSUP. */
int codec_choice_log_cannot_copy(const struct muxer_caps *caps, const struct video_format *format);

#endif
