/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Agreeing with a device on size, pixel format and rate. */
#include "device/negotiate.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "device/colorimetry.h"
#include "device/enumerate.h"
#include "device/node_errors.h"
#include "device/frame_rate.h"
#include "base/text.h"

#define CANDIDATES_MAX 16
#define SIDE_MAX 65535
#define TEXT_MAX 400
#define OTHERS_MAX 60 /* of text: a few will do */

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

static int driver_bug(const struct device *device, const char *what, uint32_t value)
{
	log_error("%s: driver bug: its format has %s %u", device->path, what, value);
	return -EPROTO;
}

static void fold_multiplanar(const struct v4l2_pix_format_mplane *mp, struct video_format *format)
{
	struct v4l2_colorimetry colour = { mp->colorspace, mp->ycbcr_enc, mp->quantization, mp->xfer_func };

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
	colorimetry_from_v4l2(format, &colour);
}

static void fold_singleplanar(const struct v4l2_pix_format *pix, struct video_format *format)
{
	/* Drivers of before 2014 do not know the last fields, and say so by not setting priv. */
	bool extended = pix->priv == V4L2_PIX_FMT_PRIV_MAGIC;
	struct v4l2_colorimetry colour = { .colorspace = pix->colorspace,
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
	colorimetry_from_v4l2(format, &colour);
}

static int validate(const struct device *device, const struct video_format *format)
{
	uint32_t least = device_is_multiplanar(device) && format->pix ? format->pix->n_memory_planes : 1;

	if (format->width == 0 || format->width > SIDE_MAX)
		return driver_bug(device, "width", format->width);
	if (format->height == 0 || format->height > SIDE_MAX)
		return driver_bug(device, "height", format->height);
	if (format->n_planes < least || format->n_planes > MAX_PLANES)
		return driver_bug(device, "planes:", format->n_planes);
	for (uint32_t i = 0; i < format->n_planes; i++) {
		if (format->sizeimage[i] == 0)
			return driver_bug(device, "sizeimage", 0);
		if (format->bytesperline[i] > format->sizeimage[i])
			return driver_bug(device, "bytesperline", format->bytesperline[i]);
	}
	return 0;
}

static int fold(const struct device *device, const struct v4l2_format *answer, struct video_format *format)
{
	if (device_is_multiplanar(device))
		fold_multiplanar(&answer->fmt.pix_mp, format);
	else
		fold_singleplanar(&answer->fmt.pix, format);
	if (format->field == V4L2_FIELD_ANY)
		format->field = V4L2_FIELD_NONE;
	return validate(device, format);
}

static int no_format(const struct device *device, int err)
{
	if (err != -EINVAL)
		return device_error(device, "VIDIOC_G_FMT", err);
	log_error("%s: it has no format: nothing feeds it (a v4l2loopback without producer?), or its format "
		  "was never set",
		  device->path);
	return err;
}

int negotiate_get_format(struct device *device, struct video_format *format)
{
	struct v4l2_format answer;
	int err = negotiate_get_v4l2_format(device, &answer);

	if (err < 0)
		return no_format(device, err);
	err = fold(device, &answer, format);
	if (err < 0)
		return err;
	return frame_rate_get(device, &format->fps);
}

/* What is asked, what was there before, to be put back when nothing comes of it. */
struct negotiation {
	struct device *device;
	const struct negotiate_request *request;
	uint32_t fourcc; /* asked for; 0: any */
	struct v4l2_format before;
	struct fraction fps_before;
	bool had_format;
};

struct choice {
	const uint32_t *candidates;
	unsigned n, best; /* best == n: none yet */
	bool listed, emulated;
};

static int consider(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *offered = entry;
	struct choice *choice = opaque;

	choice->listed = true;
	for (unsigned i = 0; i < choice->best; i++) {
		if (choice->candidates[i] == offered->pixelformat) {
			choice->best = i;
			choice->emulated = offered->flags & V4L2_FMT_FLAG_EMULATED;
		}
	}
	return 0;
}

/* libv4l2 converts on single-planar capture nodes only. */
static void try_emulation(struct device *device, struct choice *choice)
{
	char name[FOURCC_TEXT_MAX];

	if (device->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || device_convert(device, true) < 0)
		return;
	enumerate_formats(device, consider, choice);
	if (choice->best == choice->n || !choice->emulated)
		device_convert(device, false);
	else
		log_info("%s: the device has no %s; libv4l2 converts to it", device->path,
			 fourcc_text(choice->candidates[choice->best], name));
}

/* A format that the device does not list is asked for all the same: what the driver makes of it tells the
 * rest. */
static int choose_fourcc(struct negotiation *negotiation)
{
	struct device *device = negotiation->device;
	const char *text = negotiation->request->pixelformat;
	uint32_t candidates[CANDIDATES_MAX];
	struct choice choice = { .candidates = candidates };

	if (!text)
		return 0;
	choice.n = choice.best = pixfmt_parse(text, candidates, CANDIDATES_MAX);
	if (choice.n == 0) {
		log_error("%s: no such pixel format: neither a FourCC (YUYV) nor a libav name (yuyv422)",
			  text);
		return -EINVAL;
	}
	enumerate_formats(device, consider, &choice);
	if (choice.listed && choice.best == choice.n)
		try_emulation(device, &choice);
	negotiation->fourcc = candidates[choice.best < choice.n ? choice.best : 0];
	return 0;
}

/* Strides and sizes are left for the driver to choose; field ANY too, as another size may need another. */
static void apply(const struct negotiation *negotiation, struct v4l2_format *format)
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

static int refused(struct device *device, int err)
{
	if (err == -EBUSY && !device_is_simulated(device))
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	device_error(device, "VIDIOC_S_FMT", err);
	return err == -EINVAL ? -ERANGE : err;
}

/* What is there already needs no asking: that could meet EBUSY where another reads along. */
static bool is_present(const struct negotiation *negotiation)
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

/* An output device is always told: v4l2loopback starts to exist for its readers with that. */
static int set_format(struct negotiation *negotiation, struct video_format *format)
{
	struct device *device = negotiation->device;
	struct v4l2_format wanted = negotiation->before;
	bool present = is_present(negotiation) && !negotiation->request->force;
	int err;

	if (!present || device_is_output(device)) {
		if (!present)
			apply(negotiation, &wanted);
		if (negotiation->request->colorimetry)
			colorimetry_to_v4l2(negotiation->request->colorimetry, &wanted);
		err = device_ioctl(device, VIDIOC_S_FMT, &wanted);
		if (err == -EINVAL)
			return device_error(device, "VIDIOC_S_FMT: the device refuses the format asked for",
					    -ERANGE);
		if (err < 0)
			return refused(device, err);
	}
	return fold(device, &wanted, format);
}

static int set_rate(struct negotiation *negotiation, struct video_format *format)
{
	const struct negotiate_request *request = negotiation->request;
	int err;

	if (!request->fps.den)
		return frame_rate_get(negotiation->device, &format->fps);
	err = frame_rate_set(negotiation->device, request->fps, &format->fps);
	/* An output device without rates shows what it gets when it gets it: the player keeps the time. */
	if (err == 0 && !format->fps.den && device_is_output(negotiation->device))
		format->fps = request->fps;
	return err;
}

static char *describe(uint32_t width, uint32_t height, uint32_t fourcc, struct fraction fps, char *text,
		      size_t size)
{
	char name[FOURCC_TEXT_MAX], rate[FRACTION_TEXT_MAX];

	*text = '\0';
	if (width)
		text_join(text, size, " ", "%ux%u", width, height);
	if (fourcc)
		text_join(text, size, " ", "%s", fourcc_text(fourcc, name));
	if (fps.den)
		text_join(text, size, " ", "%s fps", fraction_text(fps, rate));
	return text;
}

struct disagreement {
	bool fourcc, size, rate;
};

static void add_offer(char *offer, size_t size, const char *what, const char *list)
{
	if (*list)
		text_join(offer, size, "; ", "%s: %s", what, list);
}

/* Only what was not granted is listed: a camera may have hundreds of modes. */
static void offers(const struct negotiation *negotiation, const struct video_format *got,
		   const struct disagreement *differs, char *offer, size_t size)
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
		add_offer(offer, size, "all that was asked, with -p",
			  enumerate_other_formats_text(device, got->fourcc, width, height, request->fps, list,
						       OTHERS_MAX));
}

static int judge(const struct negotiation *negotiation, const struct video_format *got)
{
	const struct negotiate_request *request = negotiation->request;
	const struct disagreement differs = {
		.fourcc = negotiation->fourcc && negotiation->fourcc != got->fourcc,
		.size = request->width && (request->width != got->width || request->height != got->height),
		.rate = request->fps.den && !fraction_close(request->fps, got->fps),
	};
	char asked_text[TEXT_MAX], got_text[TEXT_MAX], offer[2 * TEXT_MAX];
	const char *path = negotiation->device->path;

	if (!differs.fourcc && !differs.size && !differs.rate)
		return 0;
	describe(request->width, request->height, negotiation->fourcc, request->fps, asked_text, TEXT_MAX);
	describe(got->width, got->height, got->fourcc, got->fps, got_text, TEXT_MAX);
	if (request->adjust) {
		log_info("%s: asked for %s, takes %s", path, asked_text, got_text);
		return 0;
	}
	offers(negotiation, got, &differs, offer, sizeof offer);
	log_error("%s: asked for %s, the device gives %s%s%s%s; --adjust takes what it gives", path,
		  asked_text, got_text, *offer ? " (" : "", offer, *offer ? ")" : "");
	return -ERANGE;
}

/* As it was before, for the next program. Whether that works is not worth a word. */
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
	/* A loopback has no format before its first; then the whole of it must be asked for. */
	if (err < 0 && !(err == -EINVAL && request->width && request->pixelformat))
		return no_format(device, err);
	if (request->fps.den && (err = frame_rate_get(device, &negotiation.fps_before)) < 0)
		return err;
	err = choose_fourcc(&negotiation);
	if (err < 0)
		return err;
	err = set_format(&negotiation, format);
	if (err == 0)
		err = set_rate(&negotiation, format);
	if (err == 0)
		err = judge(&negotiation, format);
	if (err < 0 && err != -EBUSY && err != -ENODEV)
		restore(&negotiation);
	return err;
}
