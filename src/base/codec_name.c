/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of what codec nodes make and take. */
#include "base/codec_name.h"

#include <stdio.h>
#include <string.h>
#include <libavcodec/codec_desc.h>
#include <linux/videodev2.h>
#include "base/log.h"
#include "base/pixfmt.h"
#include "base/text.h"

#define SUFFIX "_v4l2"
#define LIST_MAX 400

bool codec_name_is_node(const char *name)
{
	size_t length = name ? strlen(name) : 0, suffix = sizeof SUFFIX - 1;

	return length > suffix && strcmp(name + length - suffix, SUFFIX) == 0;
}

/* FWHT is the one that libavcodec lacks: vicodec's, by which drivers and programs are tested. */
const char *codec_name_bare(uint32_t fourcc)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(fourcc);
	const AVCodecDescriptor *codec = pix ? avcodec_descriptor_get(pix->codec) : NULL;

	if (fourcc == V4L2_PIX_FMT_FWHT)
		return "fwht";
	return codec && codec->id != AV_CODEC_ID_RAWVIDEO ? codec->name : NULL;
}

char *codec_name_text(uint32_t fourcc, char text[CODEC_NAME_MAX])
{
	const char *name = codec_name_bare(fourcc);

	if (!name)
		return NULL;
	snprintf(text, CODEC_NAME_MAX, "%s" SUFFIX, name);
	return text;
}

/* Lists each name once. */
static void list_names(char list[LIST_MAX])
{
	char name[CODEC_NAME_MAX], last[CODEC_NAME_MAX] = "";

	*list = '\0';
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		if (!codec_name_text(pix->fourcc, name) || strcmp(name, last) == 0)
			continue;
		text_join(list, LIST_MAX, ", ", "%s", name);
		strcpy(last, name);
	}
}

unsigned codec_name_parse(const char *name, uint32_t fourccs[CODEC_FOURCCS_MAX])
{
	char row[CODEC_NAME_MAX], list[LIST_MAX];
	unsigned n = 0;

	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc && n < CODEC_FOURCCS_MAX; pix++)
		if (codec_name_text(pix->fourcc, row) && strcmp(row, name) == 0)
			fourccs[n++] = pix->fourcc;
	if (n == 0) {
		list_names(list);
		log_error("unknown codec '%s': expected one of %s", name, list);
	}
	return n;
}
