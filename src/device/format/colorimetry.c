/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Translates colorimetry between V4L2 and libavutil. Fields that the driver leaves at their default take the
 * colorspace's default (kernel documentation, "Defining Colorspaces in V4L2"; V4L2_MAP_*_DEFAULT).
 */
#include "device/format/colorimetry.h"

#include <libavutil/pixdesc.h>
#include <linux/videodev2.h>
#include "base/array.h"

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
	[V4L2_COLORSPACE_OPRGB] = AVCOL_PRI_UNSPECIFIED, /* not in libavutil */
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
	[5] = AVCOL_SPC_SMPTE170M, /* V4L2_YCBCR_ENC_SYCC, removed from the header */
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

bool colorimetry_is_rgb(const struct pixfmt *pix)
{
	const AVPixFmtDescriptor *descriptor = pix ? av_pix_fmt_desc_get(pix->av) : NULL;

	return descriptor && (descriptor->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BAYER));
}

static enum AVColorRange choose_range(const struct pixfmt *pix, const struct v4l2_colorimetry *v4l2,
				      uint32_t colorspace)
{
	uint32_t quantization = v4l2->quantization;

	if (quantization == V4L2_QUANTIZATION_DEFAULT) {
		/* A compressed stream signals its range itself, and not all drivers know that JPEG is full
		 * range. */
		if (colorspace == V4L2_COLORSPACE_DEFAULT || (pix && pix->codec != AV_CODEC_ID_RAWVIDEO))
			return AVCOL_RANGE_UNSPECIFIED;
		quantization =
			V4L2_MAP_QUANTIZATION_DEFAULT(colorimetry_is_rgb(pix), colorspace, v4l2->ycbcr_enc);
	}
	return quantization == V4L2_QUANTIZATION_FULL_RANGE ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

void colorimetry_from_v4l2(struct video_format *format, const struct v4l2_colorimetry *v4l2)
{
	uint32_t colorspace =
		v4l2->colorspace < ARRAY_SIZE(primaries) ? v4l2->colorspace : V4L2_COLORSPACE_DEFAULT;
	uint32_t encoding = v4l2->ycbcr_enc, transfer = v4l2->xfer_func;
	bool rgb = colorimetry_is_rgb(format->pix);

	if (encoding == V4L2_YCBCR_ENC_DEFAULT && colorspace != V4L2_COLORSPACE_DEFAULT)
		encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(colorspace);
	if (transfer == V4L2_XFER_FUNC_DEFAULT && colorspace != V4L2_COLORSPACE_DEFAULT)
		transfer = V4L2_MAP_XFER_FUNC_DEFAULT(colorspace);
	format->primaries = primaries[colorspace];
	format->matrix = encoding < ARRAY_SIZE(matrices) ? matrices[encoding] : AVCOL_SPC_UNSPECIFIED;
	if (rgb)
		format->matrix = AVCOL_SPC_RGB;
	format->transfer = transfer < ARRAY_SIZE(transfers) ? transfers[transfer] : AVCOL_TRC_UNSPECIFIED;
	format->range = choose_range(format->pix, v4l2, colorspace);
}

/* The first index of a libavutil value in one of the tables above, or that of "unspecified". */
static uint32_t find_value(const int *values, size_t n, int value, uint32_t unspecified)
{
	if (value == AVCOL_SPC_UNSPECIFIED) /* equal in all three enumerations */
		return unspecified;
	for (uint32_t i = 1; i < n; i++)
		if (values[i] == value)
			return i;
	return unspecified;
}

/* The colorspace nearest to the format: drivers ignore the other fields with V4L2_COLORSPACE_DEFAULT. */
static uint32_t choose_colorspace(const struct video_format *format, uint32_t encoding)
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
	return find_value((const int *)primaries, ARRAY_SIZE(primaries), (int)format->primaries,
			  by_encoding[encoding]);
}

static bool is_unspecified(const struct video_format *format)
{
	return format->range == AVCOL_RANGE_UNSPECIFIED && format->primaries == AVCOL_PRI_UNSPECIFIED &&
	       (format->matrix == AVCOL_SPC_UNSPECIFIED || format->matrix == AVCOL_SPC_RGB);
}

void colorimetry_to_v4l2(const struct video_format *format, struct v4l2_format *v4l2)
{
	struct v4l2_pix_format_mplane *mp = &v4l2->fmt.pix_mp;
	struct v4l2_pix_format *pix = &v4l2->fmt.pix;
	/* The matrices of BT.470BG and BT.601 are the same. */
	bool bt470bg = format->matrix == AVCOL_SPC_BT470BG;
	uint32_t encoding =
		find_value((const int *)matrices, ARRAY_SIZE(matrices),
			   bt470bg ? AVCOL_SPC_SMPTE170M : (int)format->matrix, V4L2_YCBCR_ENC_DEFAULT);
	struct v4l2_colorimetry colorimetry = {
		.colorspace = choose_colorspace(format, encoding),
		.ycbcr_enc = encoding,
		.quantization = format->range == AVCOL_RANGE_JPEG   ? V4L2_QUANTIZATION_FULL_RANGE
				: format->range == AVCOL_RANGE_MPEG ? V4L2_QUANTIZATION_LIM_RANGE
								    : V4L2_QUANTIZATION_DEFAULT,
		.xfer_func = find_value((const int *)transfers, ARRAY_SIZE(transfers), (int)format->transfer,
					V4L2_XFER_FUNC_DEFAULT),
	};

	if (is_unspecified(format))
		return;
	if (V4L2_TYPE_IS_MULTIPLANAR(v4l2->type)) {
		mp->colorspace = colorimetry.colorspace;
		mp->ycbcr_enc = (uint8_t)colorimetry.ycbcr_enc;
		mp->quantization = (uint8_t)colorimetry.quantization;
		mp->xfer_func = (uint8_t)colorimetry.xfer_func;
		return;
	}
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
	pix->colorspace = colorimetry.colorspace;
	pix->ycbcr_enc = colorimetry.ycbcr_enc;
	pix->quantization = colorimetry.quantization;
	pix->xfer_func = colorimetry.xfer_func;
}
