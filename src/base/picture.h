/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies pictures between a device's layout and libavutil's, or another device's. */
#ifndef BASE_PICTURE_H
#define BASE_PICTURE_H

#include <stddef.h>
#include "base/video_format.h"

/* Where a row of the plane begins, from the start of the memory plane's payload. */
static inline size_t picture_row(const struct picture_plane *plane, uint32_t row)
{
	return plane->offset + (size_t)(row / plane->group_rows) * plane->group_stride +
	       (size_t)(row % plane->group_rows) * plane->stride;
}

/* Where the picture's last row ends. */
static inline size_t picture_end(const struct picture_plane *plane)
{
	return picture_row(plane, plane->rows - 1) + plane->row_bytes;
}

/*
 * payloads: one pointer for each memory plane; data, linesize: for each of libavutil's planes, as in an
 * AVFrame. Accesses no bytes but the picture's, on either side. Samples that the source lacks, in the last
 * column and row of an odd size, are copied from their neighbours; unused bytes are set to 255.
 */
void picture_load(const struct picture_layout *layout, const uint8_t *const payloads[MAX_PLANES],
		  uint8_t *const data[4], const int linesize[4]);
void picture_store(const struct picture_layout *layout, uint8_t *const payloads[MAX_PLANES],
		   const uint8_t *const data[4], const int linesize[4]);
/* Copies between two layouts of one pixel format and size. Returns the number of bytes. */
uint64_t picture_copy(const struct picture_layout *to, uint8_t *const to_payloads[MAX_PLANES],
		      const struct picture_layout *from, const uint8_t *const from_payloads[MAX_PLANES]);
/* Whether the picture's bytes are in the same places. */
bool picture_same_layout(const struct picture_layout *a, const struct picture_layout *b);

#endif
