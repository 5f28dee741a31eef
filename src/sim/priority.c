/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The priorities of the programs that have the simulated device open (v4l2_prio_max() and others). */
#include <errno.h>
#include <string.h>
#include "sim/sim_internal.h"

static uint32_t highest_of(const struct sim *sim, uint32_t highest)
{
	for (const struct sim_file *file = sim->files; file; file = file->next)
		highest = file->priority > highest ? file->priority : highest;
	return highest;
}

/* Except for the queues, all opens of a memory-to-memory node are of one device. */
static uint32_t highest_priority(const struct sim *sim)
{
	const char *name = sim->options.node;
	uint32_t highest = highest_of(sim, V4L2_PRIORITY_UNSET);

	for (const struct sim *other = *sim->named; sim->m2m && name && other; other = other->next) {
		if (other->m2m && strcmp(other->options.node, name) == 0)
			highest = highest_of(other, highest);
	}
	return highest;
}

int sim_priority_get(struct sim *sim, void *argument)
{
	*(uint32_t *)argument = highest_priority(sim);
	return 0;
}

int sim_priority_check(const struct sim_file *file)
{
	return file->priority < highest_priority(file->sim) ? -EBUSY : 0;
}

int sim_priority_set(struct sim_file *file, void *argument)
{
	uint32_t priority = *(const uint32_t *)argument;

	if (priority < V4L2_PRIORITY_BACKGROUND || priority > V4L2_PRIORITY_RECORD)
		return -EINVAL;
	file->priority = priority;
	return 0;
}
