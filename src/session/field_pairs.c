/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs the fields of frames that come in separate buffers (V4L2_FIELD_ALTERNATE). */
#include "session/field_pairs.h"

static uint32_t opposite(uint32_t field)
{
	return field == FIELD_TOP ? FIELD_BOTTOM : FIELD_TOP;
}

static uint32_t parity(const struct field_pairs *pairs, const struct frame_info *field)
{
	if (field->field == FIELD_TOP || field->field == FIELD_BOTTOM)
		return field->field;
	if (pairs->has_first)
		return opposite(pairs->frame.field);
	return pairs->bottom_first ? FIELD_BOTTOM : FIELD_TOP;
}

bool field_pairs_ends(const struct field_pairs *pairs, const struct frame_info *field)
{
	const struct frame_info *first = &pairs->frame;
	bool in_order = first->field == (pairs->bottom_first ? FIELD_BOTTOM : FIELD_TOP);

	if (!pairs->has_first)
		return false;
	if (field->new_sequence || parity(pairs, field) == first->field)
		return true;
	if (field->sequence == first->sequence)
		return false;
	return pairs->shares_numbers || !in_order || field->sequence - first->sequence != 1;
}

void field_pairs_add(struct field_pairs *pairs, const struct frame_info *field)
{
	struct frame_info *frame = &pairs->frame;

	if (!pairs->has_first) {
		if (field->new_sequence)
			pairs->n_extra = 0;
		*frame = *field;
		frame->field = parity(pairs, field);
		pairs->has_first = true;
		return;
	}
	if (field->sequence == frame->sequence)
		pairs->shares_numbers = true;
	frame->flags |= field->flags;
	frame->bytes += field->bytes;
	pairs->is_pair = true;
}

struct frame_info field_pairs_take(struct field_pairs *pairs)
{
	struct frame_info frame = pairs->frame;

	frame.sequence -= pairs->n_extra;
	if (pairs->is_pair) {
		frame.field = FIELD_ALTERNATE;
		pairs->n_extra += !pairs->shares_numbers;
	}
	pairs->has_first = pairs->is_pair = false;
	return frame;
}
