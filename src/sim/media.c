/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media device of the simulated device, and the opening of its nodes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/media.h>
#include "base/array.h"
#include "base/log.h"
#include "sim/media_internal.h"

#define MAJOR 81u
#define PAD_ID 100u
#define INTERFACE_ID 200u
#define LINK_ID 300u

static const struct {
	const char *name;
	uint32_t function;
} entities[SIM_N_ENTITIES] = {
	[SIM_SENSOR_A] = { "Sensor A", MEDIA_ENT_F_CAM_SENSOR },
	[SIM_SENSOR_B] = { "Sensor B", MEDIA_ENT_F_CAM_SENSOR },
	[SIM_DEBAYER] = { "Debayer A", MEDIA_ENT_F_PROC_VIDEO_PIXEL_ENC_CONV },
	[SIM_SCALER] = { "Scaler", MEDIA_ENT_F_PROC_VIDEO_SCALER },
	[SIM_NODE] = { "Capture", MEDIA_ENT_F_IO_V4L },
	[SIM_RAW] = { "Raw Capture", MEDIA_ENT_F_IO_V4L },
	[SIM_LENS] = { "Lens A", MEDIA_ENT_F_LENS },
	[SIM_FLASH] = { "Flash A", MEDIA_ENT_F_FLASH },
	[SIM_DESERIALIZER] = { "Deserializer", MEDIA_ENT_F_VID_IF_BRIDGE },
	[SIM_RECEIVER] = { "Receiver", MEDIA_ENT_F_VID_IF_BRIDGE },
};

static const struct {
	enum sim_pad source, sink;
} links[SIM_N_LINKS] = {
	[SIM_LINK_SENSOR_A] = { SIM_PAD_SENSOR_A, SIM_PAD_DEBAYER_SINK },
	[SIM_LINK_SENSOR_B] = { SIM_PAD_SENSOR_B, SIM_PAD_DEBAYER_SINK },
	[SIM_LINK_DEBAYER] = { SIM_PAD_DEBAYER_SOURCE, SIM_PAD_SCALER_SINK },
	[SIM_LINK_SCALER] = { SIM_PAD_SCALER_SOURCE, SIM_PAD_NODE },
	[SIM_LINK_RAW] = { SIM_PAD_SENSOR_A, SIM_PAD_RAW },
	[SIM_LINK_DESERIALIZER_A] = { SIM_PAD_SENSOR_A, SIM_PAD_DESERIALIZER_A },
	[SIM_LINK_DESERIALIZER_B] = { SIM_PAD_SENSOR_B, SIM_PAD_DESERIALIZER_B },
	[SIM_LINK_RECEIVER] = { SIM_PAD_DESERIALIZER_SOURCE, SIM_PAD_RECEIVER_SINK },
	[SIM_LINK_RECEIVER_PICTURES] = { SIM_PAD_RECEIVER_PICTURES, SIM_PAD_DEBAYER_SINK },
	[SIM_LINK_RECEIVER_RAW] = { SIM_PAD_RECEIVER_RAW, SIM_PAD_RAW },
	[SIM_LINK_RECEIVER_1] = { SIM_PAD_DESERIALIZER_SOURCE_1, SIM_PAD_RECEIVER_SINK_1 },
};

static const struct {
	enum sim_entity source, sink;
} ancillary_links[] = { { SIM_SENSOR_A, SIM_LENS }, { SIM_SENSOR_A, SIM_FLASH } };
#define N_ANCILLARY_LINKS ARRAY_SIZE(ancillary_links)

/* The part of the tables that exists, with or without routing=: all below these numbers, links from
 * first_link on. */
struct counts {
	uint32_t entities, pads, first_link, links;
};

static struct counts counts_of(const struct sim_media *media)
{
	return media->routing ? (struct counts){ SIM_N_ENTITIES, SIM_PAD_DESERIALIZER_SOURCE_1,
						 SIM_LINK_DEBAYER, SIM_LINK_RECEIVER_1 - SIM_LINK_DEBAYER }
			      : (struct counts){ SIM_DESERIALIZER, SIM_PAD_DESERIALIZER_A, SIM_LINK_SENSOR_A,
						 SIM_LINK_DESERIALIZER_A };
}

static void init_links(struct sim_media *media)
{
	const struct counts n = counts_of(media);

	for (uint32_t i = n.first_link; i < n.first_link + n.links; i++)
		media->link_flags[i] = MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE;
	media->link_flags[SIM_LINK_DEBAYER] = media->kind != SIM_PIPELINE_UNLINKED;
	if (media->routing) {
		media->link_flags[SIM_LINK_RECEIVER_1] = MEDIA_LNK_FL_ENABLED;
		return;
	}
	media->link_flags[SIM_LINK_SENSOR_A] = media->kind != SIM_PIPELINE_AMBIGUOUS;
	media->link_flags[SIM_LINK_SENSOR_B] = 0;
}

/* The pad whose pictures go to the second video node. */
static enum sim_pad raw_source(const struct sim_media *media)
{
	return media->routing ? SIM_PAD_RECEIVER_RAW : SIM_PAD_SENSOR_A;
}

int sim_media_create(struct sim *sim)
{
	struct sim_media *media;

	if (sim->options.pipeline == SIM_PIPELINE_NONE)
		return 0;
	media = calloc(1, sizeof *media);
	if (!media)
		return log_no_memory();
	sim->media = media;
	media->n_users = 1;
	media->kind = sim->options.pipeline;
	media->subdevs = sim->options.subdevs;
	media->routing = sim->options.routing;
	media->format_resets = sim->options.format_resets;
	media->fps = media->initial_fps = sim->options.fps;
	init_links(media);
	sim_routing_init(media);
	sim_subdev_init(media, &sim->queue.format);
	sim_media_node_fit(media, &media->active.formats[raw_source(media)]);
	return 0;
}

void sim_media_release(struct sim_media *media)
{
	if (media && --media->n_users == 0)
		free(media);
}

static bool same_format(const struct v4l2_mbus_framefmt *a, const struct v4l2_mbus_framefmt *b)
{
	return a->code == b->code && a->width == b->width && a->height == b->height;
}

struct fraction sim_media_fps(const struct sim *sim)
{
	return sim->media ? sim->media->fps : sim->queue.format.fps;
}

static bool leads_somewhere(const struct sim_media *media)
{
	const uint32_t *flags = media->link_flags;

	return flags[SIM_LINK_DEBAYER] & MEDIA_LNK_FL_ENABLED &&
	       (flags[SIM_LINK_SENSOR_A] | flags[SIM_LINK_SENSOR_B] | flags[SIM_LINK_DESERIALIZER_B]) &
		       MEDIA_LNK_FL_ENABLED;
}

static bool is_routed(const struct sim_media *media, int pad)
{
	return media->active.routing[sim_media_pads[pad].entity].n == 0 ||
	       sim_routing_opposite(&media->active, pad) >= 0;
}

static bool links_fit(const struct sim_media *media)
{
	const struct v4l2_mbus_framefmt *formats = media->active.formats;

	for (unsigned i = 0; i < SIM_N_LINKS; i++)
		if (media->link_flags[i] & MEDIA_LNK_FL_ENABLED && is_routed(media, (int)links[i].sink) &&
		    entities[sim_media_pads[links[i].sink].entity].function != MEDIA_ENT_F_IO_V4L &&
		    !same_format(&formats[links[i].source], &formats[links[i].sink]))
			return false;
	return is_routed(media, SIM_PAD_RECEIVER_PICTURES);
}

static bool streams_are_sent(const struct sim_media *media)
{
	const struct counts n = counts_of(media);

	for (uint32_t i = n.first_link; i < n.first_link + n.links; i++)
		if (media->link_flags[i] & MEDIA_LNK_FL_ENABLED &&
		    !sim_routing_is_sent(&media->active, (int)links[i].source, (int)links[i].sink))
			return false;
	return true;
}

/* media_pipeline_start() */
int sim_media_validate(const struct sim *sim)
{
	const struct sim_media *media = sim->media;
	const struct v4l2_mbus_framefmt *formats = media ? media->active.formats : NULL;
	const struct v4l2_mbus_framefmt *last = &formats[SIM_PAD_SCALER_SOURCE];

	if (!media)
		return 0;
	if (!leads_somewhere(media))
		return -ENOLINK;
	if (!streams_are_sent(media))
		return -EINVAL;
	if (!links_fit(media))
		return -EPIPE;
	if ((media->routing ? is_routed(media, SIM_PAD_RECEIVER_RAW)
			    : media->link_flags[SIM_LINK_SENSOR_A]) &&
	    !sim_media_node_fits(media, &formats[raw_source(media)]))
		return -EPIPE;
	return last->code == sim_media_bus_code(sim->queue.format.fourcc) &&
			       last->width == sim->queue.format.width &&
			       last->height == sim->queue.format.height
		       ? 0
		       : -EPIPE;
}

static void fill_entities(struct media_v2_entity *to, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		to[i] = (struct media_v2_entity){ .id = i + 1, .function = entities[i].function };
		strcpy(to[i].name, entities[i].name);
	}
}

static void fill_interfaces(struct media_v2_interface *to, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		bool is_video = entities[i].function == MEDIA_ENT_F_IO_V4L;

		to[i] = (struct media_v2_interface){ .id = INTERFACE_ID + i,
						     .intf_type = is_video ? MEDIA_INTF_T_V4L_VIDEO
									   : MEDIA_INTF_T_V4L_SUBDEV,
						     .devnode = { MAJOR, i } };
	}
}

static void fill_pads(struct media_v2_pad *to, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = (struct media_v2_pad){ .id = PAD_ID + i,
					       .entity_id = (uint32_t)sim_media_pads[i].entity + 1,
					       .flags = sim_media_pads[i].flags,
					       .index = sim_media_pads[i].index };
}

static void fill_links(const struct sim_media *media, struct media_v2_link *to)
{
	const struct counts n = counts_of(media);

	for (uint32_t i = 0; i < n.links; i++) {
		uint32_t link = n.first_link + i;

		to[i] = (struct media_v2_link){ .id = LINK_ID + i,
						.source_id = PAD_ID + links[link].source,
						.sink_id = PAD_ID + links[link].sink,
						.flags = media->link_flags[link] };
	}
	for (uint32_t i = 0; i < n.entities; i++)
		to[n.links + i] =
			(struct media_v2_link){ .id = LINK_ID + n.links + i,
						.source_id = INTERFACE_ID + i,
						.sink_id = i + 1,
						.flags = MEDIA_LNK_FL_INTERFACE_LINK | MEDIA_LNK_FL_ENABLED };
}

static void fill_ancillary_links(struct media_v2_link *to)
{
	for (uint32_t i = 0; i < N_ANCILLARY_LINKS; i++)
		to[i] = (struct media_v2_link){ .id = LINK_ID + LINK_ID + i,
						.source_id = (uint32_t)ancillary_links[i].source + 1,
						.sink_id = (uint32_t)ancillary_links[i].sink + 1,
						.flags = MEDIA_LNK_FL_ANCILLARY_LINK | MEDIA_LNK_FL_ENABLED |
							 MEDIA_LNK_FL_IMMUTABLE };
}

static bool is_writable(uint64_t pointer, size_t bytes)
{
	return !pointer || sim_memory_is_accessible((void *)(uintptr_t)pointer, bytes, true);
}

/* A null pointer to an array asks for the number of its elements only. */
static int get_topology(const struct sim_media *media, struct media_v2_topology *topology)
{
	const struct counts n = counts_of(media);
	const uint32_t n_links = n.links + n.entities + N_ANCILLARY_LINKS;
	bool small = (topology->ptr_entities && topology->num_entities < n.entities) ||
		     (topology->ptr_interfaces && topology->num_interfaces < n.entities) ||
		     (topology->ptr_pads && topology->num_pads < n.pads) ||
		     (topology->ptr_links && topology->num_links < n_links);

	if (small)
		return -ENOSPC;
	if (!is_writable(topology->ptr_entities, n.entities * sizeof(struct media_v2_entity)) ||
	    !is_writable(topology->ptr_interfaces, n.entities * sizeof(struct media_v2_interface)) ||
	    !is_writable(topology->ptr_pads, n.pads * sizeof(struct media_v2_pad)) ||
	    !is_writable(topology->ptr_links, n_links * sizeof(struct media_v2_link)))
		return -EFAULT;
	if (topology->ptr_entities)
		fill_entities((struct media_v2_entity *)(uintptr_t)topology->ptr_entities, n.entities);
	if (topology->ptr_interfaces)
		fill_interfaces((struct media_v2_interface *)(uintptr_t)topology->ptr_interfaces, n.entities);
	if (topology->ptr_pads)
		fill_pads((struct media_v2_pad *)(uintptr_t)topology->ptr_pads, n.pads);
	if (topology->ptr_links)
		fill_links(media, (struct media_v2_link *)(uintptr_t)topology->ptr_links);
	if (topology->ptr_links)
		fill_ancillary_links((struct media_v2_link *)(uintptr_t)topology->ptr_links + n.links +
				     n.entities);
	topology->topology_version = 1;
	topology->num_entities = topology->num_interfaces = n.entities;
	topology->num_pads = n.pads;
	topology->num_links = n_links;
	return 0;
}

static int setup_link(struct sim_media *media, const struct media_link_desc *desc)
{
	int source = sim_media_pad((int)desc->source.entity - 1, desc->source.index, 0);
	int sink = sim_media_pad((int)desc->sink.entity - 1, desc->sink.index, 0);
	const struct counts n = counts_of(media);

	for (unsigned i = n.first_link; i < n.first_link + n.links; i++) {
		if ((int)links[i].source != source || (int)links[i].sink != sink)
			continue;
		if (media->link_flags[i] & MEDIA_LNK_FL_IMMUTABLE)
			return desc->flags == media->link_flags[i] ? 0 : -EINVAL;
		media->link_flags[i] = desc->flags & MEDIA_LNK_FL_ENABLED;
		return 0;
	}
	return -EINVAL;
}

static int media_ioctl(struct sim_media *media, unsigned long request, void *argument)
{
	struct media_device_info *info = argument;

	switch (request) {
	case MEDIA_IOC_DEVICE_INFO:
		*info = (struct media_device_info){ .driver = "sim",
						    .model = "Simulated camera",
						    .bus_info = "platform:sim" };
		return 0;
	case MEDIA_IOC_G_TOPOLOGY:
		return get_topology(media, argument);
	case MEDIA_IOC_SETUP_LINK:
		return setup_link(media, argument);
	default:
		return -ENOTTY;
	}
}

static int part_ioctl(struct device *device, unsigned long request, void *argument)
{
	struct sim_part *part = device->data;
	int err = part->entity < 0          ? media_ioctl(part->media, request, argument)
		  : part->entity == SIM_RAW ? sim_media_node_ioctl(part->media, request, argument)
					    : sim_subdev_ioctl(part, request, argument);

	errno = -err;
	return err < 0 ? -1 : 0;
}

static void part_close(struct device *device)
{
	struct sim_part *part = device->data;

	if (part)
		sim_media_release(part->media);
	if (device->fd >= 0)
		close(device->fd);
	free(part);
	free(device->path);
	device->path = NULL;
}

static int open_part(struct device *device, struct sim_media *media, int entity, const char *path);

static int part_open_interface(struct device *interface, const struct device *media, uint32_t major,
			       uint32_t minor)
{
	const struct sim_part *part = media->data;
	char path[] = "sim-part0";

	if (major != MAJOR || minor >= SIM_N_ENTITIES || minor == SIM_NODE)
		return -ENOENT;
	path[sizeof path - 2] = (char)('0' + minor);
	return open_part(interface, part->media, (int)minor, path);
}

static const struct device_ops part_ops = {
	.scheme = "sim",
	.close = part_close,
	.ioctl = part_ioctl,
	.open_interface = part_open_interface,
};

static int open_part(struct device *device, struct sim_media *media, int entity, const char *path)
{
	struct sim_part *part = calloc(1, sizeof *part);

	*device = (struct device){ .ops = &part_ops, .data = part, .path = strdup(path) };
	device->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (part) {
		*part = (struct sim_part){ .media = media, .entity = entity, .try_pads = media->active };
		sim_routing_open(part);
		media->n_users++;
	}
	return !part || !device->path ? -ENOMEM : device->fd < 0 ? -errno : 0;
}

int sim_media_numbers(const struct device *node, uint32_t *major, uint32_t *minor)
{
	(void)node;
	*major = MAJOR;
	*minor = SIM_NODE;
	return 0;
}

int sim_media_open(struct device *media, const struct device *node)
{
	struct sim *sim = sim_of(node);
	int err = sim_faults_call(sim, "open_media");

	if (err < 0)
		return err;

	return sim->media ? open_part(media, sim->media, -1, "sim-media") : -ENOENT;
}
