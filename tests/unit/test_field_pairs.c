/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which fields in buffers of their own make a frame. */
#include <stdio.h>
#include <string.h>
#include "session/field_pairs.h"
#include "table_test.h"

/* "T0 B0": fields in the order of their arrival, each with its sequence number; "-0": of unknown parity. What
 * is expected of them: frames likewise, "A0" of two fields. */
struct row {
	bool bottom_first;
	const char *fields, *frames;
};

static void pairs(void **state)
{
	const struct row *row = *state;
	struct field_pairs pairs = { .bottom_first = row->bottom_first };
	char frames[256] = "", letter;
	const char *text = row->fields;
	unsigned number;

	for (int n; sscanf(text, " %c%u%n", &letter, &number, &n) == 2; text += n) {
		struct frame_info field = { .sequence = number,
					    .bytes = 10,
					    .new_sequence = text == row->fields };
		struct frame_info frame;

		field.field = letter == 'T' ? FIELD_TOP : letter == 'B' ? FIELD_BOTTOM : FIELD_ALTERNATE;
		for (bool ends = true; ends;) {
			ends = field_pairs_ends(&pairs, &field);
			if (!ends)
				field_pairs_add(&pairs, &field);
			if (!ends && !pairs.is_pair)
				break;
			frame = field_pairs_take(&pairs);
			assert_int_equal(frame.bytes, frame.field == FIELD_ALTERNATE ? 20 : 10);
			snprintf(frames + strlen(frames), sizeof frames - strlen(frames), "%s%c%u",
				 *frames ? " " : "",
				 frame.field == FIELD_ALTERNATE ? 'A'
				 : frame.field == FIELD_TOP     ? 'T'
								: 'B',
				 frame.sequence);
		}
	}
	assert_string_equal(frames, row->frames);
}

int main(void)
{
	static const struct row one_number = { false, "T0 B0 T1 B1 T2 B2", "A0 A1 A2" },
				bottom_first = { true, "B7 T7 B8 T8", "A7 A8" },
				other_order = { false, "B0 T0 B1 T1", "A0 A1" },
				lost = { false, "T0 B0 T1 T2 B2 B3 T4 B4", "A0 T1 A2 B3 A4" },
				both_lost = { false, "T0 B0 T1 B2 T3 B3", "A0 T1 B2 A3" },
				begun_late = { true, "T0 B1 T1 B2 T2", "T0 A1 A2" },
				own_numbers = { false, "T0 B1 T2 B3 T4 B5", "A0 A1 A2" },
				own_lost = { false, "T0 B1 T2 T4 B5 T6", "A0 T1 A3" },
				no_parity = { true, "-0 -1 -2 -3", "A0 A1" };
	static const struct table_test tests[] = {
		{ 0, "two fields have one number", pairs, &one_number },
		{ 0, "the bottom one first", pairs, &bottom_first },
		{ 0, "an order that is not the standard's", pairs, &other_order },
		{ 0, "fields that were lost", pairs, &lost },
		{ 0, "fields of two frames make none", pairs, &both_lost },
		{ 0, "a stream that begins with a second field", pairs, &begun_late },
		{ 0, "each field has a number", pairs, &own_numbers },
		{ 0, "and some are lost", pairs, &own_lost },
		{ 0, "a driver that does not tell top from bottom", pairs, &no_parity },
	};

	return table_test_run("field_pairs", tests, N_ELEMENTS(tests));
}
