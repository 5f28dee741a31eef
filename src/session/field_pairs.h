/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pairs the fields of frames that come in separate buffers (V4L2_FIELD_ALTERNATE). By V4L2's rules they share
 * a sequence number; drivers that number fields (rcar-vin) are detected by their first two.
 */
#ifndef SESSION_FIELD_PAIRS_H
#define SESSION_FIELD_PAIRS_H

#include "queue/buffer.h"

/* Set bottom_first; the rest is zero to begin with. */
struct field_pairs {
	bool bottom_first;       /* bottom field first, by the television standard */
	bool has_first, is_pair; /* the frame has its first field; both fields */
	struct frame_info frame; /* so far */
	bool shares_numbers;     /* two fields had the same sequence number */
	uint32_t n_extra;        /* numbers that only second fields had */
};

/* Whether the field cannot be of the same frame as the first. */
bool field_pairs_ends(const struct field_pairs *pairs, const struct frame_info *field);
/* Adds the first or the second field; a field without parity, as read() returns, is taken for the one that is
 * due. */
void field_pairs_add(struct field_pairs *pairs, const struct frame_info *field);
/* Returns the frame and begins another one. It has the sequence number (counting frames) and the times of the
 * first field, and the bytes and flags of both. field: ALTERNATE, or that of the only field. */
struct frame_info field_pairs_take(struct field_pairs *pairs);

#endif
