/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the settings of a device for --profile. */
#include "report/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "base/text_file.h"
#include "device/controls/control_payload.h"
#include "device/controls/controls.h"
#include "device/format/negotiate.h"
#include "device/inputs/crop.h"
#include "device/inputs/dv_timings.h"
#include "device/inputs/edid.h"
#include "device/inputs/inputs.h"
#include "device/inputs/selection.h"
#include "device/inputs/standards.h"
#include "device/inputs/tuner.h"
#include "pipeline/pipeline.h"

#define LINES_MAX 1024u    /* for one control */
#define LINE_ITEMS_MIN 16u /* in a list */

static void write_source(struct device *device, FILE *file)
{
	char name[DV_TIMINGS_NAME_MAX], input[INPUT_NAME_MAX];
	int index = inputs_current(device);
	struct v4l2_standard listed;
	struct v4l2_dv_timings timings;
	int tuner_index = tuner_current(device);
	struct tuner tuner;
	v4l2_std_id std;

	if (index >= 0)
		fprintf(file, "input = %d  # %s\n", index,
			inputs_name(device, (uint32_t)index, input) ? input : "");
	if (dv_timings_current(device, &timings) == 0)
		fprintf(file, "dv-timings = %s\n", dv_timings_name(&timings.bt, name));
	if (standards_current(device, &std) == 0 && std) {
		for (uint32_t i = 0; standards_get(device, i, &listed) && listed.id != std; i++)
			;
		if (listed.id == std)
			fprintf(file, "standard = %s\n", (const char *)listed.name);
		else
			fprintf(file, "standard = 0x%llx\n", std);
	}
	if (tuner_index >= 0 && tuner_get(device, (uint32_t)tuner_index, &tuner) && tuner.hz > 0)
		fprintf(file, "frequency = %.0f  # Hz\n", tuner.hz);
}

static void write_format(struct device *device, const struct pipeline *pipeline, FILE *file)
{
	char fourcc[FOURCC_TEXT_MAX], text[CROP_TEXT_MAX], rate[FRACTION_TEXT_MAX];
	struct v4l2_format driver;
	struct video_format format;
	struct v4l2_rect crop, whole;

	if (negotiate_get_v4l2_format(device, &driver) == 0 && negotiate_get_format(device, &format) == 0) {
		fprintf(file, "pixelformat = %s\nsize = %ux%u\n", fourcc_text(format.fourcc, fourcc),
			format.width, format.height);
		if (!format.fps.num && pipeline)
			format.fps = pipeline_rate(pipeline);
		if (format.fps.num)
			fprintf(file, "fps = %s\n", fraction_text(format.fps, rate));
	}
	if (selection_get(device, V4L2_SEL_TGT_CROP, &crop) == 0)
		fprintf(file, "crop = %s\n", crop_text(&crop, text));
	/* The whole frame follows the size, and needs no line. */
	if (selection_get(device, V4L2_SEL_TGT_COMPOSE, &crop) == 0 &&
	    selection_get(device, V4L2_SEL_TGT_COMPOSE_DEFAULT, &whole) == 0 &&
	    memcmp(&crop, &whole, sizeof crop) != 0)
		fprintf(file, "compose = %s\n", crop_text(&crop, text));
}

static void write_edid(struct device *device, FILE *file)
{
	struct edid edid;

	if (device_is_output(device) || edid_get(device, &edid) < 0 || !edid.n_blocks)
		return;
	fprintf(file, "\n[edid]\n");
	for (size_t i = 0; i < (size_t)edid.n_blocks * EDID_BLOCK_BYTES; i++)
		fprintf(file, "%02x%c", edid.data[i], i % 16 == 15 ? '\n' : ' ');
	edid_free(&edid);
}

struct control_writer {
	struct device *device;
	const char *entity; /* entity of the media pipeline; NULL: the video node */
	FILE *file;
};

static void write_control_name(const struct control_writer *writer, const struct control_info *info)
{
	char quote = writer->entity && strchr(writer->entity, '\'') ? '"' : '\'';

	if (writer->entity)
		fprintf(writer->file, "%c%s/%s%c", quote, writer->entity, info->name, quote);
	else
		fprintf(writer->file, "%s", info->name);
}

/* The last of the items from `first` on that have the same value. */
static uint32_t end_of_run(const struct control_info *info, const uint8_t *payload, uint32_t first)
{
	uint32_t n = control_payload_items(info), last = first;

	while (last + 1 < n &&
	       control_payload_item(info, payload, last + 1) == control_payload_item(info, payload, first))
		last++;
	return last;
}

static uint32_t count_runs(const struct control_info *info, const uint8_t *payload)
{
	uint32_t runs = 0;

	for (uint32_t i = 0; i < control_payload_items(info); i = end_of_run(info, payload, i) + 1)
		runs++;
	return runs;
}

/* Writes lists of as few items a line as LINES_MAX allows. */
static void write_lists(const struct control_writer *writer, const struct control_info *info,
			const uint8_t *payload)
{
	uint32_t n = control_payload_items(info), n_line = n / LINES_MAX + 1, last;

	n_line = n_line > LINE_ITEMS_MIN ? n_line : LINE_ITEMS_MIN;
	for (uint32_t first = 0; first < n; first = last + 1) {
		last = first + n_line < n ? first + n_line - 1 : n - 1;
		write_control_name(writer, info);
		fprintf(writer->file, last > first ? "[%u-%u] =" : "[%u] =", first, last);
		for (uint32_t i = first; i <= last; i++)
			fprintf(writer->file, " %" PRId64, control_payload_item(info, payload, i));
		fputc('\n', writer->file);
	}
}

/* Writes a line for each item, so that items can be changed; in a long array, for each run of equal items, or
 * for several different ones. */
static void write_items(const struct control_writer *writer, const struct control_info *info,
			const uint8_t *payload)
{
	uint32_t n = control_payload_items(info), last;

	if (count_runs(info, payload) > LINES_MAX && info->type != V4L2_CTRL_TYPE_MENU &&
	    info->type != V4L2_CTRL_TYPE_INTEGER_MENU) {
		write_lists(writer, info, payload);
		return;
	}
	for (uint32_t first = 0; first < n; first = last + 1) {
		last = n > LINES_MAX ? end_of_run(info, payload, first) : first;
		write_control_name(writer, info);
		fprintf(writer->file, last > first ? "[%u-%u]" : "[%u]", first, last);
		fprintf(writer->file, " = %" PRId64 "\n", control_payload_item(info, payload, first));
	}
}

static void write_payload(const struct control_writer *writer, const struct control_info *info)
{
	uint8_t *payload;

	if (control_payload_read(writer->device, info, &payload) < 0)
		return;
	if (info->type == V4L2_CTRL_TYPE_STRING) {
		write_control_name(writer, info);
		fprintf(writer->file, " = \"%s\"\n",
			(text_clean((char *)payload, ""), (const char *)payload));
	} else {
		write_items(writer, info, payload);
	}
	free(payload);
}

/* Writes controls that programs set and that keep their values. */
static int write_control(void *opaque, const struct control_info *info)
{
	const struct control_writer *writer = opaque;
	const uint32_t others = V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY |
				V4L2_CTRL_FLAG_VOLATILE | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE;
	char text[40];
	const char *entry = NULL;

	if (info->flags & others || info->type == V4L2_CTRL_TYPE_BUTTON ||
	    info->type == V4L2_CTRL_TYPE_CTRL_CLASS)
		return 0;
	if (control_payload_is_one(info)) {
		write_payload(writer, info);
		return 0;
	}
	if (info->type == V4L2_CTRL_TYPE_MENU || info->type == V4L2_CTRL_TYPE_INTEGER_MENU)
		entry = controls_menu_text(writer->device, info, info->value, text);
	write_control_name(writer, info);
	fprintf(writer->file, " = %" PRId64 "%s%s\n", info->value, entry ? "  # " : "", entry ? entry : "");
	return 0;
}

static void write_entity_controls(struct entity *entity, FILE *file)
{
	if (entity_is_open(entity))
		controls_enumerate(&entity->device, write_control,
				   &(struct control_writer){ &entity->device, entity->name, file });
}

/* The controls of lenses and flashes of the sub-devices on the route. */
static void write_ancillary_controls(struct pipeline *pipeline, FILE *file)
{
	struct graph *graph = &pipeline->graph;

	for (unsigned i = 0; i < graph->n_ancillaries; i++) {
		const struct ancillary *ancillary = &graph->ancillaries[i];

		if (route_passes(&pipeline->route, ancillary->of) &&
		    graph_open_entity(graph, ancillary->entity) == 0)
			write_entity_controls(ancillary->entity, file);
	}
}

/* The controls of the node, and of the sub-devices in front of it. */
static void write_controls(struct device *device, struct pipeline *pipeline, FILE *file)
{
	fprintf(file, "\n[controls]\n");
	controls_enumerate(device, write_control, &(struct control_writer){ device, NULL, file });
	for (unsigned i = 0; pipeline && i < pipeline->route.n; i++)
		write_entity_controls(pipeline->route.links[i]->source->entity, file);
	if (pipeline)
		write_ancillary_controls(pipeline, file);
}

static void write_profile(struct device *device, struct pipeline *pipeline, FILE *file)
{
	errno = 0;
	fprintf(file,
		"# What %s (%.32s, %.16s) was set to. 'v4l2q capture --profile FILE' sets it again;\n"
		"# lines may be changed or left out.\n",
		device->path, (const char *)device->info.card, (const char *)device->info.driver);
	write_source(device, file);
	write_format(device, pipeline, file);
	write_edid(device, file);
	write_controls(device, pipeline, file);
}

int report_profile_save(const char *device_name, const char *file_name, bool *is_file)
{
	struct pipeline *pipeline = NULL;
	struct device device;
	FILE *file;
	int err = device_open(&device, device_name, DEVICE_NODE);

	*is_file = false;
	if (err < 0)
		return err;
	err = pipeline_open(&pipeline, &device);
	*is_file = err == 0;
	if (err == 0)
		err = text_file_open(&file, file_name);
	if (err == 0) {
		write_profile(&device, pipeline, file);
		err = text_file_finish(file, file_name);
	}
	pipeline_close(pipeline);
	device_close(&device);
	return err;
}
