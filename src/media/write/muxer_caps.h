/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds libavformat's muxer for an output file, and the capabilities of its container. */
#ifndef MEDIA_WRITE_MUXER_CAPS_H
#define MEDIA_WRITE_MUXER_CAPS_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include "base/video_format.h"
#include "media/write/file_times.h"

/* The muxer for an output file. */
struct muxer_caps {
	const AVOutputFormat *format;
	const char *url; /* owned by the caller; some muxers choose the codec by its suffix */
};

/* name: a muxer of libavformat or a file suffix ("mkv"); NULL: chosen by url. -EINVAL, logged, if there is no
 * such muxer. */
int muxer_caps_find(struct muxer_caps *caps, const char *url, const char *name);

/* Whether that muxer writes several files and chooses their names itself (hls, dash, segment). */
bool muxer_caps_names_files(const char *url, const char *name);
/* Whether that muxer writes one picture file per frame. */
bool muxer_caps_makes_pictures(const char *url, const char *name);

/* Whether frames of this format can be muxed without encoding. *codec_tag: the tag that the stream must have;
 * 0: the muxer's choice. */
bool muxer_caps_supports_format(const struct muxer_caps *caps, const struct video_format *format,
				uint32_t *codec_tag);
/* Whether packets of this codec can be muxed. */
bool muxer_caps_supports_codec(const struct muxer_caps *caps, enum AVCodecID codec);
/* Lists containers that can store such frames without encoding, "mkv, nut"; empty if there are none. Returns
 * text. */
#define MUXER_CAPS_LIST_MAX 64
char *muxer_caps_list_containers(const struct video_format *format, char text[MUXER_CAPS_LIST_MAX]);

/* The usual encoder for this container; NULL if libavcodec has none. */
const AVCodec *muxer_caps_default_encoder(const struct muxer_caps *caps);
/* The raw pixel format closest to `from` that the container preserves; AV_PIX_FMT_NONE if there is none.
 * *codec_tag as above. */
enum AVPixelFormat muxer_caps_best_pix_fmt(const struct muxer_caps *caps, enum AVPixelFormat from,
					   uint32_t width, uint32_t height, uint32_t *codec_tag);

/* How the file represents time. encoded: by an encoder of this program. */
enum file_clock muxer_caps_clock(const struct muxer_caps *caps, bool encoded);
/* Whether its files are usually played by browsers and phones (mp4, mov, webm). */
bool muxer_caps_for_players(const struct muxer_caps *caps);
/* Whether the muxer opens its files itself, or needs none (AVFMT_NOFILE: image sequences, segmenters, null).
 */
bool muxer_caps_no_file(const struct muxer_caps *caps);
/* Whether it writes raw data: no header, no timestamps. */
bool muxer_caps_is_raw(const struct muxer_caps *caps);
/* Whether the muxer takes AVFrames in place of packets (yuv4mpegpipe, null). */
bool muxer_caps_takes_frames(const struct muxer_caps *caps);
/* Whether it writes the ISO base media file format (ISO/IEC 14496-12). Its sample tables (8.5-8.7) or, in
 * fragments, its moof box (8.8.4) are kept in memory first and list a frame even if writing its data
 * failed. */
bool muxer_caps_is_isobmff(const struct muxer_caps *caps);
bool muxer_caps_is_image2(const struct muxer_caps *caps);
/* Whether the muxer has this private option; with `unit`, whether the option has this constant. */
bool muxer_caps_has_option(const struct muxer_caps *caps, const char *key, const char *unit);

#endif
