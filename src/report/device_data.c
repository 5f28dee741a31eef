/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on nodes without pictures: VBI, metadata, SDR. */
#include <inttypes.h>
#include <stdio.h>
#include "base/json.h"
#include "base/pixfmt.h"
#include "base/text.h"
#include "report/common.h"
#include "report/device_internal.h"

static const struct flag_name vbi_flags[] = {
	{ V4L2_VBI_UNSYNC, "no synchronisation of fields" },
	{ V4L2_VBI_INTERLACED, "interlaced" },
	{ 0, NULL },
};

static const struct flag_name services[] = {
	{ V4L2_SLICED_TELETEXT_B, "teletext B" },
	{ V4L2_SLICED_VPS, "VPS" },
	{ V4L2_SLICED_CAPTION_525, "closed captions" },
	{ V4L2_SLICED_WSS_625, "WSS" },
	{ 0, NULL },
};

static int read_data_format(struct device *device, enum v4l2_buf_type type, struct v4l2_format *format)
{
	*format = (struct v4l2_format){ .type = type };
	return device_ioctl(device, VIDIOC_G_FMT, format);
}

static void add_vbi(struct json_object *object, const struct v4l2_vbi_format *vbi)
{
	struct json_object *lines = json_object_new_array();
	char fourcc[FOURCC_TEXT_MAX], text[40];

	json_add_text(object, "sample_format", fourcc_text(vbi->sample_format, fourcc));
	json_add_count(object, "sampling_hz", vbi->sampling_rate);
	json_add_count(object, "samples_per_line", vbi->samples_per_line);
	json_add_count(object, "offset", vbi->offset);
	for (unsigned field = 0; field < 2; field++) {
		if (!vbi->count[field])
			continue;
		snprintf(text, sizeof text, "%" PRId64 "-%" PRId64, (int64_t)vbi->start[field],
			 (int64_t)vbi->start[field] + vbi->count[field] - 1);
		json_object_array_add(lines, json_object_new_string(text));
	}
	json_object_object_add(object, "lines", lines);
	json_object_object_add(object, "flags", report_flags_json(vbi_flags, vbi->flags));
}

static void add_sliced(struct json_object *object, struct device *device, enum v4l2_buf_type type)
{
	struct v4l2_sliced_vbi_cap cap = { .type = type };
	struct v4l2_format format;

	if (device_ioctl(device, VIDIOC_G_SLICED_VBI_CAP, &cap) < 0)
		return;
	json_object_object_add(object, "services", report_flags_json(services, cap.service_set));
	if (read_data_format(device, type, &format) < 0)
		return;
	json_object_object_add(object, "services_set",
			       report_flags_json(services, format.fmt.sliced.service_set));
	json_add_count(object, "sliced_bytes", format.fmt.sliced.io_size);
}

static void add_fourcc(struct json_object *object, uint32_t fourcc, uint32_t bytes)
{
	char text[FOURCC_TEXT_MAX];

	json_add_text(object, "pixelformat", fourcc_text(fourcc, text));
	json_add_count(object, "buffer_bytes", bytes);
}

/* A VBI node may support both raw and sliced VBI. */
static void add_data(struct json_object *object, struct device *device)
{
	bool is_output = device_is_output(device);
	uint32_t sliced = is_output ? V4L2_CAP_SLICED_VBI_OUTPUT : V4L2_CAP_SLICED_VBI_CAPTURE;
	struct v4l2_format format;

	if (device->caps & sliced)
		add_sliced(object, device,
			   is_output ? V4L2_BUF_TYPE_SLICED_VBI_OUTPUT : V4L2_BUF_TYPE_SLICED_VBI_CAPTURE);
	if (read_data_format(device, device->type, &format) < 0)
		return;
	switch ((uint32_t)device->type) {
	case V4L2_BUF_TYPE_VBI_CAPTURE:
	case V4L2_BUF_TYPE_VBI_OUTPUT:
		add_vbi(object, &format.fmt.vbi);
		break;
	case V4L2_BUF_TYPE_META_CAPTURE:
	case V4L2_BUF_TYPE_META_OUTPUT:
		add_fourcc(object, format.fmt.meta.dataformat, format.fmt.meta.buffersize);
		break;
	case V4L2_BUF_TYPE_SDR_CAPTURE:
	case V4L2_BUF_TYPE_SDR_OUTPUT:
		add_fourcc(object, format.fmt.sdr.pixelformat, format.fmt.sdr.buffersize);
	}
}

struct json_object *report_device_data(struct device *device)
{
	struct json_object *object;

	if (device_is_video(device) || !device->type)
		return NULL;
	object = json_object_new_object();
	add_data(object, device);
	return object;
}

static void add_list(struct json_object *data, const char *key, const char *word, char *text, size_t size)
{
	char words[200] = "";
	size_t n;

	report_join(json_array(data, key, &n), words, sizeof words);
	if (n)
		text_add(text, size, "%s%s%s", *text ? "; " : "", word, words);
}

static void print_sliced(struct json_object *data)
{
	char text[600] = "";

	if (!json_object_object_get_ex(data, "services", NULL))
		return;
	add_list(data, "services", "", text, sizeof text);
	add_list(data, "services_set", "set to ", text, sizeof text);
	report_line(stdout, "sliced", "%s; %" PRId64 " bytes a buffer", *text ? text : "no services",
		    json_int(data, "sliced_bytes"));
}

void report_device_print_data(struct json_object *data)
{
	char text[300] = "";

	print_sliced(data);
	if (*json_text(data, "pixelformat"))
		report_line(stdout, "set to", "%s, %" PRId64 " bytes a buffer",
			    json_text(data, "pixelformat"), json_int(data, "buffer_bytes"));
	if (!*json_text(data, "sample_format"))
		return;
	add_list(data, "lines", "lines ", text, sizeof text);
	add_list(data, "flags", "", text, sizeof text);
	report_line(stdout, "set to",
		    "%s, %.10g MHz, %" PRId64 " samples a line, the first %" PRId64 " after the sync%s%s",
		    json_text(data, "sample_format"), (double)json_int(data, "sampling_hz") / 1e6,
		    json_int(data, "samples_per_line"), json_int(data, "offset"), *text ? "; " : "", text);
}
