/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device is set to, as a text that --profile sets again. */
#include "report/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
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

#define ITEMS_MAX 1024 /* of an array */

static void write_source(struct device *device, FILE *file)
{
	char name[DV_TIMINGS_NAME_MAX], input[INPUT_NAME_MAX];
	int index = inputs_current(device);
	struct v4l2_standard listed;
	struct v4l2_dv_timings timings;
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
}

static void write_format(struct device *device, FILE *file)
{
	char fourcc[FOURCC_TEXT_MAX], text[CROP_TEXT_MAX], rate[FRACTION_TEXT_MAX];
	struct v4l2_format driver;
	struct video_format format;
	struct v4l2_rect crop;

	if (negotiate_get_v4l2_format(device, &driver) == 0 && negotiate_get_format(device, &format) == 0) {
		fprintf(file, "pixelformat = %s\nsize = %ux%u\n", fourcc_text(format.fourcc, fourcc),
			format.width, format.height);
		if (format.fps.num)
			fprintf(file, "fps = %s\n", fraction_text(format.fps, rate));
	}
	if (selection_get(device, V4L2_SEL_TGT_CROP, &crop) == 0)
		fprintf(file, "crop = %s\n", crop_text(&crop, text));
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
	FILE *file;
};

static void write_payload(const struct control_writer *writer, const struct control_info *info)
{
	uint32_t n = control_payload_items(info);
	uint8_t *payload;

	if (n > ITEMS_MAX || control_payload_read(writer->device, info, &payload) < 0)
		return;
	if (info->type == V4L2_CTRL_TYPE_STRING)
		fprintf(writer->file, "%s = \"%s\"\n", info->name,
			(text_clean((char *)payload, ""), (const char *)payload));
	for (uint32_t i = 0; info->type != V4L2_CTRL_TYPE_STRING && i < n; i++)
		fprintf(writer->file, "%s[%u] = %" PRId64 "\n", info->name, i,
			control_payload_item(info, payload, i));
	free(payload);
}

/* Those that a program sets, and that stay as they were set. */
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
	fprintf(writer->file, "%s = %" PRId64 "%s%s\n", info->name, info->value, entry ? "  # " : "",
		entry ? entry : "");
	return 0;
}

int report_profile_save(const char *device_name, const char *file_name, bool *is_file)
{
	struct control_writer writer = { 0 };
	struct device device;
	int err = device_open(&device, device_name, DEVICE_NODE);

	*is_file = false;
	if (err < 0)
		return err;
	*is_file = true;
	err = text_file_open(&writer.file, file_name);
	if (err == 0) {
		errno = 0;
		fprintf(writer.file,
			"# What %s (%.32s, %.16s) was set to. 'v4l2q capture --profile FILE' sets it again;\n"
			"# lines may be changed or left out.\n",
			device.path, (const char *)device.info.card, (const char *)device.info.driver);
		write_source(&device, writer.file);
		write_format(&device, writer.file);
		write_edid(&device, writer.file);
		fprintf(writer.file, "\n[controls]\n");
		writer.device = &device;
		controls_enumerate(&device, write_control, &writer);
		err = text_file_finish(writer.file, file_name);
	}
	device_close(&device);
	return err;
}
