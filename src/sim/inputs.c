/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inputs, or outputs, of the simulated device. */
#include <errno.h>
#include "sim/sim_internal.h"

static int select_input(struct sim *sim, int index)
{
	if (index < 0 || (uint32_t)index >= sim->options.inputs)
		return -EINVAL;
	if (!(sim->options.adjust & SIM_ADJUST_SOURCE))
		sim->input = index;
	return 0;
}

int sim_inputs_enum_input(struct sim *sim, void *argument)
{
	struct v4l2_input *input = argument;

	if (sim->options.output)
		return -ENOTTY;
	if (input->index >= sim->options.inputs)
		return -EINVAL;
	*input = (struct v4l2_input){ .index = input->index, .type = V4L2_INPUT_TYPE_CAMERA };
	snprintf((char *)input->name, sizeof input->name, input->index ? "Test picture %u" : "Test picture",
		 input->index);
	if (sim->options.tuner)
		input->type = V4L2_INPUT_TYPE_TUNER;
	if (sim->detected_width)
		input->capabilities = V4L2_IN_CAP_DV_TIMINGS;
	if (sim->options.standard) {
		input->capabilities = V4L2_IN_CAP_STD;
		input->std = V4L2_STD_PAL | V4L2_STD_NTSC | V4L2_STD_SECAM;
	}
	if (sim->options.signal == SIM_SIGNAL_NONE)
		input->status = V4L2_IN_ST_NO_SIGNAL;
	else if (sim->options.signal == SIM_SIGNAL_NO_LOCK)
		input->status = V4L2_IN_ST_NO_SYNC;
	return 0;
}

int sim_inputs_g_input(struct sim *sim, void *argument)
{
	*(int *)argument = sim->input;
	return sim->options.output ? -ENOTTY : 0;
}

int sim_inputs_s_input(struct sim *sim, void *argument)
{
	if (sim->options.output)
		return -ENOTTY;
	return select_input(sim, *(const int *)argument);
}

int sim_inputs_enum_output(struct sim *sim, void *argument)
{
	struct v4l2_output *output = argument;

	if (!sim->options.output)
		return -ENOTTY;
	if (output->index >= sim->options.inputs)
		return -EINVAL;
	*output = (struct v4l2_output){ .index = output->index, .type = V4L2_OUTPUT_TYPE_ANALOG };
	snprintf((char *)output->name, sizeof output->name,
		 output->index ? "Nobody's screen %u" : "Nobody's screen", output->index);
	return 0;
}

int sim_inputs_g_output(struct sim *sim, void *argument)
{
	*(int *)argument = sim->input;
	return sim->options.output ? 0 : -ENOTTY;
}

int sim_inputs_s_output(struct sim *sim, void *argument)
{
	if (!sim->options.output)
		return -ENOTTY;
	return select_input(sim, *(const int *)argument);
}
