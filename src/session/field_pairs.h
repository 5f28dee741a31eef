/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which fields that come in buffers of their own (V4L2_FIELD_ALTERNATE) are of one frame. V4L2 has them share
 * a sequence number; drivers that number fields (rcar-vin) are found out by their first two.
 */
#ifndef SESSION_FIELD_PAIRS_H
#define SESSION_FIELD_PAIRS_H

#include "queue/buffer.h"

/* Set bottom_first; the rest is zero to begin with. */
struct field_pairs {
	bool bottom_first;       /* in the frames of the television standard */
	bool has_first, is_pair; /* the frame has a first field; both */
	struct frame_info frame; /* of that frame */
	bool shares_numbers;     /* two fields had one */
	uint32_t n_extra;        /* numbers that were a second field's own */
};

/* Whether the field cannot be of the same frame as the first. */
bool field_pairs_ends(const struct field_pairs *pairs, const struct frame_info *field);
/* Adds a field, the first or the second; a field without parity, as of read(), gets the one that is due. */
void field_pairs_add(struct field_pairs *pairs, const struct frame_info *field);
/* Returns what is known of the frame, and begins another: the first field's sequence number, as far as it
 * counts frames, and times, the bytes and flags of both. field: ALTERNATE, or that of the only one. */
struct frame_info field_pairs_take(struct field_pairs *pairs);

#endif
