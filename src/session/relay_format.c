/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One format for the two devices of a relay. */
#include <errno.h>
#include "base/log.h"
#include "device/format/enumerate.h"
#include "device/nodes/conversion.h"
#include "session/play_format.h"
#include "session/relay.h"

static bool is_raw(uint32_t fourcc)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(fourcc);

	return pix && pix->av != AV_PIX_FMT_NONE;
}

/* Of those that the text names, the first that is in the list; 0: none. */
static uint32_t find_named_format(const struct conversion_formats *list, const char *text)
{
	uint32_t named[16];
	unsigned n = text ? pixfmt_parse(text, named, 16) : 0;

	return conversion_find(list, named, n);
}

/* The first that both have, if possible a raw one, which does not differ from one device to another. */
static uint32_t find_common_format(const struct conversion_formats *source,
				   const struct conversion_formats *sink)
{
	uint32_t compressed = 0;

	for (unsigned i = 0; i < source->n; i++) {
		if (!conversion_has(sink, source->fourccs[i]))
			continue;
		if (is_raw(source->fourccs[i]))
			return source->fourccs[i];
		compressed = compressed ? compressed : source->fourccs[i];
	}
	return compressed;
}

/* For a node; 0: to stay as it is. */
static uint32_t find_taken_format(const struct conversion_formats *takes,
				  const struct conversion_formats *source, uint32_t present)
{
	return conversion_has(takes, present) ? 0 : find_common_format(source, takes);
}

/* What to ask the source for: the output's wish, else what it is set to, else the first that both have; 0: to
 * stay as it is. */
static uint32_t choose_fourcc(const struct relay *relay, const struct conversion_formats *source,
			      const struct conversion_formats *sink, uint32_t present)
{
	const char *wanted = relay->sink.setup.request.pixelformat;
	uint32_t fourcc = find_named_format(source, wanted);

	if (wanted || !sink->n || conversion_has(sink, present))
		return fourcc;
	fourcc = find_common_format(source, sink);
	/* Else it must be converted, which a compressed one cannot. */
	for (unsigned i = 0; i < source->n && !fourcc && !is_raw(present); i++)
		if (is_raw(source->fourccs[i]))
			fourcc = source->fourccs[i];
	return fourcc;
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

/* only: what a node gives; NULL: frames stay as they are. */
static int negotiate_sink(struct relay *relay, const struct conversion_formats *list,
			  const struct conversion_formats *only)
{
	const struct video_format *source = &relay->source.setup.format;
	struct setup *setup = &relay->sink.setup;
	struct negotiate_request request = setup->request;
	struct reader_info frames = { .path = relay->source.setup.device.path, .format = *source };
	char text[FOURCC_TEXT_MAX];

	frames.av = source->pix ? source->pix->av : AV_PIX_FMT_NONE;
	frames.codec_id = source->pix ? source->pix->codec : AV_CODEC_ID_NONE;
	frames.codec = fourcc_text(source->fourcc, text);
	if (!request.pixelformat && !only && (!list->n || conversion_has(list, source->fourcc)))
		request.pixelformat = text;
	return play_format_negotiate(&setup->device, &frames, &request, only, &setup->format);
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

	log_error("%s: delivers %s, which a relay does not decode; %s takes %s: choose another format with "
		  "--from-pixelformat, or decode it as a file: v4l2q capture -d %s -p %s -f nut -o - | v4l2q "
		  "play -d %s -",
		  source->device.path, fourcc_text(source->format.fourcc, fourcc), sink->path,
		  enumerate_formats_text(sink, offered, sizeof offered), source->device.name, fourcc,
		  sink->name);
	return -ERANGE;
}

/* The source's format is one that the node takes, the output's one that it gives. */
static int negotiate_through_node(struct relay *relay, const struct conversion_formats *sink_list)
{
	struct relay_node *node = &relay->node;
	struct video_format *source = &relay->source.setup.format;
	int err;

	if (!source->pix || source->pix->av == AV_PIX_FMT_NONE)
		return refuse_compressed(relay);
	err = relay_node_take(node, source);
	if (err == 0)
		err = negotiate_sink(relay, sink_list, &node->m2m.conversion.to);
	if (err == 0)
		err = relay_node_give(node, &relay->sink.setup.format, relay->options.scaling);
	return err;
}

int relay_format_negotiate(struct relay *relay)
{
	struct setup *source = &relay->source.setup, *sink = &relay->sink.setup;
	struct conversion_formats source_list, sink_list;
	struct v4l2_format present = { 0 };
	uint32_t fourcc;
	int err;

	conversion_read_formats(&source->device, source->device.type, &source_list);
	conversion_read_formats(&sink->device, sink->device.type, &sink_list);
	negotiate_get_v4l2_format(&source->device, &present);
	fourcc = device_is_multiplanar(&source->device) ? present.fmt.pix_mp.pixelformat
							: present.fmt.pix.pixelformat;
	if (relay->options.convert_device) {
		fourcc = find_taken_format(&relay->node.m2m.conversion.from, &source_list, fourcc);
		err = negotiate_source(relay, fourcc, 0, 0);
		return err < 0 ? err : negotiate_through_node(relay, &sink_list);
	}
	fourcc = choose_fourcc(relay, &source_list, &sink_list, fourcc);
	err = negotiate_source(relay, fourcc, sink->request.width, sink->request.height);
	if (err < 0)
		return err;
	if ((!source->format.pix || source->format.pix->av == AV_PIX_FMT_NONE) && sink_list.n &&
	    !conversion_has(&sink_list, source->format.fourcc))
		return refuse_compressed(relay);
	err = negotiate_sink(relay, &sink_list, NULL);
	if (err == 0 && !has_one_size(relay) && !source->request.width)
		err = match_size(relay);
	relay->converts = !has_one_size(relay) || source->format.fourcc != sink->format.fourcc;
	return err;
}
