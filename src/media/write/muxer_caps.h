/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What containers there are, and what each can hold. */
#ifndef MEDIA_WRITE_MUXER_CAPS_H
#define MEDIA_WRITE_MUXER_CAPS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include "base/pixfmt.h"

struct container {
	const AVOutputFormat *format;
	const char *url; /* its maker's; some containers choose a codec by the name's ending */
};

/* name: libavformat's, or a file ending ("mkv"), or NULL for what the url says. -EINVAL when there is none,
 * logged. */
int container_find(struct container *container, const char *url, const char *name);

/* Whether the muxer that container_find() would find puts numbers into file names itself, as for a sequence
 * of pictures. */
bool container_numbers_files(const char *url, const char *name);
/* Whether each picture would take the place of the one before. */
bool container_is_one_picture(const char *url, const char *name);

/* Whether frames of this format can go in as they are. *codec_tag: what the stream must be tagged with; 0:
 * nothing. */
bool container_holds(const struct container *container, const struct video_format *format,
		     uint32_t *codec_tag);
/* Whether packets of that codec can. */
bool container_holds_codec(const struct container *container, enum AVCodecID codec);
/* "mkv, nut": containers that hold these frames as they are, into text, which is returned; empty when there
 * are none. */
#define CONTAINER_LIST_MAX 64
char *container_list_holders(const struct video_format *format, char text[CONTAINER_LIST_MAX]);

/* The encoder that people expect in this container; NULL when libavcodec has none. */
const AVCodec *container_usual_encoder(const struct container *container);
/* The raw pixel format nearest to `from` that the container keeps; AV_PIX_FMT_NONE when it keeps none. */
enum AVPixelFormat container_raw_format(const struct container *container, enum AVPixelFormat from,
					uint32_t width, uint32_t height);

/* Frames stand on a grid of 1/fps (avi), instead of having times of their own. */
bool container_constant_rate(const struct container *container);
/* A file is what the muxer makes of the url itself (image sequences, segmenters, null). */
bool container_opens_files(const struct container *container);
/* A naked sequence of frames: no header, no times, any bytes. */
bool container_is_raw(const struct container *container);
/* Its index speaks of frames before they are all on disk, so that a frame that failed must leave a hole. */
bool container_books_ahead(const struct container *container);
/* The muxer's private options that suit a recording. */
int container_options(const struct container *container, enum AVCodecID codec, bool seekable,
		      AVDictionary **options);

#endif
