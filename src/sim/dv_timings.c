/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The digital video timings of the simulated device, and of the video source connected to it. */
#include <errno.h>
#include <linux/v4l2-dv-timings.h>
#include "base/array.h"
#include "base/clock.h"
#include "sim/sim_internal.h"

void sim_dv_timings_init(struct sim *sim)
{
	const struct sim_options *o = &sim->options;

	if (o->standard || (!o->event_width && !o->signal && !o->source_width))
		return;
	sim->detected_width = o->source_width ? o->source_width : sim->queue.format.width;
	sim->detected_height = o->source_width ? o->source_height : sim->queue.format.height;
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

/* The presets; other sizes are accepted too. */
static const struct v4l2_dv_timings presets[] = {
	V4L2_DV_BT_CEA_640X480P59_94, V4L2_DV_BT_CEA_720X576P50,  V4L2_DV_BT_CEA_720X576I50,
	V4L2_DV_BT_CEA_1280X720P50,   V4L2_DV_BT_CEA_1280X720P60, V4L2_DV_BT_CEA_1920X1080P30,
	V4L2_DV_BT_CEA_1920X1080P60,
};

/* Only a receiver has DV timings: see sim_dv_timings_init(). */
static int fill_timings(const struct sim *sim, uint32_t width, uint32_t height,
			struct v4l2_dv_timings *timings)
{
	uint64_t rate = sim->queue.format.fps.num ? sim->queue.format.fps.num : 30,
		 den = sim->queue.format.fps.num ? sim->queue.format.fps.den : 1;

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

int sim_dv_timings_enum(struct sim *sim, void *argument)
{
	struct v4l2_enum_dv_timings *entry = argument;

	if (!sim->detected_width)
		return -ENOTTY;
	if (entry->index >= ARRAY_SIZE(presets))
		return -EINVAL;
	entry->timings = presets[entry->index];
	return 0;
}

int sim_dv_timings_get(struct sim *sim, void *argument)
{
	const struct v4l2_bt_timings *set = &sim->set_timings.bt;

	if (set->width && set->width == sim->options.width && set->height == sim->options.height) {
		*(struct v4l2_dv_timings *)argument = sim->set_timings;
		return 0;
	}
	return fill_timings(sim, sim->options.width, sim->options.height, argument);
}

int sim_dv_timings_set(struct sim *sim, void *argument)
{
	const struct v4l2_dv_timings *timings = argument;
	int err;

	if (!sim->detected_width)
		return -ENOTTY;
	if (timings->type != V4L2_DV_BT_656_1120)
		return -EINVAL;
	if (sim->options.adjust & SIM_ADJUST_SOURCE)
		return 0;
	if (timings->bt.width != sim->options.width || timings->bt.height != sim->options.height) {
		err = sim->queue.n_buffers ? -EBUSY
					   : sim_formats_resize(sim, timings->bt.width, timings->bt.height);
		if (err < 0)
			return err;
	}
	sim->set_timings = *timings;
	return 0;
}
