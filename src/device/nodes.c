/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The V4L2 nodes of this machine. */
#include "device/nodes.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/v4l2.h"

#define CAPS_M2M (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)

static const uint32_t role_caps[] = {
	[DEVICE_CAPTURE] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | CAPS_M2M,
	[DEVICE_OUTPUT] = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE | CAPS_M2M,
	[DEVICE_ANY] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
		       V4L2_CAP_VIDEO_OUTPUT_MPLANE | CAPS_M2M,
};

static const struct {
	uint32_t cap;
	const char *name;
} cap_names[] = {
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
	{ V4L2_CAP_META_CAPTURE, "metadata capture" },
	{ V4L2_CAP_META_OUTPUT, "metadata output" },
	{ V4L2_CAP_RADIO, "radio" },
	{ V4L2_CAP_SDR_CAPTURE, "SDR capture" },
	{ V4L2_CAP_TOUCH, "touch" },
	{ V4L2_CAP_STREAMING, "streaming" },
	{ V4L2_CAP_READWRITE, "read/write" },
};

bool node_serves(uint32_t caps, enum device_role role)
{
	return (caps & role_caps[role]) && (caps & (V4L2_CAP_STREAMING | V4L2_CAP_READWRITE));
}

char *node_caps_text(uint32_t caps, char *text, size_t size)
{
	*text = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(cap_names); i++)
		if (caps & cap_names[i].cap)
			text_join(text, size, ", ", "%s", cap_names[i].name);
	return text;
}

static int is_video(const struct dirent *entry)
{
	const char *digits = entry->d_name + 5;

	return strncmp(entry->d_name, "video", 5) == 0 && *digits && strlen(digits) < 10 &&
	       strspn(digits, "0123456789") == strlen(digits);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return atoi((*a)->d_name + 5) - atoi((*b)->d_name + 5);
}

static void query(struct node *node, const char *name)
{
	snprintf(node->path, sizeof node->path, "/dev/%.20s", name);
	node->err = v4l2_query(node->path, &node->info);
	if (node->err < 0)
		memset(&node->info, 0, sizeof node->info);
	node->caps = node->info.capabilities & V4L2_CAP_DEVICE_CAPS ? node->info.device_caps
								    : node->info.capabilities;
}

int nodes_list(struct node **nodes)
{
	struct dirent **entries;
	int n = scandir("/dev", &entries, is_video, by_number);

	if (n < 0)
		return -errno;
	*nodes = calloc((size_t)n + 1, sizeof(**nodes));
	for (int i = 0; i < n; i++) {
		if (*nodes)
			query(&(*nodes)[i], entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return *nodes ? n : -ENOMEM;
}

/* A codec's node can do either job, but not alone: only for those who name it. */
static const struct node *first_of(const struct node *nodes, int n, enum device_role role)
{
	for (int i = 0; i < n; i++)
		if (node_serves(nodes[i].caps, role) && !(nodes[i].caps & CAPS_M2M))
			return &nodes[i];
	return NULL;
}

static int none_serves(const struct node *nodes, int n, enum device_role role)
{
	static const char *const words[] = {
		[DEVICE_CAPTURE] = "capture", [DEVICE_OUTPUT] = "output", [DEVICE_ANY] = "video"
	};

	for (int i = 0; i < n; i++)
		if (nodes[i].err == -EACCES || nodes[i].err == -EPERM)
			return node_explain(nodes[i].path, nodes[i].err, role, 0);
	if (n == 0)
		log_error("no %s device: there is no /dev/video* at all; -d sim%s is a simulated one",
			  words[role], role == DEVICE_OUTPUT ? ":type=output" : "");
	else
		log_error("no %s device among the %d video nodes (v4l2q list shows them); -d sim%s is a "
			  "simulated one",
			  words[role], n, role == DEVICE_OUTPUT ? ":type=output" : "");
	return -ENOENT;
}

int nodes_first(enum device_role role, char path[32])
{
	const struct node *node;
	struct node *nodes;
	int n = nodes_list(&nodes);
	int err = 0;

	if (n < 0) {
		log_error("/dev: %s", err_str(n));
		return n;
	}
	if ((node = first_of(nodes, n, role)))
		snprintf(path, 32, "%s", node->path);
	else
		err = none_serves(nodes, n, role);
	free(nodes);
	return err;
}
