/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The brightness of compressed pictures, which are decoded. */
#ifndef MEDIA_READ_COMPRESSED_BRIGHTNESS_H
#define MEDIA_READ_COMPRESSED_BRIGHTNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libavcodec/codec_id.h>

/* All zero to begin with. */
struct compressed_brightness {
	struct AVCodecContext *decoder;
	struct AVPacket *packet;
	struct AVFrame *frame;
	bool is_intra; /* each picture is decoded independently */
};

/* Returns 0; or -ENOSYS where there is no decoder for the codec, or -ENOMEM. */
int compressed_brightness_open(struct compressed_brightness *brightness, enum AVCodecID codec);
void compressed_brightness_close(struct compressed_brightness *brightness);
/* Decodes a picture. Returns the brightness_of_picture() of the last picture that the decoder returned, or a
 * negative number if it returned none. */
double compressed_brightness_add(struct compressed_brightness *brightness, const void *bytes, size_t n);

#endif
