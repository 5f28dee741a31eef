/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of a video stream, and where each plane of a picture lies in its buffers. */
#ifndef BASE_VIDEO_FORMAT_H
#define BASE_VIDEO_FORMAT_H

#include <stdbool.h>
#include "base/pixfmt.h"
#include "base/units.h"

#define MAX_PLANES 8 /* VIDEO_MAX_PLANES */

/* Field order. The values are those of enum v4l2_field, which this header must not include. */
enum video_field {
	FIELD_ANY,
	FIELD_NONE, /* progressive */
	FIELD_TOP,
	FIELD_BOTTOM,
	FIELD_INTERLACED, /* the first field depends on the television standard */
	FIELD_SEQ_TB,
	FIELD_SEQ_BT,
	FIELD_ALTERNATE, /* one field a buffer, top and bottom in turn */
	FIELD_INTERLACED_TB,
	FIELD_INTERLACED_BT,
};

/* "none", "top", "seq-tb"; "any" for a value that is not one of enum video_field. */
const char *video_field_name(uint32_t field);
/* Whether pictures are single fields, which have half the lines of a frame. */
bool video_field_is_single(uint32_t field);
/* Whether one is the top field and the other the bottom field. */
bool video_fields_are_opposite(uint32_t a, uint32_t b);

/* What a device delivers or takes, in terms of libavutil where V4L2 has its own. */
struct video_format {
	uint32_t fourcc;
	const struct pixfmt *pix; /* NULL: not in the table, opaque bytes */
	uint32_t width, height;
	uint32_t n_planes; /* memory planes, 1..MAX_PLANES */
	uint32_t bytesperline[MAX_PLANES], sizeimage[MAX_PLANES];
	uint32_t field;       /* enum video_field, equal to V4L2_FIELD_* */
	uint32_t total_lines; /* of the television standard, 525 or 625; 0: not known */
	enum AVColorRange range;
	enum AVColorSpace matrix;
	enum AVColorPrimaries primaries;
	enum AVColorTransferCharacteristic transfer;
	struct fraction sample_aspect; /* width to height of a pixel; 0/0: unknown */
	struct fraction fps;           /* frames a second; 0/0: unknown */
};

/* Whether frames are compressed, to be decoded by libavcodec, and differ in length. */
static inline bool video_format_is_compressed(const struct video_format *format)
{
	return format->pix && pixfmt_is_compressed(format->pix);
}

/* Whether the bottom field of a frame is the older one. */
bool video_format_bottom_first(const struct video_format *format);

/* The sum of sizeimage over the memory planes. */
uint64_t video_format_bytes(const struct video_format *format);

/* Where a plane of an AVPixelFormat lies in a frame's memory planes. For odd sizes a device may store less
 * than libavutil does: half of the last macropixel, and no chroma for the last row. */
struct picture_plane {
	unsigned memory_plane;    /* index into the format's memory planes */
	uint32_t offset, stride;  /* bytes, the offset from the start of that plane's payload */
	uint32_t row_bytes, rows; /* bytes of picture in a row, without padding; number of rows */
	uint32_t group_rows,
		group_stride; /* after so many rows, others follow: from their first to the next */
	uint32_t full_row_bytes, full_rows; /* what libavutil has */
	uint32_t group_bytes;               /* of a row: those of one macropixel */
	const char *order;                  /* pixfmt.h; NULL: the bytes are in libavutil's order */
};

struct picture_layout {
	unsigned n_planes; /* of the AVPixelFormat, at most 4 */
	struct picture_plane planes[4];
	uint32_t packed_bytes; /* of the picture without any padding, planes in libavutil's order */
	bool in_place;         /* libav can use the planes where they are; otherwise: picture.h */
	bool packed; /* one memory plane, no padding, libavutil's order: its bytes are the packed picture */
};

/* Returns 0, -ENOTSUP for a format that has no AVPixelFormat, or -EINVAL where sizes, strides and number of
 * planes contradict each other; *layout is written on success only. */
int video_format_layout(const struct video_format *format, struct picture_layout *layout);

#endif
