/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One format for the two devices of a relay. */
#include <errno.h>
#include "base/log.h"
#include "device/format/enumerate.h"
#include "device/nodes/conversion.h"
#include "media/frame_decoder.h"
#include "media/libav.h"
#include "session/play_format.h"
#include "session/relay.h"

static bool is_raw(uint32_t fourcc)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(fourcc);

	return pix && pix->av != AV_PIX_FMT_NONE;
}

static bool is_compressed(uint32_t fourcc)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(fourcc);

	return pix && pixfmt_is_compressed(pix);
}

/* --- formats of the source --- */

struct mode_search {
	uint32_t width, height; /* 0: any */
	struct fraction fps;    /* 0/0: any */
	struct conversion_formats *found;
};

/* Unlisted values may be supported. */
static int add_format_of_mode(void *opaque, const void *entry)
{
	const struct enumerated_mode *mode = entry;
	const struct mode_search *search = opaque;
	struct conversion_formats *found = search->found;
	bool has_size = !search->width || !mode->width ||
			(mode->width == search->width && mode->height == search->height);
	bool has_rate = !search->fps.den || !mode->fps.den || fraction_close(mode->fps, search->fps);

	if (has_size && has_rate && found->n < CONVERSION_FORMATS_MAX && !conversion_has(found, mode->fourcc))
		found->fourccs[found->n++] = mode->fourcc;
	return 0;
}

/* The source's formats with the requested size and rate; all formats if none has both. */
static void read_serving_formats(struct relay *relay, struct conversion_formats *formats)
{
	struct setup *source = &relay->source.setup;
	const struct negotiate_request *wanted = &source->request, *sink = &relay->sink.setup.request;
	struct mode_search search = {
		.width = wanted->width ? wanted->width : sink->width,
		.height = wanted->width ? wanted->height : sink->height,
		.fps = wanted->fps,
		.found = formats,
	};

	formats->n = 0;
	if (search.width || search.fps.den)
		enumerate_modes(&source->device, search.width, search.height, search.fps, add_format_of_mode,
				&search);
	if (!formats->n)
		conversion_read_formats(&source->device, source->device.type, formats);
}

/* --- the choice --- */

/* The first format in the list that the text names; 0: none. */
static uint32_t find_named_format(const struct conversion_formats *list, const char *text)
{
	uint32_t named[16];
	unsigned n = text ? pixfmt_parse(text, named, 16) : 0;

	return conversion_find(list, named, n);
}

/* The first format that both have, preferably a raw one, whose meaning does not vary between devices. */
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

/* In the order of cost. Frames of a stream can be left out only up to the next key frame. */
enum conversion_cost { RAW, PICTURES, STREAM, NOT_CONVERTIBLE };

static enum conversion_cost conversion_cost(uint32_t fourcc)
{
	if (is_raw(fourcc))
		return RAW;
	if (!is_compressed(fourcc))
		return NOT_CONVERTIBLE;
	return libav_is_intra_only(pixfmt_by_fourcc(fourcc)->codec) ? PICTURES : STREAM;
}

/* The format that is cheapest to convert; among equals the current one, else the first. 0: none can be
 * converted. */
static uint32_t find_convertible_format(const struct conversion_formats *source, uint32_t present)
{
	uint32_t best = conversion_has(source, present) ? present : 0;

	for (unsigned i = 0; i < source->n; i++)
		if (conversion_cost(source->fourccs[i]) < conversion_cost(best))
			best = source->fourccs[i];
	return conversion_cost(best) < NOT_CONVERTIBLE ? best : 0;
}

/* Whether the output takes such frames without a conversion. */
static bool takes_format(const struct relay *relay, const struct conversion_formats *sink, uint32_t fourcc)
{
	const char *wanted = relay->sink.setup.request.pixelformat;
	struct conversion_formats one = { .n = 1, .fourccs = { fourcc } };

	return wanted ? find_named_format(&one, wanted) : !sink->n || conversion_has(sink, fourcc);
}

/* The format to request of the source: the one requested for the output, else the current one, else the first
 * common one, else one to convert; 0: no change. */
static uint32_t choose_fourcc(const struct relay *relay, const struct conversion_formats *source,
			      const struct conversion_formats *sink, uint32_t present)
{
	const char *wanted = relay->sink.setup.request.pixelformat;
	uint32_t fourcc = find_named_format(source, wanted);

	if (fourcc || (!wanted && !sink->n) || relay->source.setup.request.pixelformat)
		return fourcc;
	if (conversion_has(source, present) && takes_format(relay, sink, present))
		return 0;
	if (!wanted)
		fourcc = find_common_format(source, sink);
	return fourcc ? fourcc : find_convertible_format(source, present);
}

/* The format for a node; 0: no change. */
static uint32_t find_taken_format(const struct conversion_formats *takes,
				  const struct conversion_formats *source, uint32_t present)
{
	return conversion_has(takes, present) ? 0 : find_common_format(source, takes);
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

/* only: formats of a node; NULL: frames are passed on or converted. */
static int negotiate_sink(struct relay *relay, bool as_they_are, const struct conversion_formats *only)
{
	struct video_format source = frame_converter_pictures(&relay->source.setup.format);
	struct setup *setup = &relay->sink.setup;
	struct negotiate_request request = setup->request;
	struct reader_info frames = { .path = relay->source.setup.device.path, .format = source };
	char text[FOURCC_TEXT_MAX];

	frames.av = source.pix ? source.pix->av : AV_PIX_FMT_NONE;
	frames.codec_id = source.pix ? source.pix->codec : AV_CODEC_ID_NONE;
	frames.codec = fourcc_text(source.fourcc, text);
	if (!as_they_are && video_format_is_compressed(&source))
		frames.av = frame_decoder_usual_format(frames.codec_id);
	if (!request.pixelformat && as_they_are)
		request.pixelformat = text;
	return play_format_negotiate(&setup->device, &frames, &request, only, &setup->format);
}

static bool has_one_size(const struct relay *relay)
{
	const struct video_format *source = &relay->source.setup.format, *sink = &relay->sink.setup.format;

	return source->width == sink->width && source->height == sink->height;
}

/* The output has another size: tries to set it at the source. */
static int match_size(struct relay *relay)
{
	const struct video_format before = relay->source.setup.format, *sink = &relay->sink.setup.format;
	int err = negotiate_source(relay, before.fourcc, sink->width, sink->height);

	if (err < 0 || has_one_size(relay))
		return err;
	return negotiate_source(relay, before.fourcc, before.width, before.height);
}

static int refuse_format(const struct relay *relay, struct device *takes)
{
	const struct setup *source = &relay->source.setup;
	char fourcc[FOURCC_TEXT_MAX], offered[256];

	log_error("%s: delivers %s, which can be neither decoded nor converted; %s takes %s: choose another "
		  "format with --from-pixelformat",
		  source->device.path, fourcc_text(source->format.fourcc, fourcc), takes->path,
		  enumerate_formats_text(takes, offered, sizeof offered));
	return -ERANGE;
}

/* Sets the source to a format that the node takes, and the output to one that it delivers. */
static int negotiate_through_node(struct relay *relay, uint32_t present,
				  const struct conversion_formats *source_list)
{
	struct relay_node *node = &relay->node;
	struct video_format *source = &relay->source.setup.format;
	uint32_t fourcc = find_taken_format(&node->m2m.conversion.from, source_list, present);
	int err = negotiate_source(relay, fourcc, 0, 0);

	if (err < 0)
		return err;
	if (!is_raw(source->fourcc))
		return refuse_format(relay, &node->m2m.output);
	err = relay_node_take(node, source);
	if (err == 0)
		err = negotiate_sink(relay, false, &node->m2m.conversion.to);
	if (err == 0)
		err = relay_node_give(node, &relay->sink.setup.format, relay->options.scaling);
	return err;
}

/* Why frames are converted, for the report. */
static const char *explain_conversion(const struct relay *relay, const struct conversion_formats *source)
{
	const struct negotiate_request *request = &relay->source.setup.request;
	bool has_raw = false;

	for (unsigned i = 0; i < source->n; i++)
		has_raw |= is_raw(source->fourccs[i]);
	if (request->pixelformat)
		return "the output does not take the format and size asked for";
	if (has_raw || !video_format_is_compressed(&relay->source.setup.format))
		return "the devices have no format and size in common";
	return request->width || relay->sink.setup.request.width || request->fps.den
		       ? "the capture device has the size and rate asked for in no raw format"
		       : "the capture device has no raw format";
}

/* Without a node. Scaling a compressed frame also requires decoding. */
static int negotiate_both(struct relay *relay, uint32_t present, const struct conversion_formats *source_list,
			  const struct conversion_formats *sink_list)
{
	struct setup *source = &relay->source.setup, *sink = &relay->sink.setup;
	uint32_t fourcc = choose_fourcc(relay, source_list, sink_list, present);
	int err = negotiate_source(relay, fourcc, sink->request.width, sink->request.height);
	bool as_they_are;

	if (err < 0)
		return err;
	as_they_are = takes_format(relay, sink_list, source->format.fourcc);
	if (!as_they_are && conversion_cost(source->format.fourcc) == NOT_CONVERTIBLE)
		return refuse_format(relay, &sink->device);
	err = negotiate_sink(relay, as_they_are, NULL);
	if (err == 0 && !has_one_size(relay) && !source->request.width)
		err = match_size(relay);
	if (err == 0 && !has_one_size(relay) && as_they_are && is_compressed(source->format.fourcc))
		err = negotiate_sink(relay, false, NULL);
	relay->converts = !has_one_size(relay) || source->format.fourcc != sink->format.fourcc;
	relay->why = relay->converts ? explain_conversion(relay, source_list) : NULL;
	return err;
}

int relay_format_negotiate(struct relay *relay)
{
	struct setup *source = &relay->source.setup, *sink = &relay->sink.setup;
	struct conversion_formats source_list, sink_list;
	struct v4l2_format now = { 0 };
	uint32_t present;

	read_serving_formats(relay, &source_list);
	conversion_read_formats(&sink->device, sink->device.type, &sink_list);
	negotiate_get_v4l2_format(&source->device, &now);
	present =
		device_is_multiplanar(&source->device) ? now.fmt.pix_mp.pixelformat : now.fmt.pix.pixelformat;
	return relay->options.convert_device ? negotiate_through_node(relay, present, &source_list)
					     : negotiate_both(relay, present, &source_list, &sink_list);
}
