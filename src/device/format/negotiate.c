/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiating size, pixel format, frame rate and colorimetry with a device. */
#include "device/format/negotiate.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"
#include "device/format/colorimetry.h"
#include "device/format/enumerate.h"
#include "device/format/frame_rate.h"
#include "device/format/pixel_aspect.h"
#include "device/inputs/crop.h"
#include "device/inputs/standards.h"
#include "device/node_errors.h"
#include "device/obstacles.h"

#define CANDIDATES_MAX 16
#define SIDE_MAX 65535
#define TEXT_MAX 400
#define OTHERS_MAX 60 /* length of the list of other formats */

_Static_assert((int)FIELD_ANY == V4L2_FIELD_ANY && (int)FIELD_NONE == V4L2_FIELD_NONE &&
		       (int)FIELD_TOP == V4L2_FIELD_TOP && (int)FIELD_BOTTOM == V4L2_FIELD_BOTTOM &&
		       (int)FIELD_INTERLACED == V4L2_FIELD_INTERLACED &&
		       (int)FIELD_SEQ_TB == V4L2_FIELD_SEQ_TB && (int)FIELD_SEQ_BT == V4L2_FIELD_SEQ_BT &&
		       (int)FIELD_ALTERNATE == V4L2_FIELD_ALTERNATE &&
		       (int)FIELD_INTERLACED_TB == V4L2_FIELD_INTERLACED_TB &&
		       (int)FIELD_INTERLACED_BT == V4L2_FIELD_INTERLACED_BT && MAX_PLANES == VIDEO_MAX_PLANES,
	       "base/video_format.h differs from linux/videodev2.h");

int negotiate_get_v4l2_format(struct device *device, struct v4l2_format *format)
{
	memset(format, 0, sizeof *format);
	format->type = device->type;
	return device_ioctl(device, VIDIOC_G_FMT, format);
}

/* Reports a format whose fields contradict each other. */
static int driver_bug(const struct device *device, const char *what, uint32_t value)
{
	log_error("%s: driver bug: format with %s %u", device->path, what, value);
	return -EPROTO;
}

static void parse_multiplanar(const struct v4l2_pix_format_mplane *mp, struct video_format *format)
{
	struct v4l2_colorimetry colorimetry = { mp->colorspace, mp->ycbcr_enc, mp->quantization,
						mp->xfer_func };

	*format = (struct video_format){ .fourcc = mp->pixelformat,
					 .pix = pixfmt_by_fourcc(mp->pixelformat),
					 .width = mp->width,
					 .height = mp->height,
					 .n_planes = mp->num_planes,
					 .field = mp->field };
	for (uint32_t i = 0; i < format->n_planes && i < MAX_PLANES; i++) {
		format->bytesperline[i] = mp->plane_fmt[i].bytesperline;
		format->sizeimage[i] = mp->plane_fmt[i].sizeimage;
	}
	colorimetry_from_v4l2(format, &colorimetry);
}

static void parse_singleplanar(const struct v4l2_pix_format *pix, struct video_format *format)
{
	/* Drivers that do not set the last fields leave priv unset (kernel documentation, "struct
	 * v4l2_pix_format"). */
	bool extended = pix->priv == V4L2_PIX_FMT_PRIV_MAGIC;
	struct v4l2_colorimetry colorimetry = { .colorspace = pix->colorspace,
						.ycbcr_enc = extended ? pix->ycbcr_enc : 0,
						.quantization = extended ? pix->quantization : 0,
						.xfer_func = extended ? pix->xfer_func : 0 };

	*format = (struct video_format){ .fourcc = pix->pixelformat,
					 .pix = pixfmt_by_fourcc(pix->pixelformat),
					 .width = pix->width,
					 .height = pix->height,
					 .n_planes = 1,
					 .bytesperline = { pix->bytesperline },
					 .sizeimage = { pix->sizeimage },
					 .field = pix->field };
	colorimetry_from_v4l2(format, &colorimetry);
}

static int check_driver_format(const struct device *device, const struct video_format *format)
{
	uint32_t min_planes = device_is_multiplanar(device) && format->pix ? format->pix->n_memory_planes : 1;

	if (format->width == 0 || format->width > SIDE_MAX)
		return driver_bug(device, "width", format->width);
	if (format->height == 0 || format->height > SIDE_MAX)
		return driver_bug(device, "height", format->height);
	if (format->n_planes < min_planes || format->n_planes > MAX_PLANES)
		return driver_bug(device, "planes:", format->n_planes);
	for (uint32_t i = 0; i < format->n_planes; i++) {
		if (format->sizeimage[i] == 0)
			return driver_bug(device, "sizeimage", 0);
		if (format->bytesperline[i] > format->sizeimage[i])
			return driver_bug(device, "bytesperline", format->bytesperline[i]);
	}
	return 0;
}

static int parse_format(const struct device *device, const struct v4l2_format *answer,
			struct video_format *format)
{
	if (device_is_multiplanar(device))
		parse_multiplanar(&answer->fmt.pix_mp, format);
	else
		parse_singleplanar(&answer->fmt.pix, format);
	if (format->field == V4L2_FIELD_ANY)
		format->field = V4L2_FIELD_NONE;
	return check_driver_format(device, format);
}

static int report_no_format(const struct device *device, int err)
{
	if (err != -EINVAL)
		return device_error(device, "VIDIOC_G_FMT", err);
	obstacle_report(device->path, OBSTACLE_NO_FORMAT, NULL, NULL);
	return err;
}

int negotiate_get_format(struct device *device, struct video_format *format)
{
	struct v4l2_format answer;
	int err = negotiate_get_v4l2_format(device, &answer);

	if (err < 0)
		return report_no_format(device, err);
	err = parse_format(device, &answer, format);
	if (err < 0)
		return err;
	return frame_rate_get(device, &format->fps);
}

/* A request, and the former settings, which are restored on failure. */
struct negotiation {
	struct device *device;
	const struct negotiate_request *request;
	uint32_t fourcc; /* asked for; 0: the current one */
	struct v4l2_format before;
	struct fraction fps_before;
	bool had_format;
};

/* The first of the candidates that the device lists. */
struct fourcc_choice {
	const uint32_t *candidates;
	unsigned n, best; /* best == n: none yet */
	bool listed, emulated;
};

static int compare_candidates(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *offered = entry;
	struct fourcc_choice *choice = opaque;

	choice->listed = true;
	for (unsigned i = 0; i < choice->best; i++) {
		if (choice->candidates[i] == offered->pixelformat) {
			choice->best = i;
			choice->emulated = offered->flags & V4L2_FMT_FLAG_EMULATED;
		}
	}
	return 0;
}

/* Turns libv4l2's conversion on where it makes one of the candidates; it exists for single-planar capture
 * nodes only. */
static void try_conversion(struct device *device, struct fourcc_choice *choice)
{
	char name[FOURCC_TEXT_MAX];

	if (device->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || device_convert(device, true) < 0)
		return;
	enumerate_formats(device, compare_candidates, choice);
	if (choice->best == choice->n || !choice->emulated)
		device_convert(device, false);
	else
		log_info("%s: the device has no %s; libv4l2 converts to it", device->path,
			 fourcc_text(choice->candidates[choice->best], name));
}

/* Requests a format even if the device does not list it, so that the driver's answer is reported. */
static int choose_candidate(struct negotiation *negotiation)
{
	struct device *device = negotiation->device;
	const char *text = negotiation->request->pixelformat;
	uint32_t candidates[CANDIDATES_MAX];
	struct fourcc_choice choice = { .candidates = candidates };

	if (!text)
		return 0;
	choice.n = choice.best = pixfmt_parse_option(text, candidates, CANDIDATES_MAX);
	if (choice.n == 0)
		return -EINVAL;
	enumerate_formats(device, compare_candidates, &choice);
	if (choice.listed && choice.best == choice.n)
		try_conversion(device, &choice);
	negotiation->fourcc = candidates[choice.best < choice.n ? choice.best : 0];
	return 0;
}

/* Fills in what is requested. Strides, sizes and the field order, which may depend on the size, are left to
 * the driver. */
static void set_request(const struct negotiation *negotiation, struct v4l2_format *format)
{
	const struct negotiate_request *request = negotiation->request;
	struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	struct v4l2_pix_format *pix = &format->fmt.pix;

	if (device_is_multiplanar(negotiation->device)) {
		mp->pixelformat = negotiation->fourcc ? negotiation->fourcc : mp->pixelformat;
		mp->width = request->width ? request->width : mp->width;
		mp->height = request->height ? request->height : mp->height;
		mp->field = V4L2_FIELD_ANY;
		memset(mp->plane_fmt, 0, sizeof mp->plane_fmt);
		return;
	}
	pix->pixelformat = negotiation->fourcc ? negotiation->fourcc : pix->pixelformat;
	pix->width = request->width ? request->width : pix->width;
	pix->height = request->height ? request->height : pix->height;
	pix->field = V4L2_FIELD_ANY;
	pix->bytesperline = 0;
	pix->sizeimage = 0;
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
}

static int report_s_fmt_error(struct device *device, int err)
{
	if (err == -EBUSY)
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	if (err != -EINVAL)
		return device_error(device, "VIDIOC_S_FMT", err);
	obstacle_report(device->path, OBSTACLE_FORMAT_REFUSED, device->path, NULL);
	return -ERANGE;
}

/* Whether the request is for the current format: S_FMT could then fail with EBUSY while another program
 * streams. */
static bool is_current_format(const struct negotiation *negotiation)
{
	const struct negotiate_request *request = negotiation->request;
	const struct v4l2_format *before = &negotiation->before;
	bool multiplanar = device_is_multiplanar(negotiation->device);
	uint32_t fourcc = multiplanar ? before->fmt.pix_mp.pixelformat : before->fmt.pix.pixelformat;
	uint32_t width = multiplanar ? before->fmt.pix_mp.width : before->fmt.pix.width;
	uint32_t height = multiplanar ? before->fmt.pix_mp.height : before->fmt.pix.height;

	return negotiation->had_format && (!negotiation->fourcc || negotiation->fourcc == fourcc) &&
	       (!request->width || (request->width == width && request->height == height));
}

static void set_pictures(struct device *device, const struct video_format *pictures,
			 struct v4l2_format *format)
{
	colorimetry_to_v4l2(pictures, format);
	if (device_is_multiplanar(device))
		format->fmt.pix_mp.field = pictures->field;
	else
		format->fmt.pix.field = pictures->field;
}

/* Output devices get S_FMT for the current format too: it makes v4l2loopback a capture device for readers. */
static int apply_format(struct negotiation *negotiation, struct video_format *format)
{
	struct device *device = negotiation->device;
	struct v4l2_format wanted = negotiation->before;
	bool is_current = is_current_format(negotiation) && !negotiation->request->force;
	int err;

	if (!is_current || device_is_output(device)) {
		if (!is_current)
			set_request(negotiation, &wanted);
		if (negotiation->request->pictures)
			set_pictures(device, negotiation->request->pictures, &wanted);
		err = device_ioctl(device, VIDIOC_S_FMT, &wanted);
		if (err < 0)
			return report_s_fmt_error(device, err);
	}
	return parse_format(device, &wanted, format);
}

/* Reads the format again: where the driver does not scale, the frame takes the size of the crop or compose
 * rectangle. */
static int apply_crop(const struct negotiation *negotiation, struct video_format *format)
{
	const struct negotiate_request *request = negotiation->request;
	struct device *device = negotiation->device;
	struct v4l2_format now;
	int err = 0;

	if (request->crop.width)
		err = crop_set(device, V4L2_SEL_TGT_CROP, &request->crop, request->adjust);
	if (err == 0 && request->compose.width)
		err = crop_set(device, V4L2_SEL_TGT_COMPOSE, &request->compose, request->adjust);
	if (err < 0 || (!request->crop.width && !request->compose.width))
		return err;
	err = negotiate_get_v4l2_format(device, &now);
	return err < 0 ? report_no_format(device, err) : parse_format(device, &now, format);
}

static int apply_rate(struct negotiation *negotiation, struct video_format *format)
{
	const struct negotiate_request *request = negotiation->request;
	int err;

	if (!request->fps.den)
		err = frame_rate_get(negotiation->device, &format->fps);
	else
		err = frame_rate_set(negotiation->device, request->fps, &format->fps);
	if (err == 0 && !format->fps.den)
		format->fps = request->pipeline_fps;
	/* An output device without frame rates shows frames when they are queued: playback keeps the pace. */
	if (err == 0 && !format->fps.den && device_is_output(negotiation->device))
		format->fps = request->fps;
	return err;
}

char *negotiate_mode_text(uint32_t width, uint32_t height, const char *pixelformat, struct fraction fps,
			  char *text, size_t size)
{
	char rate[FRACTION_TEXT_MAX];

	*text = '\0';
	if (width)
		text_join(text, size, " ", "%ux%u", width, height);
	if (pixelformat)
		text_join(text, size, " ", "%s", pixelformat);
	if (fps.den)
		text_join(text, size, " ", "%s fps", fraction_text(fps, rate));
	return text;
}

/* The parts of a request that the driver changed. */
struct difference {
	bool fourcc, size, rate;
};

static void add_offer(char *offer, size_t size, const char *what, const char *list)
{
	if (*list)
		text_join(offer, size, "; ", "%s: %s", what, list);
}

/* Lists alternatives only for what was changed: a camera may have hundreds of modes. */
static void list_offers(const struct negotiation *negotiation, const struct video_format *got,
			const struct difference *differs, char *offer, size_t size)
{
	const struct negotiate_request *request = negotiation->request;
	uint32_t width = request->width ? request->width : got->width;
	uint32_t height = request->width ? request->height : got->height;
	struct device *device = negotiation->device;
	char list[TEXT_MAX];

	*offer = '\0';
	if (differs->fourcc)
		add_offer(offer, size, "pixel formats", enumerate_formats_text(device, list, sizeof list));
	if (differs->size)
		add_offer(offer, size, "nearest sizes",
			  enumerate_sizes_text(device, got->fourcc, width, height, list, sizeof list));
	if (differs->rate)
		add_offer(offer, size, "rates",
			  enumerate_rates_text(device, got->fourcc, got->width, got->height, list,
					       sizeof list));
	if (differs->size || differs->rate)
		add_offer(offer, size, "the size and rate asked for, with -p",
			  enumerate_other_formats_text(device, got->fourcc, width, height, request->fps, list,
						       OTHERS_MAX));
}

static int check_result(const struct negotiation *negotiation, const struct video_format *got)
{
	const struct negotiate_request *request = negotiation->request;
	const struct difference differs = {
		.fourcc = negotiation->fourcc && negotiation->fourcc != got->fourcc,
		.size = request->width && (request->width != got->width || request->height != got->height),
		.rate = request->fps.den && !fraction_close(request->fps, got->fps),
	};
	char asked_text[TEXT_MAX], got_text[3 * TEXT_MAX], offer[2 * TEXT_MAX], fourcc[FOURCC_TEXT_MAX];
	const char *path = negotiation->device->path;

	if (!differs.fourcc && !differs.size && !differs.rate)
		return 0;
	negotiate_mode_text(request->width, request->height,
			    negotiation->fourcc ? fourcc_text(negotiation->fourcc, fourcc) : NULL,
			    request->fps, asked_text, TEXT_MAX);
	negotiate_mode_text(got->width, got->height, fourcc_text(got->fourcc, fourcc), got->fps, got_text,
			    TEXT_MAX);
	if (request->adjust) {
		log_info("%s: asked for %s, got %s", path, asked_text, got_text);
		return 0;
	}
	list_offers(negotiation, got, &differs, offer, sizeof offer);
	if (*offer)
		text_add(got_text, sizeof got_text, " (%s)", offer);
	obstacle_report(path, OBSTACLE_FORMAT_CHANGED, asked_text, got_text);
	return -ERANGE;
}

/* Restores the former settings for the next program, as far as possible. */
static void restore(struct negotiation *negotiation)
{
	struct device *device = negotiation->device;
	struct fraction fps;

	device_convert(device, false);
	if (negotiation->had_format)
		device_ioctl(device, VIDIOC_S_FMT, &negotiation->before);
	if (negotiation->fps_before.den && negotiation->request->fps.den)
		frame_rate_set(device, negotiation->fps_before, &fps);
}

int negotiate_format(struct device *device, const struct negotiate_request *request,
		     struct video_format *format)
{
	struct negotiation negotiation = { .device = device, .request = request };
	int err = negotiate_get_v4l2_format(device, &negotiation.before);

	negotiation.had_format = err == 0;
	if (err < 0)
		negotiation.before = (struct v4l2_format){ .type = device->type };
	/* v4l2loopback has no format before the first S_FMT; then size and pixel format must be requested. */
	if (err < 0 && !(err == -EINVAL && request->width && request->pixelformat))
		return report_no_format(device, err);
	if (request->fps.den) {
		err = frame_rate_get(device, &negotiation.fps_before);
		if (err < 0)
			return err;
	}
	err = choose_candidate(&negotiation);
	if (err < 0)
		return err;
	err = apply_format(&negotiation, format);
	if (err == 0)
		err = apply_crop(&negotiation, format);
	if (err == 0)
		err = apply_rate(&negotiation, format);
	if (err == 0)
		err = check_result(&negotiation, format);
	if (err == 0) {
		if (format->field != V4L2_FIELD_NONE)
			format->total_lines = standards_total_lines(device);
		pixel_aspect_get(device, format);
	}
	if (err < 0 && err != -EBUSY && err != -ENODEV)
		restore(&negotiation);
	return err;
}
