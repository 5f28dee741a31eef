/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds libavformat's muxer for an output file, and what its container can hold. */
#include "media/write/muxer_caps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <libavutil/avstring.h>
#include <libavutil/opt.h>
#include "base/array.h"
#include "base/log.h"
#include "media/write/roundtrip.h"

/* --- finding a muxer --- */

struct name_rule {
	const char *text, *muxer;
};

/* Suffixes that av_guess_format() does not know or takes for something else. */
static const struct name_rule suffixes[] = {
	{ ".raw", "rawvideo" },
	{ ".yuv", "rawvideo" },
	{ ".bin", "rawvideo" },
	{ ".fwht", "rawvideo" },
};

static const struct name_rule prefixes[] = {
	{ "-", "matroska" }, { "pipe:", "matroska" }, { "rtmp:", "flv" },   { "rtmps:", "flv" },
	{ "rtsp:", "rtsp" }, { "srt:", "mpegts" },    { "udp:", "mpegts" },
};

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), n = strlen(suffix);

	return length > n && strcasecmp(text + length - n, suffix) == 0;
}

static const AVOutputFormat *find_by_url(const char *url)
{
	const AVOutputFormat *format;

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (has_suffix(url, suffixes[i].text))
			return av_guess_format(suffixes[i].muxer, NULL, NULL);
	}
	/* The suffix comes before the protocol: http://host/live.webm. */
	format = av_guess_format(NULL, url, NULL);
	for (size_t i = 0; !format && i < ARRAY_SIZE(prefixes); i++) {
		if (av_strstart(url, prefixes[i].text, NULL))
			format = av_guess_format(prefixes[i].muxer, NULL, NULL);
	}
	return format;
}

static const AVOutputFormat *find_by_name(const char *name)
{
	const AVOutputFormat *format = av_guess_format(name, NULL, NULL);
	char file[64];

	if (format)
		return format;
	snprintf(file, sizeof file, "x.%s", name);
	return find_by_url(file);
}

static struct muxer_caps find_muxer(const char *url, const char *name)
{
	return (struct muxer_caps){ name ? find_by_name(name) : find_by_url(url), url };
}

int muxer_caps_find(struct muxer_caps *caps, const char *url, const char *name)
{
	*caps = find_muxer(url, name);
	if (caps->format)
		return 0;
	if (name)
		log_error("%s: no such container: expected one of libavformat's, such as matroska, nut, avi, "
			  "mov, mp4 or rawvideo",
			  name);
	else
		log_error("%s: cannot tell the container from the name: end it in .mkv, .nut, .avi, .mov, "
			  ".mp4, .raw, or in .png or .jpg for pictures, or use --format",
			  url);
	return -EINVAL;
}

bool muxer_caps_names_files(const char *url, const char *name)
{
	struct muxer_caps caps = find_muxer(url, name);

	return caps.format && muxer_caps_no_file(&caps) && !muxer_caps_is_image2(&caps);
}

bool muxer_caps_makes_pictures(const char *url, const char *name)
{
	struct muxer_caps caps = find_muxer(url, name);

	return caps.format && muxer_caps_is_image2(&caps);
}

/* --- properties of a muxer --- */

bool muxer_caps_has_option(const struct muxer_caps *caps, const char *key, const char *unit)
{
	return av_opt_find2((void *)&caps->format->priv_class, key, unit, 0, AV_OPT_SEARCH_FAKE_OBJ, NULL);
}

static bool is_null(const struct muxer_caps *caps)
{
	return strcmp(caps->format->name, "null") == 0;
}

bool muxer_caps_is_raw(const struct muxer_caps *caps)
{
	return caps->format->video_codec == AV_CODEC_ID_RAWVIDEO && caps->format->flags & AVFMT_NOTIMESTAMPS;
}

bool muxer_caps_takes_frames(const struct muxer_caps *caps)
{
	return caps->format->video_codec == AV_CODEC_ID_WRAPPED_AVFRAME;
}

bool muxer_caps_is_image2(const struct muxer_caps *caps)
{
	return strcmp(caps->format->name, "image2") == 0;
}

bool muxer_caps_for_players(const struct muxer_caps *caps)
{
	return av_match_name(caps->format->name, "webm") || muxer_caps_is_isobmff(caps);
}

bool muxer_caps_no_file(const struct muxer_caps *caps)
{
	return caps->format->flags & AVFMT_NOFILE;
}

/* Some muxers that write timestamps lack the flag AVFMT_VARIABLE_FPS. */
static bool holds_times(const struct muxer_caps *caps)
{
	return caps->format->flags & (AVFMT_VARIABLE_FPS | AVFMT_NOFILE) || muxer_caps_is_isobmff(caps) ||
	       av_match_name(caps->format->name, "mpeg,vcd,svcd,dvd,vob,rtp_mpegts,rtp,asf,asf_stream,wtv,rm,"
						 "smjpeg,ivf,avif");
}

enum file_clock muxer_caps_clock(const struct muxer_caps *caps, bool encoded)
{
	bool untimed = caps->format->flags & AVFMT_NOTIMESTAMPS;

	if (holds_times(caps))
		return untimed ? FILE_CLOCK_NONE : FILE_CLOCK_TIMES;
	/* A bare stream has no other rate than the one that an encoder writes; a copied stream has its own.
	 */
	if (untimed)
		return encoded && !muxer_caps_is_raw(caps) ? FILE_CLOCK_RATE : FILE_CLOCK_NONE;
	return av_match_name(caps->format->name, "avi,ogg,ogv") ? FILE_CLOCK_SLOTS : FILE_CLOCK_RATE;
}

bool muxer_caps_is_isobmff(const struct muxer_caps *caps)
{
	return muxer_caps_has_option(caps, "movflags",
				     NULL); /* of movenc.c: mov, mp4, 3gp, ismv and others */
}

/* --- what it can hold --- */

/* For muxers without a table of codecs. MPEG transport streams accept any, but demuxers recognise only some.
 */
static bool assume_codec(const struct muxer_caps *caps, enum AVCodecID codec)
{
	static const enum AVCodecID mpeg[] = { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG4,
					       AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO };

	if (muxer_caps_takes_frames(caps))
		return false;
	if (!av_match_name(caps->format->name, "mpegts,rtp_mpegts,hls"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(mpeg); i++) {
		if (codec == mpeg[i])
			return true;
	}
	return false;
}

bool muxer_caps_supports_codec(const struct muxer_caps *caps, enum AVCodecID codec)
{
	const AVOutputFormat *format = caps->format;
	int answer;

	if (muxer_caps_is_raw(caps) || is_null(caps) ||
	    codec == av_guess_codec(format, NULL, caps->url, NULL, AVMEDIA_TYPE_VIDEO))
		return true;
	/* Elementary streams hold one codec; image files that of their suffix. */
	if (format->flags & AVFMT_NOTIMESTAMPS || av_match_name(format->name, "image2"))
		return false;
	answer = avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL);
	return answer == 1 || (answer < 0 && assume_codec(caps, codec));
}

bool muxer_caps_supports_format(const struct muxer_caps *caps, const struct video_format *format,
				uint32_t *codec_tag)
{
	const struct pixfmt *pix = format->pix;

	*codec_tag = 0;
	if (muxer_caps_is_raw(caps))
		return true;
	if (!pix || pix->codec == AV_CODEC_ID_NONE)
		return false;
	if (pix->codec != AV_CODEC_ID_RAWVIDEO)
		return muxer_caps_supports_codec(caps, pix->codec);
	if (pix->av == AV_PIX_FMT_NONE)
		return false;
	if (muxer_caps_no_file(caps))
		return is_null(caps);
	return roundtrip_keeps(caps->format, pix->av, format->width, format->height, codec_tag);
}

char *muxer_caps_list_containers(const struct video_format *format, char text[MUXER_CAPS_LIST_MAX])
{
	static const char *const names[] = { "mkv", "nut", "avi", "mov", "mp4", "y4m", "raw" };
	uint32_t codec_tag;

	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct muxer_caps caps = find_muxer("-", names[i]);

		if (caps.format && muxer_caps_supports_format(&caps, format, &codec_tag))
			av_strlcatf(text, MUXER_CAPS_LIST_MAX, "%s%s", text[0] ? ", " : "", names[i]);
	}
	return text;
}

const AVCodec *muxer_caps_default_encoder(const struct muxer_caps *caps)
{
	/* For when libavcodec was built without an encoder for the muxer's default codec. */
	static const enum AVCodecID fallbacks[] = { AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MJPEG,
						    AV_CODEC_ID_FFV1 };
	enum AVCodecID id = av_guess_codec(caps->format, NULL, caps->url, NULL, AVMEDIA_TYPE_VIDEO);
	const AVCodec *encoder = id == AV_CODEC_ID_NONE ? NULL : avcodec_find_encoder(id);

	for (size_t i = 0; !encoder && i < ARRAY_SIZE(fallbacks); i++) {
		if (muxer_caps_supports_codec(caps, fallbacks[i]))
			encoder = avcodec_find_encoder(fallbacks[i]);
	}
	return encoder;
}

enum AVPixelFormat muxer_caps_best_pix_fmt(const struct muxer_caps *caps, enum AVPixelFormat from,
					   uint32_t width, uint32_t height, uint32_t *codec_tag)
{
	static const enum AVPixelFormat candidates[] = {
		AV_PIX_FMT_YUV420P,  AV_PIX_FMT_YUV422P,     AV_PIX_FMT_YUV444P,     AV_PIX_FMT_YUYV422,
		AV_PIX_FMT_UYVY422,  AV_PIX_FMT_NV12,        AV_PIX_FMT_GRAY8,       AV_PIX_FMT_RGB24,
		AV_PIX_FMT_BGR24,    AV_PIX_FMT_BGRA,        AV_PIX_FMT_GRAY16LE,    AV_PIX_FMT_YUV420P10LE,
		AV_PIX_FMT_GRAY10LE, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P10LE,
	};
	enum AVPixelFormat kept[ARRAY_SIZE(candidates) + 1], best;
	unsigned n = 0;

	*codec_tag = 0;
	if (muxer_caps_is_raw(caps) || is_null(caps) ||
	    roundtrip_keeps(caps->format, from, width, height, codec_tag))
		return from;
	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		if (roundtrip_keeps(caps->format, candidates[i], width, height, codec_tag))
			kept[n++] = candidates[i];
	}
	kept[n] = AV_PIX_FMT_NONE;
	best = avcodec_find_best_pix_fmt_of_list(kept, from, 0, NULL);
	if (best != AV_PIX_FMT_NONE)
		roundtrip_keeps(caps->format, best, width, height, codec_tag);
	return best;
}
