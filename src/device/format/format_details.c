/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Details of the current format that struct video_format does not have, in V4L2's terms. */
#include "device/format/format_details.h"

#include <stdio.h>
#include "base/array.h"
#include "base/pixfmt.h"
#include "device/format/colorimetry.h"
#include "device/format/negotiate.h"

#define YCBCR_ENC_SYCC 5                /* V4L2_YCBCR_ENC_SYCC, removed from the header */
#define FMT_FLAG_META_LINE_BASED 0x0200 /* V4L2_FMT_FLAG_META_LINE_BASED, since Linux 6.9 */

const struct flag_name format_flag_names[] = {
	{ V4L2_FMT_FLAG_COMPRESSED, "compressed" },
	{ V4L2_FMT_FLAG_EMULATED, "emulated" },
	{ V4L2_FMT_FLAG_CONTINUOUS_BYTESTREAM, "continuous bytestream" },
	{ V4L2_FMT_FLAG_DYN_RESOLUTION, "dynamic resolution" },
	{ V4L2_FMT_FLAG_ENC_CAP_FRAME_INTERVAL, "encoder takes a frame interval" },
	{ V4L2_FMT_FLAG_CSC_COLORSPACE, "sets colorspace" },
	{ V4L2_FMT_FLAG_CSC_XFER_FUNC, "sets transfer function" },
	{ V4L2_FMT_FLAG_CSC_YCBCR_ENC, "sets YCbCr or HSV encoding" },
	{ V4L2_FMT_FLAG_CSC_QUANTIZATION, "sets quantization" },
	{ FMT_FLAG_META_LINE_BASED, "line-based" },
	{ 0, NULL },
};

static const char *const colorspaces[] = {
	[V4L2_COLORSPACE_DEFAULT] = "default",
	[V4L2_COLORSPACE_SMPTE170M] = "SMPTE 170M",
	[V4L2_COLORSPACE_SMPTE240M] = "SMPTE 240M",
	[V4L2_COLORSPACE_REC709] = "Rec. 709",
	[V4L2_COLORSPACE_BT878] = "BT878",
	[V4L2_COLORSPACE_470_SYSTEM_M] = "470 System M",
	[V4L2_COLORSPACE_470_SYSTEM_BG] = "470 System BG",
	[V4L2_COLORSPACE_JPEG] = "JPEG",
	[V4L2_COLORSPACE_SRGB] = "sRGB",
	[V4L2_COLORSPACE_OPRGB] = "opRGB",
	[V4L2_COLORSPACE_BT2020] = "BT.2020",
	[V4L2_COLORSPACE_RAW] = "raw",
	[V4L2_COLORSPACE_DCI_P3] = "DCI-P3",
};

static const char *const transfers[] = {
	[V4L2_XFER_FUNC_DEFAULT] = "default",
	[V4L2_XFER_FUNC_709] = "Rec. 709",
	[V4L2_XFER_FUNC_SRGB] = "sRGB",
	[V4L2_XFER_FUNC_OPRGB] = "opRGB",
	[V4L2_XFER_FUNC_SMPTE240M] = "SMPTE 240M",
	[V4L2_XFER_FUNC_NONE] = "none",
	[V4L2_XFER_FUNC_DCI_P3] = "DCI-P3",
	[V4L2_XFER_FUNC_SMPTE2084] = "SMPTE 2084",
};

static const char *const encodings[] = {
	[V4L2_YCBCR_ENC_DEFAULT] = "default",
	[V4L2_YCBCR_ENC_601] = "ITU-R 601",
	[V4L2_YCBCR_ENC_709] = "Rec. 709",
	[V4L2_YCBCR_ENC_XV601] = "xvYCC 601",
	[V4L2_YCBCR_ENC_XV709] = "xvYCC 709",
	[YCBCR_ENC_SYCC] = "sYCC",
	[V4L2_YCBCR_ENC_BT2020] = "BT.2020",
	[V4L2_YCBCR_ENC_BT2020_CONST_LUM] = "BT.2020 constant luminance",
	[V4L2_YCBCR_ENC_SMPTE240M] = "SMPTE 240M",
	[V4L2_HSV_ENC_180] = "hue 0 to 179",
	[V4L2_HSV_ENC_256] = "hue 0 to 255",
};

static const char *const quantizations[] = { [V4L2_QUANTIZATION_DEFAULT] = "default",
					     [V4L2_QUANTIZATION_FULL_RANGE] = "full range",
					     [V4L2_QUANTIZATION_LIM_RANGE] = "limited range" };

static void name_value(char text[FORMAT_DETAIL_MAX], const char *const *names, size_t n, uint32_t value,
		       uint32_t of_default)
{
	const char *name = value < n && names[value] ? names[value] : "unknown";

	if (value == 0 && of_default && of_default < n && names[of_default])
		snprintf(text, FORMAT_DETAIL_MAX, "default (%s)", names[of_default]);
	else
		snprintf(text, FORMAT_DETAIL_MAX, "%s", name);
}

static void name_colorimetry(struct format_details *details, const struct v4l2_colorimetry *colour,
			     uint32_t fourcc)
{
	uint32_t space = colour->colorspace;
	bool rgb = colorimetry_is_rgb(pixfmt_by_fourcc(fourcc));
	uint32_t encoding = colour->ycbcr_enc ? colour->ycbcr_enc : V4L2_MAP_YCBCR_ENC_DEFAULT(space);

	name_value(details->colorspace, colorspaces, ARRAY_SIZE(colorspaces), space, 0);
	name_value(details->transfer, transfers, ARRAY_SIZE(transfers), colour->xfer_func,
		   space ? V4L2_MAP_XFER_FUNC_DEFAULT(space) : 0);
	name_value(details->encoding, encodings, ARRAY_SIZE(encodings), colour->ycbcr_enc,
		   space ? encoding : 0);
	name_value(details->quantization, quantizations, ARRAY_SIZE(quantizations), colour->quantization,
		   space ? V4L2_MAP_QUANTIZATION_DEFAULT(rgb, space, encoding) : 0);
}

int format_details_get(struct device *device, struct format_details *details)
{
	struct v4l2_format format = { 0 };
	const struct v4l2_pix_format_mplane *mp = &format.fmt.pix_mp;
	const struct v4l2_pix_format *pix = &format.fmt.pix;
	struct v4l2_colorimetry colour = { 0 };
	bool mplane = device_is_multiplanar(device);
	int err = negotiate_get_v4l2_format(device, &format);

	*details = (struct format_details){ 0 };
	if (err < 0)
		return err;
	if (mplane)
		colour = (struct v4l2_colorimetry){ mp->colorspace, mp->ycbcr_enc, mp->quantization,
						    mp->xfer_func };
	else if (pix->priv == V4L2_PIX_FMT_PRIV_MAGIC)
		colour = (struct v4l2_colorimetry){ pix->colorspace, pix->ycbcr_enc, pix->quantization,
						    pix->xfer_func };
	else
		colour.colorspace = pix->colorspace;
	details->field = mplane ? mp->field : pix->field;
	details->premultiplied = (mplane                                 ? mp->flags
				  : pix->priv == V4L2_PIX_FMT_PRIV_MAGIC ? pix->flags
									 : 0) &
				 V4L2_PIX_FMT_FLAG_PREMUL_ALPHA;
	name_colorimetry(details, &colour, mplane ? mp->pixelformat : pix->pixelformat);
	return 0;
}

int format_details_get_stream(struct device *device, struct stream_details *details)
{
	struct v4l2_streamparm parm = { .type = device->type };
	int err = device_ioctl(device, VIDIOC_G_PARM, &parm);
	const struct v4l2_captureparm *capture = &parm.parm.capture;
	const struct v4l2_outputparm *output = &parm.parm.output;

	*details = (struct stream_details){ 0 };
	if (err < 0)
		return err;
	if (device_is_output(device))
		*details = (struct stream_details){ output->capability & V4L2_CAP_TIMEPERFRAME,
						    output->outputmode & V4L2_MODE_HIGHQUALITY,
						    output->writebuffers };
	else
		*details = (struct stream_details){ capture->capability & V4L2_CAP_TIMEPERFRAME,
						    capture->capturemode & V4L2_MODE_HIGHQUALITY,
						    capture->readbuffers };
	return 0;
}
