/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The digital video timings of the simulated device, and of the video source connected to it. */
#include <errno.h>
#include "base/clock.h"
#include "sim/sim_internal.h"

void sim_dv_timings_init(struct sim *sim)
{
	const struct sim_options *o = &sim->options;

	if (!o->event_width && !o->signal && !o->source_width)
		return;
	sim->detected_width = o->source_width ? o->source_width : sim->format.width;
	sim->detected_height = o->source_width ? o->source_height : sim->format.height;
	sim->options.adjust |= SIM_ADJUST_SIZE; /* a receiver does not scale */
}

bool sim_dv_timings_has_picture(const struct sim *sim)
{
	const struct sim_options *o = &sim->options;

	return !o->signal &&
	       (!o->source_width || (sim->detected_width == o->width && sim->detected_height == o->height));
}

void sim_dv_timings_source_change(struct sim *sim)
{
	if (sim->options.event_width) {
		sim->detected_width = sim->options.event_width;
		sim->detected_height = sim->options.event_height;
		sim->signal_locked_ns = now_ns() + sim->options.lock_ns;
	}
	sim_events_source_change(sim);
}

/* Only a receiver has DV timings: see sim_dv_timings_init(). */
static int fill_timings(const struct sim *sim, uint32_t width, uint32_t height,
			struct v4l2_dv_timings *timings)
{
	uint64_t rate = sim->format.fps.num ? sim->format.fps.num : 30,
		 den = sim->format.fps.num ? sim->format.fps.den : 1;

	if (!sim->detected_width)
		return -ENOTTY;
	*timings = (struct v4l2_dv_timings){ .type = V4L2_DV_BT_656_1120 };
	timings->bt.width = width;
	timings->bt.height = height;
	timings->bt.pixelclock = (uint64_t)width * height * rate / den;
	return 0;
}

int sim_dv_timings_query(struct sim *sim, void *argument)
{
	static const int errors[] = {
		[SIM_SIGNAL_NONE] = -ENOLINK, [SIM_SIGNAL_NO_LOCK] = -ENOLCK, [SIM_SIGNAL_RANGE] = -ERANGE
	};

	if (sim->options.signal)
		return errors[sim->options.signal];
	if (now_ns() < sim->signal_locked_ns)
		return -ENOLCK;
	return fill_timings(sim, sim->detected_width, sim->detected_height, argument);
}

int sim_dv_timings_get(struct sim *sim, void *argument)
{
	return fill_timings(sim, sim->options.width, sim->options.height, argument);
}

int sim_dv_timings_set(struct sim *sim, void *argument)
{
	const struct v4l2_dv_timings *timings = argument;

	if (!sim->detected_width)
		return -ENOTTY;
	if (timings->type != V4L2_DV_BT_656_1120)
		return -EINVAL;
	if (timings->bt.width == sim->options.width && timings->bt.height == sim->options.height)
		return 0;
	if (sim->n_buffers)
		return -EBUSY;
	return sim_formats_resize(sim, timings->bt.width, timings->bt.height);
}
