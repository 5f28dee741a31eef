/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixel formats: the one table that knows a format's V4L2, libavutil and libavcodec names. */
#ifndef BASE_PIXFMT_H
#define BASE_PIXFMT_H

#include <stdbool.h>
#include <stdint.h>
#include <libavcodec/codec_id.h>
#include <libavutil/pixfmt.h>
#include "base/units.h"

#define MAX_PLANES 8 /* VIDEO_MAX_PLANES */

struct pixfmt {
	uint32_t fourcc;       /* V4L2_PIX_FMT_* */
	enum AVPixelFormat av; /* AV_PIX_FMT_NONE: compressed, or no such format in libavutil */
	enum AVCodecID
		codec; /* AV_CODEC_ID_RAWVIDEO, the compressed format's, or AV_CODEC_ID_NONE: opaque bytes */
	uint8_t n_memory_planes; /* planes[] of the multi-planar API: 2 for NM12, 1 for NV12 */
	bool swap_chroma;        /* YV12 and kin: V before U, which libavutil has no name for */
};

/* NULL when the table has no such row. */
const struct pixfmt *pixfmt_by_fourcc(uint32_t fourcc);
/* A FourCC in any case ("YUYV", "yuyv"; shorter ones padded with blanks, "Y16"), or libav's name ("yuyv422",
 * "mjpeg", "h264"). Fills in up to max candidate FourCCs, best first (NV12 before NM12 for "nv12"), and
 * returns how many; 0: nothing such. A four-letter text that no row has is its own FourCC: drivers have
 * formats that this table does not know. */
unsigned pixfmt_parse(const char *text, uint32_t *fourccs, unsigned max);
/* Rows from first to last, for those who choose among them; ended by fourcc 0. */
const struct pixfmt *pixfmt_table(void);

/* "YUYV", without padding; bytes that do not print as ".", big-endian ones (bit 31) with "-BE". */
#define FOURCC_TEXT_MAX 16
char *fourcc_text(uint32_t fourcc, char text[FOURCC_TEXT_MAX]);

/* What a device delivers or takes, free of V4L2's structures. */
struct video_format {
	uint32_t fourcc;
	const struct pixfmt *pix; /* NULL: unknown to the table, opaque bytes */
	uint32_t width, height;
	uint32_t n_planes; /* memory planes, 1..MAX_PLANES */
	uint32_t bytesperline[MAX_PLANES], sizeimage[MAX_PLANES];
	uint32_t field; /* V4L2_FIELD_* */
	enum AVColorRange range;
	enum AVColorSpace matrix;
	enum AVColorPrimaries primaries;
	enum AVColorTransferCharacteristic transfer;
	struct fraction fps; /* frames a second; 0/0 not known */
};

/* Of memory, for one frame with all its planes. */
uint64_t video_format_bytes(const struct video_format *format);

/* Rows of each AVPixelFormat plane, found in a format's memory planes. */
struct picture_layout {
	unsigned n_planes; /* of the AVPixelFormat, at most 4 */
	struct {
		unsigned memory_plane;    /* which of video_format's planes it lies in */
		uint32_t offset, stride;  /* bytes from that plane's payload start; bytes a row */
		uint32_t row_bytes, rows; /* of picture in a row; how many rows */
	} planes[4];
	uint32_t packed_bytes; /* of the picture without any padding, planes in libavutil's order */
	bool packed; /* one memory plane, no padding, libavutil's order: its bytes are the packed picture */
};
/* Returns 0, or -ENOTSUP for a format that has no AVPixelFormat, -EINVAL when it contradicts itself (stride
 * below a row, …). */
int picture_layout(const struct video_format *format, struct picture_layout *layout);

#endif
