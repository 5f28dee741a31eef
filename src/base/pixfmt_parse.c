/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that users have for pixel formats. A file of its own, as it links libavcodec, which loads slowly.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <libavcodec/codec_desc.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/log.h"
#include "base/pixfmt.h"

#define NAME_MAX_LENGTH 32

/* A list of FourCCs without duplicates. */
struct candidates {
	uint32_t *fourccs;
	unsigned n, max;
};

static void add_candidate(struct candidates *candidates, uint32_t fourcc)
{
	for (unsigned i = 0; i < candidates->n; i++) {
		if (candidates->fourccs[i] == fourcc)
			return;
	}
	if (candidates->n < candidates->max)
		candidates->fourccs[candidates->n++] = fourcc;
}

static void add_fourccs_of_any_case(struct candidates *candidates, const char *text)
{
	char row[FOURCC_TEXT_MAX];

	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		if (!strcasecmp(text, fourcc_text(pix->fourcc, row)))
			add_candidate(candidates, pix->fourcc);
	}
}

static void add_libav_names(struct candidates *candidates, const char *text)
{
	char name[NAME_MAX_LENGTH];
	const AVCodecDescriptor *codec;
	enum AVPixelFormat av;
	size_t i;

	for (i = 0; i < sizeof name - 1 && text[i]; i++)
		name[i] = (char)tolower((unsigned char)text[i]);
	name[i] = '\0';
	av = av_get_pix_fmt(name);
	codec = avcodec_descriptor_get_by_name(name);
	if (codec && (codec->type != AVMEDIA_TYPE_VIDEO || codec->id == AV_CODEC_ID_RAWVIDEO))
		codec = NULL;

	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		if ((av != AV_PIX_FMT_NONE && pix->av == av) || (codec && pix->codec == codec->id))
			add_candidate(candidates, pix->fourcc);
	}
}

/* "YUYV", "Y16", "Y16-BE". Returns 0, which is no FourCC, for text that is longer or has unprintable
 * characters. */
static uint32_t read_fourcc(const char *text)
{
	size_t length = strcspn(text, "-");
	uint32_t fourcc = 0;

	if (length == 0 || length > 4 || (text[length] && strcasecmp(text + length, "-BE") != 0))
		return 0;
	for (size_t i = 0; i < 4; i++) {
		unsigned char c = i < length ? (unsigned char)text[i] : ' ';

		if (c < ' ' || c > '~')
			return 0;
		fourcc |= (uint32_t)c << (8 * i);
	}
	return text[length] ? fourcc | PIXFMT_BIG_ENDIAN : fourcc;
}

/* Names of GStreamer and Windows that libav does not know. */
static const char *known_name(const char *text)
{
	static const char *const other_names[][2] = {
		{ "YUY2", "YUYV" }, { "I420", "YU12" },  { "IYUV", "YU12" },
		{ "Y42B", "422P" }, { "GRAY8", "GREY" }, { "BGRx", "XR24" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(other_names); i++)
		if (strcasecmp(text, other_names[i][0]) == 0)
			return other_names[i][1];
	return text;
}

unsigned pixfmt_parse(const char *text, uint32_t *fourccs, unsigned max)
{
	struct candidates candidates = { fourccs, 0, max };
	uint32_t fourcc;

	text = known_name(text);
	fourcc = read_fourcc(text);

	if (fourcc && pixfmt_by_fourcc(fourcc))
		add_candidate(&candidates, fourcc);
	if (fourcc)
		add_fourccs_of_any_case(&candidates, text);
	add_libav_names(&candidates, text);
	if (candidates.n == 0 && fourcc && strcspn(text, "-") == 4)
		add_candidate(&candidates, fourcc);
	return candidates.n;
}

unsigned pixfmt_parse_option(const char *text, uint32_t *fourccs, unsigned max)
{
	unsigned n = pixfmt_parse(text, fourccs, max);

	if (n == 0)
		log_error("unknown pixel format '%s': expected a FourCC, such as YUYV, or a libav name, such "
			  "as yuyv422",
			  text);
	return n;
}
