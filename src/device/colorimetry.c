/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * V4L2's words for colour in libavutil's: one row a word. A word that is left to its default means
 * what the kernel's documentation ("Colorspaces") says for the colorspace, which is what videodev2.h's
 * V4L2_MAP_*_DEFAULT say too.
 */
#include "device/colorimetry.h"

#include <libavutil/pixdesc.h>
#include <linux/videodev2.h>

#define N_ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const enum AVColorPrimaries primaries[] = {
	[V4L2_COLORSPACE_DEFAULT] = AVCOL_PRI_UNSPECIFIED,
	[V4L2_COLORSPACE_SMPTE170M] = AVCOL_PRI_SMPTE170M,
	[V4L2_COLORSPACE_SMPTE240M] = AVCOL_PRI_SMPTE240M,
	[V4L2_COLORSPACE_REC709] = AVCOL_PRI_BT709,
	[V4L2_COLORSPACE_BT878] = AVCOL_PRI_SMPTE170M,
	[V4L2_COLORSPACE_470_SYSTEM_M] = AVCOL_PRI_BT470M,
	[V4L2_COLORSPACE_470_SYSTEM_BG] = AVCOL_PRI_BT470BG,
	[V4L2_COLORSPACE_JPEG] = AVCOL_PRI_BT709,
	[V4L2_COLORSPACE_SRGB] = AVCOL_PRI_BT709,
	[V4L2_COLORSPACE_OPRGB] = AVCOL_PRI_UNSPECIFIED, /* libavutil has no word for it */
	[V4L2_COLORSPACE_BT2020] = AVCOL_PRI_BT2020,
	[V4L2_COLORSPACE_RAW] = AVCOL_PRI_UNSPECIFIED,
	[V4L2_COLORSPACE_DCI_P3] = AVCOL_PRI_SMPTE431,
};

static const enum AVColorSpace matrices[] = {
	[V4L2_YCBCR_ENC_DEFAULT] = AVCOL_SPC_UNSPECIFIED,
	[V4L2_YCBCR_ENC_601] = AVCOL_SPC_SMPTE170M,
	[V4L2_YCBCR_ENC_709] = AVCOL_SPC_BT709,
	[V4L2_YCBCR_ENC_XV601] = AVCOL_SPC_SMPTE170M,
	[V4L2_YCBCR_ENC_XV709] = AVCOL_SPC_BT709,
	[5] = AVCOL_SPC_SMPTE170M, /* sYCC, gone from the header */
	[V4L2_YCBCR_ENC_BT2020] = AVCOL_SPC_BT2020_NCL,
	[V4L2_YCBCR_ENC_BT2020_CONST_LUM] = AVCOL_SPC_BT2020_CL,
	[V4L2_YCBCR_ENC_SMPTE240M] = AVCOL_SPC_SMPTE240M,
};

static const enum AVColorTransferCharacteristic transfers[] = {
	[V4L2_XFER_FUNC_DEFAULT] = AVCOL_TRC_UNSPECIFIED, [V4L2_XFER_FUNC_709] = AVCOL_TRC_BT709,
	[V4L2_XFER_FUNC_SRGB] = AVCOL_TRC_IEC61966_2_1,   [V4L2_XFER_FUNC_OPRGB] = AVCOL_TRC_GAMMA22,
	[V4L2_XFER_FUNC_SMPTE240M] = AVCOL_TRC_SMPTE240M, [V4L2_XFER_FUNC_NONE] = AVCOL_TRC_LINEAR,
	[V4L2_XFER_FUNC_DCI_P3] = AVCOL_TRC_UNSPECIFIED,  [V4L2_XFER_FUNC_SMPTE2084] = AVCOL_TRC_SMPTE2084,
};

static bool is_rgb(const struct pixfmt *pix)
{
	const AVPixFmtDescriptor *descriptor = pix ? av_pix_fmt_desc_get(pix->av) : NULL;

	return descriptor && (descriptor->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BAYER));
}

static enum AVColorRange range_of(const struct pixfmt *pix, const struct v4l2_colorimetry *colour,
				  uint32_t colorspace)
{
	uint32_t quantization = colour->quantization;

	if (quantization == V4L2_QUANTIZATION_DEFAULT) {
		/* A compressed stream says it itself, and drivers forget that JPEG is always full. */
		if (colorspace == V4L2_COLORSPACE_DEFAULT || (pix && pix->codec != AV_CODEC_ID_RAWVIDEO))
			return AVCOL_RANGE_UNSPECIFIED;
		quantization = V4L2_MAP_QUANTIZATION_DEFAULT(is_rgb(pix), colorspace, colour->ycbcr_enc);
	}
	return quantization == V4L2_QUANTIZATION_FULL_RANGE ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

void colorimetry_from_v4l2(struct video_format *format, const struct v4l2_colorimetry *colour)
{
	uint32_t colorspace =
		colour->colorspace < N_ROWS(primaries) ? colour->colorspace : V4L2_COLORSPACE_DEFAULT;
	uint32_t encoding = colour->ycbcr_enc, transfer = colour->xfer_func;
	bool rgb = is_rgb(format->pix);

	if (encoding == V4L2_YCBCR_ENC_DEFAULT && colorspace != V4L2_COLORSPACE_DEFAULT)
		encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(colorspace);
	if (transfer == V4L2_XFER_FUNC_DEFAULT && colorspace != V4L2_COLORSPACE_DEFAULT)
		transfer = V4L2_MAP_XFER_FUNC_DEFAULT(colorspace);
	format->primaries = primaries[colorspace];
	format->matrix = encoding < N_ROWS(matrices) ? matrices[encoding] : AVCOL_SPC_UNSPECIFIED;
	if (rgb)
		format->matrix = AVCOL_SPC_RGB;
	format->transfer = transfer < N_ROWS(transfers) ? transfers[transfer] : AVCOL_TRC_UNSPECIFIED;
	format->range = range_of(format->pix, colour, colorspace);
}

/* Where a word of libavutil's has several of V4L2's, the first is meant. BT.470BG's matrix is BT.601's. */
static uint32_t word_of(const int *words, size_t n, int word, uint32_t unsaid)
{
	if (word == AVCOL_SPC_UNSPECIFIED) /* the same number in all three enumerations */
		return unsaid;
	for (uint32_t i = 1; i < n; i++)
		if (words[i] == word)
			return i;
	return unsaid;
}

/* The colorspace that goes with what is known, as drivers take DEFAULT to mean that nothing is. */
static uint32_t colorspace_of(const struct video_format *format, uint32_t encoding)
{
	static const uint32_t by_encoding[] = {
		[V4L2_YCBCR_ENC_DEFAULT] = V4L2_COLORSPACE_SRGB,
		[V4L2_YCBCR_ENC_601] = V4L2_COLORSPACE_SMPTE170M,
		[V4L2_YCBCR_ENC_709] = V4L2_COLORSPACE_REC709,
		[V4L2_YCBCR_ENC_BT2020] = V4L2_COLORSPACE_BT2020,
		[V4L2_YCBCR_ENC_BT2020_CONST_LUM] = V4L2_COLORSPACE_BT2020,
		[V4L2_YCBCR_ENC_SMPTE240M] = V4L2_COLORSPACE_SMPTE240M,
	};

	if (format->primaries == AVCOL_PRI_BT709 && format->transfer == AVCOL_TRC_IEC61966_2_1)
		return V4L2_COLORSPACE_SRGB;
	return word_of((const int *)primaries, N_ROWS(primaries), (int)format->primaries,
		       by_encoding[encoding]);
}

static bool is_unsaid(const struct video_format *format)
{
	return format->range == AVCOL_RANGE_UNSPECIFIED && format->primaries == AVCOL_PRI_UNSPECIFIED &&
	       (format->matrix == AVCOL_SPC_UNSPECIFIED || format->matrix == AVCOL_SPC_RGB);
}

void colorimetry_to_v4l2(const struct video_format *format, struct v4l2_format *ask)
{
	struct v4l2_pix_format_mplane *mp = &ask->fmt.pix_mp;
	struct v4l2_pix_format *pix = &ask->fmt.pix;
	bool bt601 = format->matrix == AVCOL_SPC_BT470BG;
	uint32_t encoding =
		word_of((const int *)matrices, N_ROWS(matrices),
			bt601 ? AVCOL_SPC_SMPTE170M : (int)format->matrix, V4L2_YCBCR_ENC_DEFAULT);
	struct v4l2_colorimetry colour = {
		.colorspace = colorspace_of(format, encoding),
		.ycbcr_enc = encoding,
		.quantization = format->range == AVCOL_RANGE_JPEG   ? V4L2_QUANTIZATION_FULL_RANGE
				: format->range == AVCOL_RANGE_MPEG ? V4L2_QUANTIZATION_LIM_RANGE
								    : V4L2_QUANTIZATION_DEFAULT,
		.xfer_func = word_of((const int *)transfers, N_ROWS(transfers), (int)format->transfer,
				     V4L2_XFER_FUNC_DEFAULT),
	};

	if (is_unsaid(format))
		return;
	if (V4L2_TYPE_IS_MULTIPLANAR(ask->type)) {
		mp->colorspace = colour.colorspace;
		mp->ycbcr_enc = (uint8_t)colour.ycbcr_enc;
		mp->quantization = (uint8_t)colour.quantization;
		mp->xfer_func = (uint8_t)colour.xfer_func;
		return;
	}
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
	pix->colorspace = colour.colorspace;
	pix->ycbcr_enc = colour.ycbcr_enc;
	pix->quantization = colour.quantization;
	pix->xfer_func = colour.xfer_func;
}
