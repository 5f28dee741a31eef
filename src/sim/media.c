/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media device of the simulated device, and the opening of its nodes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/media.h>
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
};

static const struct {
	enum sim_pad source, sink;
} links[SIM_N_LINKS] = {
	[SIM_LINK_SENSOR_A] = { SIM_PAD_SENSOR_A, SIM_PAD_DEBAYER_SINK },
	[SIM_LINK_SENSOR_B] = { SIM_PAD_SENSOR_B, SIM_PAD_DEBAYER_SINK },
	[SIM_LINK_DEBAYER] = { SIM_PAD_DEBAYER_SOURCE, SIM_PAD_SCALER_SINK },
	[SIM_LINK_SCALER] = { SIM_PAD_SCALER_SOURCE, SIM_PAD_NODE },
	[SIM_LINK_RAW] = { SIM_PAD_SENSOR_A, SIM_PAD_RAW },
};

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
	media->format_resets = sim->options.format_resets;
	media->fps = media->initial_fps = sim->options.fps;
	media->link_flags[SIM_LINK_SENSOR_A] = media->kind != SIM_PIPELINE_AMBIGUOUS;
	media->link_flags[SIM_LINK_DEBAYER] = media->kind != SIM_PIPELINE_UNLINKED;
	media->link_flags[SIM_LINK_SCALER] = MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE;
	media->link_flags[SIM_LINK_RAW] = MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE;
	sim_subdev_init(media, &sim->queue.format);
	sim_media_node_fit(media, &media->active.formats[SIM_PAD_SENSOR_A]);
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

/* media_pipeline_start() */
int sim_media_validate(const struct sim *sim)
{
	const struct sim_media *media = sim->media;
	const struct v4l2_mbus_framefmt *formats = media ? media->active.formats : NULL;
	const struct v4l2_mbus_framefmt *last = &formats[SIM_PAD_SCALER_SOURCE];

	if (!media)
		return 0;
	if (!(media->link_flags[SIM_LINK_DEBAYER] & MEDIA_LNK_FL_ENABLED) ||
	    !((media->link_flags[SIM_LINK_SENSOR_A] | media->link_flags[SIM_LINK_SENSOR_B]) &
	      MEDIA_LNK_FL_ENABLED))
		return -ENOLINK;
	for (unsigned i = 0; i < SIM_LINK_SCALER; i++)
		if (media->link_flags[i] & MEDIA_LNK_FL_ENABLED &&
		    !same_format(&formats[links[i].source], &formats[links[i].sink]))
			return -EPIPE;
	if (media->link_flags[SIM_LINK_SENSOR_A] && !sim_media_node_fits(media, &formats[SIM_PAD_SENSOR_A]))
		return -EPIPE;
	return last->code == sim_media_bus_code(sim->queue.format.fourcc) &&
			       last->width == sim->queue.format.width &&
			       last->height == sim->queue.format.height
		       ? 0
		       : -EPIPE;
}

static void fill_entities(struct media_v2_entity *to)
{
	for (uint32_t i = 0; i < SIM_N_ENTITIES; i++) {
		to[i] = (struct media_v2_entity){ .id = i + 1, .function = entities[i].function };
		strcpy(to[i].name, entities[i].name);
	}
}

static void fill_interfaces(struct media_v2_interface *to)
{
	for (uint32_t i = 0; i < SIM_N_ENTITIES; i++)
		to[i] = (struct media_v2_interface){ .id = INTERFACE_ID + i,
						     .intf_type = i >= SIM_NODE ? MEDIA_INTF_T_V4L_VIDEO
										: MEDIA_INTF_T_V4L_SUBDEV,
						     .devnode = { MAJOR, i } };
}

static void fill_pads(struct media_v2_pad *to)
{
	for (uint32_t i = 0; i < SIM_N_PADS; i++)
		to[i] = (struct media_v2_pad){ .id = PAD_ID + i,
					       .entity_id = (uint32_t)sim_media_pads[i].entity + 1,
					       .flags = sim_media_pads[i].flags,
					       .index = sim_media_pads[i].index };
}

static void fill_links(const struct sim_media *media, struct media_v2_link *to)
{
	for (uint32_t i = 0; i < SIM_N_LINKS; i++)
		to[i] = (struct media_v2_link){ .id = LINK_ID + i,
						.source_id = PAD_ID + links[i].source,
						.sink_id = PAD_ID + links[i].sink,
						.flags = media->link_flags[i] };
	for (uint32_t i = 0; i < SIM_N_ENTITIES; i++)
		to[SIM_N_LINKS + i] =
			(struct media_v2_link){ .id = LINK_ID + SIM_N_LINKS + i,
						.source_id = INTERFACE_ID + i,
						.sink_id = i + 1,
						.flags = MEDIA_LNK_FL_INTERFACE_LINK | MEDIA_LNK_FL_ENABLED };
}

static bool is_writable(uint64_t pointer, size_t bytes)
{
	return !pointer || sim_memory_is_accessible((void *)(uintptr_t)pointer, bytes, true);
}

/* An array that there is no pointer to is only counted. */
static int get_topology(const struct sim_media *media, struct media_v2_topology *topology)
{
	bool small = (topology->ptr_entities && topology->num_entities < SIM_N_ENTITIES) ||
		     (topology->ptr_interfaces && topology->num_interfaces < SIM_N_ENTITIES) ||
		     (topology->ptr_pads && topology->num_pads < SIM_N_PADS) ||
		     (topology->ptr_links && topology->num_links < SIM_N_LINKS + SIM_N_ENTITIES);

	if (small)
		return -ENOSPC;
	if (!is_writable(topology->ptr_entities, SIM_N_ENTITIES * sizeof(struct media_v2_entity)) ||
	    !is_writable(topology->ptr_interfaces, SIM_N_ENTITIES * sizeof(struct media_v2_interface)) ||
	    !is_writable(topology->ptr_pads, SIM_N_PADS * sizeof(struct media_v2_pad)) ||
	    !is_writable(topology->ptr_links, (SIM_N_LINKS + SIM_N_ENTITIES) * sizeof(struct media_v2_link)))
		return -EFAULT;
	if (topology->ptr_entities)
		fill_entities((struct media_v2_entity *)(uintptr_t)topology->ptr_entities);
	if (topology->ptr_interfaces)
		fill_interfaces((struct media_v2_interface *)(uintptr_t)topology->ptr_interfaces);
	if (topology->ptr_pads)
		fill_pads((struct media_v2_pad *)(uintptr_t)topology->ptr_pads);
	if (topology->ptr_links)
		fill_links(media, (struct media_v2_link *)(uintptr_t)topology->ptr_links);
	topology->topology_version = 1;
	topology->num_entities = topology->num_interfaces = SIM_N_ENTITIES;
	topology->num_pads = SIM_N_PADS;
	topology->num_links = SIM_N_LINKS + SIM_N_ENTITIES;
	return 0;
}

static int setup_link(struct sim_media *media, const struct media_link_desc *desc)
{
	int source = sim_media_pad((int)desc->source.entity - 1, desc->source.index);
	int sink = sim_media_pad((int)desc->sink.entity - 1, desc->sink.index);

	for (unsigned i = 0; i < SIM_N_LINKS; i++) {
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
