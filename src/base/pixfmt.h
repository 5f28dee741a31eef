/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixel formats: the table of their V4L2, libavutil and libavcodec names. */
#ifndef BASE_PIXFMT_H
#define BASE_PIXFMT_H

#include <stdbool.h>
#include <stdint.h>
#include <libavcodec/codec_id.h>
#include <libavutil/pixfmt.h>

struct pixfmt {
	uint32_t fourcc;       /* V4L2_PIX_FMT_* */
	enum AVPixelFormat av; /* AV_PIX_FMT_NONE: compressed, or not in libavutil */
	enum AVCodecID
		codec; /* AV_CODEC_ID_RAWVIDEO, the compressed format's, or AV_CODEC_ID_NONE: opaque bytes */
	uint8_t n_memory_planes; /* planes[] of the multi-planar API: 2 for NM12, 1 for NV12 */
	bool swap_chroma;        /* V before U, as in YV12, which libavutil has no format for */
	/* The order of bytes where it differs from libavutil's: a digit (hexadecimal) for each byte of a
	 * group gives its position, as in "10" for VU in place of UV. NULL: libavutil's order. */
	uint8_t group_bytes; /* of a device's row that holds all of libavutil's planes; 0: each plane has rows
				of its own */
	const char *order[4]; /* for each of libavutil's planes */
	bool chroma_between;  /* a row of chroma follows every two of luma, as in M420 */
};

/* Whether the device has libavutil's planes in libavutil's order. */
bool pixfmt_is_in_place(const struct pixfmt *pix);

static inline bool pixfmt_is_compressed(const struct pixfmt *pix)
{
	return pix->codec != AV_CODEC_ID_RAWVIDEO && pix->codec != AV_CODEC_ID_NONE;
}

/* NULL where the table has no such row. */
const struct pixfmt *pixfmt_by_fourcc(uint32_t fourcc);
/* The first row of this pixel format; av AV_PIX_FMT_NONE: of this compressed format. NULL if there is none.
 */
const struct pixfmt *pixfmt_find(enum AVPixelFormat av, enum AVCodecID codec);
/* Parses a FourCC in upper or lower case, without padding ("YUYV", "yuyv", "Y16"), a libav name
 * ("yuyv422", "mjpeg"), or one of GStreamer's ("YUY2"). Fills in up to max matching FourCCs, the most common
 * first (NV12 before NM12 for "nv12"), and returns their number, 0 for an unknown name. Four printable
 * characters that are in no row are a FourCC too, as drivers have formats that the table lacks. */
unsigned pixfmt_parse(const char *text, uint32_t *fourccs, unsigned max);
/* The same for a name that a user gave: logs one that is unknown. */
unsigned pixfmt_parse_option(const char *text, uint32_t *fourccs, unsigned max);
/* The whole table, ended by a row with fourcc 0. */
const struct pixfmt *pixfmt_table(void);

#define PIXFMT_BIG_ENDIAN (UINT32_C(1) << 31) /* in a FourCC */

/* "YUYV" into text, which is returned: without padding, "." for bytes that are not printable, "-BE" for
 * big-endian formats. */
#define FOURCC_TEXT_MAX 16
char *fourcc_text(uint32_t fourcc, char text[FOURCC_TEXT_MAX]);

#endif
