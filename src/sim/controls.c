/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device's controls. They change nothing in the picture. */
#include <errno.h>
#include <string.h>
#include "sim/sim_internal.h"
#include "base/array.h"

static const char *const power_line[] = { "Disabled", "50 Hz", "60 Hz" };

/* In the order of their ids, which VIDIOC_QUERYCTRL's "next" goes by. */
static const struct control {
	uint32_t id, type, flags;
	const char *name;
	int32_t min, max, step, standard;
	const char *const *menu;
} controls[] = {
	{ V4L2_CID_USER_CLASS, V4L2_CTRL_TYPE_CTRL_CLASS,
	  V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY, "User Controls", 0, 0, 0, 0, NULL },
	{ V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_SLIDER, "Brightness", 0, 255, 1, 128,
	  NULL },
	{ V4L2_CID_CONTRAST, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_SLIDER, "Contrast", -64, 64, 2, 0, NULL },
	{ V4L2_CID_HFLIP, V4L2_CTRL_TYPE_BOOLEAN, 0, "Horizontal Flip", 0, 1, 1, 0, NULL },
	{ V4L2_CID_POWER_LINE_FREQUENCY, V4L2_CTRL_TYPE_MENU, 0, "Power Line Frequency", 0, 2, 1, 1,
	  power_line },
	{ V4L2_CID_MIN_BUFFERS_FOR_CAPTURE, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY,
	  "Min Number of Capture Buffers", 1, 32, 1, 1, NULL },
	{ V4L2_CID_MIN_BUFFERS_FOR_OUTPUT, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY,
	  "Min Number of Output Buffers", 1, 32, 1, 1, NULL },
};
#define N_CONTROLS ((int)(ARRAY_SIZE(controls)))
_Static_assert(ARRAY_SIZE(controls) <= sizeof(((struct sim *)0)->controls) / sizeof(int32_t),
	       "struct sim has room for each control");

void sim_controls_init(struct sim *sim)
{
	for (int i = 0; i < N_CONTROLS; i++)
		sim->controls[i] = controls[i].standard;
}

static bool has(const struct sim *sim, const struct control *control)
{
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_CAPTURE)
		return sim->options.min_buffers && !sim->options.output;
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_OUTPUT)
		return sim->options.min_buffers && sim->options.output;
	return true;
}

/* The control, or with V4L2_CTRL_FLAG_NEXT_CTRL the first one after it; NULL. */
static const struct control *find(const struct sim *sim, uint32_t id)
{
	bool next = id & V4L2_CTRL_FLAG_NEXT_CTRL;

	if (id & V4L2_CTRL_FLAG_NEXT_COMPOUND && !next)
		return NULL;
	id &= ~(uint32_t)(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
	for (int i = 0; i < N_CONTROLS; i++) {
		if (has(sim, &controls[i]) && (next ? controls[i].id > id : controls[i].id == id))
			return &controls[i];
	}
	return NULL;
}

int sim_queryctrl(struct sim *sim, void *argument)
{
	struct v4l2_queryctrl *query = argument;
	const struct control *control = find(sim, query->id);

	if (!control)
		return -EINVAL;
	*query = (struct v4l2_queryctrl){ .id = control->id,
					  .type = control->type,
					  .minimum = control->min,
					  .maximum = control->max,
					  .step = control->step,
					  .default_value = control->standard,
					  .flags = control->flags };
	strncpy((char *)query->name, control->name, sizeof query->name - 1);
	return 0;
}

int sim_query_ext_ctrl(struct sim *sim, void *argument)
{
	struct v4l2_query_ext_ctrl *query = argument;
	const struct control *control = find(sim, query->id);

	if (!control)
		return -EINVAL;
	*query = (struct v4l2_query_ext_ctrl){ .id = control->id,
					       .type = control->type,
					       .minimum = control->min,
					       .maximum = control->max,
					       .step = (uint64_t)control->step,
					       .default_value = control->standard,
					       .flags = control->flags,
					       .elem_size = 4,
					       .elems = 1 };
	strncpy(query->name, control->name, sizeof query->name - 1);
	return 0;
}

int sim_querymenu(struct sim *sim, void *argument)
{
	struct v4l2_querymenu *menu = argument;
	const struct control *control = find(sim, menu->id);

	if (!control || !control->menu || menu->index > (uint32_t)control->max)
		return -EINVAL;
	strncpy((char *)menu->name, control->menu[menu->index], sizeof menu->name - 1);
	menu->reserved = 0;
	return 0;
}

static int get(const struct sim *sim, uint32_t id, int32_t *value)
{
	const struct control *control = (id & V4L2_CTRL_FLAG_NEXT_CTRL) ? NULL : find(sim, id);

	if (!control)
		return -EINVAL;
	if (control->type == V4L2_CTRL_TYPE_CTRL_CLASS)
		return -EACCES;
	*value = sim->controls[control - controls];
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_CAPTURE || control->id == V4L2_CID_MIN_BUFFERS_FOR_OUTPUT)
		*value = (int32_t)sim->options.min_buffers;
	return 0;
}

/* As the kernel's control framework: numbers are brought into range, menu entries must exist. */
static int check(const struct sim *sim, uint32_t id, int32_t *value)
{
	const struct control *control = (id & V4L2_CTRL_FLAG_NEXT_CTRL) ? NULL : find(sim, id);

	if (!control)
		return -EINVAL;
	if (control->flags & V4L2_CTRL_FLAG_READ_ONLY)
		return -EACCES;
	if (control->menu && (*value < control->min || *value > control->max))
		return -ERANGE;
	if (control->type == V4L2_CTRL_TYPE_BOOLEAN)
		*value = !!*value;
	if (*value < control->min)
		*value = control->min;
	if (*value > control->max)
		*value = control->max;
	*value = control->min + (*value - control->min + control->step / 2) / control->step * control->step;
	return 0;
}

int sim_g_ctrl(struct sim *sim, void *argument)
{
	struct v4l2_control *control = argument;

	return get(sim, control->id, &control->value);
}

int sim_s_ctrl(struct sim *sim, void *argument)
{
	struct v4l2_control *control = argument;

	int err = check(sim, control->id, &control->value);

	if (err == 0)
		sim->controls[find(sim, control->id) - controls] = control->value;
	return err;
}

int sim_g_ext_ctrls(struct sim *sim, void *argument)
{
	struct v4l2_ext_controls *list = argument;

	for (uint32_t i = 0; i < list->count; i++) {
		int32_t value = 0; /* the list is packed */
		int err = get(sim, list->controls[i].id, &value);

		if (err < 0) {
			list->error_idx = list->count;
			return err;
		}
		list->controls[i].value = value;
	}
	return 0;
}

int sim_try_ext_ctrls(struct sim *sim, void *argument)
{
	struct v4l2_ext_controls *list = argument;

	for (uint32_t i = 0; i < list->count; i++) {
		int32_t value = list->controls[i].value;
		int err = check(sim, list->controls[i].id, &value);

		if (err < 0) {
			list->error_idx = i;
			return err;
		}
		list->controls[i].value = value;
	}
	return 0;
}

/* All or nothing. */
int sim_s_ext_ctrls(struct sim *sim, void *argument)
{
	struct v4l2_ext_controls *list = argument;
	int err = sim_try_ext_ctrls(sim, argument);

	if (err < 0) {
		list->error_idx = list->count;
		return err;
	}
	for (uint32_t i = 0; i < list->count; i++)
		sim->controls[find(sim, list->controls[i].id) - controls] = list->controls[i].value;
	return 0;
}
