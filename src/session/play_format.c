/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiates the format of an output device for a file. */
#include "session/play_format.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"
#include "base/text.h"
#include "device/format/enumerate.h"
#include "device/format/pixel_aspect.h"
#include "device/obstacles.h"

#define MAX_CANDIDATES 16
#define FORMAT_TEXT_MAX 128

struct format_search {
	const struct reader_info *file;
	const struct conversion_formats *only; /* NULL: any format */
	const struct pixfmt *best;
	bool has_list; /* VIDIOC_ENUM_FMT lists formats */
};

static int chroma_shift(enum AVPixelFormat av)
{
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(av);

	return descriptor->log2_chroma_w + descriptor->log2_chroma_h;
}

/* For 4:4:4, av_find_best_pix_fmt_of_2() prefers 4:2:0 to 4:2:2: here what keeps more chroma samples wins. */
static bool loses_less(enum AVPixelFormat candidate, enum AVPixelFormat best, enum AVPixelFormat file)
{
	int loss = av_get_pix_fmt_loss(candidate, file, 0);

	if (loss & FF_LOSS_RESOLUTION && loss == av_get_pix_fmt_loss(best, file, 0) &&
	    chroma_shift(candidate) != chroma_shift(best))
		return chroma_shift(candidate) < chroma_shift(best);
	return av_find_best_pix_fmt_of_2(best, candidate, file, 0, NULL) == candidate;
}

/* Ranks formats by how often frames are copied: planes in another order prevent reading into buffers, but not
 * decoding into them. */
static int copies(const struct pixfmt *pix)
{
	return !pixfmt_is_in_place(pix) ? 2 : pix->swap_chroma;
}

static bool is_better_format(const struct format_search *search, const struct pixfmt *candidate)
{
	const struct reader_info *file = search->file;
	const struct pixfmt *best = search->best;

	if (file->av == AV_PIX_FMT_NONE)
		return !best && candidate->codec == file->codec_id;
	if (candidate->av == AV_PIX_FMT_NONE)
		return false;
	if (!best || (candidate->av == best->av && copies(best) > copies(candidate)))
		return true;
	return candidate->av != best->av && loses_less(candidate->av, best->av, file->av);
}

static int consider_format(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *description = entry;
	const struct pixfmt *candidate = pixfmt_by_fourcc(description->pixelformat);
	struct format_search *search = opaque;

	search->has_list = true;
	if (candidate && (!search->only || conversion_has(search->only, candidate->fourcc)) &&
	    is_better_format(search, candidate))
		search->best = candidate;
	return 0;
}

/* Whether the reader can produce this format. */
static bool is_playable(const struct format_search *search, const struct video_format *format)
{
	const struct reader_info *file = search->file;

	if (!format->pix || (search->only && !conversion_has(search->only, format->fourcc)))
		return false;
	return file->av == AV_PIX_FMT_NONE ? format->pix->codec == file->codec_id
					   : format->pix->av != AV_PIX_FMT_NONE;
}

static bool names_fourcc(const char *pixelformat, uint32_t fourcc)
{
	uint32_t candidates[MAX_CANDIDATES];
	unsigned n = pixfmt_parse(pixelformat, candidates, MAX_CANDIDATES);

	for (unsigned i = 0; i < n; i++)
		if (candidates[i] == fourcc)
			return true;
	return false;
}

/* Whether the device has what the user asked for; what follows from the file alone may differ. */
static bool meets_request(const struct negotiate_request *wanted, const struct video_format *format)
{
	if (wanted->adjust)
		return true;
	return (!wanted->width || (format->width == wanted->width && format->height == wanted->height)) &&
	       (!wanted->pixelformat || names_fourcc(wanted->pixelformat, format->fourcc)) &&
	       (!wanted->fps.num || fraction_close(wanted->fps, format->fps));
}

static char *format_text(const struct video_format *format, char text[FORMAT_TEXT_MAX])
{
	char fourcc[FOURCC_TEXT_MAX];

	return negotiate_mode_text(format->width, format->height, fourcc_text(format->fourcc, fourcc),
				   format->fps, text, FORMAT_TEXT_MAX);
}

static int log_other_format(struct device *device, const struct negotiate_request *wanted,
			    const struct video_format *format)
{
	char asked[FORMAT_TEXT_MAX], got[FORMAT_TEXT_MAX + 300], offered[256];

	negotiate_mode_text(wanted->width, wanted->height, wanted->pixelformat, wanted->fps, asked,
			    sizeof asked);
	format_text(format, got);
	text_add(got, sizeof got, " (it takes %s)", enumerate_formats_text(device, offered, sizeof offered));
	obstacle_report(device->path, OBSTACLE_FORMAT_CHANGED, asked, got);
	return -ERANGE;
}

static int log_unplayable(struct device *device, const struct reader_info *file,
			  const struct video_format *format)
{
	char got[FORMAT_TEXT_MAX], offered[256];

	log_error("%s: the file's %s %ux%u cannot be converted to the device's %s; the device takes %s",
		  device->path, file->av == AV_PIX_FMT_NONE ? file->codec : av_get_pix_fmt_name(file->av),
		  file->format.width, file->format.height, format_text(format, got),
		  enumerate_formats_text(device, offered, sizeof offered));
	return -ERANGE;
}

/* The size at which the device's sample aspect ratio shows the pictures undistorted. Packets are not changed.
 */
static void choose_size(struct device *device, const struct reader_info *file, uint32_t *width,
			uint32_t *height)
{
	AVRational aspect = { (int)file->sample_aspect.num, (int)file->sample_aspect.den };

	*width = file->format.width;
	*height = file->format.height;
	if (file->av != AV_PIX_FMT_NONE && aspect.num && aspect.den)
		crop_square_size(crop_relative_aspect(aspect, pixel_aspect_unscaled(device)), width, height);
}

/* With .adjust: the reader scales to another size, and playback keeps the pace without a frame rate. */
static struct negotiate_request make_request(struct device *device, const struct reader_info *file,
					     const struct negotiate_request *wanted)
{
	uint32_t width, height;

	choose_size(device, file, &width, &height);
	return (struct negotiate_request){
		.width = wanted->width ? wanted->width : width,
		.height = wanted->height ? wanted->height : height,
		.pixelformat = wanted->pixelformat,
		.fps = wanted->fps.num ? wanted->fps : file->format.fps,
		.crop = wanted->crop,
		.adjust = true,
		.force = wanted->force,
		.pictures = &file->format,
	};
}

int play_format_negotiate(struct device *device, const struct reader_info *file,
			  const struct negotiate_request *wanted, const struct conversion_formats *only,
			  struct video_format *format)
{
	struct format_search search = { .file = file, .only = only };
	char fourcc[FOURCC_TEXT_MAX];
	struct negotiate_request request = make_request(device, file, wanted);
	int err = enumerate_formats(device, consider_format, &search);

	if (err < 0)
		return device_error(device, "VIDIOC_ENUM_FMT", err);
	if (!search.has_list && !only) /* but the driver may accept formats */
		search.best = pixfmt_find(file->av, file->codec_id);
	if (!request.pixelformat && search.best)
		request.pixelformat = fourcc_text(search.best->fourcc, fourcc);
	err = negotiate_format(device, &request, format);
	if (err < 0)
		return err;
	if (!meets_request(wanted, format))
		return log_other_format(device, wanted, format);
	if (!is_playable(&search, format))
		return log_unplayable(device, file, format);
	/* Used where the driver has no frame rate. */
	if (!format->fps.num)
		format->fps = request.fps;
	return 0;
}

int play_format_check_stretch(const char *node, const struct video_format *from,
			      const struct video_format *to, enum scaling scaling)
{
	struct frame_shape in = { from->pix ? from->pix->av : AV_PIX_FMT_NONE, (int)from->width,
				  (int)from->height };
	struct frame_shape out = { to->pix ? to->pix->av : AV_PIX_FMT_NONE, (int)to->width, (int)to->height };
	struct crop crop;

	if (in.width == out.width && in.height == out.height)
		return 0;
	if (in.format != AV_PIX_FMT_NONE && out.format != AV_PIX_FMT_NONE &&
	    crop_find(scaling, in, (AVRational){ 0, 1 }, out, &crop) == 0 && crop.from.width == in.width &&
	    crop.from.height == in.height && crop.to.width == out.width && crop.to.height == out.height)
		return 0;
	log_error("%s: the converter would stretch %ux%u to %ux%u, which --fit does not ask for: use --fit "
		  "scale, or a --size of the same shape",
		  node, from->width, from->height, to->width, to->height);
	return -ERANGE;
}
