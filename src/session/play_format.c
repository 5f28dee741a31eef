/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file is and what an output device takes, brought together. */
#include "session/play_format.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"
#include "device/enumerate.h"
#include "base/text.h"

#define CANDIDATES_MAX 16
#define TEXT_MAX 128

struct search {
	const struct reader_info *file;
	const struct pixfmt *best;
	bool listed; /* the device says what it takes */
};

static int chroma_shift(enum AVPixelFormat av)
{
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(av);

	return descriptor->log2_chroma_w + descriptor->log2_chroma_h;
}

/* libavutil prefers 4:2:0 to 4:2:2 for a picture of 4:4:4, for the sake of old players. */
static bool loses_less(enum AVPixelFormat candidate, enum AVPixelFormat best, enum AVPixelFormat file)
{
	int loss = av_get_pix_fmt_loss(candidate, file, 0);

	if (loss & FF_LOSS_RESOLUTION && loss == av_get_pix_fmt_loss(best, file, 0) &&
	    chroma_shift(candidate) != chroma_shift(best))
		return chroma_shift(candidate) < chroma_shift(best);
	return av_find_best_pix_fmt_of_2(best, candidate, file, 0, NULL) == candidate;
}

static bool suits_better(const struct search *search, const struct pixfmt *candidate)
{
	const struct reader_info *file = search->file;
	const struct pixfmt *best = search->best;

	if (file->av == AV_PIX_FMT_NONE)
		return !best && candidate->codec == file->codec_id;
	if (candidate->av == AV_PIX_FMT_NONE)
		return false;
	if (!best || (candidate->av == best->av && best->swap_chroma))
		return true;
	return candidate->av != best->av && loses_less(candidate->av, best->av, file->av);
}

static int consider(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *description = entry;
	const struct pixfmt *candidate = pixfmt_by_fourcc(description->pixelformat);
	struct search *search = opaque;

	search->listed = true;
	if (candidate && suits_better(search, candidate))
		search->best = candidate;
	return 0;
}

/* A device that keeps no list may still say yes to the file's own format. */
static const struct pixfmt *own_format(const struct reader_info *file)
{
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++)
		if (file->av == AV_PIX_FMT_NONE ? pix->codec == file->codec_id : pix->av == file->av)
			return pix;
	return NULL;
}

/* Whether frames of the file can become frames of the format. */
static bool can_become(const struct reader_info *file, const struct video_format *format)
{
	if (!format->pix)
		return false;
	return file->av == AV_PIX_FMT_NONE ? format->pix->codec == file->codec_id
					   : format->pix->av != AV_PIX_FMT_NONE;
}

static bool is_named(const char *pixelformat, uint32_t fourcc)
{
	uint32_t candidates[CANDIDATES_MAX];
	unsigned n = pixfmt_parse(pixelformat, candidates, CANDIDATES_MAX);

	for (unsigned i = 0; i < n; i++)
		if (candidates[i] == fourcc)
			return true;
	return false;
}

/* What the user asks for is to be so; what the file would like is not. */
static bool is_as_wanted(const struct negotiate_request *wanted, const struct video_format *format)
{
	if (wanted->adjust)
		return true;
	return (!wanted->width || (format->width == wanted->width && format->height == wanted->height)) &&
	       (!wanted->pixelformat || is_named(wanted->pixelformat, format->fourcc)) &&
	       (!wanted->fps.num || fraction_close(wanted->fps, format->fps));
}

static char *describe(const struct video_format *format, char *text, size_t size)
{
	char fourcc[FOURCC_TEXT_MAX], fps[FRACTION_TEXT_MAX];

	*text = '\0';
	text_join(text, size, " ", "%s %ux%u", fourcc_text(format->fourcc, fourcc), format->width,
		  format->height);
	if (format->fps.num)
		text_join(text, size, " ", "%s fps", fraction_text(format->fps, fps));
	return text;
}

static int refuse_change(struct device *device, const struct negotiate_request *wanted,
			 const struct video_format *format)
{
	char asked[TEXT_MAX] = "", got[TEXT_MAX], fps[FRACTION_TEXT_MAX], offered[256];

	if (wanted->pixelformat)
		text_join(asked, sizeof asked, " ", "%s", wanted->pixelformat);
	if (wanted->width)
		text_join(asked, sizeof asked, " ", "%ux%u", wanted->width, wanted->height);
	if (wanted->fps.num)
		text_join(asked, sizeof asked, " ", "%s fps", fraction_text(wanted->fps, fps));
	log_error("%s: asked for %s, the device gives %s (it takes %s); --adjust takes what it gives",
		  device->path, asked, describe(format, got, sizeof got),
		  enumerate_formats_text(device, offered, sizeof offered));
	return -ERANGE;
}

static int refuse_file(struct device *device, const struct reader_info *file,
		       const struct video_format *format)
{
	char got[TEXT_MAX], offered[256];

	log_error(
		"%s: the file has %s %ux%u, and cannot become the %s that the device is set to; it takes %s",
		device->path, file->av == AV_PIX_FMT_NONE ? file->codec : av_get_pix_fmt_name(file->av),
		file->format.width, file->format.height, describe(format, got, sizeof got),
		enumerate_formats_text(device, offered, sizeof offered));
	return -ERANGE;
}

/* A device that has not the size keeps its own; one that has not the rate shows what it gets when it gets it.
 */
static struct negotiate_request request_for(const struct reader_info *file, const struct negotiate_request *wanted)
{
	return (struct negotiate_request){
		.width = wanted->width ? wanted->width : file->format.width,
		.height = wanted->height ? wanted->height : file->format.height,
		.pixelformat = wanted->pixelformat,
		.fps = wanted->fps.num ? wanted->fps : file->format.fps,
		.adjust = true,
		.colorimetry = &file->format,
	};
}

int meeting_negotiate(struct device *device, const struct reader_info *file,
		      const struct negotiate_request *wanted, struct video_format *format)
{
	struct search search = { .file = file };
	char fourcc[FOURCC_TEXT_MAX];
	struct negotiate_request request = request_for(file, wanted);
	int err = enumerate_formats(device, consider, &search);

	if (err < 0)
		return device_error(device, "VIDIOC_ENUM_FMT", err);
	if (!search.listed)
		search.best = own_format(file);
	if (!request.pixelformat && search.best)
		request.pixelformat = fourcc_text(search.best->fourcc, fourcc);
	err = negotiate_format(device, &request, format);
	if (err < 0)
		return err;
	if (!is_as_wanted(wanted, format))
		return refuse_change(device, wanted, format);
	if (!can_become(file, format))
		return refuse_file(device, file, format);
	/* A device without a rate of its own goes by the file's. */
	if (!format->fps.num)
		format->fps = request.fps;
	return 0;
}
