/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses what users write for controls: assignments, indices and values. */
#ifndef DEVICE_CONTROLS_CONTROL_TEXT_H
#define DEVICE_CONTROLS_CONTROL_TEXT_H

#include "device/controls/controls.h"

/* NAME=VALUE, NAME[INDEX]=VALUE, or only NAME for a button. In quotes, '[' and '=' belong to the name. */
struct assignment {
	const char *name;
	char *index, *value; /* NULL: none */
};

/* Cuts the next assignment of a comma-separated list off *rest. Returns 1, 0 at the end, or -EINVAL, logged.
 */
int control_text_next(char **rest, struct assignment *assignment);
/* "2]", "0][2]" with an index for each dimension, or "2-5]": sets the indices of the first and the last item.
 * Returns 0 or -ERANGE. */
int control_text_items(const struct control_info *info, const char *text, uint32_t *first, uint32_t *last);

bool control_text_number(const char *text, int64_t *value);
/* Sets *value. Returns why the text is not a value of the control, or NULL. */
const char *control_text_value(struct device *device, const struct control_info *info, const char *text,
			       int64_t *value);
bool control_text_in_range(const struct control_info *info, int64_t value);
/* The value nearest to this one that the control can have. */
int64_t control_text_adjust(struct device *device, const struct control_info *info, int64_t value);

#endif
