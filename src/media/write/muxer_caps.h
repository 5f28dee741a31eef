/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What containers there are, and what each can hold. */
#ifndef MEDIA_WRITE_MUXER_CAPS_H
#define MEDIA_WRITE_MUXER_CAPS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include "base/video_format.h"

struct muxer_caps {
	const AVOutputFormat *format;
	const char *url; /* its maker's; some containers choose a codec by the name's ending */
};

/* name: libavformat's, or a file ending ("mkv"), or NULL for what the url says. -EINVAL when there is none,
 * logged. */
int muxer_caps_find(struct muxer_caps *container, const char *url, const char *name);

/* Whether the muxer that muxer_caps_find() would find puts numbers into file names itself, as for a sequence
 * of pictures. */
bool muxer_caps_numbers_files(const char *url, const char *name);
/* Whether each picture would take the place of the one before. */
bool muxer_caps_single_image(const char *url, const char *name);

/* Whether frames of this format can go in as they are. *codec_tag: what the stream must be tagged with; 0:
 * nothing. */
bool muxer_caps_keeps_format(const struct muxer_caps *container, const struct video_format *format,
			     uint32_t *codec_tag);
/* Whether packets of that codec can. */
bool muxer_caps_keeps_codec(const struct muxer_caps *container, enum AVCodecID codec);
/* "mkv, nut": containers that hold these frames as they are, into text, which is returned; empty when there
 * are none. */
#define MUXER_CAPS_LIST_MAX 64
char *muxer_caps_list_containers(const struct video_format *format, char text[MUXER_CAPS_LIST_MAX]);

/* The encoder that people expect in this container; NULL when libavcodec has none. */
const AVCodec *muxer_caps_default_encoder(const struct muxer_caps *container);
/* The raw pixel format nearest to `from` that the container keeps; AV_PIX_FMT_NONE when it keeps none. */
enum AVPixelFormat muxer_caps_best_pix_fmt(const struct muxer_caps *container, enum AVPixelFormat from,
					   uint32_t width, uint32_t height);

/* Frames stand on a grid of 1/fps (avi), instead of having times of their own. */
bool muxer_caps_constant_rate(const struct muxer_caps *container);
/* A file is what the muxer makes of the url itself (image sequences, segmenters, null). */
bool muxer_caps_no_file(const struct muxer_caps *container);
/* A naked sequence of frames: no header, no times, any bytes. */
bool muxer_caps_is_raw(const struct muxer_caps *container);
/* Its index speaks of frames before they are all on disk, so that a frame that failed must leave a hole. */
bool muxer_caps_is_isobmff(const struct muxer_caps *container);
/* The muxer's private options that suit a recording. */
int muxer_caps_options(const struct muxer_caps *container, enum AVCodecID codec, bool seekable,
		       AVDictionary **options);

#endif
