/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controls whose value is more than a number: strings, and arrays and structs, which are taken as items. */
#ifndef DEVICE_CONTROLS_CONTROL_PAYLOAD_H
#define DEVICE_CONTROLS_CONTROL_PAYLOAD_H

#include "device/controls/controls.h"

/* Whether the control has such a value. */
bool control_payload_is_one(const struct control_info *info);
/* Bytes of the value, with a string's terminator. */
uint64_t control_payload_bytes(const struct control_info *info);
/* Reads the value into *payload, which the caller frees; a string is terminated. Returns 0 or a negative
 * errno, not logged but for -ENOMEM: -EFBIG where the driver names an absurd size. */
int control_payload_read(struct device *device, const struct control_info *info, uint8_t **payload);
/* Sets the value, of control_payload_bytes(). Returns as control_payload_read(). */
int control_payload_write(struct device *device, const struct control_info *info, const uint8_t *payload);

/* The items of an array or a struct: numbers of the array's type, the fields of an area or a rectangle, the
 * bytes of another struct. A string has none. */
uint32_t control_payload_items(const struct control_info *info);
int64_t control_payload_item(const struct control_info *info, const uint8_t *payload, uint32_t index);
void control_payload_set_item(const struct control_info *info, uint8_t *payload, uint32_t index,
			      int64_t value);
/* The control's description with the range of an item, as that of a number. */
struct control_info control_payload_item_info(const struct control_info *info);

#endif
