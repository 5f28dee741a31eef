/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controls that a device has, and their values (kernel documentation, "User Controls"). */
#include "device/controls/controls.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/text.h"
#include "device/controls/controls_internal.h"

#define CONTROLS_MAX 1024 /* limits the enumeration, for drivers that never end it */

void controls_name(const char *text, char name[CONTROL_NAME_MAX])
{
	bool gap = false;
	size_t n = 0;

	for (; *text && n + 2 < CONTROL_NAME_MAX; text++) {
		if (!isalnum((unsigned char)*text)) {
			gap = n > 0;
			continue;
		}
		if (gap)
			name[n++] = '_';
		gap = false;
		name[n++] = (char)tolower((unsigned char)*text);
	}
	name[n] = '\0';
}

/* A control whose name has no letters or digits is named by its id. */
static void name_control(struct control_info *info, const char *text)
{
	controls_name(text, info->name);
	if (!info->name[0])
		snprintf(info->name, sizeof info->name, "0x%08" PRIx32, info->id);
}

/* For drivers of kernels before 3.17, without VIDIOC_QUERY_EXT_CTRL. */
static int query_ctrl(struct device *device, uint32_t id, struct control_info *info)
{
	struct v4l2_queryctrl query = { .id = id };
	char name[sizeof query.name + 1] = "";
	int err = device_ioctl(device, VIDIOC_QUERYCTRL, &query);

	if (err < 0)
		return err;
	*info = (struct control_info){ .id = query.id,
				       .type = query.type,
				       .flags = query.flags,
				       .min = query.minimum,
				       .max = query.maximum,
				       .step = query.step,
				       .standard = query.default_value };
	memcpy(name, query.name, sizeof query.name);
	name_control(info, name);
	return 0;
}

static int query_ext_ctrl(struct device *device, uint32_t id, struct control_info *info)
{
	struct v4l2_query_ext_ctrl query = { .id = id };
	char name[sizeof query.name + 1] = "";
	int err = device_ioctl(device, VIDIOC_QUERY_EXT_CTRL, &query);

	if (err == -ENOTTY)
		return query_ctrl(device, id & ~V4L2_CTRL_FLAG_NEXT_COMPOUND, info);
	if (err < 0)
		return err;
	*info = (struct control_info){ .id = query.id,
				       .type = query.type,
				       .flags = query.flags,
				       .min = query.minimum,
				       .max = query.maximum,
				       .step = query.step > INT64_MAX ? INT64_MAX : (int64_t)query.step,
				       .standard = query.default_value,
				       .elem_size = query.elem_size,
				       .elems = query.elems };
	info->n_dims = query.nr_of_dims < V4L2_CTRL_MAX_DIMS ? query.nr_of_dims : V4L2_CTRL_MAX_DIMS;
	memcpy(info->dims, query.dims, sizeof info->dims);
	memcpy(name, query.name, sizeof query.name);
	name_control(info, name);
	return 0;
}

int32_t controls_get(struct device *device, uint32_t id)
{
	struct v4l2_control control = { .id = id };

	return device_ioctl(device, VIDIOC_G_CTRL, &control) < 0 ? 0 : control.value;
}

bool controls_is_number(const struct control_info *info)
{
	static const uint32_t types[] = { V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_TYPE_BOOLEAN,
					  V4L2_CTRL_TYPE_MENU,    V4L2_CTRL_TYPE_INTEGER64,
					  V4L2_CTRL_TYPE_BITMASK, V4L2_CTRL_TYPE_INTEGER_MENU };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (info->type == types[i])
			return !(info->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD);
	return false;
}

int controls_read(struct device *device, const struct control_info *info, int64_t *value)
{
	struct v4l2_ext_control wide = { .id = info->id };
	struct v4l2_ext_controls list = { .count = 1, .controls = &wide };
	struct v4l2_control control = { .id = info->id };
	int err;

	if (info->type == V4L2_CTRL_TYPE_INTEGER64) {
		err = device_ioctl(device, VIDIOC_G_EXT_CTRLS, &list);
		*value = wide.value64;
		return err;
	}
	err = device_ioctl(device, VIDIOC_G_CTRL, &control);
	*value = info->type == V4L2_CTRL_TYPE_BITMASK ? (int64_t)(uint32_t)control.value : control.value;
	return err;
}

int controls_write(struct device *device, const struct control_info *info, int64_t value)
{
	struct v4l2_ext_control wide = { .id = info->id, .value64 = value };
	struct v4l2_ext_controls list = { .count = 1, .controls = &wide };
	struct v4l2_control control = { .id = info->id, .value = (int32_t)value };

	if (info->type == V4L2_CTRL_TYPE_INTEGER64)
		return device_ioctl(device, VIDIOC_S_EXT_CTRLS, &list);
	return device_ioctl(device, VIDIOC_S_CTRL, &control);
}

static int visit_control(struct device *device, struct control_info *info,
			 int (*visit)(void *opaque, const struct control_info *info), void *opaque)
{
	if (info->flags & V4L2_CTRL_FLAG_DISABLED || info->type == V4L2_CTRL_TYPE_CTRL_CLASS)
		return 0;
	if (controls_is_number(info) && !(info->flags & V4L2_CTRL_FLAG_WRITE_ONLY) &&
	    controls_read(device, info, &info->value) < 0)
		info->value = 0;
	return visit(opaque, info);
}

/* Without V4L2_CTRL_FLAG_NEXT_CTRL, the ids of the user controls are queried one by one, then the driver's
 * own up to the first that it lacks (kernel documentation, "Querying Controls"). */
static int enumerate_ids(struct device *device, int (*visit)(void *opaque, const struct control_info *info),
			 void *opaque)
{
	uint32_t id = V4L2_CID_BASE;
	int result = 0;

	while (result == 0 && id < V4L2_CID_PRIVATE_BASE + CONTROLS_MAX) {
		struct control_info info;
		bool has = query_ext_ctrl(device, id, &info) == 0;

		if (has)
			result = visit_control(device, &info, visit, opaque);
		else if (id >= V4L2_CID_PRIVATE_BASE)
			break;
		id = id == V4L2_CID_LASTP1 - 1 ? V4L2_CID_PRIVATE_BASE : id + 1;
	}
	return result;
}

int controls_enumerate(struct device *device, int (*visit)(void *opaque, const struct control_info *info),
		       void *opaque)
{
	struct control_info info = { .id = 0 };

	for (int n = 0; n < CONTROLS_MAX; n++) {
		uint32_t last = info.id;
		int err = query_ext_ctrl(
			device, last | V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND, &info);

		if (err == -EINVAL && n == 0)
			return enumerate_ids(device, visit, opaque);
		if (err == -EINVAL || err == -ENOTTY || (err == 0 && info.id <= last))
			return 0;
		if (err == 0)
			err = visit_control(device, &info, visit, opaque);
		if (err)
			return err;
	}
	return 0;
}

const char *controls_menu_text(struct device *device, const struct control_info *info, int64_t index,
			       char text[40])
{
	struct v4l2_querymenu entry = { .id = info->id, .index = (uint32_t)index };

	if (index < 0 || index < info->min || index > info->max || index > UINT32_MAX)
		return NULL;
	if (device_ioctl(device, VIDIOC_QUERYMENU, &entry) < 0)
		return NULL;
	if (info->type == V4L2_CTRL_TYPE_INTEGER_MENU)
		snprintf(text, 40, "%" PRId64, (int64_t)entry.value);
	else
		snprintf(text, 40, "%.32s", (const char *)entry.name);
	text_clean(text, "");
	return text;
}
