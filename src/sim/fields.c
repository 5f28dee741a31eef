/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames whose two fields are apart in memory (field=), to the rules of enum v4l2_field. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/picture.h"
#include "sim/sim_internal.h"
#include "sim/test_pattern.h"

bool sim_fields_are_apart(const struct sim *sim)
{
	uint32_t field = sim->queue.format.field;

	return video_field_is_single(field) || field == V4L2_FIELD_SEQ_TB || field == V4L2_FIELD_SEQ_BT;
}

unsigned sim_fields_per_frame(const struct sim *sim)
{
	return sim->queue.format.field == V4L2_FIELD_ALTERNATE ? 2 : 1;
}

uint32_t sim_fields_of_buffer(const struct sim *sim, uint64_t n)
{
	bool bottom = n % 2 != video_format_bottom_first(&sim->queue.format);

	if (sim->queue.format.field != V4L2_FIELD_ALTERNATE)
		return sim->queue.format.field;
	return bottom ? V4L2_FIELD_BOTTOM : V4L2_FIELD_TOP;
}

/* The format of the whole frame, interlaced. */
static struct video_format whole_format(const struct sim *sim)
{
	struct video_format whole = sim->queue.format;
	bool single = video_field_is_single(whole.field);

	whole.field = V4L2_FIELD_INTERLACED;
	whole.height *= single ? 2 : 1;
	for (unsigned i = 0; i < whole.n_planes; i++)
		whole.sizeimage[i] = (whole.sizeimage[i] - sim->options.data_offset) * (single ? 2 : 1);
	return whole;
}

static int draw_whole(struct sim *sim, const struct video_format *whole, uint32_t number)
{
	for (unsigned i = 0; i < whole->n_planes; i++) {
		if (!sim->whole[i])
			sim->whole[i] = calloc(1, whole->sizeimage[i]);
		if (!sim->whole[i])
			return -ENOMEM;
	}
	return sim->options.draw == SIM_DRAW_MARKS ? sim_test_pattern_marks(whole, number, sim->whole)
						   : sim_test_pattern_draw(whole, number, sim->whole);
}

/* The line of the frame that is at this row of the buffer's plane. */
static uint32_t line_of_picture(uint32_t field, uint32_t row, uint32_t rows)
{
	uint32_t n_first = field == V4L2_FIELD_SEQ_TB ? (rows + 1) / 2 : rows / 2;
	bool is_second = row >= n_first;

	switch (field) {
	case V4L2_FIELD_SEQ_TB:
	case V4L2_FIELD_SEQ_BT:
		return 2 * (is_second ? row - n_first : row) + (is_second == (field == V4L2_FIELD_SEQ_TB));
	default:
		return 2 * row + (field == V4L2_FIELD_BOTTOM);
	}
}

int sim_fields_draw(struct sim *sim, uint32_t number, uint32_t field, uint8_t *const planes[MAX_PLANES])
{
	struct video_format whole = whole_format(sim);
	struct picture_layout from = { 0 }, to = { 0 };
	int err = video_format_layout(&whole, &from);

	if (err == 0)
		err = video_format_layout(&sim->queue.format, &to);
	if (err == 0)
		err = draw_whole(sim, &whole, number);
	for (unsigned i = 0; err == 0 && i < to.n_planes; i++) {
		const struct picture_plane *p = &from.planes[i], *q = &to.planes[i];

		for (uint32_t row = 0; row < q->rows; row++)
			memcpy(planes[q->memory_plane] + picture_row(q, row),
			       sim->whole[p->memory_plane] +
				       picture_row(p, line_of_picture(field, row, q->rows)),
			       q->row_bytes);
	}
	return err;
}
