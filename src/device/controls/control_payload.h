/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controls whose value is a payload rather than a number: strings, and arrays and structs, which are handled
 * as a list of items. */
#ifndef DEVICE_CONTROLS_CONTROL_PAYLOAD_H
#define DEVICE_CONTROLS_CONTROL_PAYLOAD_H

#include "device/controls/controls.h"

/* Whether the value of the control is a payload. */
bool control_payload_is_one(const struct control_info *info);
/* The length of the value in bytes, including a string's terminator. */
uint64_t control_payload_bytes(const struct control_info *info);
/* Reads the value into *payload, which the caller frees; strings are terminated. Returns 0 or a negative
 * errno, of which only -ENOMEM is logged: -EFBIG for an implausible size. */
int control_payload_read(struct device *device, const struct control_info *info, uint8_t **payload);
/* Sets the value, of control_payload_bytes(). Returns as control_payload_read(). */
int control_payload_write(struct device *device, const struct control_info *info, const uint8_t *payload);

/* The number of items of an array or a struct: values of the array's type, fields of an area or a rectangle,
 * bytes of another struct. 0 for a string. */
uint32_t control_payload_items(const struct control_info *info);
int64_t control_payload_item(const struct control_info *info, const uint8_t *payload, uint32_t index);
void control_payload_set_item(const struct control_info *info, uint8_t *payload, uint32_t index,
			      int64_t value);
/* The control's description with the type and range of one item. */
struct control_info control_payload_item_info(const struct control_info *info);

#endif
