/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What containers there are, and what each can hold. */
#include "media/write/muxer_caps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <libavutil/avstring.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"
#include "media/write/roundtrip.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Names that libavformat does not know or understands otherwise. */
static const struct {
	const char *prefix, *ending, *container;
} habits[] = {
	{ "-", NULL, "matroska" },    { "pipe:", NULL, "matroska" }, { "rtmp:", NULL, "flv" },
	{ "rtmps:", NULL, "flv" },    { "rtsp:", NULL, "rtsp" },     { "srt:", NULL, "mpegts" },
	{ "udp:", NULL, "mpegts" },   { NULL, ".raw", "rawvideo" },  { NULL, ".yuv", "rawvideo" },
	{ NULL, ".bin", "rawvideo" },
};

static bool ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text), n = strlen(ending);

	return length > n && strcasecmp(text + length - n, ending) == 0;
}

static const char *habit(const char *url)
{
	for (size_t i = 0; i < COUNT(habits); i++) {
		if (habits[i].ending && ends_with(url, habits[i].ending))
			return habits[i].container;
		if (habits[i].prefix && strcmp(habits[i].prefix, "-") == 0 && strcmp(url, "-") == 0)
			return habits[i].container;
	}
	/* An address says what it carries by its ending first (http://host/live.webm). */
	if (av_guess_format(NULL, url, NULL))
		return NULL;
	for (size_t i = 0; i < COUNT(habits); i++) {
		if (habits[i].prefix && av_strstart(url, habits[i].prefix, NULL) && url[1])
			return habits[i].container;
	}
	return NULL;
}

static const AVOutputFormat *by_name(const char *name)
{
	const AVOutputFormat *format = av_guess_format(name, NULL, NULL);
	char file[64];

	if (format)
		return format;
	snprintf(file, sizeof file, "x.%s", name);
	if (habit(file))
		return av_guess_format(habit(file), NULL, NULL);
	return av_guess_format(NULL, file, NULL);
}

static const AVOutputFormat *by_url(const char *url)
{
	const char *usual = habit(url);

	return usual ? av_guess_format(usual, NULL, NULL) : av_guess_format(NULL, url, NULL);
}

int muxer_caps_find(struct muxer_caps *container, const char *url, const char *name)
{
	container->url = url;
	container->format = name ? by_name(name) : by_url(url);
	if (container->format)
		return 0;
	if (name)
		log_error("%s: no such container: libavformat knows matroska, nut, avi, mov, mp4, rawvideo "
			  "and more",
			  name);
	else
		log_error("%s: the name does not tell the container: end it in .mkv, .nut, .avi, .mov, .mp4 "
			  "or .raw, or use --format",
			  url);
	return -EINVAL;
}

bool muxer_caps_numbers_files(const char *url, const char *name)
{
	struct muxer_caps container = { name ? by_name(name) : by_url(url), url };

	return container.format && muxer_caps_no_file(&container);
}

bool muxer_caps_single_image(const char *url, const char *name)
{
	const AVOutputFormat *format = name ? by_name(name) : by_url(url);

	return format && strcmp(format->name, "image2") == 0 && !strchr(url, '%');
}

static bool has_option(const struct muxer_caps *container, const char *key)
{
	return av_opt_find2((void *)&container->format->priv_class, key, NULL, 0, AV_OPT_SEARCH_FAKE_OBJ,
			    NULL);
}

bool muxer_caps_is_raw(const struct muxer_caps *container)
{
	return container->format->video_codec == AV_CODEC_ID_RAWVIDEO &&
	       container->format->flags & AVFMT_NOTIMESTAMPS;
}

bool muxer_caps_no_file(const struct muxer_caps *container)
{
	return container->format->flags & AVFMT_NOFILE;
}

bool muxer_caps_constant_rate(const struct muxer_caps *container)
{
	return !(container->format->flags & (AVFMT_VARIABLE_FPS | AVFMT_NOTIMESTAMPS | AVFMT_NOFILE));
}

bool muxer_caps_is_isobmff(const struct muxer_caps *container)
{
	return has_option(container, "movflags"); /* all of the QuickTime family */
}

/* For muxers that have no table of what they hold: transport streams take anything, as bytes that no reader
 * can name. */
static bool holds_by_repute(const AVOutputFormat *format, enum AVCodecID codec)
{
	static const enum AVCodecID mpeg[] = { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG4,
					       AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO };

	if (muxer_caps_takes_frames(format))
		return false;
	if (!av_match_name(format->name, "mpegts,rtp_mpegts,hls"))
		return true;
	for (size_t i = 0; i < COUNT(mpeg); i++) {
		if (codec == mpeg[i])
			return true;
	}
	return false;
}

bool muxer_caps_keeps_codec(const struct muxer_caps *container, enum AVCodecID codec)
{
	const AVOutputFormat *format = container->format;
	int answer;

	if (muxer_caps_is_raw(container) || strcmp(format->name, "null") == 0 ||
	    codec == av_guess_codec(format, NULL, container->url, NULL, AVMEDIA_TYPE_VIDEO))
		return true;
	/* Naked streams, and image files whose name says what is in them. */
	if (format->flags & AVFMT_NOTIMESTAMPS || av_match_name(format->name, "image2"))
		return false;
	answer = avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL);
	return answer == 1 || (answer < 0 && holds_by_repute(format, codec));
}

bool muxer_caps_keeps_format(const struct muxer_caps *container, const struct video_format *format,
			     uint32_t *codec_tag)
{
	const struct pixfmt *pix = format->pix;

	*codec_tag = 0;
	if (muxer_caps_is_raw(container))
		return true;
	if (!pix || pix->codec == AV_CODEC_ID_NONE)
		return false;
	if (pix->codec != AV_CODEC_ID_RAWVIDEO)
		return muxer_caps_keeps_codec(container, pix->codec);
	if (pix->av == AV_PIX_FMT_NONE)
		return false;
	if (muxer_caps_no_file(container))
		return strcmp(container->format->name, "null") == 0;
	return roundtrip_keeps(container->format, pix->av, format->width, format->height, codec_tag);
}

char *muxer_caps_list_containers(const struct video_format *format, char text[MUXER_CAPS_LIST_MAX])
{
	static const char *const candidates[] = { "mkv", "nut", "avi", "mov", "mp4", "y4m", "raw" };
	struct muxer_caps container;
	uint32_t tag;

	text[0] = '\0';
	for (size_t i = 0; i < COUNT(candidates); i++) {
		container = (struct muxer_caps){ by_name(candidates[i]), "-" };
		if (container.format && muxer_caps_keeps_format(&container, format, &tag))
			av_strlcatf(text, MUXER_CAPS_LIST_MAX, "%s%s", text[0] ? ", " : "", candidates[i]);
	}
	return text;
}

const AVCodec *muxer_caps_default_encoder(const struct muxer_caps *container)
{
	enum AVCodecID id = av_guess_codec(container->format, NULL, container->url, NULL, AVMEDIA_TYPE_VIDEO);
	/* The second choice where the usual codec has no encoder in this libavcodec. */
	static const enum AVCodecID others[] = { AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MJPEG,
						 AV_CODEC_ID_FFV1 };
	const AVCodec *encoder = id == AV_CODEC_ID_NONE ? NULL : avcodec_find_encoder(id);

	for (size_t i = 0; !encoder && i < COUNT(others); i++) {
		if (muxer_caps_keeps_codec(container, others[i]))
			encoder = avcodec_find_encoder(others[i]);
	}
	return encoder;
}

enum AVPixelFormat muxer_caps_best_pix_fmt(const struct muxer_caps *container, enum AVPixelFormat from,
					   uint32_t width, uint32_t height)
{
	static const enum AVPixelFormat candidates[] = {
		AV_PIX_FMT_YUV420P,  AV_PIX_FMT_YUV422P,     AV_PIX_FMT_YUV444P,     AV_PIX_FMT_YUYV422,
		AV_PIX_FMT_UYVY422,  AV_PIX_FMT_NV12,        AV_PIX_FMT_GRAY8,       AV_PIX_FMT_RGB24,
		AV_PIX_FMT_BGR24,    AV_PIX_FMT_BGRA,        AV_PIX_FMT_GRAY16LE,    AV_PIX_FMT_YUV420P10LE,
		AV_PIX_FMT_GRAY10LE, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P10LE,
	};
	enum AVPixelFormat kept[COUNT(candidates) + 1];
	unsigned n = 0;
	uint32_t tag;

	if (muxer_caps_is_raw(container) || strcmp(container->format->name, "null") == 0 ||
	    roundtrip_keeps(container->format, from, width, height, &tag))
		return from;
	for (size_t i = 0; i < COUNT(candidates); i++) {
		if (roundtrip_keeps(container->format, candidates[i], width, height, &tag))
			kept[n++] = candidates[i];
	}
	kept[n] = AV_PIX_FMT_NONE;
	return avcodec_find_best_pix_fmt_of_list(kept, from, 0, NULL);
}

/* From FFmpeg 7.1 on: in pieces that each can be read, so that a recording survives the program, made into an
 * ordinary file at the end. Pieces are gathered in memory, which raw frames are too large for. */
static bool can_be_hybrid(const struct muxer_caps *container, enum AVCodecID codec)
{
	return codec != AV_CODEC_ID_RAWVIDEO &&
	       av_opt_find2((void *)&container->format->priv_class, "hybrid_fragmented", "movflags", 0,
			    AV_OPT_SEARCH_FAKE_OBJ, NULL);
}

int muxer_caps_options(const struct muxer_caps *container, enum AVCodecID codec, bool seekable,
		       AVDictionary **options)
{
	static const struct {
		const char *key, *value;
		bool only_pipes;
	} wanted[] = {
		/* A checksum over every cluster takes four times as long as the writing. */
		{ "write_crc32", "0", false },
		{ "video_track_timescale", "1000000", false },
		/* Nobody can go back in a pipe to say where the frames are. */
		{ "movflags", "frag_keyframe+empty_moov+default_base_moof", true },
	};
	for (size_t i = 0; i < COUNT(wanted); i++) {
		if ((wanted[i].only_pipes && seekable) || !has_option(container, wanted[i].key))
			continue;
		if (av_dict_set(options, wanted[i].key, wanted[i].value, 0) < 0)
			return -ENOMEM;
	}
	if (seekable && can_be_hybrid(container, codec) &&
	    (av_dict_set(options, "movflags", "hybrid_fragmented+negative_cts_offsets", 0) < 0 ||
	     av_dict_set(options, "frag_duration", "1000000", 0) < 0))
		return -ENOMEM;
	/* One picture in a file without a number in its name is the latest one. */
	if (av_match_name(container->format->name, "image2") && av_filename_number_test(container->url) == 0)
		return av_dict_set(options, "update", "1", 0);
	return 0;
}
