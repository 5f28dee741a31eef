/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q list: a summary of all nodes, or the details of one. */
#include <errno.h>
#include <stdio.h>
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text_file.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/file_uses.h"
#include "report/device.h"
#include "report/nodes.h"
#include "report/profile.h"

struct list_options {
	struct basic_options basic;
	int dot;
	const char *save, *edid;
};

#define OFFSET(field) offsetof(struct list_options, field)
static const struct option_row list_rows[] = {
	{ "device", 'd', OPT_FILE, OFFSET(basic.device), .argument = "DEV",
	  .help = "everything about this device: /dev/video0, 0, a link, or sim",
	  .preset_help = "every node, in short" },
	{ "dot", 0, OPT_SET, OFFSET(dot), .value = 1,
	  .help = "with -d: the media graph that it is a part of, for graphviz" },
	{ "save", 0, OPT_FILE, OFFSET(save), .argument = "FILE",
	  .help = "with -d: write the settings of the device to FILE, for --profile of the other commands" },
	{ "edid", 0, OPT_FILE, OFFSET(edid), .argument = "FILE",
	  .help = "with -d: write its EDID into FILE, for --edid of the other commands" },
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
	.synopsis = "[-d DEV [--dot] [--save FILE] [--edid FILE]] [--json[=FILE]]",
	.summary = "List the video nodes and what they can do; with -d, the formats, sizes, rates, inputs, "
		   "controls and io modes of one.",
	.groups = groups,
};

static enum status print_dot(const struct list_options *options, struct json_object *object)
{
	if (report_device_print_dot(object))
		return STATUS_DONE;
	log_error("%s: not part of a media graph", options->basic.device);
	return STATUS_DEVICE;
}

static enum status save_profile(const struct list_options *options)
{
	bool is_file;
	int err = report_profile_save(options->basic.device, options->save, &is_file);

	return status_of(is_file ? STAGE_FILE : STAGE_DEVICE, err);
}

static enum status save_edid(const struct list_options *options)
{
	bool is_file;
	int err = report_device_save_edid(options->basic.device, options->edid, &is_file);

	return status_of(is_file ? STAGE_FILE : STAGE_DEVICE, err);
}

static int check_list_options(const struct list_options *options)
{
	const struct file_use uses[] = { { "--save", options->save, false },
					 { "--edid", options->edid, false },
					 { "--dot", options->dot ? "-" : NULL, false },
					 { "--json", options->basic.json, false } };

	if ((options->dot || options->save || options->edid) && !options->basic.device) {
		log_error("%s needs -d: it is about one device", options->dot    ? "--dot"
								 : options->save ? "--save"
										 : "--edid");
		return -EINVAL;
	}
	return file_uses_check(uses, ARRAY_SIZE(uses));
}

/* Prints the graph for --dot; the listing unless --json replaces it. */
static enum status print_text(const struct list_options *options, struct json_object *object)
{
	enum status status = STATUS_DONE, flushed;

	if (options->dot)
		status = print_dot(options, object);
	else if (!options->basic.json && options->basic.device)
		report_device_print(object);
	else if (!options->basic.json)
		report_nodes_print(object);
	flushed = common_flush_stdout();
	return status == STATUS_DONE ? flushed : status;
}

static enum status list_devices(const struct list_options *options)
{
	const char *name = options->basic.json;
	struct json_object *object = NULL;
	enum status status;
	FILE *json = NULL;
	int err;

	if (name && text_file_open(&json, name) < 0)
		return STATUS_FILE;
	err = options->basic.device ? report_device_read(options->basic.device, &object)
				    : report_nodes_read(&object);
	if (err < 0) {
		text_file_close(json);
		return status_of(STAGE_DEVICE, err);
	}
	status = print_text(options, object);
	if (!json)
		json_object_put(object);
	else if (json_file_write(json, name, object) < 0 && status == STATUS_DONE)
		status = STATUS_FILE;
	return status;
}

static enum status list_with(const struct list_options *options)
{
	bool saves = options->save || options->edid;
	enum status status = STATUS_DONE;

	if (check_list_options(options) < 0)
		return STATUS_USAGE;
	if (options->save)
		status = save_profile(options);
	if (status == STATUS_DONE && options->edid)
		status = save_edid(options);
	if (status == STATUS_DONE && (!saves || options->dot || options->basic.json))
		status = list_devices(options);
	return status;
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
