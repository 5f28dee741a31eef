/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The controls of the simulated device. They do not change the test pattern.
 *
 * To add a control: a row of sim_controls[] in control_table.c, by ascending id. To add a type: a row of
 * control_types[], with the function that validates a value; what is no 32-bit integer is set by the
 * *_ext_ctrls functions alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "sim/control_table.h"
#include "sim/m2m.h"

static const int64_t link_frequencies[] = { 100000000, 200000000, 400000000 };

static uint32_t n_elements(const struct sim_control *control)
{
	return control->dims[0] ? control->dims[0] * control->dims[1] : 1;
}

static uint32_t value_bytes(const struct sim_control *control)
{
	return control->elem_size ? control->elem_size * n_elements(control) : 4;
}

/* As the kernel's control framework: clamps integers that are out of range; menu entries must exist. */
static int validate_integer(const struct sim_control *control, int64_t *value)
{
	int64_t offset;

	if (*value < control->min)
		*value = control->min;
	if (*value > control->max)
		*value = control->max;
	offset = (*value - control->min + control->step / 2) / control->step * control->step;
	*value = control->min + offset;
	return 0;
}

static int validate_boolean(const struct sim_control *control, int64_t *value)
{
	(void)control;
	*value = !!*value;
	return 0;
}

static int validate_menu(const struct sim_control *control, int64_t *value)
{
	if (*value < control->min || *value > control->max)
		return -ERANGE;
	return control->menu && !control->menu[*value] ? -EINVAL : 0;
}

static int validate_bitmask(const struct sim_control *control, int64_t *value)
{
	*value &= control->max;
	return 0;
}

static const struct control_type {
	uint32_t type;
	int (*validate)(const struct sim_control *control,
			int64_t *value); /* for an element; may change it */
} control_types[] = {
	{ V4L2_CTRL_TYPE_INTEGER, validate_integer }, { V4L2_CTRL_TYPE_BOOLEAN, validate_boolean },
	{ V4L2_CTRL_TYPE_MENU, validate_menu },       { V4L2_CTRL_TYPE_INTEGER_MENU, validate_menu },
	{ V4L2_CTRL_TYPE_BITMASK, validate_bitmask }, { V4L2_CTRL_TYPE_INTEGER64, validate_integer },
	{ V4L2_CTRL_TYPE_U8, validate_integer },      { V4L2_CTRL_TYPE_U16, validate_integer },
};

static uint8_t *stored_value(struct sim *sim, const struct sim_control *control)
{
	if (control->id == CID_LONG_TABLE)
		return sim->long_table;
	return sim->control_values + (control - sim_controls) * SIM_CONTROL_BYTES;
}

static void set_default(const struct sim_control *control, uint8_t *value)
{
	uint32_t size = control->elem_size ? control->elem_size : 4;

	memset(value, 0, value_bytes(control));
	if (control->type == V4L2_CTRL_TYPE_STRING)
		strcpy((char *)value, "untitled");
	else if (size <= sizeof control->default_value)
		for (uint32_t n = 0; n < n_elements(control); n++)
			memcpy(value + n * size, &control->default_value, size);
}

static void set_ramp(const struct sim_control *control, uint8_t *value)
{
	for (uint16_t n = 0; n < n_elements(control); n++)
		memcpy(value + n * sizeof n, &n, sizeof n);
}

void sim_controls_init(struct sim *sim)
{
	for (const struct sim_control *c = sim_controls; c < sim_controls + sim_n_controls; c++) {
		set_default(c, stored_value(sim, c));
		if (c->id == V4L2_CID_EXPOSURE_ABSOLUTE && sim->options.exposure_ns)
			*(int32_t *)stored_value(sim, c) =
				(int32_t)(sim->options.exposure_ns / EXPOSURE_UNIT_NS);
		if (c->id == V4L2_CID_MPEG_VIDEO_GOP_SIZE)
			*(int32_t *)stored_value(sim, c) = (int32_t)sim->options.codec.key_interval;
		if (c->id == CID_LONG_TABLE && sim->options.ramp_table)
			set_ramp(c, stored_value(sim, c));
	}
}

static bool is_32_bit(const struct sim_control *control)
{
	return !control->elem_size && control->type != V4L2_CTRL_TYPE_CTRL_CLASS;
}

static int32_t value_32(const struct sim *sim, const struct sim_control *control)
{
	int32_t value;

	memcpy(&value, stored_value((struct sim *)sim, control), sizeof value);
	return value;
}

static bool has_control(const struct sim *sim, const struct sim_control *control)
{
	uint32_t m2m = sim->options.m2m;

	if (control->id == CID_LONG_TABLE && !sim->options.long_table && !sim->options.ramp_table)
		return false;
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_CAPTURE)
		return m2m ? m2m == SIM_DECODER : sim->options.min_buffers && !sim->options.output;
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_OUTPUT)
		return m2m ? m2m == SIM_ENCODER : sim->options.min_buffers && sim->options.output;
	if (m2m || control->m2m)
		return control->m2m == m2m || (control->id == V4L2_CID_USER_CLASS && m2m != SIM_CONVERTER);
	if (control->id >= V4L2_CID_EXPOSURE_AUTO && control->id <= V4L2_CID_EXPOSURE_AUTO_PRIORITY)
		return sim->options.exposure_ns || (control->extra && sim->options.all_controls);
	return !control->extra || sim->options.all_controls;
}

void sim_controls_print(const struct sim *sim, FILE *file)
{
	for (const struct sim_control *c = sim_controls; c < sim_controls + sim_n_controls; c++) {
		if (c->flags & V4L2_CTRL_FLAG_READ_ONLY || !has_control(sim, c))
			continue;
		fprintf(file, " %s=", c->name);
		if (is_32_bit(c))
			fprintf(file, "%d", value_32(sim, c));
		for (uint32_t i = 0; i < value_bytes(c) && !is_32_bit(c); i++)
			fprintf(file, "%02x", stored_value((struct sim *)sim, c)[i]);
	}
}

/* The control; with flags the first one of a higher id: V4L2_CTRL_FLAG_NEXT_CTRL, one that is no array or
 * struct; V4L2_CTRL_FLAG_NEXT_COMPOUND, one that is. NULL: there is none. */
static const struct sim_control *find_control(const struct sim *sim, uint32_t id)
{
	bool simple = id & V4L2_CTRL_FLAG_NEXT_CTRL, compound = id & V4L2_CTRL_FLAG_NEXT_COMPOUND;

	id &= V4L2_CTRL_ID_MASK;
	for (const struct sim_control *c = sim_controls; c < sim_controls + sim_n_controls; c++) {
		if (!has_control(sim, c))
			continue;
		if (simple || compound
			    ? c->id > id && (c->type < V4L2_CTRL_COMPOUND_TYPES ? simple : compound)
			    : c->id == id)
			return c;
	}
	return NULL;
}

int64_t sim_controls_exposure_ns(const struct sim *sim)
{
	bool is_auto;

	if (!sim->options.exposure_ns)
		return 0;
	is_auto = value_32(sim, find_control(sim, V4L2_CID_EXPOSURE_AUTO)) == EXPOSURE_AUTO;
	if (is_auto && !value_32(sim, find_control(sim, V4L2_CID_EXPOSURE_AUTO_PRIORITY)))
		return 0;
	return is_auto ? sim->options.exposure_ns
		       : value_32(sim, find_control(sim, V4L2_CID_EXPOSURE_ABSOLUTE)) * EXPOSURE_UNIT_NS;
}

static uint32_t flags_of(const struct sim *sim, const struct sim_control *control)
{
	uint32_t flags = control->flags;

	if (control->id == V4L2_CID_EXPOSURE_ABSOLUTE &&
	    value_32(sim, find_control(sim, V4L2_CID_EXPOSURE_AUTO)) == EXPOSURE_AUTO)
		flags |= V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_VOLATILE;
	return flags;
}

int sim_controls_queryctrl(struct sim *sim, void *argument)
{
	struct v4l2_queryctrl *query = argument;
	const struct sim_control *control = find_control(sim, query->id);

	if (!control)
		return -EINVAL;
	*query = (struct v4l2_queryctrl){ .id = control->id,
					  .type = control->type,
					  .flags = flags_of(sim, control) };
	if (is_32_bit(control) || control->type == V4L2_CTRL_TYPE_STRING) {
		query->minimum = (int32_t)control->min;
		query->maximum = (int32_t)control->max;
		query->step = (int32_t)control->step;
		query->default_value = (int32_t)control->default_value;
	}
	strncpy((char *)query->name, control->name, sizeof query->name - 1);
	return 0;
}

int sim_controls_query_ext_ctrl(struct sim *sim, void *argument)
{
	struct v4l2_query_ext_ctrl *query = argument;
	const struct sim_control *control = find_control(sim, query->id);

	if (!control)
		return -EINVAL;
	*query = (struct v4l2_query_ext_ctrl){ .id = control->id,
					       .type = control->type,
					       .minimum = control->min,
					       .maximum = control->max,
					       .step = (uint64_t)control->step,
					       .default_value = control->default_value,
					       .flags = flags_of(sim, control),
					       .elem_size = control->elem_size ? control->elem_size : 4,
					       .elems = n_elements(control),
					       .nr_of_dims = control->dims[0] ? 2 : 0,
					       .dims = { control->dims[0], control->dims[1] } };
	strncpy(query->name, control->name, sizeof query->name - 1);
	return 0;
}

int sim_controls_querymenu(struct sim *sim, void *argument)
{
	struct v4l2_querymenu *menu = argument;
	const struct sim_control *control = find_control(sim, menu->id);

	if (!control || menu->index > (uint32_t)control->max)
		return -EINVAL;
	menu->reserved = 0;
	if (control->type == V4L2_CTRL_TYPE_INTEGER_MENU) {
		menu->value = link_frequencies[menu->index];
		return 0;
	}
	if (!control->menu || !control->menu[menu->index])
		return -EINVAL;
	strncpy((char *)menu->name, control->menu[menu->index], sizeof menu->name - 1);
	return 0;
}

static const struct sim_control *find_by_id(const struct sim *sim, uint32_t id)
{
	return id & ~(uint32_t)V4L2_CTRL_ID_MASK ? NULL : find_control(sim, id);
}

static int get_value(const struct sim *sim, const struct sim_control *control, int32_t *value)
{
	if (!control)
		return -EINVAL;
	if (control->flags & V4L2_CTRL_FLAG_WRITE_ONLY)
		return -EACCES;
	if (!is_32_bit(control))
		return -EINVAL;
	*value = value_32(sim, control);
	if (control->id == V4L2_CID_MIN_BUFFERS_FOR_CAPTURE || control->id == V4L2_CID_MIN_BUFFERS_FOR_OUTPUT)
		*value = sim->options.min_buffers ? (int32_t)sim->options.min_buffers : 1;
	return 0;
}

/* Adjusts an element of the control as the driver would. */
static int validate_value(const struct sim_control *control, int64_t *value)
{
	for (unsigned i = 0; i < ARRAY_SIZE(control_types); i++) {
		if (control_types[i].type == control->type)
			return control_types[i].validate(control, value);
	}
	return 0;
}

static int check_writable(const struct sim_control *control)
{
	return !control ? -EINVAL : control->flags & V4L2_CTRL_FLAG_READ_ONLY ? -EACCES : 0;
}

bool sim_controls_has(const struct sim *sim, uint32_t id)
{
	return find_by_id(sim, id);
}

static struct v4l2_event control_event(const struct sim *sim, const struct sim_control *control,
				       uint32_t changes)
{
	struct v4l2_event event = { .type = V4L2_EVENT_CTRL,
				    .id = control->id,
				    .u.ctrl = { .changes = changes,
						.type = control->type,
						.flags = flags_of(sim, control),
						.minimum = (int32_t)control->min,
						.maximum = (int32_t)control->max,
						.step = (int32_t)control->step,
						.default_value = (int32_t)control->default_value } };

	if (changes & V4L2_EVENT_CTRL_CH_VALUE)
		get_value(sim, control, &event.u.ctrl.value);
	return event;
}

/* The event of type 0 for a control without a value to report. */
struct v4l2_event sim_controls_initial_event(const struct sim *sim, uint32_t id)
{
	const struct sim_control *control = find_control(sim, id);
	bool readable = !(control->flags & V4L2_CTRL_FLAG_WRITE_ONLY);

	if (control->type == V4L2_CTRL_TYPE_CTRL_CLASS)
		return (struct v4l2_event){ 0 };
	return control_event(sim, control,
			     V4L2_EVENT_CTRL_CH_FLAGS | (readable ? V4L2_EVENT_CTRL_CH_VALUE : 0));
}

static void set_value(struct sim_file *file, const struct sim_control *control, const void *value)
{
	uint8_t *stored = stored_value(file->sim, control);
	struct v4l2_event event;

	if (control->id == V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME)
		file->sim->m2m->force_key = true;
	if (control->id == CID_STUCK || memcmp(stored, value, value_bytes(control)) == 0)
		return;
	memcpy(stored, value, value_bytes(control));
	event = control_event(file->sim, control, V4L2_EVENT_CTRL_CH_VALUE);
	sim_event_queue_send_control(file->sim, file, &event);
}

int sim_controls_g_ctrl(struct sim *sim, void *argument)
{
	struct v4l2_control *entry = argument;

	return get_value(sim, find_by_id(sim, entry->id), &entry->value);
}

int sim_controls_s_ctrl(struct sim_file *file, void *argument)
{
	struct v4l2_control *entry = argument;
	const struct sim_control *control = find_by_id(file->sim, entry->id);
	int64_t value = entry->value;
	int err = check_writable(control);

	if (err == 0)
		err = is_32_bit(control) ? validate_value(control, &value) : -EINVAL;
	if (err < 0)
		return err;
	entry->value = (int32_t)value;
	set_value(file, control, &entry->value);
	return 0;
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
		if (V4L2_CTRL_ID2WHICH(list->controls[i].id) == which)
			continue;
		list->error_idx = set ? i : list->count;
		return -EINVAL;
	}
	return sim_controls_has(sim, which | 1) ? 0 : -EINVAL; /* the class itself is a control */
}

/* The memory that the program reads or writes: the value in the entry, or what the entry points to. */
static int ext_value(struct v4l2_ext_control *entry, const struct sim_control *control, uint8_t **value)
{
	uint32_t bytes = value_bytes(control);

	*value = (uint8_t *)entry + offsetof(struct v4l2_ext_control, value64);
	if (!(control->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD))
		return 0;
	*value = entry->ptr;
	if (entry->size >= bytes)
		return sim_memory_is_accessible(*value, bytes, true) ? 0 : -EFAULT;
	entry->size = bytes;
	return -ENOSPC;
}

static int get_ext_value(struct sim *sim, struct v4l2_ext_control *entry, bool by_default)
{
	const struct sim_control *control = find_by_id(sim, entry->id);
	uint8_t *value;
	int32_t number = 0;
	int err = 0;

	if (!control)
		return -EINVAL;
	if (is_32_bit(control) || control->flags & V4L2_CTRL_FLAG_WRITE_ONLY)
		err = get_value(sim, control, &number);
	if (err == 0)
		err = ext_value(entry, control, &value);
	if (err < 0)
		return err;
	if (by_default)
		set_default(control, value);
	else if (is_32_bit(control))
		memcpy(value, &number, sizeof number);
	else
		memcpy(value, stored_value(sim, control), value_bytes(control));
	return 0;
}

int sim_controls_g_ext_ctrls(struct sim *sim, void *argument)
{
	struct v4l2_ext_controls *list = argument;
	int err = check_which(sim, list, false);

	for (uint32_t i = 0; err == 0 && i < list->count; i++)
		err = get_ext_value(sim, &list->controls[i], list->which == V4L2_CTRL_WHICH_DEF_VAL);
	return err;
}

/* Validates each element in place. */
static int validate_ext(const struct sim_control *control, uint8_t *value)
{
	uint32_t size = control->elem_size ? control->elem_size : 4;
	int err = 0;

	if (control->type == V4L2_CTRL_TYPE_STRING)
		return memchr(value, '\0', size) ? 0 : -ERANGE;
	for (uint32_t i = 0; i < n_elements(control) && err == 0; i++) {
		int64_t number = 0;
		int32_t small;

		memcpy(&number, value + i * size, size);
		if (size == sizeof small) {
			memcpy(&small, value + i * size, sizeof small);
			number = small;
		}
		err = validate_value(control, &number);
		memcpy(value + i * size, &number, size);
	}
	return err;
}

int sim_controls_try_ext_ctrls(struct sim *sim, void *argument)
{
	struct v4l2_ext_controls *list = argument;
	int err = check_which(sim, list, true);

	for (uint32_t i = 0; err == 0 && i < list->count; i++) {
		const struct sim_control *control = find_by_id(sim, list->controls[i].id);
		uint8_t *value;

		err = check_writable(control);
		if (err == 0)
			err = ext_value(&list->controls[i], control, &value);
		if (err == 0)
			err = validate_ext(control, value);
		if (err < 0)
			list->error_idx = i;
	}
	return err;
}

/* Sets all of the controls or none. */
int sim_controls_s_ext_ctrls(struct sim_file *file, void *argument)
{
	struct v4l2_ext_controls *list = argument;
	int err = sim_controls_try_ext_ctrls(file->sim, list);

	list->error_idx = list->count;
	for (uint32_t i = 0; err == 0 && i < list->count; i++) {
		const struct sim_control *control = find_by_id(file->sim, list->controls[i].id);
		uint8_t *value;

		err = ext_value(&list->controls[i], control, &value);
		if (err == 0)
			set_value(file, control, value);
	}
	return err;
}
