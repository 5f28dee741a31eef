/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The V4L2 nodes of this machine and their capabilities. */
#include "device/nodes/nodes.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/flags.h"
#include "device/v4l2.h"

#define CAPS_M2M (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)

static const uint32_t role_caps[] = {
	[DEVICE_CAPTURE] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE,
	[DEVICE_OUTPUT] = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE,
	[DEVICE_ANY] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
		       V4L2_CAP_VIDEO_OUTPUT_MPLANE,
	[DEVICE_NODE] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
			V4L2_CAP_VIDEO_OUTPUT_MPLANE | CAPS_M2M,
	[DEVICE_ALL] = ~(uint32_t)(V4L2_CAP_EXT_PIX_FORMAT | V4L2_CAP_DEVICE_CAPS),
};

static const struct flag_name cap_names[] = {
	{ V4L2_CAP_VIDEO_CAPTURE, "capture" },
	{ V4L2_CAP_VIDEO_CAPTURE_MPLANE, "capture mplane" },
	{ V4L2_CAP_VIDEO_OUTPUT, "output" },
	{ V4L2_CAP_VIDEO_OUTPUT_MPLANE, "output mplane" },
	{ V4L2_CAP_VIDEO_M2M, "memory-to-memory" },
	{ V4L2_CAP_VIDEO_M2M_MPLANE, "memory-to-memory mplane" },
	{ V4L2_CAP_VIDEO_OVERLAY, "overlay" },
	{ V4L2_CAP_VIDEO_OUTPUT_OVERLAY, "output overlay" },
	{ V4L2_CAP_VBI_CAPTURE, "VBI capture" },
	{ V4L2_CAP_VBI_OUTPUT, "VBI output" },
	{ V4L2_CAP_SLICED_VBI_CAPTURE, "sliced VBI capture" },
	{ V4L2_CAP_SLICED_VBI_OUTPUT, "sliced VBI output" },
	{ V4L2_CAP_META_CAPTURE, "metadata capture" },
	{ V4L2_CAP_META_OUTPUT, "metadata output" },
	{ V4L2_CAP_RADIO, "radio" },
	{ V4L2_CAP_RDS_CAPTURE, "RDS capture" },
	{ V4L2_CAP_RDS_OUTPUT, "RDS output" },
	{ V4L2_CAP_SDR_CAPTURE, "SDR capture" },
	{ V4L2_CAP_SDR_OUTPUT, "SDR output" },
	{ V4L2_CAP_TOUCH, "touch" },
	{ V4L2_CAP_TUNER, "tuner" },
	{ V4L2_CAP_HW_FREQ_SEEK, "frequency seek" },
	{ V4L2_CAP_MODULATOR, "modulator" },
	{ V4L2_CAP_AUDIO, "audio" },
	{ V4L2_CAP_IO_MC, "media controller" },
	{ V4L2_CAP_STREAMING, "streaming" },
	{ V4L2_CAP_READWRITE, "read/write" },
	{ V4L2_CAP_ASYNCIO, "asynchronous io" },
	{ 0, NULL },
};

bool nodes_is_m2m(uint32_t caps)
{
	return caps & CAPS_M2M;
}

bool nodes_is_loopback(const struct v4l2_capability *info)
{
	return strcmp((const char *)info->driver, "v4l2 loopback") == 0;
}

/* Some old drivers of memory-to-memory nodes also claim capture and output, although neither queue works
 * without the other. */
bool nodes_serve_role(uint32_t caps, enum device_role role)
{
	if (nodes_is_m2m(caps) && role < DEVICE_NODE)
		return false;
	return (caps & role_caps[role]) &&
	       (role == DEVICE_ALL || caps & (V4L2_CAP_STREAMING | V4L2_CAP_READWRITE));
}

char *nodes_caps_text(uint32_t caps, char *text, size_t size)
{
	/* These capabilities are those of the API, not of the device. */
	return flags_text(cap_names, caps & ~(V4L2_CAP_EXT_PIX_FORMAT | V4L2_CAP_DEVICE_CAPS), text, size);
}

/* The names of nodes in /dev without their numbers, in the order in which they are listed. */
static const char *const node_names[] = { "video", "vbi", "radio", "swradio", "v4l-touch", "v4l-subdev" };
#define N_NAMES_VIDEO 1u

/* The index of a node's name, or -1; *number is set to its number. */
static int parse_name(const char *name, size_t n_names, int *number)
{
	for (size_t i = 0; i < n_names; i++) {
		size_t length = strlen(node_names[i]);
		const char *digits = name + length;

		if (strncmp(name, node_names[i], length) == 0 && *digits && strlen(digits) < 10 &&
		    strspn(digits, "0123456789") == strlen(digits)) {
			*number = atoi(digits);
			return (int)i;
		}
	}
	return -1;
}

static int is_video_node(const struct dirent *entry)
{
	int number;

	return parse_name(entry->d_name, N_NAMES_VIDEO, &number) >= 0;
}

static int is_node(const struct dirent *entry)
{
	int number;

	return parse_name(entry->d_name, ARRAY_SIZE(node_names), &number) >= 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	int number_a = 0, number_b = 0;
	int row_a = parse_name((*a)->d_name, ARRAY_SIZE(node_names), &number_a);
	int row_b = parse_name((*b)->d_name, ARRAY_SIZE(node_names), &number_b);

	return row_a != row_b ? row_a - row_b : number_a - number_b;
}

/* Sub-devices do not have VIDIOC_QUERYCAP. */
static void query_node(struct node *node, const char *name)
{
	snprintf(node->path, sizeof node->path, "/dev/%.20s", name);
	node->is_subdevice = strncmp(name, "v4l-subdev", 10) == 0;
	if (node->is_subdevice)
		return;
	node->err = v4l2_querycap(node->path, &node->info);
	if (node->err < 0)
		memset(&node->info, 0, sizeof node->info);
	node->caps = v4l2_device_caps(&node->info);
}

static int list_nodes(struct node **nodes, int (*wanted)(const struct dirent *entry))
{
	struct dirent **entries;
	int n = scandir("/dev", &entries, wanted, compare_names);

	if (n < 0)
		return -errno;
	*nodes = calloc((size_t)n + 1, sizeof **nodes);
	for (int i = 0; i < n; i++) {
		if (*nodes)
			query_node(&(*nodes)[i], entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return *nodes ? n : -ENOMEM;
}

int nodes_list(struct node **nodes)
{
	return list_nodes(nodes, is_video_node);
}

int nodes_list_all(struct node **nodes)
{
	return list_nodes(nodes, is_node);
}

const struct node *nodes_find(const struct node *nodes, int n, enum device_role role)
{
	for (int i = 0; i < n; i++)
		if (nodes_serve_role(nodes[i].caps, role))
			return &nodes[i];
	return NULL;
}
