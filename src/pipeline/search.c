/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds formats that match along a whole pipeline. */
#include "pipeline/search.h"

#include <stdlib.h>

#define TRIES_MAX 4000
#define LIST_MAX 64 /* codes, or sizes, of a pad */
#define WRONG_FORMAT (UINT64_C(1) << 40)
/* Costs that are lower than that of any difference in size. */
#define OTHER_FORMAT 1u /* than the node's, if no format is requested */
#define OTHER_RATE 2u   /* than the requested one */
#define OTHER_SIZE 4u   /* per pixel */

struct search {
	const struct route *route;
	struct device *video;
	const struct search_request *request;
	struct node_format now; /* of the node */
	struct v4l2_mbus_framefmt links[ROUTE_MAX];
	struct search_result *result;
	bool misses_rate;       /* the source cannot have the requested rate */
	enumerate_visit *visit; /* called for every result; NULL: look for the one nearest to the request */
	void *opaque;
	int err; /* its result that ended the search */
	unsigned n_tries, deepest;
};

static bool is_done(const struct search *search)
{
	return search->result->cost == 0 || search->err < 0 || search->n_tries >= TRIES_MAX;
}

static uint64_t distance(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

static uint64_t cost_of(const struct search *search, const struct node_format *node)
{
	const struct search_request *request = search->request;
	uint64_t cost = search->misses_rate ? OTHER_RATE : 0;

	if (request->width)
		cost += OTHER_SIZE *
			(distance(node->width, request->width) + distance(node->height, request->height));
	if (!request->n_fourccs)
		return cost + (node->fourcc == search->now.fourcc ? 0 : OTHER_FORMAT);
	for (unsigned i = 0; i < request->n_fourccs; i++)
		if (request->fourccs[i] == node->fourcc)
			return cost;
	return cost + WRONG_FORMAT;
}

/* Keeps the mismatch that is farthest from the source. */
static void note_mismatch(struct search *search, unsigned i, const struct v4l2_mbus_framefmt *sink,
			  const struct node_format *node)
{
	if (i + 1 <= search->deepest)
		return;
	search->deepest = i + 1;
	search->result->mismatch = (struct mismatch){
		.kind = MISMATCH_FORMAT,
		.route = search->route,
		.link = search->route->links[i],
		.source = search->links[i],
	};
	if (sink)
		search->result->mismatch.sink = *sink;
	if (node)
		search->result->mismatch.node = *node;
}

/* Reports a mode of the node for each rate that the source lists for its format. */
static int visit_rates(const struct search *search, struct enumerated_mode *mode)
{
	const struct pad *source = search->route->links[0]->source;
	uint32_t n = 0;
	int err = 0;

	while (err >= 0 && pad_enum_rate(source, &search->links[0], n, &mode->fps)) {
		err = search->visit(search->opaque, mode);
		n++;
	}
	return n ? err : search->visit(search->opaque, mode);
}

static int visit_format(void *opaque, const void *entry)
{
	const struct search *search = opaque;
	const struct v4l2_mbus_framefmt *sent = &search->links[search->route->n - 1];
	const struct v4l2_fmtdesc *format = entry;
	struct node_format node = { format->pixelformat, sent->width, sent->height };
	struct enumerated_mode mode = { .fourcc = format->pixelformat,
					.compressed = format->flags & V4L2_FMT_FLAG_COMPRESSED,
					.width = sent->width,
					.height = sent->height };

	if (format->flags & V4L2_FMT_FLAG_EMULATED ||
	    node_format_set(search->video, VIDIOC_TRY_FMT, sent, &node) < 0 || node.fourcc != mode.fourcc ||
	    node.width != mode.width || node.height != mode.height)
		return 0;
	return visit_rates(search, &mode);
}

static void try_node(struct search *search, unsigned i)
{
	const struct search_request *request = search->request;
	const struct v4l2_mbus_framefmt *sent = &search->links[i];
	struct node_format node = { .width = sent->width, .height = sent->height };
	uint64_t cost;

	node.fourcc =
		request->n_fourccs
			? node_format_choose(search->video, sent->code, request->fourccs, request->n_fourccs)
			: node_format_choose(search->video, sent->code, &search->now.fourcc, 1);
	if (!node.fourcc || node_format_set(search->video, VIDIOC_TRY_FMT, sent, &node) < 0 ||
	    node.width != sent->width || node.height != sent->height ||
	    !node_format_fits(search->video, sent->code, node.fourcc)) {
		note_mismatch(search, i, NULL, node.fourcc ? &node : &search->now);
		return;
	}
	cost = cost_of(search, &node);
	if (cost >= search->result->cost)
		return;
	search->result->cost = cost;
	search->result->node = node;
	for (unsigned k = 0; k <= i; k++)
		search->result->links[k] = search->links[k];
}

static void set_rectangle(const struct pad *sink, uint32_t which, uint32_t target,
			  const struct v4l2_mbus_framefmt *format)
{
	struct v4l2_rect now, whole = { .width = format->width, .height = format->height };

	if (pad_get_selection(sink, which, target, &now) == 0 &&
	    (now.left || now.top || now.width != whole.width || now.height != whole.height))
		pad_set_selection(sink, which, target, &whole);
}

void search_set_whole(const struct pad *sink, uint32_t which, const struct v4l2_mbus_framefmt *format)
{
	set_rectangle(sink, which, V4L2_SEL_TGT_CROP, format);
	set_rectangle(sink, which, V4L2_SEL_TGT_COMPOSE, format);
}

/* Rule: kernel documentation, "Sub-device Interface", "Order of configuration and format propagation". */
int search_set_source(const struct pad *sink, const struct pad *source, uint32_t which,
		      struct v4l2_mbus_framefmt *format)
{
	const struct v4l2_mbus_framefmt wanted = *format;
	int err = pad_set_format(source, which, format);

	if (err < 0 || !sink || (format->width == wanted.width && format->height == wanted.height))
		return err;
	set_rectangle(sink, which, V4L2_SEL_TGT_COMPOSE, &wanted);
	set_rectangle(source, which, V4L2_SEL_TGT_CROP, &wanted);
	*format = wanted;
	return pad_set_format(source, which, format);
}

static void try_source(struct search *search, unsigned i);

/* search->links[i] has the format of the link's source. */
static void try_sink(struct search *search, unsigned i)
{
	const struct pad *sink = search->route->links[i]->sink;
	struct v4l2_mbus_framefmt format = search->links[i];

	search->n_tries++;
	if (i + 1 == search->route->n) {
		if (search->visit)
			search->err = enumerate_bus_formats(search->video, search->links[i].code,
							    visit_format, search);
		else
			try_node(search, i);
		return;
	}
	if (entity_is_open(sink->entity)) {
		if (pad_set_format(sink, V4L2_SUBDEV_FORMAT_TRY, &format) < 0 ||
		    !pad_formats_match(&search->links[i], &format)) {
			note_mismatch(search, i, &format, NULL);
			return;
		}
		search_set_whole(sink, V4L2_SUBDEV_FORMAT_TRY, &format);
	}
	try_source(search, i + 1);
}

struct size {
	uint32_t width, height;
	uint64_t cost; /* sizes smaller than the requested one come last, as they would have to be enlarged */
};

static int compare_sizes(const void *a, const void *b)
{
	const struct size *one = a, *other = b;

	return one->cost < other->cost ? -1 : one->cost > other->cost;
}

static uint32_t clamp(uint32_t value, uint32_t min, uint32_t max)
{
	return value < min ? min : value > max ? max : value;
}

static struct size make_size(const struct size *aim, const struct v4l2_subdev_frame_size_enum *range)
{
	struct size size = { clamp(aim->width, range->min_width, range->max_width),
			     clamp(aim->height, range->min_height, range->max_height), 0 };

	size.cost = distance(size.width, aim->width) + distance(size.height, aim->height);
	if (size.width < aim->width || size.height < aim->height)
		size.cost += UINT32_MAX;
	return size;
}

/* The size to aim at for a pad: the requested one; else the node's; when listing all modes, the largest that
 * needs no enlarging. */
static struct size aim_of(const struct search *search, unsigned i)
{
	const struct search_request *request = search->request;

	if (request->width)
		return (struct size){ request->width, request->height, 0 };
	if (!search->visit)
		return (struct size){ search->now.width, search->now.height, 0 };
	if (i == 0)
		return (struct size){ UINT32_MAX, UINT32_MAX, 0 };
	return (struct size){ search->links[i - 1].width, search->links[i - 1].height, 0 };
}

static bool includes_size(const struct size *sizes, unsigned n, const struct size *size)
{
	for (unsigned i = 0; i < n; i++)
		if (sizes[i].width == size->width && sizes[i].height == size->height)
			return true;
	return false;
}

/* The sizes to try for a pad, nearest first. Source of the pictures: the sizes that it lists, or its current
 * one if none is requested. Behind it: the size aimed at and, when listing all modes, the smaller ones that
 * the pad lists. */
static unsigned list_sizes(const struct search *search, unsigned i, uint32_t code,
			   const struct v4l2_mbus_framefmt *now, struct size sizes[LIST_MAX])
{
	const struct pad *pad = search->route->links[i]->source;
	const struct size aim = aim_of(search, i);
	bool listed = search->request->width ? i == 0 : search->visit != NULL;
	struct v4l2_subdev_frame_size_enum range;
	unsigned n = 0;

	if (i > 0)
		sizes[n++] = aim;
	for (uint32_t k = 0; listed && k < LIST_MAX - 1 && pad_enum_size(pad, code, k, &range); k++) {
		struct size size = make_size(&aim, &range);
		bool is_larger = size.width > aim.width || size.height > aim.height;

		if (!includes_size(sizes, n, &size) && !(i > 0 && is_larger))
			sizes[n++] = size;
	}
	qsort(sizes, n, sizeof *sizes, compare_sizes);
	if (n == 0)
		sizes[n++] = (struct size){ now->width, now->height, 0 };
	return n;
}

static void try_code(struct search *search, unsigned i, uint32_t code, const struct v4l2_mbus_framefmt *now)
{
	const struct pad *source = search->route->links[i]->source;
	const struct pad *sink = i ? search->route->links[i - 1]->sink : NULL;
	const struct search_request *request = search->request;
	struct size sizes[LIST_MAX];
	unsigned n = list_sizes(search, i, code, now, sizes);

	for (unsigned k = 0; k < n && !is_done(search); k++) {
		struct v4l2_mbus_framefmt format = *now;

		format.code = code;
		format.width = sizes[k].width;
		format.height = sizes[k].height;
		if (search_set_source(sink, source, V4L2_SUBDEV_FORMAT_TRY, &format) < 0 ||
		    format.code != code)
			continue;
		search->links[i] = format;
		if (i == 0)
			search->misses_rate =
				request->fps.den && !pad_has_rate(source, &format, request->fps);
		try_sink(search, i);
	}
}

/* The codes that the pad can have. The current code and the one that follows from the entity's sink come
 * first: the former changes least, the latter is not listed by all drivers. */
static unsigned list_codes(const struct pad *pad, uint32_t now, uint32_t sent, uint32_t codes[LIST_MAX])
{
	unsigned n = 0;

	codes[n++] = now;
	codes[n++] = sent;
	for (uint32_t i = 0; n < LIST_MAX && pad_enum_code(pad, i, &codes[n]); i++)
		n++;
	return n;
}

static bool contains(const uint32_t *codes, unsigned n, uint32_t code)
{
	for (unsigned i = 0; i < n; i++)
		if (codes[i] == code)
			return true;
	return false;
}

static void try_source(struct search *search, unsigned i)
{
	const struct pad *source = search->route->links[i]->source;
	struct v4l2_mbus_framefmt now, sent;
	uint32_t codes[LIST_MAX];
	unsigned n;

	if (!entity_is_open(source->entity)) { /* it passes its input on */
		search->links[i] = search->links[i - 1];
		try_sink(search, i);
		return;
	}
	/* The code derived from the sink has the sink's field order and colorimetry. */
	if (pad_get_format(source, V4L2_SUBDEV_FORMAT_ACTIVE, &now) < 0)
		return;
	if (i == 0 || pad_get_format(source, V4L2_SUBDEV_FORMAT_TRY, &sent) < 0)
		sent = now;
	n = list_codes(source, now.code, sent.code, codes);
	for (unsigned k = 0; k < n && !is_done(search); k++)
		if (!contains(codes, k, codes[k]))
			try_code(search, i, codes[k], &sent);
}

void search_run(const struct route *route, struct device *video, const struct search_request *request,
		struct search_result *result)
{
	struct search search = { .route = route, .video = video, .request = request, .result = result };

	*result = (struct search_result){ .cost = UINT64_MAX };
	if (node_format_get(video, &search.now) == 0)
		try_source(&search, 0);
}

int search_modes(const struct route *route, struct device *video, uint32_t width, uint32_t height,
		 enumerate_visit *visit, void *opaque)
{
	const struct search_request request = { .width = width, .height = height };
	struct search_result unused = { .cost = UINT64_MAX };
	struct search search = { .route = route,
				 .video = video,
				 .request = &request,
				 .result = &unused,
				 .visit = visit,
				 .opaque = opaque };

	try_source(&search, 0);
	return search.err;
}

bool search_is_as_requested(const struct search_result *result)
{
	return result->cost < OTHER_SIZE;
}
