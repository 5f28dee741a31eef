/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The V4L2 video nodes of this machine: what each can do and which processes have it open. */
#include "device/nodes.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/text.h"
#include "device/v4l2.h"

#define CAPS_M2M (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)

static const uint32_t role_caps[] = {
	[DEVICE_CAPTURE] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE,
	[DEVICE_OUTPUT] = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE,
	[DEVICE_ANY] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
		       V4L2_CAP_VIDEO_OUTPUT_MPLANE,
	[DEVICE_NODE] = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
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

bool nodes_is_m2m(uint32_t caps)
{
	return caps & CAPS_M2M;
}

/* Old drivers of memory-to-memory nodes, of whose queues neither works alone, also claim capture and output.
 */
bool nodes_serve_role(uint32_t caps, enum device_role role)
{
	if (nodes_is_m2m(caps) && role != DEVICE_NODE)
		return false;
	return (caps & role_caps[role]) && (caps & (V4L2_CAP_STREAMING | V4L2_CAP_READWRITE));
}

char *nodes_caps_text(uint32_t caps, char *text, size_t size)
{
	*text = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(cap_names); i++)
		if (caps & cap_names[i].cap)
			text_join(text, size, ", ", "%s", cap_names[i].name);
	return text;
}

static int is_video_node(const struct dirent *entry)
{
	const char *digits = entry->d_name + 5;

	return strncmp(entry->d_name, "video", 5) == 0 && *digits && strlen(digits) < 10 &&
	       strspn(digits, "0123456789") == strlen(digits);
}

static int compare_numbers(const struct dirent **a, const struct dirent **b)
{
	return atoi((*a)->d_name + 5) - atoi((*b)->d_name + 5);
}

static void query_node(struct node *node, const char *name)
{
	snprintf(node->path, sizeof node->path, "/dev/%.20s", name);
	node->err = v4l2_querycap(node->path, &node->info);
	if (node->err < 0)
		memset(&node->info, 0, sizeof node->info);
	node->caps = v4l2_device_caps(&node->info);
}

int nodes_list(struct node **nodes)
{
	struct dirent **entries;
	int n = scandir("/dev", &entries, is_video_node, compare_numbers);

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

const struct node *nodes_find(const struct node *nodes, int n, enum device_role role)
{
	for (int i = 0; i < n; i++)
		if (nodes_serve_role(nodes[i].caps, role))
			return &nodes[i];
	return NULL;
}

static bool process_holds(const char *pid, const char *node)
{
	char folder[64], link[PATH_MAX];
	struct dirent *entry;
	bool holds = false;
	DIR *fds;

	snprintf(folder, sizeof folder, "/proc/%.20s/fd", pid);
	fds = opendir(folder);
	while (fds && !holds && (entry = readdir(fds))) {
		ssize_t n = readlinkat(dirfd(fds), entry->d_name, link, sizeof link - 1);

		link[n > 0 ? n : 0] = '\0';
		holds = strcmp(link, node) == 0;
	}
	if (fds)
		closedir(fds);
	return holds;
}

static void add_process(char *text, size_t size, const char *pid)
{
	char path[64], name[32] = "";
	FILE *comm;

	snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
	comm = fopen(path, "re");
	if (comm) {
		if (fgets(name, sizeof name, comm))
			name[strcspn(name, "\n")] = '\0';
		fclose(comm);
	}
	text_clean(name, "");
	text_join(text, size, ", ", "PID %s (%s)", pid, *name ? name : "?");
}

char *nodes_holders_text(const char *path, char *text, size_t size)
{
	/* /proc lists the node's own name, not that of a link to it. */
	char *node = realpath(path, NULL);
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	*text = '\0';
	while (node && processes && (entry = readdir(processes))) {
		if (!isdigit((unsigned char)*entry->d_name) || atoi(entry->d_name) == getpid())
			continue;
		if (process_holds(entry->d_name, node))
			add_process(text, size, entry->d_name);
	}
	if (processes)
		closedir(processes);
	free(node);
	return text;
}
