/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The controls of the simulated device. They do not change the test pattern.
 *
 * To add a control: a row of controls[]. To add a type whose value is a 32-bit integer: a row of
 * control_types[], with the function that validates its values. Any other type needs storage for its value,
 * see control_values of struct sim, and the *_ext_ctrls functions.
 */
#include <errno.h>
#include <string.h>
#include "base/array.h"
#include "sim/sim_internal.h"

static const char *const power_line_frequencies[] = { "Disabled", "50 Hz", "60 Hz" };

/* By ascending id, the order that V4L2_CTRL_FLAG_NEXT_CTRL needs. */
static const struct control {
	uint32_t id, type, flags;
	const char *name;
	int32_t min, max, step, default_value;
	const char *const *menu;
} controls[] = {
	{ V4L2_CID_USER_CLASS, V4L2_CTRL_TYPE_CTRL_CLASS,
	  V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY, "User Controls", 0, 0, 0, 0, NULL },
	{ V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_SLIDER, "Brightness", 0, 255, 1, 128,
	  NULL },
	{ V4L2_CID_CONTRAST, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_SLIDER, "Contrast", -64, 64, 2, 0, NULL },
	{ V4L2_CID_HFLIP, V4L2_CTRL_TYPE_BOOLEAN, 0, "Horizontal Flip", 0, 1, 1, 0, NULL },
	{ V4L2_CID_POWER_LINE_FREQUENCY, V4L2_CTRL_TYPE_MENU, 0, "Power Line Frequency", 0, 2, 1, 1,
	  power_line_frequencies },
	{ V4L2_CID_MIN_BUFFERS_FOR_CAPTURE, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY,
	  "Min Number of Capture Buffers", 1, 32, 1, 1, NULL },
	{ V4L2_CID_MIN_BUFFERS_FOR_OUTPUT, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY,
	  "Min Number of Output Buffers", 1, 32, 1, 1, NULL },
};
#define N_CONTROLS ((int)(ARRAY_SIZE(controls)))
_Static_assert(ARRAY_SIZE(controls) <= sizeof(((struct sim *)0)->control_values) / sizeof(int32_t),
	       "struct sim has room for the value of each control");

/* As the kernel's control framework: out of range integers are clamped, menu entries must exist. */
static int validate_integer(const struct control *control, int32_t *value)
{
	int32_t offset;

	if (*value < control->min)
		*value = control->min;
	if (*value > control->max)
		*value = control->max;
	offset = (*value - control->min + control->step / 2) / control->step * control->step;
	*value = control->min + offset;
	return 0;
}

static int validate_boolean(const struct control *control, int32_t *value)
{
	(void)control;
	*value = !!*value;
	return 0;
}

static int validate_menu(const struct control *control, int32_t *value)
{
	return *value < control->min || *value > control->max ? -ERANGE : 0;
}

static const struct control_type {
	uint32_t type;
	int (*validate)(const struct control *control, int32_t *value); /* may change the value */
} control_types[] = {
	{ V4L2_CTRL_TYPE_INTEGER, validate_integer },
	{ V4L2_CTRL_TYPE_BOOLEAN, validate_boolean },
	{ V4L2_CTRL_TYPE_MENU, validate_menu },
};

void sim_controls_init(struct sim *sim)
{
	for (int i = 0; i < N_CONTROLS; i++)
		sim->control_values[i] = controls[i].default_value;
}

void sim_controls_print(const struct sim *sim, FILE *file)
{
	for (int i = 0; i < N_CONTROLS; i++)
		if (!(controls[i].flags & V4L2_CTRL_FLAG_READ_ONLY))
			fprintf(file, " %s=%d", controls[i].name, sim->control_values[i]);
}

static bool has_control(const struct sim *sim, const struct control *control)
{
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_CAPTURE)
		return sim->options.min_buffers && !sim->options.output;
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_OUTPUT)
		return sim->options.min_buffers && sim->options.output;
	return true;
}

/* The control; with V4L2_CTRL_FLAG_NEXT_CTRL the first one of a higher id. NULL: there is none. */
static const struct control *find_control(const struct sim *sim, uint32_t id)
{
	bool next = id & V4L2_CTRL_FLAG_NEXT_CTRL;

	if (id & V4L2_CTRL_FLAG_NEXT_COMPOUND && !next)
		return NULL;
	id &= ~(uint32_t)(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
	for (int i = 0; i < N_CONTROLS; i++) {
		if (has_control(sim, &controls[i]) && (next ? controls[i].id > id : controls[i].id == id))
			return &controls[i];
	}
	return NULL;
}

int sim_controls_queryctrl(struct sim *sim, void *argument)
{
	struct v4l2_queryctrl *query = argument;
	const struct control *control = find_control(sim, query->id);

	if (!control)
		return -EINVAL;
	*query = (struct v4l2_queryctrl){ .id = control->id,
					  .type = control->type,
					  .minimum = control->min,
					  .maximum = control->max,
					  .step = control->step,
					  .default_value = control->default_value,
					  .flags = control->flags };
	strncpy((char *)query->name, control->name, sizeof query->name - 1);
	return 0;
}

int sim_controls_query_ext_ctrl(struct sim *sim, void *argument)
{
	struct v4l2_query_ext_ctrl *query = argument;
	const struct control *control = find_control(sim, query->id);

	if (!control)
		return -EINVAL;
	*query = (struct v4l2_query_ext_ctrl){ .id = control->id,
					       .type = control->type,
					       .minimum = control->min,
					       .maximum = control->max,
					       .step = (uint64_t)control->step,
					       .default_value = control->default_value,
					       .flags = control->flags,
					       .elem_size = 4,
					       .elems = 1 };
	strncpy(query->name, control->name, sizeof query->name - 1);
	return 0;
}

int sim_controls_querymenu(struct sim *sim, void *argument)
{
	struct v4l2_querymenu *menu = argument;
	const struct control *control = find_control(sim, menu->id);

	if (!control || !control->menu || menu->index > (uint32_t)control->max)
		return -EINVAL;
	strncpy((char *)menu->name, control->menu[menu->index], sizeof menu->name - 1);
	menu->reserved = 0;
	return 0;
}

static int get_value(const struct sim *sim, uint32_t id, int32_t *value)
{
	const struct control *control = (id & V4L2_CTRL_FLAG_NEXT_CTRL) ? NULL : find_control(sim, id);

	if (!control)
		return -EINVAL;
	if (control->type == V4L2_CTRL_TYPE_CTRL_CLASS)
		return -EACCES;
	*value = sim->control_values[control - controls];
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_CAPTURE || control->id == V4L2_CID_MIN_BUFFERS_FOR_OUTPUT)
		*value = (int32_t)sim->options.min_buffers;
	return 0;
}

/* Checks that the control can be set, and adjusts the value as the driver would. */
static int validate_value(const struct sim *sim, uint32_t id, int32_t *value)
{
	const struct control *control = (id & V4L2_CTRL_FLAG_NEXT_CTRL) ? NULL : find_control(sim, id);

	if (!control)
		return -EINVAL;
	if (control->flags & V4L2_CTRL_FLAG_READ_ONLY)
		return -EACCES;
	for (unsigned i = 0; i < ARRAY_SIZE(control_types); i++) {
		if (control_types[i].type == control->type)
			return control_types[i].validate(control, value);
	}
	return -EINVAL;
}

bool sim_controls_has(const struct sim *sim, uint32_t id)
{
	return !(id & (V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND)) && find_control(sim, id);
}

static struct v4l2_event control_event(const struct sim *sim, const struct control *control, uint32_t changes)
{
	struct v4l2_event event = { .type = V4L2_EVENT_CTRL,
				    .id = control->id,
				    .u.ctrl = { .changes = changes,
						.type = control->type,
						.flags = control->flags,
						.minimum = control->min,
						.maximum = control->max,
						.step = control->step,
						.default_value = control->default_value } };

	if (changes & V4L2_EVENT_CTRL_CH_VALUE)
		get_value(sim, control->id, &event.u.ctrl.value);
	return event;
}

/* Type 0: the control has no value to tell. */
struct v4l2_event sim_controls_initial_event(const struct sim *sim, uint32_t id)
{
	const struct control *control = find_control(sim, id);
	bool readable = !(control->flags & V4L2_CTRL_FLAG_WRITE_ONLY);

	if (control->type == V4L2_CTRL_TYPE_CTRL_CLASS)
		return (struct v4l2_event){ 0 };
	return control_event(sim, control,
			     V4L2_EVENT_CTRL_CH_FLAGS | (readable ? V4L2_EVENT_CTRL_CH_VALUE : 0));
}

static void set_value(struct sim_file *file, uint32_t id, int32_t value)
{
	const struct control *control = find_control(file->sim, id);
	int32_t *stored = &file->sim->control_values[control - controls];
	struct v4l2_event event;

	if (*stored == value)
		return;
	*stored = value;
	event = control_event(file->sim, control, V4L2_EVENT_CTRL_CH_VALUE);
	sim_event_queue_send_control(file->sim, file, &event);
}

int sim_controls_g_ctrl(struct sim *sim, void *argument)
{
	struct v4l2_control *control = argument;

	return get_value(sim, control->id, &control->value);
}

int sim_controls_s_ctrl(struct sim_file *file, void *argument)
{
	struct v4l2_control *control = argument;
	int err = validate_value(file->sim, control->id, &control->value);

	if (err == 0)
		set_value(file, control->id, control->value);
	return err;
}

/* check_ext_ctrls() and class_check(): which controls `which` allows. */
static int check_which(const struct sim *sim, struct v4l2_ext_controls *list, bool set)
{
	uint32_t which = list->which;

	list->error_idx = list->count;
	if (which == V4L2_CTRL_WHICH_DEF_VAL)
		return set ? -EINVAL : 0;
	if (which == V4L2_CTRL_WHICH_CUR_VAL)
		return 0;
	if (which == V4L2_CTRL_WHICH_REQUEST_VAL)
		return -EINVAL; /* the device has no requests */
	for (uint32_t i = 0; i < list->count; i++) {
		if (V4L2_CTRL_ID2WHICH(list->controls[i].id) != which)
			return -EINVAL;
	}
	return sim_controls_has(sim, which | 1) ? 0 : -EINVAL; /* the class itself is a control */
}

int sim_controls_g_ext_ctrls(struct sim *sim, void *argument)
{
	struct v4l2_ext_controls *list = argument;
	int err = check_which(sim, list, false);

	for (uint32_t i = 0; err == 0 && i < list->count; i++) {
		int32_t value = 0; /* struct v4l2_ext_control is packed: no pointer to its value */

		err = get_value(sim, list->controls[i].id, &value);
		if (err == 0 && list->which == V4L2_CTRL_WHICH_DEF_VAL)
			value = find_control(sim, list->controls[i].id)->default_value;
		if (err == 0)
			list->controls[i].value = value;
	}
	return err;
}

static int try_ext_ctrls(const struct sim *sim, struct v4l2_ext_controls *list)
{
	int err = check_which(sim, list, true);

	for (uint32_t i = 0; err == 0 && i < list->count; i++) {
		int32_t value = list->controls[i].value;

		err = validate_value(sim, list->controls[i].id, &value);
		if (err < 0)
			list->error_idx = i;
		else
			list->controls[i].value = value;
	}
	return err;
}

int sim_controls_try_ext_ctrls(struct sim *sim, void *argument)
{
	return try_ext_ctrls(sim, argument);
}

/* Sets all or none. */
int sim_controls_s_ext_ctrls(struct sim_file *file, void *argument)
{
	struct v4l2_ext_controls *list = argument;
	int err = try_ext_ctrls(file->sim, list);

	list->error_idx = list->count;
	for (uint32_t i = 0; err == 0 && i < list->count; i++)
		set_value(file, list->controls[i].id, list->controls[i].value);
	return err;
}
