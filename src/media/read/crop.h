/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a picture goes in another of another size. */
#ifndef MEDIA_READ_CROP_H
#define MEDIA_READ_CROP_H

#include "media/read/reader.h"

struct place_size {
	enum AVPixelFormat format; /* whose chroma samples are not to be cut in two */
	int width, height;
};

/* A part of the picture into a part of the target. */
struct place {
	struct {
		int x, y, width, height;
	} from, to;
};

/* aspect: of the picture's samples, 0 where it is not known; the target's are square. 0, or -ERANGE for sizes
 * that differ and FIT_NONE. */
int place_find(enum reader_fit fit, struct place_size from, AVRational aspect, struct place_size to,
	       struct place *place);

/* Moves plane pointers to the sample at x, y. */
void place_move(enum AVPixelFormat format, int x, int y, uint8_t *data[], const int linesize[]);

#endif
