/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media graph that a video node is a part of. */
#include "pipeline/graph.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/nodes/media_nodes.h"
#include "device/v4l2.h"

#define OBJECTS_MAX 4096u /* of each kind: limits what a driver reports */
#define TRIES 4           /* in case the graph changes while it is read */

/* Arrays filled in by the kernel. */
struct topology {
	struct media_v2_topology head;
	struct media_v2_entity *entities;
	struct media_v2_interface *interfaces;
	struct media_v2_pad *pads;
	struct media_v2_link *links;
};

static void free_topology(struct topology *topology)
{
	free(topology->entities);
	free(topology->interfaces);
	free(topology->pads);
	free(topology->links);
	*topology = (struct topology){ .entities = NULL };
}

static int allocate_topology(struct topology *topology)
{
	struct media_v2_topology *head = &topology->head;

	if (head->num_entities > OBJECTS_MAX || head->num_interfaces > OBJECTS_MAX ||
	    head->num_pads > OBJECTS_MAX || head->num_links > OBJECTS_MAX)
		return -EPROTO;
	topology->entities = calloc(head->num_entities + 1, sizeof *topology->entities);
	topology->interfaces = calloc(head->num_interfaces + 1, sizeof *topology->interfaces);
	topology->pads = calloc(head->num_pads + 1, sizeof *topology->pads);
	topology->links = calloc(head->num_links + 1, sizeof *topology->links);
	head->ptr_entities = (uintptr_t)topology->entities;
	head->ptr_interfaces = (uintptr_t)topology->interfaces;
	head->ptr_pads = (uintptr_t)topology->pads;
	head->ptr_links = (uintptr_t)topology->links;
	return topology->entities && topology->interfaces && topology->pads && topology->links ? 0 : -ENOMEM;
}

/* Asks for the numbers of objects first, then for all; ENOSPC: there are more by now. */
static int read_topology(struct device *media, struct topology *topology)
{
	int err = -ENOSPC;

	for (int i = 0; i < TRIES && err == -ENOSPC; i++) {
		free_topology(topology);
		err = device_ioctl(media, MEDIA_IOC_G_TOPOLOGY, &topology->head);
		if (err == 0)
			err = allocate_topology(topology);
		if (err == 0)
			err = device_ioctl(media, MEDIA_IOC_G_TOPOLOGY, &topology->head);
	}
	return err;
}

static struct entity *find_entity(const struct graph *graph, uint32_t id)
{
	for (unsigned i = 0; i < graph->n_entities; i++)
		if (graph->entities[i].id == id)
			return &graph->entities[i];
	return NULL;
}

static const struct pad *find_pad(const struct graph *graph, uint32_t id)
{
	for (unsigned i = 0; i < graph->n_pads; i++)
		if (graph->pads[i].id == id)
			return &graph->pads[i];
	return NULL;
}

static void add_entities(struct graph *graph, const struct topology *topology)
{
	for (uint32_t i = 0; i < topology->head.num_entities; i++) {
		const struct media_v2_entity *from = &topology->entities[i];
		struct entity *entity = &graph->entities[graph->n_entities++];

		*entity = (struct entity){ .id = from->id, .function = from->function, .device.fd = -1 };
		memcpy(entity->name, from->name, sizeof from->name);
		text_clean(entity->name, "");
	}
}

static void add_pads(struct graph *graph, const struct topology *topology)
{
	for (uint32_t i = 0; i < topology->head.num_pads; i++) {
		const struct media_v2_pad *from = &topology->pads[i];
		struct entity *entity = find_entity(graph, from->entity_id);

		if (entity)
			graph->pads[graph->n_pads++] =
				(struct pad){ from->id, from->index, from->flags, entity, 0 };
	}
}

/* An interface has one node, and may be of several entities. */
static void add_interface(struct graph *graph, const struct topology *topology,
			  const struct media_v2_link *link)
{
	struct entity *entity = find_entity(graph, link->sink_id);

	for (uint32_t i = 0; i < topology->head.num_interfaces && entity; i++) {
		const struct media_v2_interface *from = &topology->interfaces[i];

		if (from->id != link->source_id)
			continue;
		entity->interface = from->intf_type;
		entity->major = from->devnode.major;
		entity->minor = from->devnode.minor;
	}
}

/* Shifted down, as MEDIA_LNK_FL_LINK_TYPE is an int that overflows. */
#define LINK_TYPE_SHIFT 28
#define INTERFACE_LINK (MEDIA_LNK_FL_INTERFACE_LINK >> LINK_TYPE_SHIFT)
#define DATA_LINK (MEDIA_LNK_FL_DATA_LINK >> LINK_TYPE_SHIFT)
#define ANCILLARY_LINK 2u /* MEDIA_LNK_FL_ANCILLARY_LINK, since Linux 5.19 */

static void add_ancillary(struct graph *graph, const struct media_v2_link *link)
{
	const struct ancillary one = { .entity = find_entity(graph, link->sink_id),
				       .of = find_entity(graph, link->source_id) };

	if (one.entity && one.of)
		graph->ancillaries[graph->n_ancillaries++] = one;
}

static void add_links(struct graph *graph, const struct topology *topology)
{
	for (uint32_t i = 0; i < topology->head.num_links; i++) {
		const struct media_v2_link *from = &topology->links[i];
		uint32_t type = from->flags >> LINK_TYPE_SHIFT;
		struct link link = { .flags = from->flags };

		if (type == INTERFACE_LINK)
			add_interface(graph, topology, from);
		if (type == ANCILLARY_LINK)
			add_ancillary(graph, from);
		if (type != DATA_LINK)
			continue;
		link.source = find_pad(graph, from->source_id);
		link.sink = find_pad(graph, from->sink_id);
		if (link.source && link.sink)
			graph->links[graph->n_links++] = link;
	}
}

static int build(struct graph *graph, const struct topology *topology)
{
	graph->entities = calloc(topology->head.num_entities + 1, sizeof *graph->entities);
	graph->pads = calloc(topology->head.num_pads + 1, sizeof *graph->pads);
	graph->links = calloc(topology->head.num_links + 1, sizeof *graph->links);
	graph->ancillaries = calloc(topology->head.num_links + 1, sizeof *graph->ancillaries);
	if (!graph->entities || !graph->pads || !graph->links || !graph->ancillaries)
		return -ENOMEM;
	add_entities(graph, topology);
	add_pads(graph, topology);
	add_links(graph, topology);
	return 0;
}

static int find_node(struct graph *graph, const struct device *node)
{
	uint32_t major, minor;
	int err = media_nodes_numbers(node, &major, &minor);

	for (unsigned i = 0; i < graph->n_entities && err == 0; i++) {
		struct entity *entity = &graph->entities[i];

		if (entity->interface == MEDIA_INTF_T_V4L_VIDEO && entity->major == major &&
		    entity->minor == minor)
			graph->node = entity;
	}
	return err == 0 && !graph->node ? -ENOENT : err;
}

/* A pipeline that is set up can be used without access to its sub-devices, as in a container. lost: what does
 * not work in that case. Returns -ENOENT in that case. */
static int report_unread(const struct device *part, const char *what, const char *lost, int err)
{
	const char *path = part->path ? part->path : "media device";

	if (err != -EACCES && err != -EPERM && err != -ENOENT) {
		log_error("%s: %s cannot be read: %s", path, what, err_str(err));
		return err;
	}
	log_warn("%s: %s cannot be read: %s: %s", path, what, err_str(err), lost);
	return -ENOENT;
}

#define PIPELINE_LOST "a media pipeline is neither shown nor set up"
#define CONTROLS_LOST "its controls are neither shown nor set"

int graph_open(struct graph *graph, const struct device *node)
{
	struct topology topology = { .entities = NULL };
	int err;

	*graph = (struct graph){ .n_entities = 0 };
	err = media_nodes_open(&graph->media, node);
	if (err == 0)
		err = device_ioctl(&graph->media, MEDIA_IOC_DEVICE_INFO, &graph->info);
	if (err == 0)
		err = read_topology(&graph->media, &topology);
	if (err == 0)
		err = build(graph, &topology);
	free_topology(&topology);
	if (err == 0)
		err = find_node(graph, node);
	return err < 0 && err != -ENOENT ? report_unread(&graph->media, "the media graph", PIPELINE_LOST, err)
					 : err;
}

struct stream_link {
	struct link link;
	struct pad source, sink;
	struct stream_link *next;
};

struct link *graph_stream_link(struct graph *graph, struct link *link, uint32_t stream)
{
	struct stream_link *one = graph->streams;

	if (stream == 0)
		return link;
	while (one && !(links_are_same(&one->link, link) && one->source.stream == stream))
		one = one->next;
	if (one)
		return &one->link;
	one = malloc(sizeof *one);
	if (!one) {
		log_no_memory();
		return NULL;
	}
	*one = (struct stream_link){
		{ link->flags, &one->source, &one->sink }, *link->source, *link->sink, graph->streams
	};
	one->source.stream = one->sink.stream = stream;
	graph->streams = one;
	return &one->link;
}

static void free_stream_links(struct graph *graph)
{
	struct stream_link *next;

	for (struct stream_link *one = graph->streams; one; one = next) {
		next = one->next;
		free(one);
	}
}

void graph_close(struct graph *graph)
{
	free_stream_links(graph);
	for (unsigned i = 0; i < graph->n_entities; i++) {
		control_values_free(&graph->entities[i].former);
		routing_free(&graph->entities[i].routing);
		device_close(&graph->entities[i].device);
	}
	device_close(&graph->media);
	free(graph->entities);
	free(graph->pads);
	free(graph->links);
	free(graph->ancillaries);
	*graph = (struct graph){ .n_entities = 0 };
}

static bool is_ancillary(const struct graph *graph, const struct entity *entity)
{
	for (unsigned i = 0; i < graph->n_ancillaries; i++)
		if (graph->ancillaries[i].entity == entity)
			return true;
	return false;
}

/* Nodes of this interface may deliver statistics, which have no picture format. */
static int choose_capture_queue(struct device *video)
{
	struct v4l2_capability info = { .capabilities = 0 };
	int err = device_ioctl(video, VIDIOC_QUERYCAP, &info);

	video->caps = v4l2_device_caps(&info);
	video->type = video->caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
								  : V4L2_BUF_TYPE_VIDEO_CAPTURE;
	if (err == 0 && !(video->caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)))
		device_close(video);
	return err;
}

int graph_open_entity(struct graph *graph, struct entity *entity)
{
	bool is_video = entity->interface == MEDIA_INTF_T_V4L_VIDEO && entity != graph->node;
	int err;

	if (entity_is_open(entity) || !(is_video || entity->interface == MEDIA_INTF_T_V4L_SUBDEV))
		return 0;
	err = media_nodes_open_interface(&entity->device, &graph->media, entity->major, entity->minor);
	if (err == 0 && is_video)
		err = choose_capture_queue(&entity->device);
	if (err < 0) {
		err = report_unread(&entity->device, entity->name,
				    is_ancillary(graph, entity) ? CONTROLS_LOST : PIPELINE_LOST, err);
		device_close(&entity->device);
	}
	return err < 0 || is_video ? err : routing_read(&entity->routing, &entity->device);
}

int graph_enable_link(struct graph *graph, struct link *link, bool on)
{
	uint32_t flags =
		on ? link->flags | MEDIA_LNK_FL_ENABLED : link->flags & ~(uint32_t)MEDIA_LNK_FL_ENABLED;
	struct media_link_desc desc = {
		.source = { .entity = link->source->entity->id, .index = (uint16_t)link->source->index },
		.sink = { .entity = link->sink->entity->id, .index = (uint16_t)link->sink->index },
		.flags = flags,
	};
	int err = device_ioctl(&graph->media, MEDIA_IOC_SETUP_LINK, &desc);

	if (err < 0)
		return device_error(&graph->media, "MEDIA_IOC_SETUP_LINK", err);
	link->flags = flags;
	return 0;
}

char *graph_pad_text(const struct pad *pad, char text[PAD_TEXT_MAX])
{
	snprintf(text, PAD_TEXT_MAX, "\"%s\":%u", pad->entity->name, pad->index);
	if (pad->stream)
		text_add(text, PAD_TEXT_MAX, "/%u", pad->stream);
	return text;
}

const char *graph_function_text(uint32_t function)
{
	static const struct {
		uint32_t function;
		const char *text;
	} functions[] = {
		{ MEDIA_ENT_F_IO_V4L, "video node" },
		{ MEDIA_ENT_F_IO_VBI, "VBI node" },
		{ MEDIA_ENT_F_CAM_SENSOR, "camera sensor" },
		{ MEDIA_ENT_F_FLASH, "flash" },
		{ MEDIA_ENT_F_LENS, "lens" },
		{ MEDIA_ENT_F_TUNER, "tuner" },
		{ MEDIA_ENT_F_ATV_DECODER, "analogue video decoder" },
		{ MEDIA_ENT_F_DV_DECODER, "digital video receiver" },
		{ MEDIA_ENT_F_DV_ENCODER, "digital video transmitter" },
		{ MEDIA_ENT_F_PROC_VIDEO_COMPOSER, "composer" },
		{ MEDIA_ENT_F_PROC_VIDEO_PIXEL_FORMATTER, "pixel formatter" },
		{ MEDIA_ENT_F_PROC_VIDEO_PIXEL_ENC_CONV, "pixel encoding converter" },
		{ MEDIA_ENT_F_PROC_VIDEO_LUT, "look-up table" },
		{ MEDIA_ENT_F_PROC_VIDEO_SCALER, "scaler" },
		{ MEDIA_ENT_F_PROC_VIDEO_STATISTICS, "statistics" },
		{ MEDIA_ENT_F_PROC_VIDEO_ENCODER, "encoder" },
		{ MEDIA_ENT_F_PROC_VIDEO_DECODER, "decoder" },
		{ MEDIA_ENT_F_PROC_VIDEO_ISP, "image signal processor" },
		{ MEDIA_ENT_F_VID_MUX, "multiplexer" },
		{ MEDIA_ENT_F_VID_IF_BRIDGE, "bus bridge" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		if (functions[i].function == function)
			return functions[i].text;
	return "entity";
}
