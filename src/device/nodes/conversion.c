/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats that a memory-to-memory node converts between. */
#include "device/nodes/conversion.h"

#include "base/array.h"
#include "base/codec_name.h"
#include "base/pixfmt.h"
#include "base/text.h"

#define TEXT_FORMATS 8u /* named in a sentence */

static const struct {
	const char *name, *article;
	const char *usage[2]; /* with the codec's name and the node's as arguments */
} jobs[] = {
	[JOB_CONVERTER] = { "converter", "a", { "v4l2q play", " --convert-device " } },
	[JOB_ENCODER] = { "encoder", "an", { "v4l2q capture -c ", " --codec-device " } },
	[JOB_DECODER] = { "decoder", "a", { "v4l2q play -c ", " --codec-device " } },
	[JOB_STATELESS_DECODER] = { "stateless decoder", "a", { NULL, NULL } },
	[JOB_TRANSCODER] = { "transcoder", "a", { NULL, NULL } },
};

/* Formats of slices or frames whose headers the program must parse. Older kernel headers lack some, which are
 * given by their characters. */
static bool is_parsed(uint32_t fourcc)
{
	static const uint32_t fourccs[] = {
		V4L2_PIX_FMT_MPEG2_SLICE,        V4L2_PIX_FMT_H264_SLICE, V4L2_PIX_FMT_HEVC_SLICE,
		V4L2_PIX_FMT_VP8_FRAME,          V4L2_PIX_FMT_VP9_FRAME,  V4L2_PIX_FMT_FWHT_STATELESS,
		v4l2_fourcc('A', 'V', '1', 'F'),
	};

	for (size_t i = 0; i < ARRAY_SIZE(fourccs); i++)
		if (fourccs[i] == fourcc)
			return true;
	return false;
}

bool conversion_read_formats(struct device *device, enum v4l2_buf_type type,
			     struct conversion_formats *formats)
{
	bool compressed = false;

	formats->n = 0;
	for (uint32_t i = 0; formats->n < CONVERSION_FORMATS_MAX; i++) {
		struct v4l2_fmtdesc format = { .index = i, .type = type };

		if (device_ioctl(device, VIDIOC_ENUM_FMT, &format) < 0)
			break;
		if (format.flags & V4L2_FMT_FLAG_EMULATED)
			continue;
		formats->fourccs[formats->n++] = format.pixelformat;
		compressed |= format.flags & V4L2_FMT_FLAG_COMPRESSED;
	}
	return compressed;
}

void conversion_read(struct device *device, struct conversion *conversion)
{
	bool mplane = device_is_multiplanar(device), takes_coded, gives_coded;

	takes_coded = conversion_read_formats(
		device, mplane ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE : V4L2_BUF_TYPE_VIDEO_OUTPUT,
		&conversion->from);
	gives_coded = conversion_read_formats(
		device, mplane ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE,
		&conversion->to);
	if (takes_coded)
		conversion->job = gives_coded ? JOB_TRANSCODER : JOB_DECODER;
	else
		conversion->job = gives_coded ? JOB_ENCODER : JOB_CONVERTER;
	if (conversion->job == JOB_DECODER && is_parsed(conversion->from.fourccs[0]))
		conversion->job = JOB_STATELESS_DECODER;
}

bool conversion_has(const struct conversion_formats *formats, uint32_t fourcc)
{
	for (unsigned i = 0; i < formats->n; i++)
		if (formats->fourccs[i] == fourcc)
			return true;
	return false;
}

uint32_t conversion_find(const struct conversion_formats *formats, const uint32_t *fourccs, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (conversion_has(formats, fourccs[i]))
			return fourccs[i];
	return 0;
}

const char *conversion_job_name(enum conversion_job job)
{
	return jobs[job].name;
}

static void add_format_names(const struct conversion_formats *formats, char *text)
{
	char fourcc[FOURCC_TEXT_MAX];

	for (unsigned i = 0; i < formats->n && i < TEXT_FORMATS; i++)
		text_add(text, CONVERSION_TEXT_MAX, "%s%s", i ? ", " : "",
			 fourcc_text(formats->fourccs[i], fourcc));
	if (formats->n > TEXT_FORMATS)
		text_add(text, CONVERSION_TEXT_MAX, " and %u more", formats->n - TEXT_FORMATS);
}

char *conversion_text(const struct conversion *conversion, char text[CONVERSION_TEXT_MAX])
{
	*text = '\0';
	text_add(text, CONVERSION_TEXT_MAX, "%s %s of ", jobs[conversion->job].article,
		 jobs[conversion->job].name);
	add_format_names(&conversion->from, text);
	text_add(text, CONVERSION_TEXT_MAX, " into ");
	add_format_names(&conversion->to, text);
	return text;
}

/* Sets the name of the first format that has one. Returns whether there is one. */
static bool first_codec(const struct conversion_formats *formats, char name[CODEC_NAME_MAX])
{
	for (unsigned i = 0; i < formats->n; i++)
		if (codec_name_text(formats->fourccs[i], name))
			return true;
	return false;
}

char *conversion_usage(const struct conversion *conversion, const char *name, char text[CONVERSION_TEXT_MAX])
{
	const struct conversion_formats *coded =
		conversion->job == JOB_ENCODER ? &conversion->to : &conversion->from;
	const char *const *usage = jobs[conversion->job].usage;
	char codec[CODEC_NAME_MAX] = "";

	*text = '\0';
	if (!usage[0] || (conversion->job != JOB_CONVERTER && !first_codec(coded, codec)))
		return text;
	text_add(text, CONVERSION_TEXT_MAX, "%s%s%s%s", usage[0], codec, usage[1], name);
	return text;
}
