/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What users write of controls: assignments, indices and values. */
#ifndef DEVICE_CONTROLS_CONTROL_TEXT_H
#define DEVICE_CONTROLS_CONTROL_TEXT_H

#include "device/controls/controls.h"

/* NAME=VALUE, NAME[INDEX]=VALUE, or the NAME of a button; of a NAME in quotes these are a part. */
struct assignment {
	const char *name;
	char *index, *value; /* NULL: none */
};

/* Cuts the next one of a list, which commas separate, off *rest. Returns 1, 0 at the end, or -EINVAL, logged.
 */
int control_text_next(char **rest, struct assignment *assignment);
/* "2]", "0][2]" with an index for each dimension, or "2-5]": sets the indices of the first and the last item.
 * Returns 0 or -ERANGE. */
int control_text_items(const struct control_info *info, const char *text, uint32_t *first, uint32_t *last);

bool control_text_number(const char *text, int64_t *value);
/* Returns why the text is no value of the control, or NULL. */
const char *control_text_value(struct device *device, const struct control_info *info, const char *text,
			       int64_t *value);
bool control_text_in_range(const struct control_info *info, int64_t value);
/* What the control can have instead of the value. */
int64_t control_text_adjust(struct device *device, const struct control_info *info, int64_t value);

#endif
