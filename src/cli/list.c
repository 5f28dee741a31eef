/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q list: all video nodes in short, or one of them in full. */
#include <errno.h>
#include <stdlib.h>
#include "base/log.h"
#include "cli/command.h"
#include "cli/common.h"
#include "report/device.h"
#include "base/json.h"
#include "base/text_file.h"
#include "device/nodes.h"

struct list_options {
	struct basic_options basic;
};

#define OFFSET(field) offsetof(struct list_options, field)
static const struct option_row list_rows[] = {
	{ "device", 'd', OPT_FILE, OFFSET(basic.device), .argument = "DEV",
	  .help = "everything about this device: /dev/video0, 0, a link, or sim",
	  .preset_help = "every node, in short" },
	{ 0 },
};

static const struct option_group groups[] = {
	{ "Options", list_rows, 0 },
	{ "", common_basic_rows, OFFSET(basic) },
	{ 0 },
};
#undef OFFSET

static const struct option_spec spec = {
	.command = "list",
	.synopsis = "[-d DEV] [--json[=FILE]]",
	.summary = "List the video nodes and what they can do; with -d, the formats, sizes, rates, inputs, "
		   "controls and io modes of one.",
	.groups = groups,
};

static struct json_object *node_json(const struct node *node)
{
	struct json_object *object = json_object_new_object();
	char text[256];

	json_add_text(object, "path", node->path);
	if (node->err) {
		json_add_text(object, "error", err_str(node->err));
		return object;
	}
	json_add_text(object, "card", (const char *)node->info.card);
	json_add_text(object, "driver", (const char *)node->info.driver);
	json_add_text(object, "bus", (const char *)node->info.bus_info);
	json_add_text(object, "capabilities", nodes_caps_text(node->caps, text, sizeof text));
	json_add_bool(object, "capture", nodes_serve_role(node->caps, DEVICE_CAPTURE));
	json_add_bool(object, "output", nodes_serve_role(node->caps, DEVICE_OUTPUT));
	return object;
}

static int nodes_json(struct json_object **result)
{
	struct json_object *object, *array;
	struct node *nodes = NULL;
	int n = nodes_list(&nodes);

	if (n < 0)
		return n;
	object = json_object_new_object();
	array = json_object_new_array();
	json_add_text(object, "version", V4L2Q_VERSION);
	json_add_text(object, "command", "list");
	for (int i = 0; i < n; i++)
		json_object_array_add(array, node_json(&nodes[i]));
	json_object_object_add(object, "devices", array);
	free(nodes);
	*result = object;
	return 0;
}

static void print_nodes(struct json_object *object)
{
	size_t n;
	struct json_object *array = json_array(object, "devices", &n);

	if (n == 0)
		log_info("no video nodes found; 'v4l2q list -d sim' shows the simulated device, "
			 "'v4l2q capture -d sim' records from it");
	for (size_t i = 0; i < n; i++) {
		struct json_object *node = json_object_array_get_idx(array, i);

		if (*json_text(node, "error"))
			printf("%-13s %s\n", json_text(node, "path"), json_text(node, "error"));
		else
			printf("%-13s %s (%s, %s): %s\n", json_text(node, "path"), json_text(node, "card"),
			       json_text(node, "driver"), json_text(node, "bus"),
			       json_text(node, "capabilities"));
	}
}

static enum status list_with(const struct list_options *options)
{
	void (*print)(struct json_object *) = options->basic.device ? report_device_print : print_nodes;
	struct json_object *object = NULL;
	FILE *json = NULL;
	int err;

	if (options->basic.json && text_file_open(&json, options->basic.json) < 0)
		return STATUS_FILE;
	err = options->basic.device ? report_device_read(options->basic.device, &object)
				    : nodes_json(&object);
	if (err < 0) {
		text_file_close(json);
		return status_of(STAGE_DEVICE, err);
	}
	if (json)
		return json_file_write(json, options->basic.json, object) < 0 ? STATUS_FILE : STATUS_DONE;
	print(object);
	json_object_put(object);
	return common_flush_stdout();
}

static int list_run(int argc, char **argv)
{
	struct list_options options = { 0 };
	int operand = options_parse(&spec, argc, argv, &options);
	int status = common_start(&spec, &options.basic, operand);

	if (status < 0)
		status = (int)list_with(&options);
	options_free(&spec, &options);
	return status;
}

const struct command command_list = { "list", "list devices, or one device's formats, controls and io modes",
				      list_run };
