/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controls whose value is a payload rather than a number. Rules: kernel documentation, "ioctl
 * VIDIOC_G_EXT_CTRLS, VIDIOC_S_EXT_CTRLS", "ioctls VIDIOC_QUERYCTRL, VIDIOC_QUERY_EXT_CTRL and
 * VIDIOC_QUERYMENU".
 */
#include "device/controls/control_payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "device/controls/controls_internal.h"

#define PAYLOAD_MAX (1u << 20)
#define CONTROL_TYPE_RECT 0x0107 /* V4L2_CTRL_TYPE_RECT, since Linux 6.14 */

struct item_type {
	uint32_t type, bytes;
	bool is_signed, is_ranged; /* the driver's minimum and maximum apply to an item */
};

static const struct item_type *find_item_type(uint32_t type)
{
	static const struct item_type types[] = {
		{ V4L2_CTRL_TYPE_INTEGER, 4, true, true },  { V4L2_CTRL_TYPE_BOOLEAN, 4, true, true },
		{ V4L2_CTRL_TYPE_MENU, 4, true, true },     { V4L2_CTRL_TYPE_INTEGER_MENU, 4, true, true },
		{ V4L2_CTRL_TYPE_BITMASK, 4, false, true }, { V4L2_CTRL_TYPE_INTEGER64, 8, true, true },
		{ V4L2_CTRL_TYPE_U8, 1, false, true },      { V4L2_CTRL_TYPE_U16, 2, false, true },
		{ V4L2_CTRL_TYPE_U32, 4, false, true },     { V4L2_CTRL_TYPE_AREA, 4, false, false },
		{ CONTROL_TYPE_RECT, 4, true, false },      { 0, 1, false, false },
	};
	const struct item_type *row = types;

	while (row->type && row->type != type)
		row++;
	return row;
}

bool control_payload_is_one(const struct control_info *info)
{
	return !controls_is_number(info) && info->type != V4L2_CTRL_TYPE_BUTTON &&
	       info->type != V4L2_CTRL_TYPE_CTRL_CLASS;
}

uint64_t control_payload_bytes(const struct control_info *info)
{
	if (info->type == V4L2_CTRL_TYPE_STRING)
		return info->max < 0 ? 1 : (uint64_t)info->max + 1;
	return (uint64_t)info->elems * info->elem_size;
}

int control_payload_read(struct device *device, const struct control_info *info, uint8_t **payload)
{
	uint64_t bytes = control_payload_bytes(info);
	struct v4l2_ext_control control = { .id = info->id, .size = (uint32_t)bytes };
	struct v4l2_ext_controls list = { .count = 1, .controls = &control };
	int err;

	*payload = NULL;
	if (bytes > PAYLOAD_MAX)
		return -EFBIG;
	*payload = calloc(1, bytes + 1);
	if (!*payload)
		return log_no_memory();
	control.ptr = *payload;
	err = device_ioctl(device, VIDIOC_G_EXT_CTRLS, &list);
	if (err < 0) {
		free(*payload);
		*payload = NULL;
	}
	return err;
}

int control_payload_write(struct device *device, const struct control_info *info, const uint8_t *payload)
{
	uint64_t bytes = control_payload_bytes(info);
	struct v4l2_ext_control control = { .id = info->id, .size = (uint32_t)bytes };
	struct v4l2_ext_controls list = { .count = 1, .controls = &control };
	uint8_t *copy;
	int err;

	if (bytes > PAYLOAD_MAX)
		return -EFBIG;
	copy = malloc(bytes + 1); /* the driver writes to it what it has set */
	if (!copy)
		return log_no_memory();
	memcpy(copy, payload, bytes);
	control.ptr = copy;
	err = device_ioctl(device, VIDIOC_S_EXT_CTRLS, &list);
	free(copy);
	return err;
}

uint32_t control_payload_items(const struct control_info *info)
{
	uint64_t bytes = control_payload_bytes(info);

	if (info->type == V4L2_CTRL_TYPE_STRING || bytes > PAYLOAD_MAX)
		return 0;
	return (uint32_t)bytes / find_item_type(info->type)->bytes;
}

int64_t control_payload_item(const struct control_info *info, const uint8_t *payload, uint32_t index)
{
	const struct item_type *type = find_item_type(info->type);
	unsigned unused = 64 - 8 * type->bytes;
	uint64_t value = 0;

	memcpy(&value, payload + (size_t)index * type->bytes, type->bytes);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value >>= unused;
#endif
	return type->is_signed ? (int64_t)(value << unused) >> unused : (int64_t)value;
}

void control_payload_set_item(const struct control_info *info, uint8_t *payload, uint32_t index,
			      int64_t value)
{
	const struct item_type *type = find_item_type(info->type);
	uint64_t bits = (uint64_t)value;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bits <<= 64 - 8 * type->bytes;
#endif
	memcpy(payload + (size_t)index * type->bytes, &bits, type->bytes);
}

struct control_info control_payload_item_info(const struct control_info *info)
{
	const struct item_type *type = find_item_type(info->type);
	struct control_info item = *info;
	unsigned bits = 8 * type->bytes - type->is_signed;

	if (type->is_ranged)
		return item;
	item.min = type->is_signed ? -(INT64_C(1) << bits) : 0;
	item.max = (INT64_C(1) << bits) - 1;
	item.step = 1;
	item.standard = 0;
	return item;
}
