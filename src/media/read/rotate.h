/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rotates and mirrors decoded pictures as the file's display matrix or the user requests. */
#ifndef MEDIA_READ_ROTATE_H
#define MEDIA_READ_ROTATE_H

#include "media/converter.h"

/* All zero: not rotated. */
struct orientation {
	bool transposed;         /* rows become columns */
	bool mirror_x, mirror_y; /* after that */
};

/* matrix: of AV_PKT_DATA_DISPLAYMATRIX; angles are rounded to quarter turns. */
struct orientation orientation_by_matrix(const int32_t matrix[9]);
struct orientation orientation_by_quarters(unsigned clockwise);
/* The frame's own display matrix, or NULL. */
const int32_t *rotate_frame_matrix(const AVFrame *frame);
bool orientation_is_upright(struct orientation orientation);

/* Zero-initialise; rotator_close() when done. */
struct rotator {
	struct converter converter;
	AVFrame *plain;  /* the picture in a format that can be rotated, if its own cannot; or NULL */
	AVFrame *turned; /* or NULL */
};

/* Returns the rotated picture, in memory of the rotator's that the next call overwrites. Its pixel format
 * may differ; width, height and sample aspect ratio are swapped where it is transposed. NULL on failure,
 * logged. */
const AVFrame *rotator_run(struct rotator *rotator, struct orientation orientation, const AVFrame *frame);
void rotator_close(struct rotator *rotator);

#endif
