/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The capabilities, pixel formats, frame sizes and frame intervals of the simulated device. */
#include <errno.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "sim/sim_internal.h"

#define MIN_SIDE 16
#define MAX_SIDE 8192
#define MAX_FPS 1000

/* In the order of VIDIOC_ENUM_FMT: programs take the first that suits them. */
static const struct {
	uint32_t fourcc;
	const char *description;
} formats[] = {
	{ V4L2_PIX_FMT_YUYV, "YUYV 4:2:2" },
	{ V4L2_PIX_FMT_UYVY, "UYVY 4:2:2" },
	{ V4L2_PIX_FMT_VYUY, "VYUY 4:2:2" },
	{ V4L2_PIX_FMT_NV12, "Y/CbCr 4:2:0" },
	{ V4L2_PIX_FMT_NV12M, "Y/CbCr 4:2:0 (N-C)" },
	{ V4L2_PIX_FMT_YUV420, "Planar YUV 4:2:0" },
	{ V4L2_PIX_FMT_YVU420, "Planar YVU 4:2:0" },
	{ V4L2_PIX_FMT_YUV420M, "Planar YUV 4:2:0 (N-C)" },
	{ V4L2_PIX_FMT_NV16, "Y/CbCr 4:2:2" },
	{ V4L2_PIX_FMT_NV16M, "Y/CbCr 4:2:2 (N-C)" },
	{ V4L2_PIX_FMT_NV61, "Y/CrCb 4:2:2" },
	{ V4L2_PIX_FMT_NV61M, "Y/CrCb 4:2:2 (N-C)" },
	{ V4L2_PIX_FMT_M420, "YUV 4:2:0 (M420)" },
	{ V4L2_PIX_FMT_RGB24, "24-bit RGB 8-8-8" },
	{ V4L2_PIX_FMT_BGR24, "24-bit BGR 8-8-8" },
	{ V4L2_PIX_FMT_XBGR32, "32-bit BGRX 8-8-8-8" },
	{ V4L2_PIX_FMT_GREY, "8-bit Greyscale" },
	{ V4L2_PIX_FMT_MJPEG, "Motion-JPEG" },
	{ V4L2_PIX_FMT_H264, "H.264" },
	{ V4L2_PIX_FMT_HEVC, "HEVC" },
	{ V4L2_PIX_FMT_MPEG4, "MPEG-4 Part 2 ES" },
	{ V4L2_PIX_FMT_MPEG2, "MPEG-2 ES" },
	{ V4L2_PIX_FMT_VP8, "VP8" },
	{ V4L2_PIX_FMT_VP9, "VP9" },
};
#define N_FORMATS ARRAY_SIZE(formats)

static bool supports_format(const struct sim_queue *queue, uint32_t fourcc)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(fourcc);

	if (!pix || (pix->n_memory_planes > 1 && !sim_queue_is_multiplanar(queue)))
		return false;
	if (queue->sim->options.pipeline && !sim_media_bus_code(fourcc))
		return false;
	if (queue->sim->options.adjust & SIM_ADJUST_FORMAT && fourcc != queue->sim->options.fourcc)
		return false;
	if (pix->av == AV_PIX_FMT_NONE && !sim_queue_is_output(queue) && !sim_codec_available(fourcc))
		return false;
	for (unsigned i = 0; i < N_FORMATS; i++) {
		if (formats[i].fourcc == fourcc)
			return true;
	}
	return false;
}

static void fill_format(const struct sim_queue *queue, uint32_t fourcc, uint32_t width, uint32_t height,
			struct video_format *format)
{
	*format = (struct video_format){
		.fourcc = fourcc,
		.pix = pixfmt_by_fourcc(fourcc),
		.width = width,
		.height = height,
		.field = sim_queue_is_output(queue) ? V4L2_FIELD_NONE : queue->sim->options.field,
		.range = AVCOL_RANGE_MPEG,
		.matrix = AVCOL_SPC_SMPTE170M,
		.primaries = AVCOL_PRI_BT709,
		.transfer = AVCOL_TRC_IEC61966_2_1,
		.fps = queue->format.fps,
	};
	format->n_planes = format->pix->n_memory_planes;
	sim_image_sizes_set(queue->sim, format);
}

static uint32_t clamp_side(const struct sim_queue *queue, uint32_t fourcc, uint32_t side)
{
	bool raw = pixfmt_by_fourcc(fourcc)->av != AV_PIX_FMT_NONE;

	if (!raw || queue->sim->options.odd == SIM_ODD_NONE)
		side &= ~1u;
	return side < MIN_SIDE ? MIN_SIDE : side > MAX_SIDE ? MAX_SIDE : side;
}

static bool has_size(const struct sim_queue *queue, uint32_t fourcc, uint32_t width, uint32_t height)
{
	return clamp_side(queue, fourcc, width) == width && clamp_side(queue, fourcc, height) == height;
}

/* The supported format nearest to the requested one. */
static void adjust_format(const struct sim_queue *queue, uint32_t fourcc, uint32_t width, uint32_t height,
			  struct video_format *format)
{
	if (!supports_format(queue, fourcc))
		fourcc = queue->sim->options.fourcc;
	if (queue->sim->options.adjust & SIM_ADJUST_SIZE) {
		width = queue->sim->options.width;
		height = queue->sim->options.height;
	}
	fill_format(queue, fourcc, clamp_side(queue, fourcc, width), clamp_side(queue, fourcc, height),
		    format);
}

int sim_formats_init(struct sim *sim)
{
	static const uint32_t by_planes[4] = { V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_NV12M,
					       V4L2_PIX_FMT_YUV420M };
	struct sim_options *o = &sim->options;
	char text[FOURCC_TEXT_MAX];

	if (!o->fourcc)
		o->fourcc = by_planes[o->planes];
	if (!supports_format(&sim->queue, o->fourcc) ||
	    (o->planes > 1 && pixfmt_by_fourcc(o->fourcc)->n_memory_planes != o->planes)) {
		log_error("sim: format=%s is not supported; `v4l2q list -d sim` lists the formats%s",
			  fourcc_text(o->fourcc, text),
			  o->planes ? "" : "; those of several memory planes need planes=");
		return -EINVAL;
	}
	if (!has_size(&sim->queue, o->fourcc, o->width, o->height)) {
		log_error("sim: invalid value '%ux%u' for size=: width and height must be even (but for raw "
			  "frames with odd=), "
			  "from %d to %d",
			  o->width, o->height, MIN_SIDE, MAX_SIDE);
		return -EINVAL;
	}
	sim->queue.format.fps = o->fps;
	fill_format(&sim->queue, o->fourcc, o->width, o->height, &sim->queue.format);
	return 0;
}

/* Output: what S_FMT set. Else sRGB with the BT.601 matrix, which V4L2_COLORSPACE_SRGB implies. */
static struct v4l2_colorimetry reported_colour(const struct video_format *format,
					       const struct v4l2_colorimetry *set)
{
	bool full = format->range == AVCOL_RANGE_JPEG;

	if (set->colorspace)
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

static void fill_v4l2_format(const struct sim_queue *queue, const struct video_format *format,
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

int sim_formats_querycap(struct sim *sim, void *argument)
{
	struct v4l2_capability *cap = argument;
	static const uint32_t kinds[2][3] = {
		{ V4L2_CAP_VIDEO_CAPTURE, V4L2_CAP_VIDEO_OUTPUT, V4L2_CAP_VIDEO_M2M },
		{ V4L2_CAP_VIDEO_CAPTURE_MPLANE, V4L2_CAP_VIDEO_OUTPUT_MPLANE, V4L2_CAP_VIDEO_M2M_MPLANE },
	};
	unsigned kind = sim->options.m2m ? 2 : sim->options.output;

	*cap = (struct v4l2_capability){ .bus_info = "platform:sim", .version = 6 << 16 | 1 << 8 };
	strncpy((char *)cap->driver, sim->options.driver ? sim->options.driver : "sim",
		sizeof cap->driver - 1);
	strcpy((char *)cap->card, sim->options.output ? "Simulated display" : "Simulated camera");
	cap->device_caps = kinds[sim_is_multiplanar(sim)][kind] | V4L2_CAP_EXT_PIX_FORMAT;
	if (sim->options.caps & (SIM_CAP_MMAP | SIM_CAP_USERPTR | SIM_CAP_DMABUF))
		cap->device_caps |= V4L2_CAP_STREAMING;
	if (sim->options.pipeline)
		cap->device_caps |= V4L2_CAP_IO_MC;
	if (sim->options.caps & SIM_CAP_RW)
		cap->device_caps |= V4L2_CAP_READWRITE;
	cap->capabilities = cap->device_caps | V4L2_CAP_DEVICE_CAPS;
	return 0;
}

int sim_formats_enum_fmt(struct sim_queue *queue, void *argument)
{
	struct v4l2_fmtdesc *desc = argument;
	uint32_t index = 0;

	*desc = (struct v4l2_fmtdesc){ .index = desc->index,
				       .type = desc->type,
				       .mbus_code = desc->mbus_code };
	if (!queue->sim->options.pipeline)
		desc->mbus_code = 0;
	for (unsigned i = 0; i < N_FORMATS; i++) {
		if (!supports_format(queue, formats[i].fourcc) ||
		    (desc->mbus_code && sim_media_bus_code(formats[i].fourcc) != desc->mbus_code) ||
		    index++ != desc->index)
			continue;
		desc->pixelformat = formats[i].fourcc;
		desc->flags = pixfmt_by_fourcc(desc->pixelformat)->av == AV_PIX_FMT_NONE
				      ? V4L2_FMT_FLAG_COMPRESSED
				      : 0;
		snprintf((char *)desc->description, sizeof desc->description, "%s", formats[i].description);
		return 0;
	}
	return -EINVAL;
}

int sim_formats_g_fmt(struct sim_queue *queue, void *argument)
{
	struct v4l2_format *format = argument;

	fill_v4l2_format(queue, &queue->format, &queue->colour, format);
	return 0;
}

static bool is_known_colour(const struct v4l2_colorimetry *colour)
{
	return colour->colorspace <= V4L2_COLORSPACE_DCI_P3 &&
	       colour->ycbcr_enc <= V4L2_YCBCR_ENC_SMPTE240M &&
	       colour->quantization <= V4L2_QUANTIZATION_LIM_RANGE &&
	       colour->xfer_func <= V4L2_XFER_FUNC_SMPTE2084;
}

/* Output: the colorimetry in the format of S_FMT; without PRIV_MAGIC, or where it is not defined, there is
 * none.
 */
static struct v4l2_colorimetry requested_colour(const struct sim_queue *queue, const struct v4l2_format *from)
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

/* An output device shows whole frames, and believes what it is told of their fields. */
static uint32_t shown_field(uint32_t field)
{
	bool interlaced = field == V4L2_FIELD_INTERLACED || field == V4L2_FIELD_INTERLACED_TB ||
			  field == V4L2_FIELD_INTERLACED_BT;

	return interlaced ? field : V4L2_FIELD_NONE;
}

static int try_fmt(const struct sim_queue *queue, struct v4l2_format *from, struct video_format *format,
		   struct v4l2_colorimetry *colour)
{
	if (sim_queue_is_multiplanar(queue))
		adjust_format(queue, from->fmt.pix_mp.pixelformat, from->fmt.pix_mp.width,
			      from->fmt.pix_mp.height, format);
	else
		adjust_format(queue, from->fmt.pix.pixelformat, from->fmt.pix.width, from->fmt.pix.height,
			      format);
	if (sim_queue_is_output(queue))
		format->field = shown_field(sim_queue_is_multiplanar(queue) ? from->fmt.pix_mp.field
									    : from->fmt.pix.field);
	*colour = requested_colour(queue, from);
	fill_v4l2_format(queue, format, colour, from);
	return 0;
}

int sim_formats_try_fmt(struct sim_queue *queue, void *argument)
{
	struct video_format format;
	struct v4l2_colorimetry colour;

	return try_fmt(queue, argument, &format, &colour);
}

int sim_formats_s_fmt(struct sim_queue *queue, void *argument)
{
	struct video_format format;
	struct v4l2_colorimetry colour;
	int err = try_fmt(queue, argument, &format, &colour);

	if (err < 0)
		return err;
	if (queue->sim->options.busy || queue->n_buffers)
		return -EBUSY;
	queue->format = format;
	queue->colour = colour;
	sim_frame_discard(queue->sim);
	return 0;
}

int sim_formats_resize(struct sim *sim, uint32_t width, uint32_t height)
{
	if (!has_size(&sim->queue, sim->queue.format.fourcc, width, height))
		return -EINVAL;
	sim->options.width = width;
	sim->options.height = height;
	fill_format(&sim->queue, sim->queue.format.fourcc, width, height, &sim->queue.format);
	sim_frame_discard(sim);
	return 0;
}

/* parm.capture and parm.output have timeperframe at the same offset. */
static void fill_streamparm(const struct sim_queue *queue, struct v4l2_streamparm *parm)
{
	struct fraction claimed =
		queue->sim->options.claim.den ? queue->sim->options.claim : queue->format.fps;

	memset(&parm->parm, 0, sizeof parm->parm);
	parm->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	parm->parm.capture.readbuffers = queue->sim->options.caps & SIM_CAP_RW ? 2 : 0;
	if (claimed.num)
		parm->parm.capture.timeperframe = (struct v4l2_fract){ claimed.den, claimed.num };
}

int sim_formats_g_parm(struct sim_queue *queue, void *argument)
{
	struct v4l2_streamparm *parm = argument;

	fill_streamparm(queue, parm);
	return 0;
}

int sim_formats_s_parm(struct sim_queue *queue, void *argument)
{
	struct v4l2_streamparm *parm = argument;
	struct v4l2_fract interval = parm->parm.capture.timeperframe;
	struct fraction fps = { interval.denominator, interval.numerator };

	if (queue->streaming)
		return -EBUSY;
	if (!fps.num || !fps.den || queue->sim->options.adjust & SIM_ADJUST_FPS)
		fps = queue->sim->options.fps;
	else if (fps.num / fps.den >= MAX_FPS)
		fps = (struct fraction){ MAX_FPS, 1 };
	else if (fps.num < fps.den)
		fps = (struct fraction){ 1, 1 };
	queue->format.fps = fps;
	fill_streamparm(queue, parm);
	return 0;
}

int sim_formats_enum_framesizes(struct sim *sim, void *argument)
{
	struct v4l2_frmsizeenum *sizes = argument;
	uint32_t step;

	if (sizes->index || !supports_format(&sim->queue, sizes->pixel_format))
		return -EINVAL;
	if (sim->options.adjust & SIM_ADJUST_SIZE) {
		sizes->type = V4L2_FRMSIZE_TYPE_DISCRETE;
		sizes->discrete = (struct v4l2_frmsize_discrete){ sim->options.width, sim->options.height };
		return 0;
	}
	sizes->type = V4L2_FRMSIZE_TYPE_STEPWISE;
	step = has_size(&sim->queue, sizes->pixel_format, MIN_SIDE, MIN_SIDE + 1) ? 1 : 2;
	sizes->stepwise =
		(struct v4l2_frmsize_stepwise){ MIN_SIDE, MAX_SIDE, step, MIN_SIDE, MAX_SIDE, step };
	return 0;
}

int sim_formats_enum_frameintervals(struct sim *sim, void *argument)
{
	struct v4l2_frmivalenum *intervals = argument;

	if (intervals->index || !supports_format(&sim->queue, intervals->pixel_format) ||
	    !has_size(&sim->queue, intervals->pixel_format, intervals->width, intervals->height))
		return -EINVAL;
	if (sim->options.adjust & SIM_ADJUST_FPS && sim->options.fps.num) {
		intervals->type = V4L2_FRMIVAL_TYPE_DISCRETE;
		intervals->discrete = (struct v4l2_fract){ sim->options.fps.den, sim->options.fps.num };
		return 0;
	}
	intervals->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
	intervals->stepwise = (struct v4l2_frmival_stepwise){ { 1, MAX_FPS }, { 1, 1 }, { 1, 1 } };
	return 0;
}

int sim_formats_cropcap(struct sim *sim, void *argument)
{
	const struct sim_options *o = &sim->options;
	struct v4l2_cropcap *cap = argument;
	bool cropped = o->crop_width > 0;

	if (!o->pixel_aspect.den && !o->no_selection)
		return -ENOTTY;
	cap->bounds = (struct v4l2_rect){ 0, 0, cropped ? o->crop_width : o->width,
					  cropped ? o->crop_height : o->height };
	cap->defrect = cap->bounds;
	cap->pixelaspect = (struct v4l2_fract){ o->pixel_aspect.num, o->pixel_aspect.den };
	return 0;
}
