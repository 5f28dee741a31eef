/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of 'v4l2q list': read into a JSON object, and printed from that. */
#include "report/nodes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"
#include "device/nodes/hardware.h"
#include "device/nodes/holders.h"
#include "device/nodes/nodes.h"
#include "report/conversion.h"

#define NODE_COLUMN 20u

struct machine {
	struct node *nodes;
	struct hardware *hardware; /* of each node */
	struct holder *holders;
	int n_nodes, n_holders;
};

static const struct {
	uint32_t caps;
	const char *kind;
} node_kinds[] = {
	{ V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE, "codec" },
	{ V4L2_CAP_META_CAPTURE | V4L2_CAP_META_OUTPUT, "metadata" },
	{ V4L2_CAP_TOUCH, "touch" },
	{ V4L2_CAP_SDR_CAPTURE | V4L2_CAP_SDR_OUTPUT, "sdr" },
	{ V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
		  V4L2_CAP_VIDEO_OUTPUT_MPLANE,
	  "video" },
	{ V4L2_CAP_VBI_CAPTURE | V4L2_CAP_VBI_OUTPUT | V4L2_CAP_SLICED_VBI_CAPTURE |
		  V4L2_CAP_SLICED_VBI_OUTPUT,
	  "vbi" },
	{ V4L2_CAP_RADIO | V4L2_CAP_TUNER | V4L2_CAP_MODULATOR, "radio" },
};

static const char *node_kind(const struct node *node)
{
	for (size_t i = 0; i < ARRAY_SIZE(node_kinds); i++)
		if (node->caps & node_kinds[i].caps)
			return node_kinds[i].kind;
	return node->is_subdevice ? "sub-device" : "other";
}

static struct json_object *conversion_json(const char *path)
{
	struct json_object *object;
	struct device device = { 0 };

	if (device_open(&device, path, DEVICE_NODE) < 0)
		return NULL;
	object = report_conversion_json(&device);
	device_close(&device);
	return object;
}

static void add_text_if_any(struct json_object *object, const char *key, const char *text)
{
	json_add_text(object, key, *text ? text : NULL);
}

static void append_link(void *opaque, const char *link)
{
	json_object_array_add(opaque, json_object_new_string(link));
}

static void add_array(struct json_object *object, const char *key, struct json_object *array)
{
	if (json_object_array_length(array))
		json_object_object_add(object, key, array);
	else
		json_object_put(array);
}

static void add_symlinks(struct json_object *object, const char *node)
{
	static const char *const folders[][2] = { { "by_id", "/dev/v4l/by-id" },
						  { "by_path", "/dev/v4l/by-path" } };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		struct json_object *links = json_object_new_array();

		hardware_links(folders[i][1], node, append_link, links);
		add_array(object, folders[i][0], links);
	}
}

static void add_holders(struct json_object *object, const struct machine *machine, int node)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < machine->n_holders; i++) {
		struct json_object *holder;

		if (machine->holders[i].node != (unsigned)node)
			continue;
		holder = json_object_new_object();
		json_add_int(holder, "pid", machine->holders[i].pid);
		json_add_text(holder, "program", machine->holders[i].name);
		json_object_array_add(array, holder);
	}
	add_array(object, "held_by", array);
}

static void add_capabilities(struct json_object *object, const struct node *node)
{
	char text[256];

	json_add_text(object, "card", (const char *)node->info.card);
	json_add_text(object, "driver", (const char *)node->info.driver);
	json_add_text(object, "bus", (const char *)node->info.bus_info);
	json_add_text(object, "capabilities", nodes_caps_text(node->caps, text, sizeof text));
	json_add_bool(object, "capture", nodes_serve_role(node->caps, DEVICE_CAPTURE));
	json_add_bool(object, "output", nodes_serve_role(node->caps, DEVICE_OUTPUT));
	if (nodes_is_m2m(node->caps))
		json_object_object_add(object, "converts", conversion_json(node->path));
}

static struct json_object *node_json(const struct machine *machine, int index)
{
	const struct node *node = &machine->nodes[index];
	const struct hardware *hardware = &machine->hardware[index];
	struct json_object *object = json_object_new_object();
	char media[NODE_PATH_MAX];
	const char *bus_info = *node->info.bus_info ? (const char *)node->info.bus_info : NULL;

	json_add_text(object, "path", node->path);
	add_text_if_any(object, "name", hardware->label);
	if (node->err)
		json_add_text(object, "error", err_str(node->err));
	else
		json_add_text(object, "kind", node_kind(node));
	if (!node->err && !node->is_subdevice)
		add_capabilities(object, node);
	json_add_text(object, "media", hardware_media("", hardware, bus_info, media));
	add_symlinks(object, node->path);
	add_holders(object, machine, index);
	return object;
}

/* Whether two nodes belong to the same device. Devices of one driver may share their hardware in sysfs, as
 * vivid's do, but have different bus_info, which sub-devices lack. */
static bool is_same_hardware(const struct machine *machine, int a, int b)
{
	const char *bus_a = (const char *)machine->nodes[a].info.bus_info;
	const char *bus_b = (const char *)machine->nodes[b].info.bus_info;

	if (strcmp(machine->hardware[a].sysfs, machine->hardware[b].sysfs) != 0)
		return false;
	if (*bus_a && *bus_b)
		return strncmp(bus_a, bus_b, sizeof machine->nodes[a].info.bus_info) == 0 ||
		       machine->hardware[a].usb_id[0];
	return machine->hardware[a].sysfs[0];
}

/* The name of a device is that of its first node. */
static struct json_object *device_json(const struct machine *machine, int first, struct json_object *nodes)
{
	const struct hardware *hardware = &machine->hardware[first];
	struct json_object *object = json_object_new_object();
	const char *card = (const char *)machine->nodes[first].info.card;

	json_add_text(object, "name",
		      *hardware->product ? hardware->product
		      : *card            ? card
					 : hardware->label);
	add_text_if_any(object, "driver",
			*hardware->driver ? hardware->driver
					  : json_text(json_object_array_get_idx(nodes, 0), "driver"));
	add_text_if_any(object, "bus", hardware->bus);
	add_text_if_any(object, "usb_id", hardware->usb_id);
	if (hardware->usb_mbits)
		json_add_count(object, "usb_mbits", hardware->usb_mbits);
	add_text_if_any(object, "sysfs", hardware->sysfs);
	json_object_object_add(object, "nodes", nodes);
	return object;
}

static struct json_object *group(const struct machine *machine)
{
	struct json_object *devices = json_object_new_array(), *nodes;
	bool *done = calloc((size_t)machine->n_nodes + 1, sizeof *done);

	for (int first = 0; done && first < machine->n_nodes; first++) {
		if (done[first])
			continue;
		nodes = json_object_new_array();
		for (int i = first; i < machine->n_nodes; i++) {
			if (done[i] || (i != first && !is_same_hardware(machine, first, i)))
				continue;
			done[i] = true;
			json_object_array_add(nodes, node_json(machine, i));
		}
		json_object_array_add(devices, device_json(machine, first, nodes));
	}
	free(done);
	return devices;
}

static int read_holders(struct machine *machine)
{
	const char **paths = calloc((size_t)machine->n_nodes + 1, sizeof *paths);
	int n = -ENOMEM;

	for (int i = 0; paths && i < machine->n_nodes; i++)
		paths[i] = machine->nodes[i].path;
	if (paths)
		n = holders_find(paths, (unsigned)machine->n_nodes, &machine->holders);
	free(paths);
	return n;
}

int report_nodes_read(struct json_object **result)
{
	struct machine machine = { .n_nodes = nodes_list_all(&machine.nodes) };
	int err = machine.n_nodes < 0 ? machine.n_nodes : 0;

	if (err < 0)
		return err;
	machine.hardware = calloc((size_t)machine.n_nodes + 1, sizeof *machine.hardware);
	err = machine.n_holders = machine.hardware ? read_holders(&machine) : -ENOMEM;
	if (err >= 0) {
		for (int i = 0; i < machine.n_nodes; i++)
			hardware_of("", machine.nodes[i].path + strlen("/dev/"), &machine.hardware[i]);
		*result = json_object_new_object();
		json_add_text(*result, "version", V4L2Q_VERSION);
		json_add_text(*result, "command", "list");
		json_object_object_add(*result, "devices", group(&machine));
	}
	free(machine.holders);
	free(machine.hardware);
	free(machine.nodes);
	return err < 0 ? err : 0;
}

static struct json_object *first_node(struct json_object *device)
{
	size_t n;
	struct json_object *nodes = json_array(device, "nodes", &n);

	return n ? json_object_array_get_idx(nodes, 0) : NULL;
}

static void print_links(struct json_object *node, const char *key)
{
	size_t n;
	struct json_object *links = json_array(node, key, &n);

	for (size_t i = 0; i < n; i++)
		printf("%*s%s\n", (int)NODE_COLUMN, "",
		       json_object_get_string(json_object_array_get_idx(links, i)));
}

static void print_holders(struct json_object *node)
{
	size_t n;
	struct json_object *holders = json_array(node, "held_by", &n);
	char text[400] = "";

	for (size_t i = 0; i < n; i++) {
		struct json_object *holder = json_object_array_get_idx(holders, i);

		text_join(text, sizeof text, ", ", "%s (PID %" PRId64 ")", json_text(holder, "program"),
			  json_int(holder, "pid"));
	}
	if (n)
		printf("%*sin use by %s\n", (int)NODE_COLUMN, "", text);
}

/* Names of the node that differ from those of the device. */
static void add_differences(struct json_object *device, struct json_object *node, char *text, size_t size)
{
	static const struct {
		const char *key, *of_device, *word;
	} rows[] = {
		{ "name", "name", "" },   { "card", "name", "card " }, { "driver", "driver", "driver " },
		{ "bus", "bus", "bus " }, { "media", NULL, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *value = json_text(node, rows[i].key);
		const char *known = rows[i].of_device ? json_text(device, rows[i].of_device)
						      : json_text(first_node(device), rows[i].key);

		if (*value && strcmp(value, known) != 0 && !strstr(text, value))
			text_add(text, size, "; %s%s", rows[i].word, value);
	}
}

static void print_node(struct json_object *device, struct json_object *node)
{
	char left[64], text[1000] = "";
	struct json_object *converts;

	snprintf(left, sizeof left, "  %s", json_text(node, "path"));
	terminal_column(stdout, NODE_COLUMN, left);
	if (json_object_object_get_ex(node, "converts", &converts) && converts) {
		report_conversion_text(converts, text, sizeof text);
		if (*json_text(converts, "usage"))
			text_add(text, sizeof text, ", used by %s", json_text(converts, "usage"));
		text_add(text, sizeof text, "; ");
	}
	if (*json_text(node, "error"))
		text_add(text, sizeof text, "%s", json_text(node, "error"));
	else if (*json_text(node, "capabilities"))
		text_add(text, sizeof text, "%s: %s", json_text(node, "kind"),
			 json_text(node, "capabilities"));
	else
		text_add(text, sizeof text, "%s \"%s\"", json_text(node, "kind"), json_text(node, "name"));
	add_differences(device, node, text, sizeof text);
	terminal_wrap(stdout, terminal_width(stdout), NODE_COLUMN, text);
	print_links(node, "by_id");
	print_links(node, "by_path");
	print_holders(node);
}

static void print_device(struct json_object *device)
{
	char about[400] = "";
	size_t n;
	struct json_object *nodes = json_array(device, "nodes", &n);

	text_add(about, sizeof about, "%s", json_text(device, "driver"));
	if (*json_text(device, "bus"))
		text_join(about, sizeof about, ", ", "%s", json_text(device, "bus"));
	else
		text_join(about, sizeof about, ", ", "%s", json_text(first_node(device), "bus"));
	if (*json_text(device, "usb_id"))
		text_join(about, sizeof about, ", ", "%s", json_text(device, "usb_id"));
	if (json_int(device, "usb_mbits"))
		text_join(about, sizeof about, ", ", "%" PRId64 " Mbit/s", json_int(device, "usb_mbits"));
	if (*json_text(first_node(device), "media"))
		text_join(about, sizeof about, ", ", "%s", json_text(first_node(device), "media"));
	if (*json_text(device, "sysfs"))
		text_join(about, sizeof about, ", ", "%s", json_text(device, "sysfs"));
	printf("%s%s%s%s\n", json_text(device, "name"), *about ? " (" : "", about, *about ? ")" : "");
	for (size_t i = 0; i < n; i++)
		print_node(device, json_object_array_get_idx(nodes, i));
}

void report_nodes_print(struct json_object *object)
{
	size_t n;
	struct json_object *devices = json_array(object, "devices", &n);

	if (n == 0)
		log_info("no video nodes found; 'v4l2q list -d sim' shows the simulated device, "
			 "'v4l2q capture -d sim' records from it");
	for (size_t i = 0; i < n; i++) {
		if (i)
			printf("\n");
		print_device(json_object_array_get_idx(devices, i));
	}
}
