/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One format for the two devices of a relay. */
#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "device/format/enumerate.h"
#include "session/play_format.h"
#include "session/relay.h"

#define MAX_FORMATS 256 /* vivid has 90 */

/* Of a device's list, but for those that libv4l2 makes. */
struct format_list {
	uint32_t fourccs[MAX_FORMATS];
	unsigned n, n_raw; /* raw ones come first */
};

static int list_format(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *description = entry;
	struct format_list *list = opaque;
	bool raw = !(description->flags & V4L2_FMT_FLAG_COMPRESSED);
	unsigned at = raw ? list->n_raw : list->n;

	if (description->flags & V4L2_FMT_FLAG_EMULATED || list->n == MAX_FORMATS)
		return 0;
	memmove(list->fourccs + at + 1, list->fourccs + at, (list->n - at) * sizeof *list->fourccs);
	list->fourccs[at] = description->pixelformat;
	list->n++;
	list->n_raw += raw;
	return 0;
}

static bool list_has(const struct format_list *list, uint32_t fourcc)
{
	for (unsigned i = 0; i < list->n; i++)
		if (list->fourccs[i] == fourcc)
			return true;
	return false;
}

/* Of those that the text names, the first in the list; 0: none. */
static uint32_t find_named_format(const struct format_list *list, const char *text)
{
	uint32_t named[16];
	unsigned n = text ? pixfmt_parse(text, named, 16) : 0;

	for (unsigned i = 0; i < n; i++)
		if (list_has(list, named[i]))
			return named[i];
	return 0;
}

/* What to ask the source for: the output's wish, else what it is set to, else the first that both have; 0: to
 * stay as it is. */
static uint32_t choose_fourcc(const struct relay *relay, const struct format_list *source,
			      const struct format_list *sink, uint32_t present)
{
	const char *wanted = relay->sink.setup.request.pixelformat;
	uint32_t fourcc = find_named_format(source, wanted);

	if (wanted || !sink->n || list_has(sink, present))
		return fourcc;
	for (unsigned i = 0; i < source->n; i++)
		if (list_has(sink, source->fourccs[i]))
			return source->fourccs[i];
	/* It must be converted, which a compressed one cannot. */
	for (unsigned i = 0; i < source->n_raw; i++)
		if (source->fourccs[i] == present)
			return 0;
	return source->n_raw ? source->fourccs[0] : 0;
}

static int negotiate_source(struct relay *relay, uint32_t fourcc, uint32_t width, uint32_t height)
{
	struct setup *setup = &relay->source.setup;
	struct negotiate_request request = setup->request;
	char text[FOURCC_TEXT_MAX];

	if (!request.pixelformat && fourcc)
		request.pixelformat = fourcc_text(fourcc, text);
	if (!request.width && width) {
		request.width = width;
		request.height = height;
		request.adjust = true;
	}
	return negotiate_format(&setup->device, &request, &setup->format);
}

static int negotiate_sink(struct relay *relay, const struct format_list *list)
{
	const struct video_format *source = &relay->source.setup.format;
	struct setup *setup = &relay->sink.setup;
	struct negotiate_request request = setup->request;
	struct reader_info frames = { .path = relay->source.setup.device.path, .format = *source };
	char text[FOURCC_TEXT_MAX];

	frames.av = source->pix ? source->pix->av : AV_PIX_FMT_NONE;
	frames.codec_id = source->pix ? source->pix->codec : AV_CODEC_ID_NONE;
	frames.codec = fourcc_text(source->fourcc, text);
	if (!request.pixelformat && (!list->n || list_has(list, source->fourcc)))
		request.pixelformat = text;
	return play_format_negotiate(&setup->device, &frames, &request, NULL, &setup->format);
}

static bool has_one_size(const struct relay *relay)
{
	const struct video_format *source = &relay->source.setup.format, *sink = &relay->sink.setup.format;

	return source->width == sink->width && source->height == sink->height;
}

/* The output has its own size: the source may have that, too. */
static int match_size(struct relay *relay)
{
	const struct video_format before = relay->source.setup.format, *sink = &relay->sink.setup.format;
	int err = negotiate_source(relay, before.fourcc, sink->width, sink->height);

	if (err < 0 || has_one_size(relay))
		return err;
	return negotiate_source(relay, before.fourcc, before.width, before.height);
}

static int refuse_compressed(const struct relay *relay)
{
	const struct setup *source = &relay->source.setup;
	struct device *sink = (struct device *)&relay->sink.setup.device;
	char fourcc[FOURCC_TEXT_MAX], offered[256];

	log_error("%s: delivers %s, which is not converted; %s takes %s: choose another format with "
		  "--from-pixelformat",
		  source->device.path, fourcc_text(source->format.fourcc, fourcc), sink->path,
		  enumerate_formats_text(sink, offered, sizeof offered));
	return -ERANGE;
}

int relay_format_negotiate(struct relay *relay)
{
	struct setup *source = &relay->source.setup, *sink = &relay->sink.setup;
	struct format_list source_list = { 0 }, sink_list = { 0 };
	struct v4l2_format present = { 0 };
	uint32_t fourcc;
	int err;

	enumerate_formats(&source->device, list_format, &source_list);
	enumerate_formats(&sink->device, list_format, &sink_list);
	negotiate_get_v4l2_format(&source->device, &present);
	fourcc = device_is_multiplanar(&source->device) ? present.fmt.pix_mp.pixelformat
							: present.fmt.pix.pixelformat;
	fourcc = choose_fourcc(relay, &source_list, &sink_list, fourcc);
	err = negotiate_source(relay, fourcc, sink->request.width, sink->request.height);
	if (err < 0)
		return err;
	if ((!source->format.pix || source->format.pix->av == AV_PIX_FMT_NONE) && sink_list.n &&
	    !list_has(&sink_list, source->format.fourcc))
		return refuse_compressed(relay);
	err = negotiate_sink(relay, &sink_list);
	if (err == 0 && !has_one_size(relay) && !source->request.width)
		err = match_size(relay);
	relay->converts = !has_one_size(relay) || source->format.fourcc != sink->format.fourcc;
	return err;
}
