/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the length of a frame against its format. */
#include "media/write/frame_check.h"

#include <errno.h>
#include "base/log.h"
#include "base/picture.h"

/* Whether every row of the picture is within the frame's payload. */
static bool picture_in_payload(const struct picture_layout *l, const struct frame *frame)
{
	for (unsigned i = 0; i < l->n_planes; i++) {
		const struct picture_plane *p = &l->planes[i];

		if (p->memory_plane >= frame->n_planes ||
		    frame->planes[p->memory_plane].bytes < picture_end(p))
			return false;
	}
	return true;
}

int frame_check(const struct frame *frame, const struct video_format *format,
		const struct picture_layout *layout)
{
	char text[FOURCC_TEXT_MAX];
	size_t bytes = 0;

	if (frame->n_planes >= 1 && frame->n_planes <= MAX_PLANES && picture_in_payload(layout, frame))
		return 0;
	for (unsigned i = 0; i < frame->n_planes && i < MAX_PLANES; i++)
		bytes += frame->planes[i].bytes;
	log_error("frame too short: %zu bytes in %u planes for a %s picture of %ux%u", bytes, frame->n_planes,
		  fourcc_text(format->fourcc, text), format->width, format->height);
	return -EINVAL;
}
