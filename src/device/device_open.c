/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a V4L2 device of any kind, and closing it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/device.h"
#include "device/node_errors.h"
#include "device/obstacles.h"
#include "device/v4l2.h"

/* The last one accepts any name. */
static const struct device_ops *const kinds[] = { &device_sim, &device_v4l2 };

/* Single-planar before multi-planar: a node that has both delivers the same pictures either way, and import,
 * userptr and read() are simpler there. */
static const struct queue_type {
	enum device_role role;
	uint32_t caps;
	enum v4l2_buf_type type;
} queue_types[] = {
	{ DEVICE_CAPTURE, V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_M2M, V4L2_BUF_TYPE_VIDEO_CAPTURE },
	{ DEVICE_CAPTURE, V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE,
	  V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE },
	{ DEVICE_OUTPUT, V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_M2M, V4L2_BUF_TYPE_VIDEO_OUTPUT },
	{ DEVICE_OUTPUT, V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE,
	  V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE },
	{ DEVICE_ALL, V4L2_CAP_VBI_CAPTURE, V4L2_BUF_TYPE_VBI_CAPTURE },
	{ DEVICE_ALL, V4L2_CAP_VBI_OUTPUT, V4L2_BUF_TYPE_VBI_OUTPUT },
	{ DEVICE_ALL, V4L2_CAP_SLICED_VBI_CAPTURE, V4L2_BUF_TYPE_SLICED_VBI_CAPTURE },
	{ DEVICE_ALL, V4L2_CAP_SLICED_VBI_OUTPUT, V4L2_BUF_TYPE_SLICED_VBI_OUTPUT },
	{ DEVICE_ALL, V4L2_CAP_META_CAPTURE, V4L2_BUF_TYPE_META_CAPTURE },
	{ DEVICE_ALL, V4L2_CAP_META_OUTPUT, V4L2_BUF_TYPE_META_OUTPUT },
	{ DEVICE_ALL, V4L2_CAP_SDR_CAPTURE, V4L2_BUF_TYPE_SDR_CAPTURE },
	{ DEVICE_ALL, V4L2_CAP_SDR_OUTPUT, V4L2_BUF_TYPE_SDR_OUTPUT },
};

static bool is_number(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length < 10 && strspn(text, "0123456789") == length;
}

/* Sets *ops according to the name. Returns the part of the name that ops->open() takes. */
static const char *choose_kind(const struct device_ops **ops, const char *name)
{
	size_t i = 0;

	for (; kinds[i]->scheme; i++) {
		size_t length = strlen(kinds[i]->scheme);

		if (strncmp(name, kinds[i]->scheme, length) == 0 && (name[length] == ':' || !name[length])) {
			name += name[length] ? length + 1 : length;
			break;
		}
	}
	*ops = kinds[i];
	return name;
}

static int choose_queue(struct device *device, enum device_role role)
{
	for (size_t i = 0; i < ARRAY_SIZE(queue_types); i++) {
		if ((role >= DEVICE_ANY || role == queue_types[i].role) &&
		    (device->caps & queue_types[i].caps)) {
			device->type = queue_types[i].type;
			return 0;
		}
	}
	device->type = 0;
	return role == DEVICE_ALL ? 0 : -EMEDIUMTYPE;
}

/* Drivers may leave out the terminator. */
static void clean_driver_text(__u8 *text, size_t size)
{
	text[size - 1] = '\0';
	text_clean((char *)text, "");
}

static int query_capabilities(struct device *device)
{
	struct v4l2_capability *info = &device->info;
	int err = device_ioctl(device, VIDIOC_QUERYCAP, info);

	if (err < 0)
		return err == -EINVAL ? -ENOTTY : err;
	clean_driver_text(info->driver, sizeof info->driver);
	clean_driver_text(info->card, sizeof info->card);
	clean_driver_text(info->bus_info, sizeof info->bus_info);
	device->caps = v4l2_device_caps(info);
	return 0;
}

/* The simulated device has logged errors in its keys itself; device->path is then NULL. */
static int report_open_error(struct device *device, const char *path, int err, enum device_role role)
{
	bool is_other_type = err == -EMEDIUMTYPE && nodes_serve_role(device->caps, DEVICE_ANY);

	if (err == -EMEDIUMTYPE && nodes_is_m2m(device->caps))
		return node_error_codec(device, role);
	if (!device_is_simulated(device) || (device->path && !is_other_type))
		return node_error_report(path, err, role, device->caps);
	if (is_other_type)
		obstacle_report(device->ops->scheme, OBSTACLE_OTHER_TYPE,
				role == DEVICE_OUTPUT ? "a capture" : "an output",
				role == DEVICE_OUTPUT ? "output" : "capture");
	return err;
}

static int find_default_node(enum device_role role, char path[NODE_PATH_MAX])
{
	const struct node *node;
	struct node *nodes;
	int n = nodes_list(&nodes);
	int err = 0;

	if (n < 0) {
		log_error("/dev: %s", err_str(n));
		return n;
	}
	node = nodes_find(nodes, n, role);
	if (node)
		snprintf(path, NODE_PATH_MAX, "%s", node->path);
	else
		err = node_error_none(nodes, n, role);
	free(nodes);
	return err;
}

/* Sets device->name. A link is not resolved: it may lead to another node after a hotplug. */
static int resolve_name(struct device *device, const char *name, enum device_role role)
{
	char path[NODE_PATH_MAX];
	int err;

	if (!name) {
		err = find_default_node(role, path);
		if (err < 0)
			return err;
		name = path;
	} else if (is_number(name)) {
		snprintf(path, sizeof path, "/dev/video%s", name);
		name = path;
	}
	device->name = strdup(name);
	return device->name ? 0 : log_no_memory();
}

int device_open(struct device *device, const char *name, enum device_role role)
{
	const char *argument;
	int err;

	*device = (struct device){ .fd = -1 };
	err = resolve_name(device, name, role);
	if (err < 0)
		return err;
	argument = choose_kind(&device->ops, device->name);
	err = device->ops->open(device, argument);
	if (err == 0)
		err = query_capabilities(device);
	if (err == 0)
		err = nodes_serve_role(device->caps, role) ? choose_queue(device, role) : -EMEDIUMTYPE;
	if (err < 0) {
		err = report_open_error(device, device_is_simulated(device) ? device->path : device->name,
					err, role);
		device_close(device);
		return err;
	}
	log_verbose("%s: %s (%s, %s)", device->path, device->info.card, device->info.driver,
		    device->info.bus_info);
	return 0;
}

int device_open_queue(struct device *queue, struct device *node, enum device_role role)
{
	*queue = *node;
	queue->shared = true;
	queue->node = node;
	queue->path = strdup(node->path);
	queue->name = strdup(node->name);
	if (queue->path && queue->name)
		return choose_queue(queue, role);
	device_close(queue);
	return log_no_memory();
}

void device_close(struct device *device)
{
	if (device->ops && !device->shared)
		device->ops->close(device);
	free(device->path);
	free(device->name);
	*device = (struct device){ .fd = -1 };
}

int device_close_keeping_name(struct device *device)
{
	struct device closed = { .path = strdup(device->path), .info = device->info, .fd = -1 };

	if (!closed.path)
		return log_no_memory();
	closed.name = device->name;
	device->name = NULL;
	device_close(device);
	*device = closed;
	return 0;
}

bool device_has_scheme(const char *name)
{
	const struct device_ops *ops;

	choose_kind(&ops, name);
	return ops->scheme;
}

bool device_is_back(const char *name)
{
	const struct device_ops *ops;
	const char *argument = choose_kind(&ops, name);

	return ops->is_back(argument);
}

int device_convert(struct device *device, bool on)
{
	int err;

	if (!device->ops->convert)
		return -ENOTSUP;
	if (device->emulated == on)
		return 0;
	err = device->ops->convert(device, on);
	if (err < 0 && on)
		device->ops->convert(device, false);
	device->emulated = on && err == 0;
	return err < 0 ? err : query_capabilities(device); /* libv4l2 adds V4L2_CAP_READWRITE */
}
