/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media pipeline in front of a video node. */
#include "pipeline/pipeline_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/pixfmt.h"
#include "base/text.h"
#include "pipeline/search.h"

#define FOURCCS_MAX 16
#define COMMAND_TEXT_MAX 1000

int pipeline_open(struct pipeline **result, struct device *video)
{
	struct pipeline *pipeline;
	int err;

	*result = NULL;
	if (!(video->caps & V4L2_CAP_IO_MC) || device_is_output(video))
		return 0;
	pipeline = calloc(1, sizeof *pipeline);
	if (!pipeline)
		return log_no_memory();
	pipeline->video = video;
	err = graph_open(&pipeline->graph, video);
	if (err == 0)
		err = route_find(&pipeline->graph, &pipeline->route);
	/* Sub-devices without nodes cannot be set by programs. */
	if (err == 0 && (pipeline->route.n || pipeline->route.open_end) &&
	    (pipeline->route.open_end || entity_is_open(pipeline->route.links[0]->source->entity))) {
		*result = pipeline;
		return 0;
	}
	pipeline_close(pipeline);
	return err == -ENOENT ? 0 : err;
}

void pipeline_close(struct pipeline *pipeline)
{
	if (pipeline)
		graph_close(&pipeline->graph);
	free(pipeline);
}

static void save_pad(struct pipeline *pipeline, const struct pad *pad, struct device *node)
{
	struct pad_state *state = &pipeline->before[pipeline->n_before];
	uint32_t which = V4L2_SUBDEV_FORMAT_ACTIVE;

	*state = (struct pad_state){ .pad = pad, .node = node };
	if (node && node != pipeline->video && negotiate_get_v4l2_format(node, &state->node_format) == 0)
		pipeline->n_before++;
	if (node || !entity_is_open(pad->entity) || pad_get_format(pad, which, &state->format) < 0)
		return;
	state->has_crop = pad_get_selection(pad, which, V4L2_SEL_TGT_CROP, &state->crop) == 0;
	state->has_compose = pad_get_selection(pad, which, V4L2_SEL_TGT_COMPOSE, &state->compose) == 0;
	pipeline->n_before++;
}

/* Saves it once: a second setup of the same pipeline is restored to the settings before the first. */
static void save(struct pipeline *pipeline)
{
	const struct route *route = &pipeline->route;

	for (unsigned i = 0; i < route->n + route->n_branches && !pipeline->is_saved; i++) {
		const struct link *link = i < route->n ? route->links[i] : route->branches[i - route->n];

		save_pad(pipeline, link->source, NULL);
		save_pad(pipeline, link->sink, route_node_of(route, link, pipeline->video));
	}
	pipeline_save_rate(pipeline);
	pipeline->is_saved = true;
}

static bool is_other_rectangle(const struct pad *pad, uint32_t target, const struct v4l2_rect *before,
			       struct v4l2_rect *now)
{
	return pad_get_selection(pad, V4L2_SUBDEV_FORMAT_ACTIVE, target, now) == 0 &&
	       (now->left != before->left || now->top != before->top || now->width != before->width ||
		now->height != before->height);
}

static void restore_rectangle(const struct pad *pad, uint32_t target, const struct v4l2_rect *before)
{
	struct v4l2_rect now, rect = *before;

	if (is_other_rectangle(pad, target, before, &now))
		pad_set_selection(pad, V4L2_SUBDEV_FORMAT_ACTIVE, target, &rect);
}

static void restore_node(const struct pad_state *state)
{
	struct v4l2_format now, before = state->node_format;

	if (negotiate_get_v4l2_format(state->node, &now) == 0 &&
	    memcmp(&now.fmt, &before.fmt, sizeof now.fmt) != 0)
		device_ioctl(state->node, VIDIOC_S_FMT, &before);
}

static void restore_pad(const struct pad_state *state)
{
	struct v4l2_mbus_framefmt now, before = state->format;
	char text[PAD_TEXT_MAX];

	if (state->node) {
		restore_node(state);
		return;
	}
	if (pad_get_format(state->pad, V4L2_SUBDEV_FORMAT_ACTIVE, &now) == 0 &&
	    !pad_formats_equal(&now, &before) &&
	    pad_set_format(state->pad, V4L2_SUBDEV_FORMAT_ACTIVE, &before) < 0)
		log_verbose("%s cannot be restored", graph_pad_text(state->pad, text));
	if (state->has_crop)
		restore_rectangle(state->pad, V4L2_SEL_TGT_CROP, &state->crop);
	if (state->has_compose)
		restore_rectangle(state->pad, V4L2_SEL_TGT_COMPOSE, &state->compose);
}

static void restore_pads(struct pipeline *pipeline)
{
	for (unsigned i = 0; i < pipeline->n_before; i++)
		restore_pad(&pipeline->before[i]);
	for (unsigned i = 0; i < pipeline->route.n; i++) {
		if (pipeline->was_off[i])
			graph_enable_link(&pipeline->graph, pipeline->route.links[i], false);
		pipeline->was_off[i] = false;
	}
}

void pipeline_restore(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	restore_pads(pipeline);
	pipeline_restore_rate(pipeline);
	for (unsigned i = 0; i < pipeline->graph.n_entities; i++) {
		struct entity *entity = &pipeline->graph.entities[i];

		control_values_restore(entity->former, &entity->device);
	}
}

static void set_obstacle(struct obstacle *obstacle, const struct pipeline *pipeline,
			 const struct mismatch *mismatch)
{
	const char *path = pipeline->video->path;
	char text[MISMATCH_TEXT_MAX], command[COMMAND_TEXT_MAX];

	route_mismatch_text(mismatch, text);
	if (mismatch->kind == MISMATCH_NO_ROUTE || mismatch->kind == MISMATCH_NO_STREAM)
		obstacle_set(obstacle, OBSTACLE_PIPELINE_ROUTE, text,
			     route_command(mismatch, command, sizeof command));
	else
		obstacle_set(obstacle,
			     mismatch->kind == MISMATCH_OPEN_END ? OBSTACLE_PIPELINE_LINK
								 : OBSTACLE_PIPELINE_MISMATCH,
			     text, path);
}

static int report_mismatch(const struct pipeline *pipeline, const struct mismatch *mismatch)
{
	struct obstacle obstacle;

	set_obstacle(&obstacle, pipeline, mismatch);
	obstacle_pass(pipeline->video->path, &obstacle);
	return mismatch_is_users(mismatch) ? -ENOLINK : -EPIPE;
}

/* What pipeline_configure() cannot set either is reported as it would report it. */
static void explain(struct pipeline *pipeline, const struct mismatch *mismatch, const char *call,
		    struct obstacle *obstacle)
{
	const struct search_request nothing = { .width = 0 };
	char text[MISMATCH_TEXT_MAX], both[OBSTACLE_TEXT_MAX];
	struct search_result found = { .mismatch = *mismatch, .cost = UINT64_MAX };

	if (!mismatch_is_users(mismatch))
		search_run(&pipeline->route, pipeline->video, &nothing, &found);
	if (found.cost == UINT64_MAX) {
		set_obstacle(obstacle, pipeline, &found.mismatch);
		return;
	}
	snprintf(both, sizeof both, "%s: %s", call, route_mismatch_text(mismatch, text));
	obstacle_set(obstacle, OBSTACLE_PIPELINE, both, pipeline->video->path);
}

bool pipeline_explain(struct device *video, const char *call, struct obstacle *obstacle)
{
	struct mismatch mismatch = { .kind = MISMATCH_NONE };
	struct pipeline *pipeline;

	if (pipeline_open(&pipeline, video) == 0 && pipeline &&
	    route_check(&pipeline->route, video, &mismatch) == 0 && mismatch.kind)
		explain(pipeline, &mismatch, call, obstacle);
	pipeline_close(pipeline);
	return mismatch.kind;
}

/* Sets the pad unless it is set already; route_check() later reports what the drivers made of it. sink: of
 * the entity, where the pad is a source. */
static int set_pad(const struct pad *pad, const struct pad *sink, const struct v4l2_mbus_framefmt *wanted)
{
	struct v4l2_mbus_framefmt format;
	char text[PAD_TEXT_MAX];
	int err;

	if (!entity_is_open(pad->entity))
		return 0;
	err = pad_get_format(pad, V4L2_SUBDEV_FORMAT_ACTIVE, &format);
	if (err < 0 || pad_formats_equal(&format, wanted))
		return err;
	format = *wanted;
	err = search_set_source(sink, pad, V4L2_SUBDEV_FORMAT_ACTIVE, &format);
	if (err < 0)
		log_error("%s: %s cannot be set: %s", pad->entity->device.path, graph_pad_text(pad, text),
			  err_str(err));
	return err;
}

static int set_link(struct pipeline *pipeline, unsigned i, const struct v4l2_mbus_framefmt *format)
{
	struct link *link = pipeline->route.links[i];
	char source[PAD_TEXT_MAX], text[PAD_FORMAT_TEXT_MAX];
	int err = 0;

	if (!link_is_enabled(link)) {
		err = graph_enable_link(&pipeline->graph, link, true);
		pipeline->was_off[i] = err == 0;
	}
	if (err == 0)
		err = set_pad(link->source, i ? pipeline->route.links[i - 1]->sink : NULL, format);
	if (err == 0 && i + 1 < pipeline->route.n)
		err = set_pad(link->sink, NULL, format);
	if (err == 0 && i + 1 < pipeline->route.n && entity_is_open(link->sink->entity))
		search_set_whole(link->sink, V4L2_SUBDEV_FORMAT_ACTIVE, format);
	if (err == 0)
		log_verbose("%s: %s sends %s", pipeline->video->path, graph_pad_text(link->source, source),
			    pad_format_text(format, text));
	return err;
}

/* Branches take the format of the route. */
static int set_branch(struct pipeline *pipeline, const struct link *link)
{
	struct device *node = route_node_of(&pipeline->route, link, pipeline->video);
	struct v4l2_mbus_framefmt sent;
	struct node_format wanted;
	int err;

	if (!entity_is_open(link->source->entity) || !entity_is_open(link->sink->entity))
		return 0;
	err = pad_get_format(link->source, V4L2_SUBDEV_FORMAT_ACTIVE, &sent);
	if (err == 0 && !node) {
		err = set_pad(link->sink, NULL, &sent);
		search_set_whole(link->sink, V4L2_SUBDEV_FORMAT_ACTIVE, &sent);
	}
	if (err < 0 || !node || node_format_get(node, &wanted) < 0 ||
	    (wanted.width == sent.width && wanted.height == sent.height &&
	     node_format_fits(node, sent.code, wanted.fourcc)))
		return err;
	wanted = (struct node_format){ node_format_choose(node, sent.code, &wanted.fourcc, 1), sent.width,
				       sent.height };
	err = node_format_set(node, VIDIOC_S_FMT, &sent, &wanted);
	return err < 0 ? device_error(node, "VIDIOC_S_FMT", err) : 0;
}

static int set_all(struct pipeline *pipeline, const struct search_result *found)
{
	struct node_format node = found->node;
	struct mismatch mismatch;
	int err = 0;

	for (unsigned i = 0; i < pipeline->route.n && err == 0; i++)
		err = set_link(pipeline, i, &found->links[i]);
	if (err < 0)
		return err;
	err = node_format_set(pipeline->video, VIDIOC_S_FMT, &found->links[pipeline->route.n - 1], &node);
	if (err < 0)
		return device_error(pipeline->video, "VIDIOC_S_FMT", err);
	for (unsigned i = 0; i < pipeline->route.n_branches && err == 0; i++)
		err = set_branch(pipeline, pipeline->route.branches[i]);
	if (err < 0)
		return err;
	err = route_check(&pipeline->route, pipeline->video, &mismatch);
	return err == 0 && mismatch.kind ? report_mismatch(pipeline, &mismatch) : err;
}

/* The pipeline cannot tell about pixel formats that libv4l2 converts to, or that the node lacks. */
static unsigned list_fourccs(struct pipeline *pipeline, const char *name, uint32_t fourccs[FOURCCS_MAX])
{
	unsigned n = name ? pixfmt_parse(name, fourccs, FOURCCS_MAX) : 0;

	for (unsigned i = 0; i < n; i++)
		if (node_format_fits(pipeline->video, 0, fourccs[i]))
			return n;
	return 0;
}

static bool is_as_requested(struct pipeline *pipeline, const struct search_request *request)
{
	const struct pad *source = pipeline->route.links[0]->source;
	struct v4l2_mbus_framefmt sent;
	struct node_format node;
	bool fits = !request->n_fourccs;

	if (node_format_get(pipeline->video, &node) < 0)
		return false;
	if (request->fps.den && pad_get_format(source, V4L2_SUBDEV_FORMAT_ACTIVE, &sent) == 0 &&
	    !pad_has_rate(source, &sent, request->fps))
		return false;
	for (unsigned i = 0; i < request->n_fourccs; i++)
		fits = fits || node.fourcc == request->fourccs[i];
	return fits && (!request->width || (node.width == request->width && node.height == request->height));
}

static int refuse_request(const struct pipeline *pipeline, const struct negotiate_request *request,
			  const struct search_result *found)
{
	const struct link *last = pipeline->route.links[pipeline->route.n - 1];
	char asked[80], node[NODE_FORMAT_TEXT_MAX], sent[PAD_FORMAT_TEXT_MAX];
	char source[PAD_TEXT_MAX], sink[PAD_TEXT_MAX];

	negotiate_mode_text(request->width, request->height, request->pixelformat, (struct fraction){ 0, 0 },
			    asked, sizeof asked);
	log_error("%s: asked for %s, which cannot come out of its media pipeline; the nearest: %s takes %s, "
		  "where "
		  "%s sends %s; --adjust accepts that",
		  pipeline->video->path, asked, graph_pad_text(last->sink, sink),
		  node_format_text(&found->node, node), graph_pad_text(last->source, source),
		  pad_format_text(&found->links[pipeline->route.n - 1], sent));
	return -ERANGE;
}

int pipeline_configure(struct pipeline *pipeline, const struct negotiate_request *wanted)
{
	uint32_t fourccs[FOURCCS_MAX];
	struct search_request request = { wanted->width, wanted->height, fourccs, 0, wanted->fps };
	struct search_result found;
	struct mismatch mismatch;
	int err = route_check(&pipeline->route, pipeline->video, &mismatch);

	if (err < 0)
		return err;
	if (mismatch_is_users(&mismatch))
		return report_mismatch(pipeline, &mismatch);
	request.n_fourccs = list_fourccs(pipeline, wanted->pixelformat, fourccs);
	if (!mismatch.kind && is_as_requested(pipeline, &request))
		return 0;
	search_run(&pipeline->route, pipeline->video, &request, &found);
	if (found.cost == UINT64_MAX)
		return report_mismatch(pipeline, &found.mismatch);
	if (!search_is_as_requested(&found) && !wanted->adjust)
		return refuse_request(pipeline, wanted, &found);
	if (!pipeline->is_saved)
		route_mismatch_text(&mismatch, pipeline->former_mismatch);
	save(pipeline);
	err = set_all(pipeline, &found);
	if (err < 0) {
		restore_pads(pipeline);
		pipeline_restore_rate(pipeline);
	}
	return err;
}

int pipeline_modes(void *pipeline, const struct negotiate_request *request, enumerate_visit *visit,
		   void *opaque)
{
	const struct pipeline *of = pipeline;

	return search_modes(&of->route, of->video, request->width, request->height, visit, opaque);
}

static const struct pad_state *first_state_of(const struct pipeline *pipeline, const struct pad *pad)
{
	const struct pad_state *state = pipeline->before;

	while (state->pad->id != pad->id || state->pad->stream != pad->stream)
		state++;
	return state;
}

#define SETTINGS_TEXT_MAX 200

static void add_rectangle_command(const struct pad *pad, uint32_t target, const struct v4l2_rect *before,
				  const char *name, char text[SETTINGS_TEXT_MAX])
{
	struct v4l2_rect now;

	if (is_other_rectangle(pad, target, before, &now))
		text_add(text, SETTINGS_TEXT_MAX, "%s%s:(%d,%d)/%ux%u", *text ? " " : "", name, now.left,
			 now.top, now.width, now.height);
}

/* "\"Scaler\":0 [fmt:YUYV8_1X16/640x480 compose:(0,0)/320x240]" */
static void add_pad_command(const struct pad_state *state, char *text, size_t size)
{
	char pad[PAD_TEXT_MAX], format[PAD_FORMAT_TEXT_MAX], set[SETTINGS_TEXT_MAX] = "";
	struct v4l2_mbus_framefmt now;

	if (state->node || pad_get_format(state->pad, V4L2_SUBDEV_FORMAT_ACTIVE, &now) < 0)
		return;
	pad_format_text(&now, format);
	if (!pad_formats_match(&now, &state->format))
		text_add(set, sizeof set, "fmt:%.*s/%s", (int)strcspn(format, " "), format,
			 strrchr(format, ' ') + 1);
	if (state->has_crop)
		add_rectangle_command(state->pad, V4L2_SEL_TGT_CROP, &state->crop, "crop", set);
	if (state->has_compose)
		add_rectangle_command(state->pad, V4L2_SEL_TGT_COMPOSE, &state->compose, "compose", set);
	if (*set)
		text_add(text, size, "%s%s [%s]", *text ? ", " : "", graph_pad_text(state->pad, pad), set);
}

/* Links are enabled or disabled for all of their streams. */
static void add_link_command(const struct link *link, char *text, size_t size)
{
	struct pad from = *link->source, to = *link->sink;
	char source[PAD_TEXT_MAX], sink[PAD_TEXT_MAX];

	from.stream = to.stream = 0;
	text_add(text, size, "%s%s -> %s [1]", *text ? ", " : "", graph_pad_text(&from, source),
		 graph_pad_text(&to, sink));
}

char *pipeline_command(const struct pipeline *pipeline, char *text, size_t size)
{
	char pads[1000] = "", links[500] = "";

	/* A pad at which several links begin occurs several times. */
	for (unsigned i = 0; i < pipeline->n_before; i++)
		if (first_state_of(pipeline, pipeline->before[i].pad) == &pipeline->before[i])
			add_pad_command(&pipeline->before[i], pads, sizeof pads);
	for (unsigned i = 0; i < pipeline->route.n; i++)
		if (pipeline->was_off[i])
			add_link_command(pipeline->route.links[i], links, sizeof links);
	snprintf(text, size, "media-ctl -d %s", pipeline->graph.media.path);
	if (*links)
		text_add(text, size, " -l '%s'", links);
	if (*pads)
		text_add(text, size, " -V '%s'", pads);
	return text;
}
