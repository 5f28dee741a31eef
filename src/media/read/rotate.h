/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns and mirrors decoded pictures as a file's display matrix or the user wants them shown. */
#ifndef MEDIA_READ_ROTATE_H
#define MEDIA_READ_ROTATE_H

#include "media/converter.h"

/* Zero: as decoded. */
struct orientation {
	bool transposed;         /* rows become columns */
	bool mirror_x, mirror_y; /* after that */
};

/* matrix: of AV_PKT_DATA_DISPLAYMATRIX; other angles are rounded to quarter turns. */
struct orientation orientation_by_matrix(const int32_t matrix[9]);
struct orientation orientation_by_quarters(unsigned clockwise);
/* The frame's own display matrix, or NULL. */
const int32_t *rotate_frame_matrix(const AVFrame *frame);
bool orientation_is_upright(struct orientation orientation);

/* Zero-initialise; rotator_close() when done. */
struct rotator {
	struct converter converter;
	AVFrame *plain;  /* the picture in a format that can be turned, where its own cannot; or NULL */
	AVFrame *turned; /* or NULL */
};

/* The picture turned, in memory of the rotator's that the next call overwrites: its pixel format may be
 * another; its size and sample aspect ratio are swapped where it is transposed. NULL where that failed,
 * logged. */
const AVFrame *rotator_run(struct rotator *rotator, struct orientation orientation, const AVFrame *frame);
void rotator_close(struct rotator *rotator);

#endif
