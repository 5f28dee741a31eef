/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one input, or output, of the simulated device. */
#include <errno.h>
#include "sim/sim_internal.h"

int sim_inputs_enum_input(struct sim *sim, void *argument)
{
	struct v4l2_input *input = argument;

	if (sim->options.output)
		return -ENOTTY;
	if (input->index)
		return -EINVAL;
	*input = (struct v4l2_input){ .name = "Test picture", .type = V4L2_INPUT_TYPE_CAMERA };
	if (sim->detected_width)
		input->capabilities = V4L2_IN_CAP_DV_TIMINGS;
	return 0;
}

int sim_inputs_g_input(struct sim *sim, void *argument)
{
	*(int *)argument = 0;
	return sim->options.output ? -ENOTTY : 0;
}

int sim_inputs_s_input(struct sim *sim, void *argument)
{
	if (sim->options.output)
		return -ENOTTY;
	return *(int *)argument ? -EINVAL : 0;
}

int sim_inputs_enum_output(struct sim *sim, void *argument)
{
	struct v4l2_output *output = argument;

	if (!sim->options.output)
		return -ENOTTY;
	if (output->index)
		return -EINVAL;
	*output = (struct v4l2_output){ .name = "Nobody's screen", .type = V4L2_OUTPUT_TYPE_ANALOG };
	return 0;
}

int sim_inputs_g_output(struct sim *sim, void *argument)
{
	*(int *)argument = 0;
	return sim->options.output ? 0 : -ENOTTY;
}

int sim_inputs_s_output(struct sim *sim, void *argument)
{
	if (!sim->options.output)
		return -ENOTTY;
	return *(int *)argument ? -EINVAL : 0;
}
