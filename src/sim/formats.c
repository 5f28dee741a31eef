/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The capabilities, pixel formats, frame sizes and frame intervals of the simulated device. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "sim/m2m.h"

#define MIN_SIDE 16
#define MAX_SIDE 8192
#define MAX_FPS 1000
#define MIN_PACKET 4096 /* bytes, of sizeimage */
#define MAX_PACKET (32u << 20)

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

static uint32_t initial_fourcc(const struct sim_queue *queue)
{
	const struct sim_options *o = &queue->sim->options;

	return o->m2m && !sim_queue_is_output(queue) ? o->to : o->fourcc;
}

/* The codec nodes of the kernel have either JPEG formats or video formats. */
static bool is_jpeg(uint32_t fourcc)
{
	return fourcc == V4L2_PIX_FMT_MJPEG;
}

static bool supports_format(const struct sim_queue *queue, uint32_t fourcc)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(fourcc);
	bool coded = pix && pix->av == AV_PIX_FMT_NONE;

	if (!pix || (pix->n_memory_planes > 1 && !sim_queue_is_multiplanar(queue)))
		return false;
	if (queue->sim->options.pipeline && !sim_media_bus_code(fourcc))
		return false;
	if (queue->sim->options.adjust & SIM_ADJUST_FORMAT && fourcc != initial_fourcc(queue))
		return false;
	if (queue->sim->m2m && coded != sim_queue_is_coded(queue))
		return false;
	if (queue->sim->m2m && coded && is_jpeg(fourcc) != is_jpeg(initial_fourcc(queue)))
		return false;
	if (coded && (queue->sim->m2m || !sim_queue_is_output(queue)) && !sim_codec_available(fourcc))
		return false;
	for (unsigned i = 0; i < N_FORMATS; i++) {
		if (formats[i].fourcc == fourcc)
			return true;
	}
	return false;
}

static uint32_t fit_side(const struct sim_queue *queue, uint32_t fourcc, uint32_t side)
{
	bool raw = pixfmt_by_fourcc(fourcc)->av != AV_PIX_FMT_NONE;

	if (!raw || queue->sim->options.odd == SIM_ODD_NONE)
		side &= ~1u;
	return side < MIN_SIDE ? MIN_SIDE : side > MAX_SIDE ? MAX_SIDE : side;
}

static bool has_size(const struct sim_queue *queue, uint32_t fourcc, uint32_t width, uint32_t height)
{
	return fit_side(queue, fourcc, width) == width && fit_side(queue, fourcc, height) == height;
}

/* The supported format nearest to the requested one. */
static void adjust_format(const struct sim_queue *queue, uint32_t fourcc, uint32_t width, uint32_t height,
			  struct video_format *format)
{
	if (!supports_format(queue, fourcc))
		fourcc = initial_fourcc(queue);
	if (queue->sim->options.adjust & SIM_ADJUST_SIZE) {
		width = queue->sim->options.width;
		height = queue->sim->options.height;
	}
	sim_m2m_limit_size(queue, &width, &height);
	sim_image_sizes_fill(queue, fourcc, fit_side(queue, fourcc, width), fit_side(queue, fourcc, height),
			     format);
}

static uint32_t default_fourcc(const struct sim_queue *queue)
{
	static const uint32_t by_planes[4] = { V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_NV12M,
					       V4L2_PIX_FMT_YUV420M };

	if (!queue->sim->m2m || !sim_queue_is_coded(queue))
		return by_planes[queue->sim->options.planes];
	return sim_codec_available(V4L2_PIX_FMT_H264) ? V4L2_PIX_FMT_H264 : V4L2_PIX_FMT_MJPEG;
}

/* For a memory-to-memory node fps= is the rate at which it processes frames. */
static struct fraction initial_fps(const struct sim_options *options)
{
	return options->m2m ? (struct fraction){ 30, 1 } : options->fps;
}

/* Sets the queue's format from the options. */
static int set_initial_format(struct sim_queue *queue, const char *key, uint32_t *fourcc)
{
	const struct sim_options *o = &queue->sim->options;
	char text[FOURCC_TEXT_MAX];
	bool raw;

	if (!*fourcc)
		*fourcc = default_fourcc(queue);
	raw = supports_format(queue, *fourcc) && pixfmt_by_fourcc(*fourcc)->av != AV_PIX_FMT_NONE;
	if (!supports_format(queue, *fourcc) ||
	    (o->planes > 1 && (raw || !o->m2m) && pixfmt_by_fourcc(*fourcc)->n_memory_planes != o->planes)) {
		log_error("sim: %s=%s is not supported; `v4l2q list -d sim` lists the formats%s", key,
			  fourcc_text(*fourcc, text),
			  o->planes ? "" : "; those of several memory planes need planes=");
		return -EINVAL;
	}
	if (!has_size(queue, *fourcc, o->width, o->height)) {
		log_error("sim: invalid value '%ux%u' for size=: width and height must be even (except for "
			  "raw frames with odd=), from %d to %d",
			  o->width, o->height, MIN_SIDE, MAX_SIDE);
		return -EINVAL;
	}
	queue->format.fps = initial_fps(o);
	sim_image_sizes_fill(queue, *fourcc, o->width, o->height, &queue->format);
	return 0;
}

int sim_formats_init(struct sim *sim)
{
	struct sim_options *o = &sim->options;
	struct video_format output;
	int err;

	if (!sim->m2m)
		return set_initial_format(&sim->queue, "format", &o->fourcc);
	err = set_initial_format(&sim->m2m->output, "format", &o->fourcc);
	if (err == 0)
		err = set_initial_format(&sim->queue, "to", &o->to);
	output = sim->m2m->output.format;
	return err < 0 ? err : sim_m2m_set_format(&sim->m2m->output, &output, &sim->m2m->output.colour);
}

int sim_formats_querycap(struct sim *sim, void *argument)
{
	struct v4l2_capability *cap = argument;
	static const uint32_t kinds[2][3] = {
		{ V4L2_CAP_VIDEO_CAPTURE, V4L2_CAP_VIDEO_OUTPUT, V4L2_CAP_VIDEO_M2M },
		{ V4L2_CAP_VIDEO_CAPTURE_MPLANE, V4L2_CAP_VIDEO_OUTPUT_MPLANE, V4L2_CAP_VIDEO_M2M_MPLANE },
	};
	static const char *const cards[] = { "Simulated camera", "Simulated encoder", "Simulated decoder",
					     "Simulated converter" };
	unsigned kind = sim->options.m2m ? 2 : sim->options.output;

	*cap = (struct v4l2_capability){ .bus_info = "platform:sim", .version = 6 << 16 | 1 << 8 };
	strncpy((char *)cap->driver, sim->options.driver ? sim->options.driver : "sim",
		sizeof cap->driver - 1);
	strcpy((char *)cap->card, sim->options.output ? "Simulated display" : cards[sim->options.m2m]);
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

	sim_v4l2_format_fill(queue, &queue->format, &queue->colour, format);
	return 0;
}

/* An output device shows whole frames, with any order of fields that the program sets. */
static uint32_t shown_field(uint32_t field)
{
	bool interlaced = field == V4L2_FIELD_INTERLACED || field == V4L2_FIELD_INTERLACED_TB ||
			  field == V4L2_FIELD_INTERLACED_BT;

	return interlaced ? field : V4L2_FIELD_NONE;
}

/* Programs choose the size of coded buffers, within bounds. */
static void limit_packet(uint32_t requested, uint32_t *sizeimage)
{
	if (requested)
		*sizeimage = requested < MIN_PACKET   ? MIN_PACKET
			     : requested < MAX_PACKET ? requested
						      : *sizeimage;
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
	if (queue->sim->m2m && sim_queue_is_coded(queue))
		limit_packet(sim_v4l2_format_packet(queue, from), &format->sizeimage[0]);
	*colour = queue->sim->m2m && !sim_queue_is_output(queue) ? queue->colour
								 : sim_v4l2_format_colour(queue, from);
	sim_v4l2_format_fill(queue, format, colour, from);
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
	if (queue->sim->m2m)
		return sim_m2m_set_format(queue, &format, &colour);
	queue->format = format;
	queue->colour = colour;
	if (queue->sim->options.format_resets)
		sim_controls_init(queue->sim);
	sim_frame_discard(queue->sim);
	return 0;
}

int sim_formats_resize(struct sim *sim, uint32_t width, uint32_t height)
{
	if (!has_size(&sim->queue, sim->queue.format.fourcc, width, height))
		return -EINVAL;
	sim->options.width = width;
	sim->options.height = height;
	sim_image_sizes_fill(&sim->queue, sim->queue.format.fourcc, width, height, &sim->queue.format);
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
	fill_streamparm(queue, argument);
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
		fps = initial_fps(&queue->sim->options);
	else if (fps.num / fps.den >= MAX_FPS)
		fps = (struct fraction){ MAX_FPS, 1 };
	else if (fps.num < fps.den)
		fps = (struct fraction){ 1, 1 };
	queue->format.fps = fps;
	if (queue->sim->m2m) /* OUTPUT's rate is that of the coded frames too */
		queue->sim->queue.format.fps = fps;
	fill_streamparm(queue, parm);
	return 0;
}

/* Whether one of the device's queues has the format. */
static bool is_known(const struct sim *sim, uint32_t fourcc)
{
	return supports_format(&sim->queue, fourcc) ||
	       (sim->m2m && supports_format(&sim->m2m->output, fourcc));
}

int sim_formats_enum_framesizes(struct sim *sim, void *argument)
{
	struct v4l2_frmsizeenum *sizes = argument;
	uint32_t step;

	if (sizes->index || !is_known(sim, sizes->pixel_format))
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

	if (intervals->index || !is_known(sim, intervals->pixel_format) ||
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
