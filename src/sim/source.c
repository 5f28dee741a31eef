/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of the simulated device's video source, besides the timings: standard, frequency, EDID, crop and
 * compose. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "sim/m2m.h"

static const struct {
	v4l2_std_id id;
	const char *name;
	uint32_t height;
} standards[] = {
	{ V4L2_STD_PAL, "PAL", 576 },
	{ V4L2_STD_PAL_BG, "PAL-BG", 576 },
	{ V4L2_STD_NTSC, "NTSC", 480 },
	{ V4L2_STD_SECAM, "SECAM", 576 },
};

#define TUNER_MIN (44u * 16) /* 44 and 958 MHz, in 62.5 kHz */
#define TUNER_MAX (958u * 16)

static struct v4l2_rect crop_bounds(const struct sim *sim)
{
	return (struct v4l2_rect){ 0, 0, sim->options.crop_width, sim->options.crop_height };
}

void sim_source_init(struct sim *sim)
{
	sim->standard = sim->options.standard ? V4L2_STD_PAL : 0;
	sim->crop = crop_bounds(sim);
	sim->frequency = TUNER_MIN;
}

void sim_source_print(struct sim *sim, FILE *file)
{
	struct v4l2_dv_timings timings;

	if (sim->options.standard)
		fprintf(file, " standard=0x%llx", sim->standard);
	if (sim_dv_timings_get(sim, &timings) == 0)
		fprintf(file, " pixelclock=%llu edid=%u", timings.bt.pixelclock, sim->edid_blocks);
	if (sim->crop.width)
		fprintf(file, " crop=%ux%u%+d%+d", sim->crop.width, sim->crop.height, sim->crop.left,
			sim->crop.top);
	if (sim->compose.width)
		fprintf(file, " compose=%ux%u%+d%+d", sim->compose.width, sim->compose.height,
			sim->compose.left, sim->compose.top);
	if (sim->options.tuner)
		fprintf(file, " frequency=%u", sim->frequency);
}

int sim_source_get_tuner(struct sim *sim, void *argument)
{
	struct v4l2_tuner *tuner = argument;

	if (!sim->options.tuner)
		return -ENOTTY;
	if (tuner->index)
		return -EINVAL;
	*tuner = (struct v4l2_tuner){ .type = V4L2_TUNER_ANALOG_TV,
				      .name = "Simulated tuner",
				      .rangelow = TUNER_MIN,
				      .rangehigh = TUNER_MAX };
	return 0;
}

int sim_source_get_frequency(struct sim *sim, void *argument)
{
	((struct v4l2_frequency *)argument)->frequency = sim->frequency;
	return sim->options.tuner ? 0 : -ENOTTY;
}

int sim_source_set_frequency(struct sim *sim, void *argument)
{
	uint32_t wanted = ((const struct v4l2_frequency *)argument)->frequency;

	sim->frequency = wanted < TUNER_MIN ? TUNER_MIN : wanted > TUNER_MAX ? TUNER_MAX : wanted;
	return sim->options.tuner ? 0 : -ENOTTY;
}

int sim_source_enum_standard(struct sim *sim, void *argument)
{
	struct v4l2_standard *standard = argument;
	uint32_t index = standard->index;

	if (!sim->options.standard)
		return -ENOTTY;
	if (index >= ARRAY_SIZE(standards))
		return -EINVAL;
	*standard = (struct v4l2_standard){
		.index = index, .id = standards[index].id, .frameperiod = { 1, 25 }, .framelines = 625
	};
	if (standards[index].height == 480) {
		standard->frameperiod = (struct v4l2_fract){ 1001, 30000 };
		standard->framelines = 525;
	}
	strcpy((char *)standard->name, standards[index].name);
	return 0;
}

int sim_source_get_standard(struct sim *sim, void *argument)
{
	*(v4l2_std_id *)argument = sim->standard;
	return sim->options.standard ? 0 : -ENOTTY;
}

/* The number of lines depends on the standard. */
int sim_source_set_standard(struct sim *sim, void *argument)
{
	v4l2_std_id id = *(const v4l2_std_id *)argument;

	if (!sim->options.standard)
		return -ENOTTY;
	for (unsigned i = 0; i < ARRAY_SIZE(standards); i++) {
		if (!(id & standards[i].id))
			continue;
		if (sim->options.adjust & SIM_ADJUST_SOURCE || id == sim->standard)
			return 0;
		if (sim->queue.n_buffers)
			return -EBUSY;
		sim->standard = id;
		return sim_formats_resize(sim, 720, standards[i].height);
	}
	return -EINVAL;
}

int sim_source_query_standard(struct sim *sim, void *argument)
{
	*(v4l2_std_id *)argument = sim->options.signal ? 0 : sim->options.standard;
	return sim->options.standard ? 0 : -ENOTTY;
}

int sim_source_get_edid(struct sim *sim, void *argument)
{
	struct v4l2_edid *edid = argument;

	if (!sim->detected_width)
		return -ENOTTY;
	if (edid->pad >= sim->options.inputs)
		return -EINVAL;
	if (!edid->start_block && !edid->blocks) {
		edid->blocks = sim->edid_blocks;
		return 0;
	}
	if (!sim->edid_blocks)
		return -ENODATA;
	if (edid->start_block >= sim->edid_blocks)
		return -EINVAL;
	if (edid->blocks > sim->edid_blocks - edid->start_block)
		edid->blocks = sim->edid_blocks - edid->start_block;
	memcpy(edid->edid, sim->edid + edid->start_block * SIM_EDID_BLOCK, edid->blocks * SIM_EDID_BLOCK);
	return 0;
}

int sim_source_set_edid(struct sim *sim, void *argument)
{
	struct v4l2_edid *edid = argument;

	if (!sim->detected_width)
		return -ENOTTY;
	if (edid->pad >= sim->options.inputs || edid->start_block)
		return -EINVAL;
	if (edid->blocks * SIM_EDID_BLOCK > sizeof sim->edid) {
		edid->blocks = sizeof sim->edid / SIM_EDID_BLOCK;
		return -E2BIG;
	}
	if (sim->options.adjust & SIM_ADJUST_SOURCE)
		return 0;
	sim->edid_blocks = edid->blocks;
	memcpy(sim->edid, edid->edid, edid->blocks * SIM_EDID_BLOCK);
	return 0;
}

/* The target that can be set: for an output, the place of the frame on the screen. */
static uint32_t crop_target(const struct sim *sim)
{
	return sim->options.output ? V4L2_SEL_TGT_COMPOSE : V4L2_SEL_TGT_CROP;
}

/* Rounds a side to at least 16 and steps of 8, within [0, bound). */
static void fit(uint32_t bound, uint32_t *side, int32_t *start)
{
	*side = *side < 16 ? 16 : *side > bound ? bound : *side / 8 * 8;
	if (*start < 0)
		*start = 0;
	if ((uint32_t)*start > bound - *side)
		*start = (int32_t)(bound - *side);
}

static int compose_selection(struct sim *sim, struct v4l2_selection *selection, bool set)
{
	const struct video_format *format = &sim->queue.format;
	struct v4l2_rect whole = { .width = format->width, .height = format->height };

	if (set && selection->target != V4L2_SEL_TGT_COMPOSE)
		return -EINVAL;
	if (set) {
		fit(whole.width, &selection->r.width, &selection->r.left);
		fit(whole.height, &selection->r.height, &selection->r.top);
		sim->compose = selection->r;
	} else {
		selection->r = selection->target == V4L2_SEL_TGT_COMPOSE && sim->compose.width ? sim->compose
											       : whole;
	}
	return 0;
}

static bool is_of_compose(const struct sim *sim, const struct v4l2_selection *selection)
{
	return sim->options.compose && !sim->options.output &&
	       selection->target - V4L2_SEL_TGT_COMPOSE <= V4L2_SEL_TGT_CROP_BOUNDS;
}

int sim_source_get_selection(struct sim *sim, void *argument)
{
	struct v4l2_selection *selection = argument;
	uint32_t first = crop_target(sim);

	if (sim->m2m)
		return sim_m2m_get_selection(sim, argument);
	if (is_of_compose(sim, selection))
		return compose_selection(sim, selection, false);
	if (!sim->crop.width || sim->options.no_selection)
		return -ENOTTY;
	if (selection->target - first > V4L2_SEL_TGT_CROP_BOUNDS)
		return -EINVAL;
	selection->r = selection->target == first ? sim->crop : crop_bounds(sim);
	return 0;
}

static int set_crop_rect(struct sim *sim, struct v4l2_rect *rect)
{
	if (sim->queue.n_buffers)
		return -EBUSY;
	if (sim->options.adjust & SIM_ADJUST_SOURCE)
		return 0;
	fit(sim->options.crop_width, &rect->width, &rect->left);
	fit(sim->options.crop_height, &rect->height, &rect->top);
	sim->crop = *rect;
	return 0;
}

int sim_source_set_selection(struct sim *sim, void *argument)
{
	struct v4l2_selection *selection = argument;

	if (sim->m2m)
		return sim_m2m_set_selection(sim, argument);
	if (is_of_compose(sim, selection))
		return compose_selection(sim, selection, true);
	if (!sim->crop.width || sim->options.no_selection)
		return -ENOTTY;
	return selection->target == crop_target(sim) ? set_crop_rect(sim, &selection->r) : -EINVAL;
}

int sim_source_get_crop(struct sim *sim, void *argument)
{
	((struct v4l2_crop *)argument)->c = sim->crop;
	return sim->crop.width ? 0 : -ENOTTY;
}

int sim_source_set_crop(struct sim *sim, void *argument)
{
	struct v4l2_rect rect =
		((struct v4l2_crop *)argument)->c; /* the ioctl does not return the rectangle */

	return sim->crop.width ? set_crop_rect(sim, &rect) : -ENOTTY;
}
