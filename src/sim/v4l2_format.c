/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts between struct video_format and the struct v4l2_format of the simulated device's two APIs. */
#include "sim/sim_internal.h"

/* Output: as set by S_FMT. Else sRGB with the BT.601 matrix, which V4L2_COLORSPACE_SRGB implies. */
static struct v4l2_colorimetry reported_colour(const struct video_format *format,
					       const struct v4l2_colorimetry *set)
{
	bool full = format->range == AVCOL_RANGE_JPEG;

	if (set->colorspace && !(full && format->pix->av == AV_PIX_FMT_NONE)) /* a JPEG has the full range */
		return *set;
	return (struct v4l2_colorimetry){
		.colorspace = V4L2_COLORSPACE_SRGB,
		.ycbcr_enc = V4L2_YCBCR_ENC_601,
		.quantization = full ? V4L2_QUANTIZATION_FULL_RANGE : V4L2_QUANTIZATION_LIM_RANGE,
		.xfer_func = V4L2_XFER_FUNC_SRGB,
	};
}

#define SET_COLOURS(to, colour)                                                                              \
	do {                                                                                                 \
		(to)->colorspace = (colour).colorspace;                                                      \
		(to)->ycbcr_enc = (uint8_t)(colour).ycbcr_enc;                                               \
		(to)->quantization = (uint8_t)(colour).quantization;                                         \
		(to)->xfer_func = (uint8_t)(colour).xfer_func;                                               \
	} while (0)

static void fill_pix_mp(const struct video_format *format, const struct v4l2_colorimetry *set,
			struct v4l2_pix_format_mplane *to)
{
	*to = (struct v4l2_pix_format_mplane){
		.width = format->width,
		.height = format->height,
		.pixelformat = format->fourcc,
		.field = format->field,
		.num_planes = (uint8_t)format->n_planes,
	};
	SET_COLOURS(to, reported_colour(format, set));
	for (unsigned i = 0; i < format->n_planes; i++) {
		to->plane_fmt[i].bytesperline = format->bytesperline[i];
		to->plane_fmt[i].sizeimage = format->sizeimage[i];
	}
}

void sim_v4l2_format_fill(const struct sim_queue *queue, const struct video_format *format,
			  const struct v4l2_colorimetry *set, struct v4l2_format *out)
{
	struct v4l2_pix_format *to = &out->fmt.pix;

	out->type = queue->type;
	if (sim_queue_is_multiplanar(queue)) {
		fill_pix_mp(format, set, &out->fmt.pix_mp);
		return;
	}
	*to = (struct v4l2_pix_format){
		.width = format->width,
		.height = format->height,
		.pixelformat = format->fourcc,
		.field = format->field,
		.bytesperline = format->bytesperline[0],
		.sizeimage = format->sizeimage[0],
		.priv = V4L2_PIX_FMT_PRIV_MAGIC,
	};
	SET_COLOURS(to, reported_colour(format, set));
}

static bool is_known_colour(const struct v4l2_colorimetry *colour)
{
	return colour->colorspace <= V4L2_COLORSPACE_DCI_P3 &&
	       colour->ycbcr_enc <= V4L2_YCBCR_ENC_SMPTE240M &&
	       colour->quantization <= V4L2_QUANTIZATION_LIM_RANGE &&
	       colour->xfer_func <= V4L2_XFER_FUNC_SMPTE2084;
}

/* Output: the colorimetry in the format of S_FMT; none without PRIV_MAGIC, or where the fields are undefined.
 */
struct v4l2_colorimetry sim_v4l2_format_colour(const struct sim_queue *queue, const struct v4l2_format *from)
{
	const struct v4l2_pix_format_mplane *mp = &from->fmt.pix_mp;
	const struct v4l2_pix_format *pix = &from->fmt.pix;
	struct v4l2_colorimetry colour = { pix->colorspace, pix->ycbcr_enc, pix->quantization,
					   pix->xfer_func };

	if (sim_queue_is_multiplanar(queue))
		colour = (struct v4l2_colorimetry){ mp->colorspace, mp->ycbcr_enc, mp->quantization,
						    mp->xfer_func };
	if (!sim_queue_is_output(queue) || !is_known_colour(&colour) ||
	    (!sim_queue_is_multiplanar(queue) && pix->priv != V4L2_PIX_FMT_PRIV_MAGIC))
		return (struct v4l2_colorimetry){ 0 };
	return colour;
}

uint32_t sim_v4l2_format_packet(const struct sim_queue *queue, const struct v4l2_format *from)
{
	return sim_queue_is_multiplanar(queue) ? from->fmt.pix_mp.plane_fmt[0].sizeimage
					       : from->fmt.pix.sizeimage;
}
