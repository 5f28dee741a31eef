/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ENCODER_CMD and DECODER_CMD of simulated memory-to-memory nodes, after v4l2_m2m_encoder_cmd(). */
#include <errno.h>
#include "sim/m2m.h"

static int start(struct sim *sim)
{
	struct sim_m2m *m2m = sim->m2m;

	if (m2m->draining && !m2m->changing)
		return -EBUSY;
	if (m2m->stopped)
		sim->queue.last_buffer_dequeued = false;
	m2m->stopped = m2m->changing = m2m->owes_last = false;
	return 0;
}

static int stop(struct sim *sim)
{
	struct sim_m2m *m2m = sim->m2m;

	if (!sim->queue.streaming || !m2m->output.streaming)
		return 0;
	if (m2m->draining)
		return -EBUSY;
	if (m2m->stopped && !m2m->changing)
		return 0;
	m2m->draining = true;
	m2m->n_before_stop = m2m->output.queued_list.count;
	return 0;
}

static bool has_commands(const struct sim *sim, uint32_t kind)
{
	return sim->options.m2m == kind && !sim->options.no_commands;
}

int sim_m2m_try_encoder_cmd(struct sim *sim, void *argument)
{
	struct v4l2_encoder_cmd *command = argument;

	if (!has_commands(sim, SIM_ENCODER))
		return -ENOTTY;
	if (command->cmd != V4L2_ENC_CMD_START && command->cmd != V4L2_ENC_CMD_STOP)
		return -EINVAL;
	command->flags = 0;
	return 0;
}

int sim_m2m_encoder_cmd(struct sim *sim, void *argument)
{
	const struct v4l2_encoder_cmd *command = argument;
	int err = sim_m2m_try_encoder_cmd(sim, argument);

	if (err < 0)
		return err;
	return command->cmd == V4L2_ENC_CMD_START ? start(sim) : stop(sim);
}

int sim_m2m_try_decoder_cmd(struct sim *sim, void *argument)
{
	struct v4l2_decoder_cmd *command = argument;

	if (!has_commands(sim, SIM_DECODER))
		return -ENOTTY;
	if (command->cmd != V4L2_DEC_CMD_START && command->cmd != V4L2_DEC_CMD_STOP)
		return -EINVAL;
	*command = (struct v4l2_decoder_cmd){ .cmd = command->cmd };
	return 0;
}

int sim_m2m_decoder_cmd(struct sim *sim, void *argument)
{
	const struct v4l2_decoder_cmd *command = argument;
	int err = sim_m2m_try_decoder_cmd(sim, argument);

	if (err < 0)
		return err;
	return command->cmd == V4L2_DEC_CMD_START ? start(sim) : stop(sim);
}
