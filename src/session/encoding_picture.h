/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames of a camera in the layout or the pixel format of an encoder. */
#ifndef SESSION_ENCODING_PICTURE_H
#define SESSION_ENCODING_PICTURE_H

#include "base/video_format.h"
#include "media/converter.h"
#include "queue/buffer.h"

/* All zero before encoding_picture_open(). */
struct encoding_picture {
	struct video_format from, to;
	struct picture_layout from_layout, to_layout;
	struct converter converter;
	AVFrame *source, *target;        /* of the camera's size; NULL: one pixel format */
	uint64_t n_copied, bytes_copied; /* of frames that were not converted */
};

/* `to` may be larger: what is beyond the picture is repeated from its edge, or not written where it is
 * converted. 0; -ENOTSUP, logged, where that is not possible; or -ENOMEM. */
int encoding_picture_open(struct encoding_picture *picture, const struct video_format *from,
			  const struct video_format *to);
void encoding_picture_close(struct encoding_picture *picture);
/* pool_link's fill(); opaque is the struct encoding_picture. */
int encoding_picture_fill(void *opaque, const struct buffer *from, struct buffer *to);

#endif
