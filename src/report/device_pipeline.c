/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on the media graph. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/pixfmt.h"
#include "pipeline/bus_code.h"
#include "pipeline/route.h"
#include "report/device.h"
#include "report/device_internal.h"

#define DOT_TEXT_MAX 200
#define ROUTE_TEXT_MAX 96

static void add_rectangle(struct json_object *object, const struct pad *pad, uint32_t target, const char *key)
{
	struct json_object *rectangle;
	struct v4l2_rect rect;

	if (pad_get_selection(pad, V4L2_SUBDEV_FORMAT_ACTIVE, target, &rect) < 0)
		return;
	rectangle = json_object_new_object();
	json_add_int(rectangle, "left", rect.left);
	json_add_int(rectangle, "top", rect.top);
	json_add_count(rectangle, "width", rect.width);
	json_add_count(rectangle, "height", rect.height);
	json_object_object_add(object, key, rectangle);
}

static void add_node_format(struct json_object *object, struct device *node)
{
	struct node_format format;
	char fourcc[FOURCC_TEXT_MAX];

	if (node_format_get(node, &format) < 0)
		return;
	json_add_text(object, "pixelformat", fourcc_text(format.fourcc, fourcc));
	json_add_count(object, "width", format.width);
	json_add_count(object, "height", format.height);
}

static void add_pad_format(struct json_object *object, const struct pad *pad)
{
	struct v4l2_mbus_framefmt format;
	char code[BUS_CODE_TEXT_MAX];

	if (pad_get_format(pad, V4L2_SUBDEV_FORMAT_ACTIVE, &format) < 0)
		return;
	json_add_text(object, "code", bus_code_text(format.code, code));
	json_add_count(object, "width", format.width);
	json_add_count(object, "height", format.height);
	add_rectangle(object, pad, V4L2_SEL_TGT_CROP, "crop");
	add_rectangle(object, pad, V4L2_SEL_TGT_COMPOSE, "compose");
}

static struct json_object *streams_json(const struct pad *pad)
{
	struct json_object *streams = json_object_new_array();
	struct pad one = *pad;

	for (one.stream = 0; routing_find_stream(&pad->entity->routing, pad->index, &one.stream);
	     one.stream++) {
		struct json_object *stream = json_object_new_object();

		json_add_count(stream, "stream", one.stream);
		add_pad_format(stream, &one);
		json_object_array_add(streams, stream);
	}
	return streams;
}

/* node: the video node that the pad belongs to, or NULL */
static struct json_object *pad_json(const struct pad *pad, struct device *node)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "index", pad->index);
	json_add_text(object, "direction", pad->flags & MEDIA_PAD_FL_SINK ? "sink" : "source");
	if (node)
		add_node_format(object, node);
	else if (pad->entity->routing.is_known)
		json_object_object_add(object, "streams", streams_json(pad));
	else if (entity_is_open(pad->entity))
		add_pad_format(object, pad);
	return object;
}

static struct json_object *routes_json(const struct routing *routing)
{
	struct json_object *routes = json_object_new_array();

	for (unsigned i = 0; i < routing->n; i++) {
		const struct subdev_route *from = &routing->routes[i];
		struct json_object *route = json_object_new_object();

		json_add_count(route, "sink_pad", from->sink_pad);
		json_add_count(route, "sink_stream", from->sink_stream);
		json_add_count(route, "source_pad", from->source_pad);
		json_add_count(route, "source_stream", from->source_stream);
		json_add_bool(route, "active", route_is_active(from));
		json_object_array_add(routes, route);
	}
	return routes;
}

static struct json_object *entity_json(struct graph *graph, struct entity *entity, struct device *device)
{
	struct json_object *object = json_object_new_object(), *pads = json_object_new_array();
	struct device *node = NULL;

	graph_open_entity(graph, entity);
	if (entity->interface == MEDIA_INTF_T_V4L_VIDEO)
		node = entity == graph->node ? device : entity_is_open(entity) ? &entity->device : NULL;
	json_add_count(object, "id", entity->id);
	json_add_text(object, "name", entity->name);
	json_add_text(object, "function", graph_function_text(entity->function));
	if (node || entity_is_open(entity))
		json_add_text(object, "path", node ? node->path : entity->device.path);
	json_add_bool(object, "this", entity == graph->node);
	for (unsigned i = 0; i < graph->n_pads; i++)
		if (graph->pads[i].entity == entity)
			json_object_array_add(pads, pad_json(&graph->pads[i], node));
	json_object_object_add(object, "pads", pads);
	if (entity->routing.is_known)
		json_object_object_add(object, "routes", routes_json(&entity->routing));
	if (!node && entity_is_open(entity))
		json_object_object_add(object, "controls", report_device_controls(&entity->device));
	return object;
}

static struct json_object *link_json(const struct link *link, const struct mismatch *mismatch)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "source", link->source->entity->id);
	json_add_count(object, "source_pad", link->source->index);
	json_add_count(object, "sink", link->sink->entity->id);
	json_add_count(object, "sink_pad", link->sink->index);
	json_add_bool(object, "enabled", link_is_enabled(link));
	json_add_bool(object, "immutable", link->flags & MEDIA_LNK_FL_IMMUTABLE);
	if (mismatch->kind && mismatch->link && links_are_same(link, mismatch->link))
		json_add_bool(object, "mismatch", true);
	return object;
}

static struct json_object *ancillary_json(const struct ancillary *ancillary)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "source", ancillary->of->id);
	json_add_count(object, "sink", ancillary->entity->id);
	return object;
}

/* Only pipelines that programs set up can be set up wrongly. */
static void find_mismatch(struct graph *graph, struct route *route, struct device *device,
			  struct mismatch *mismatch)
{
	*mismatch = (struct mismatch){ .kind = MISMATCH_NONE };
	if (device->caps & V4L2_CAP_IO_MC && route_find(graph, route) == 0 &&
	    route_check(route, device, mismatch) < 0)
		mismatch->kind = MISMATCH_NONE;
}

static void add_version(struct json_object *object, const char *key, uint32_t version)
{
	char text[40];

	snprintf(text, sizeof text, "%u.%u.%u", version >> 16, version >> 8 & 0xff, version & 0xff);
	json_add_text(object, key, text);
}

static void add_media_info(struct json_object *object, const struct media_device_info *info)
{
	json_add_text(object, "driver", info->driver);
	json_add_text(object, "model", info->model);
	json_add_text(object, "serial", *info->serial ? info->serial : NULL);
	json_add_text(object, "bus", info->bus_info);
	add_version(object, "media_version", info->media_version);
	add_version(object, "driver_version", info->driver_version);
	json_add_count(object, "hardware_revision", info->hw_revision);
}

static struct json_object *graph_json(struct graph *graph, struct device *device)
{
	struct json_object *object = json_object_new_object();
	struct json_object *entities = json_object_new_array(), *links = json_object_new_array();
	struct json_object *ancillaries = json_object_new_array();
	char text[MISMATCH_TEXT_MAX];
	struct mismatch mismatch;
	struct route route;

	find_mismatch(graph, &route, device, &mismatch);
	json_add_text(object, "media", graph->media.path);
	add_media_info(object, &graph->info);
	json_add_text(object, "mismatch", route_mismatch_text(&mismatch, text));
	for (unsigned i = 0; i < graph->n_entities; i++)
		json_object_array_add(entities, entity_json(graph, &graph->entities[i], device));
	for (unsigned i = 0; i < graph->n_links; i++)
		json_object_array_add(links, link_json(&graph->links[i], &mismatch));
	json_object_object_add(object, "entities", entities);
	for (unsigned i = 0; i < graph->n_ancillaries; i++)
		json_object_array_add(ancillaries, ancillary_json(&graph->ancillaries[i]));
	json_object_object_add(object, "links", links);
	json_object_object_add(object, "ancillary_links", ancillaries);
	return object;
}

struct json_object *report_device_pipeline(struct device *device)
{
	struct json_object *object = NULL;
	struct graph graph;

	if (graph_open(&graph, device) == 0)
		object = graph_json(&graph, device);
	graph_close(&graph);
	return object;
}

static struct json_object *find_entity_json(struct json_object *pipeline, int64_t id)
{
	size_t n;
	struct json_object *entities = json_array(pipeline, "entities", &n);

	for (size_t i = 0; i < n; i++)
		if (json_int(json_object_array_get_idx(entities, i), "id") == id)
			return json_object_array_get_idx(entities, i);
	return NULL;
}

/* The i-th link from the pad, or NULL. */
static struct json_object *link_from(struct json_object *pipeline, struct json_object *entity,
				     struct json_object *pad, size_t i)
{
	size_t n;
	struct json_object *links = json_array(pipeline, "links", &n);

	for (size_t k = 0; k < n; k++) {
		struct json_object *link = json_object_array_get_idx(links, k);

		if (json_int(link, "source") == json_int(entity, "id") &&
		    json_int(link, "source_pad") == json_int(pad, "index") && i-- == 0)
			return link;
	}
	return NULL;
}

static void print_rectangle(struct json_object *pad, const char *key)
{
	struct json_object *rectangle;

	if (json_object_object_get_ex(pad, key, &rectangle))
		printf(", %s %" PRId64 "x%" PRId64 "%+" PRId64 "%+" PRId64, key, json_int(rectangle, "width"),
		       json_int(rectangle, "height"), json_int(rectangle, "left"),
		       json_int(rectangle, "top"));
}

/* For a pad, or a stream of one. */
static void print_pad_format(struct json_object *pad)
{
	if (json_int(pad, "width"))
		printf(" %s%s %" PRId64 "x%" PRId64, json_text(pad, "code"), json_text(pad, "pixelformat"),
		       json_int(pad, "width"), json_int(pad, "height"));
	print_rectangle(pad, "crop");
	print_rectangle(pad, "compose");
	printf("\n");
}

static void print_streams(struct json_object *pad)
{
	size_t n;
	struct json_object *streams = json_array(pad, "streams", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *stream = json_object_array_get_idx(streams, i);

		printf("      stream %" PRId64 ":", json_int(stream, "stream"));
		print_pad_format(stream);
	}
}

/* "0/1 -> 2/0" */
static const char *route_text(struct json_object *route, char text[ROUTE_TEXT_MAX])
{
	snprintf(text, ROUTE_TEXT_MAX, "%" PRId64 "/%" PRId64 " -> %" PRId64 "/%" PRId64 "%s",
		 json_int(route, "sink_pad"), json_int(route, "sink_stream"), json_int(route, "source_pad"),
		 json_int(route, "source_stream"), json_is_true(route, "active") ? "" : ", off");
	return text;
}

static void print_routes(struct json_object *entity)
{
	char text[ROUTE_TEXT_MAX];
	size_t n;
	struct json_object *routes = json_array(entity, "routes", &n);

	for (size_t i = 0; i < n; i++)
		printf("    route %s\n", route_text(json_object_array_get_idx(routes, i), text));
}

static void print_pad(struct json_object *pipeline, struct json_object *entity, struct json_object *pad)
{
	struct json_object *link;

	printf("    %" PRId64 " %s", json_int(pad, "index"),
	       strcmp(json_text(pad, "direction"), "sink") == 0 ? "takes" : "sends");
	print_pad_format(pad);
	print_streams(pad);
	for (size_t i = 0; (link = link_from(pipeline, entity, pad, i)); i++)
		printf("      -> \"%s\":%" PRId64 "%s%s%s\n",
		       json_text(find_entity_json(pipeline, json_int(link, "sink")), "name"),
		       json_int(link, "sink_pad"), json_is_true(link, "enabled") ? "" : ", off",
		       json_is_true(link, "immutable") ? ", immutable" : "",
		       json_is_true(link, "mismatch") ? "   <== does not fit" : "");
}

static void print_ancillaries(struct json_object *pipeline, struct json_object *entity)
{
	size_t n;
	struct json_object *links = json_array(pipeline, "ancillary_links", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *link = json_object_array_get_idx(links, i);

		if (json_int(link, "source") == json_int(entity, "id"))
			printf("    ancillary \"%s\"\n",
			       json_text(find_entity_json(pipeline, json_int(link, "sink")), "name"));
	}
}

static void print_entity(struct json_object *pipeline, struct json_object *entity)
{
	size_t n;
	struct json_object *pads = json_array(entity, "pads", &n);

	printf("  \"%s\"  %s, id %" PRId64 "%s%s%s\n", json_text(entity, "name"),
	       json_text(entity, "function"), json_int(entity, "id"), *json_text(entity, "path") ? ", " : "",
	       json_text(entity, "path"), json_is_true(entity, "this") ? ", this one" : "");
	for (size_t i = 0; i < n; i++)
		print_pad(pipeline, entity, json_object_array_get_idx(pads, i));
	print_routes(entity);
	print_ancillaries(pipeline, entity);
}

static void print_controls_of(struct json_object *entity)
{
	size_t n;
	struct json_object *controls = json_array(entity, "controls", &n);

	if (!n)
		return;
	printf("\nControls of \"%s\" (--set-ctrl \"'%s/NAME'=VALUE\")\n", json_text(entity, "name"),
	       json_text(entity, "name"));
	report_device_print_controls(controls);
}

void report_device_print_pipeline(struct json_object *pipeline)
{
	size_t n;
	struct json_object *entities = json_array(pipeline, "entities", &n);

	printf("  %s, %s%s%s (driver %s %s, bus %s, media API %s, hardware revision %" PRId64 ")\n",
	       json_text(pipeline, "media"), json_text(pipeline, "model"),
	       *json_text(pipeline, "serial") ? ", serial number " : "", json_text(pipeline, "serial"),
	       json_text(pipeline, "driver"), json_text(pipeline, "driver_version"),
	       json_text(pipeline, "bus"), json_text(pipeline, "media_version"),
	       json_int(pipeline, "hardware_revision"));
	if (*json_text(pipeline, "mismatch"))
		printf("  does not fit together: %s\n", json_text(pipeline, "mismatch"));
	for (size_t i = 0; i < n; i++)
		print_entity(pipeline, json_object_array_get_idx(entities, i));
	for (size_t i = 0; i < n; i++)
		print_controls_of(json_object_array_get_idx(entities, i));
}

/* Escapes the characters with a special meaning in labels of graphviz records. */
static const char *dot_text(const char *text, char escaped[DOT_TEXT_MAX])
{
	size_t n = 0;

	for (; *text && n + 2 < DOT_TEXT_MAX; text++) {
		if (strchr("\\\"{}|<> ", *text))
			escaped[n++] = '\\';
		escaped[n++] = *text;
	}
	escaped[n] = '\0';
	return escaped;
}

static void print_dot_format(struct json_object *pad)
{
	if (json_int(pad, "width"))
		printf("\\n%s%s\\n%" PRId64 "x%" PRId64, json_text(pad, "code"),
		       json_text(pad, "pixelformat"), json_int(pad, "width"), json_int(pad, "height"));
}

static void print_dot_streams(struct json_object *pad)
{
	size_t n;
	struct json_object *streams = json_array(pad, "streams", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *stream = json_object_array_get_idx(streams, i);

		printf("\\nstream %" PRId64, json_int(stream, "stream"));
		print_dot_format(stream);
	}
}

static void print_dot_routes(struct json_object *entity)
{
	char text[ROUTE_TEXT_MAX], escaped[DOT_TEXT_MAX];
	size_t n;
	struct json_object *routes = json_array(entity, "routes", &n);

	for (size_t i = 0; i < n; i++)
		printf("\\n%s", dot_text(route_text(json_object_array_get_idx(routes, i), text), escaped));
}

static void print_dot_pads(struct json_object *entity, const char *direction)
{
	const char *separator = "";
	size_t n;
	struct json_object *pads = json_array(entity, "pads", &n);

	printf("{");
	for (size_t i = 0; i < n; i++) {
		struct json_object *pad = json_object_array_get_idx(pads, i);

		if (strcmp(json_text(pad, "direction"), direction) != 0)
			continue;
		printf("%s<p%" PRId64 "> %" PRId64, separator, json_int(pad, "index"),
		       json_int(pad, "index"));
		separator = "|";
		print_dot_format(pad);
		print_dot_streams(pad);
	}
	printf("}");
}

static void print_dot_entity(struct json_object *entity)
{
	char name[DOT_TEXT_MAX];

	printf("\te%" PRId64 " [label=\"{", json_int(entity, "id"));
	print_dot_pads(entity, "sink");
	printf("|%s\\n%s", dot_text(json_text(entity, "name"), name), json_text(entity, "path"));
	print_dot_routes(entity);
	printf("|");
	print_dot_pads(entity, "source");
	printf("}\"%s]\n", json_is_true(entity, "this") ? ", style=bold" : "");
}

static void print_dot_link(struct json_object *link)
{
	printf("\te%" PRId64 ":p%" PRId64 " -> e%" PRId64 ":p%" PRId64 "%s%s\n", json_int(link, "source"),
	       json_int(link, "source_pad"), json_int(link, "sink"), json_int(link, "sink_pad"),
	       json_is_true(link, "enabled") ? "" : " [style=dashed]",
	       json_is_true(link, "mismatch") ? " [color=red, label=\"does not fit\"]" : "");
}

/* In the style of media-ctl. */
static void print_dot_ancillary(struct json_object *link)
{
	printf("\te%" PRId64 " -> e%" PRId64 " [style=dashed, arrowhead=none]\n", json_int(link, "source"),
	       json_int(link, "sink"));
}

bool report_device_print_dot(struct json_object *object)
{
	struct json_object *pipeline, *entities, *links, *ancillaries;
	size_t n, n_links, n_ancillaries;

	if (!json_object_object_get_ex(object, "pipeline", &pipeline))
		return false;
	entities = json_array(pipeline, "entities", &n);
	links = json_array(pipeline, "links", &n_links);
	ancillaries = json_array(pipeline, "ancillary_links", &n_ancillaries);
	printf("digraph pipeline {\n\tnode [shape=Mrecord]\n");
	for (size_t i = 0; i < n; i++)
		print_dot_entity(json_object_array_get_idx(entities, i));
	for (size_t i = 0; i < n_links; i++)
		print_dot_link(json_object_array_get_idx(links, i));
	for (size_t i = 0; i < n_ancillaries; i++)
		print_dot_ancillary(json_object_array_get_idx(ancillaries, i));
	printf("}\n");
	return true;
}
