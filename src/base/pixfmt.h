/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixel formats: the one table that knows a format's V4L2, libavutil and libavcodec names. */
#ifndef BASE_PIXFMT_H
#define BASE_PIXFMT_H

#include <stdbool.h>
#include <stdint.h>
#include <libavcodec/codec_id.h>
#include <libavutil/pixfmt.h>

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

#endif
