/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controls of a codec node (kernel documentation, "Codec Control Reference"). */
#include "m2m/codec_controls.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/controls/control_text.h"
#include "device/controls/controls_set.h"

#define TEXT_MAX 1000
#define IDS_MAX 3

#define CID(name) V4L2_CID_MPEG_VIDEO_##name

/* Several ids: all those that the node has are set. */
static const struct short_name {
	const char *name;
	uint32_t fourcc; /* 0: of any codec */
	uint32_t ids[IDS_MAX];
} short_names[] = {
	{ "bitrate", 0, { CID(BITRATE) } },
	{ "gop", V4L2_PIX_FMT_H264, { CID(GOP_SIZE), CID(H264_I_PERIOD) } },
	{ "gop", 0, { CID(GOP_SIZE) } },
	{ "profile", V4L2_PIX_FMT_H264, { CID(H264_PROFILE) } },
	{ "profile", V4L2_PIX_FMT_HEVC, { CID(HEVC_PROFILE) } },
	{ "profile", V4L2_PIX_FMT_VP8, { CID(VP8_PROFILE) } },
	{ "profile", V4L2_PIX_FMT_VP9, { CID(VP9_PROFILE) } },
	{ "profile", V4L2_PIX_FMT_MPEG4, { CID(MPEG4_PROFILE) } },
	{ "profile", V4L2_PIX_FMT_MPEG2, { CID(MPEG2_PROFILE) } },
	{ "level", V4L2_PIX_FMT_H264, { CID(H264_LEVEL) } },
	{ "level", V4L2_PIX_FMT_HEVC, { CID(HEVC_LEVEL) } },
	{ "level", V4L2_PIX_FMT_VP9, { CID(VP9_LEVEL) } },
	{ "level", V4L2_PIX_FMT_MPEG4, { CID(MPEG4_LEVEL) } },
	{ "level", V4L2_PIX_FMT_MPEG2, { CID(MPEG2_LEVEL) } },
	{ "qp", V4L2_PIX_FMT_H264, { CID(H264_I_FRAME_QP), CID(H264_P_FRAME_QP), CID(H264_B_FRAME_QP) } },
	{ "qp", V4L2_PIX_FMT_HEVC, { CID(HEVC_I_FRAME_QP), CID(HEVC_P_FRAME_QP), CID(HEVC_B_FRAME_QP) } },
	{ "qp", V4L2_PIX_FMT_MPEG4, { CID(MPEG4_I_FRAME_QP), CID(MPEG4_P_FRAME_QP), CID(MPEG4_B_FRAME_QP) } },
	{ "qp", V4L2_PIX_FMT_H263, { CID(H263_I_FRAME_QP), CID(H263_P_FRAME_QP), CID(H263_B_FRAME_QP) } },
	{ "qp", V4L2_PIX_FMT_VP8, { CID(VPX_I_FRAME_QP), CID(VPX_P_FRAME_QP) } },
	{ "qp", V4L2_PIX_FMT_VP9, { CID(VPX_I_FRAME_QP), CID(VPX_P_FRAME_QP) } },
	{ "qp", V4L2_PIX_FMT_FWHT, { V4L2_CID_FWHT_I_FRAME_QP, V4L2_CID_FWHT_P_FRAME_QP } },
	{ "quality", V4L2_PIX_FMT_MJPEG, { V4L2_CID_JPEG_COMPRESSION_QUALITY } },
	{ "quality", V4L2_PIX_FMT_JPEG, { V4L2_CID_JPEG_COMPRESSION_QUALITY } },
};

static int set_if_there(struct device *node, uint32_t id, int32_t value)
{
	struct v4l2_control control = { .id = id, .value = value };

	return device_ioctl(node, VIDIOC_S_CTRL, &control);
}

/* Sets what a recording needs: it must be decodable from its first frame and that of each segment, with
 * frames in the camera's order. A bit rate has no effect without rate control, nor a quantiser with it. */
static void set_presets(struct device *node, const char *options)
{
	set_if_there(node, CID(HEADER_MODE), V4L2_MPEG_VIDEO_HEADER_MODE_JOINED_WITH_1ST_FRAME);
	set_if_there(node, CID(REPEAT_SEQ_HEADER), 1);
	set_if_there(node, CID(B_FRAMES), 0);
	if (strstr(options, "bitrate="))
		set_if_there(node, CID(FRAME_RC_ENABLE), 1);
	else if (strstr(options, "qp="))
		set_if_there(node, CID(FRAME_RC_ENABLE), 0);
}

static const struct short_name *find_short_name(const char *name, uint32_t fourcc)
{
	for (size_t i = 0; i < ARRAY_SIZE(short_names); i++)
		if (strcmp(short_names[i].name, name) == 0 &&
		    (!short_names[i].fourcc || short_names[i].fourcc == fourcc))
			return &short_names[i];
	return NULL;
}

/* Expands "4M" to 4000000, as powers of ten are usual for bit rates. Other text is left to the control. */
static void expand_unit(const char *text, char expanded[32])
{
	static const char units[] = "kMG";
	char *end;
	double value = strtod(text, &end);
	const char *unit = end != text && *end && !end[1] ? strchr(units, *end) : NULL;

	for (const char *u = units; unit && u <= unit; u++)
		value *= 1000;
	if (unit && value >= 0 && value < 1e15)
		snprintf(expanded, 32, "%.0f", value);
	else
		snprintf(expanded, 32, "%s", text);
}

/* Appends the assignments of a short name. */
static int add_short(struct device *node, const struct short_name *row, const struct assignment *assignment,
		     char text[TEXT_MAX])
{
	char id[16], value[32];
	unsigned n = 0;

	if (!assignment->value) {
		log_error("%s: codec option %s: missing value: expected %s=VALUE", node->path, row->name,
			  row->name);
		return -EINVAL;
	}
	expand_unit(assignment->value, value);
	for (unsigned i = 0; i < IDS_MAX && row->ids[i]; i++) {
		snprintf(id, sizeof id, "0x%08" PRIx32, row->ids[i]);
		if (!controls_has(node, id))
			continue;
		text_join(text, TEXT_MAX, ",", "%s=%s", id, value);
		n++;
	}
	if (n)
		return 0;
	log_error("%s: codec option %s: this encoder has no control for it (v4l2q list -d %s shows its "
		  "controls)",
		  node->path, row->name, node->path);
	return -ERANGE;
}

static int add_assignment(struct device *node, uint32_t fourcc, const struct assignment *assignment,
			  char text[TEXT_MAX])
{
	const struct short_name *row = find_short_name(assignment->name, fourcc);
	const char *value = assignment->value;

	if (row && !controls_has(node, assignment->name))
		return add_short(node, row, assignment, text);
	text_add(text, TEXT_MAX, "%s%s%s%s", *text ? "," : "", assignment->name, assignment->index ? "[" : "",
		 assignment->index ? assignment->index : "");
	if (value)
		text_add(text, TEXT_MAX, strchr(value, ',') ? "=\"%s\"" : "=%s", value);
	return 0;
}

/* B frames: coded frames come in decoding order with presentation timestamps only, and how far these differ
 * is known only after the frames have come, too late for decoding timestamps in the file. */
static int check_order(struct device *node)
{
	struct v4l2_control b_frames = { .id = CID(B_FRAMES) };

	if (device_ioctl(node, VIDIOC_G_CTRL, &b_frames) < 0 || b_frames.value == 0)
		return 0;
	log_error(
		"%s: the encoder makes %d B frames in a row (video_b_frames), and a recording can have none: "
		"set it to 0, or choose another codec or a profile without them",
		node->path, b_frames.value);
	return -ERANGE;
}

int codec_controls_set(struct device *node, uint32_t fourcc, const char *options,
		       struct control_value **former)
{
	char *copy = strdup(options ? options : ""), *rest = copy;
	struct assignment assignment;
	char text[TEXT_MAX] = "";
	int err = 1;

	if (!copy)
		return log_no_memory();
	set_presets(node, copy);
	while (err > 0 && (err = control_text_next(&rest, &assignment)) > 0)
		err = add_assignment(node, fourcc, &assignment, text) < 0 ? -ERANGE : 1;
	free(copy);
	if (err == 0 && *text)
		err = controls_set(node, text, false, former);
	return err < 0 ? err : check_order(node);
}

bool codec_controls_can_force_key(struct device *node)
{
	struct v4l2_queryctrl query = { .id = CID(FORCE_KEY_FRAME) };

	return device_ioctl(node, VIDIOC_QUERYCTRL, &query) == 0 && !(query.flags & V4L2_CTRL_FLAG_DISABLED);
}

int codec_controls_force_key(struct device *node)
{
	return set_if_there(node, CID(FORCE_KEY_FRAME), 1);
}
