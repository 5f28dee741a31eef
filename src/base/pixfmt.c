/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixel formats: the table of their V4L2, libavutil and libavcodec names. */
#include <stdio.h>
#include <linux/videodev2.h>
#include "base/pixfmt.h"

/* clang-format off */
#define ROW(code, format, n, ...) \
	{ .fourcc = code, .av = AV_PIX_FMT_##format, .codec = AV_CODEC_ID_RAWVIDEO, .n_memory_planes = n, __VA_ARGS__ }
#define RAW(fourcc, av)          ROW(fourcc, av, 1)
#define RAW_SWAPPED(fourcc, av)  ROW(fourcc, av, 1, .swap_chroma = true)
#define RAW_PLANES(fourcc, av, n, swapped) ROW(fourcc, av, n, .swap_chroma = swapped)
#define RAW_ORDER(fourcc, av, bytes, ...)  ROW(fourcc, av, 1, .group_bytes = bytes, .order = { __VA_ARGS__ })
#define CODED(code, id)          { .fourcc = code, .av = AV_PIX_FMT_NONE, .codec = AV_CODEC_ID_##id, .n_memory_planes = 1 }
#define OPAQUE(code, n)          { .fourcc = code, .av = AV_PIX_FMT_NONE, .codec = AV_CODEC_ID_NONE, .n_memory_planes = n }

/* Of several rows with one libavutil format, the one most common among drivers comes first. */
static const struct pixfmt table[] = {
	/* packed YUV */
	RAW(V4L2_PIX_FMT_YUYV, YUYV422),
	RAW(V4L2_PIX_FMT_UYVY, UYVY422),
	RAW(V4L2_PIX_FMT_YVYU, YVYU422),
	RAW_ORDER(V4L2_PIX_FMT_VYUY, UYVY422, 4, "2103"),
	RAW(v4l2_fourcc('Y', '2', '1', '0'), Y210LE),
	/* The high bits of 16. libavutil has formats for both since version 58, but no container holds them. */
	RAW_ORDER(v4l2_fourcc('Y', '2', '1', '2'), YUV422P16LE, 8, "0145", "23", "67"),
	RAW_ORDER(v4l2_fourcc('Y', '2', '1', '6'), YUV422P16LE, 8, "0145", "23", "67"),
	OPAQUE(V4L2_PIX_FMT_YYUV, 1), /* not described in the kernel's documentation */
	OPAQUE(V4L2_PIX_FMT_YUV444, 1), /* less than 8 bits: libavutil has no such YUV */
	OPAQUE(V4L2_PIX_FMT_YUV555, 1),
	OPAQUE(V4L2_PIX_FMT_YUV565, 1),

	/* semi-planar YUV; M: chroma in a memory plane of its own */
	RAW(V4L2_PIX_FMT_NV12, NV12),
	RAW_PLANES(V4L2_PIX_FMT_NV12M, NV12, 2, false),
	ROW(V4L2_PIX_FMT_M420, NV12, 1, .chroma_between = true),
	RAW(V4L2_PIX_FMT_NV21, NV21),
	RAW_PLANES(V4L2_PIX_FMT_NV21M, NV21, 2, false),
	RAW(V4L2_PIX_FMT_NV16, NV16),
	RAW_PLANES(V4L2_PIX_FMT_NV16M, NV16, 2, false),
	RAW_ORDER(V4L2_PIX_FMT_NV61, NV16, 0, NULL, "10"),
	ROW(V4L2_PIX_FMT_NV61M, NV16, 2, .order = { NULL, "10" }),
	RAW(V4L2_PIX_FMT_NV24, NV24),
	RAW(V4L2_PIX_FMT_NV42, NV42),
	RAW(V4L2_PIX_FMT_P010, P010LE),
	RAW(v4l2_fourcc('P', '0', '1', '2'), P016LE), /* the high 12 bits of 16 */
	RAW_PLANES(v4l2_fourcc('P', 'M', '1', '2'), P016LE, 2, false),

	/* planar YUV */
	RAW(V4L2_PIX_FMT_YUV420, YUV420P),
	RAW_PLANES(V4L2_PIX_FMT_YUV420M, YUV420P, 3, false),
	RAW_SWAPPED(V4L2_PIX_FMT_YVU420, YUV420P),
	RAW_PLANES(V4L2_PIX_FMT_YVU420M, YUV420P, 3, true),
	RAW(V4L2_PIX_FMT_YUV422P, YUV422P),
	RAW_PLANES(V4L2_PIX_FMT_YUV422M, YUV422P, 3, false),
	RAW_PLANES(V4L2_PIX_FMT_YVU422M, YUV422P, 3, true),
	RAW_PLANES(V4L2_PIX_FMT_YUV444M, YUV444P, 3, false),
	RAW_PLANES(V4L2_PIX_FMT_YVU444M, YUV444P, 3, true),
	RAW(V4L2_PIX_FMT_YUV411P, YUV411P),
	RAW_ORDER(V4L2_PIX_FMT_Y41P, YUV411P, 12, "135789ab", "04", "26"),
	RAW(V4L2_PIX_FMT_YUV410, YUV410P),
	RAW_SWAPPED(V4L2_PIX_FMT_YVU410, YUV410P),

	/* packed YUV 4:4:4, which libavutil has in planes */
	RAW_ORDER(V4L2_PIX_FMT_YUV24, YUV444P, 3, "0", "1", "2"),
	RAW_ORDER(V4L2_PIX_FMT_XYUV32, YUV444P, 4, "1", "2", "3"),
	RAW_ORDER(V4L2_PIX_FMT_YUV32, YUV444P, 4, "1", "2", "3"), /* alpha undefined */
	RAW_ORDER(V4L2_PIX_FMT_VUYX32, YUV444P, 4, "2", "1", "0"),
	RAW_ORDER(V4L2_PIX_FMT_YUVX32, YUV444P, 4, "0", "1", "2"),
	RAW_ORDER(V4L2_PIX_FMT_AYUV32, YUVA444P, 4, "1", "2", "3", "0"),
	RAW_ORDER(V4L2_PIX_FMT_VUYA32, YUVA444P, 4, "2", "1", "0", "3"),
	RAW_ORDER(V4L2_PIX_FMT_YUVA32, YUVA444P, 4, "0", "1", "2", "3"),
	RAW_ORDER(v4l2_fourcc('Y', '3', '1', '2'), YUV444P16LE, 6, "01", "23", "45"),

	/* grey */
	RAW(V4L2_PIX_FMT_GREY, GRAY8),
	RAW(V4L2_PIX_FMT_Y10, GRAY10LE),
	RAW(V4L2_PIX_FMT_Y12, GRAY12LE),
	RAW(V4L2_PIX_FMT_Y14, GRAY14LE),
	RAW(V4L2_PIX_FMT_Y16, GRAY16LE),
	RAW(V4L2_PIX_FMT_Y16_BE, GRAY16BE),
	RAW(V4L2_PIX_FMT_Z16, GRAY16LE),
	RAW(v4l2_fourcc('Y', '0', '1', '2'), GRAY16LE), /* the high 12 bits of 16 */
	OPAQUE(V4L2_PIX_FMT_Y10BPACK, 1),
	OPAQUE(V4L2_PIX_FMT_Y10P, 1),

	/* RGB in 8 to 2 bytes, 12 bits being the high ones of 16. V4L2's names of the 4-byte formats give the order in
	 * a little-endian word, but for the deprecated BGR32 and RGB32. */
	RAW(v4l2_fourcc('B', 'G', 'R', '6'), BGR48LE),
	RAW(v4l2_fourcc('B', '3', '1', '2'), BGR48LE),
	RAW(v4l2_fourcc('R', 'G', 'B', '6'), RGB48LE),
	RAW(v4l2_fourcc('B', '4', '1', '2'), BGRA64LE),
	RAW(v4l2_fourcc('A', 'R', '3', '0'), X2RGB10LE),
	RAW(V4L2_PIX_FMT_XBGR32, BGR0),
	RAW(V4L2_PIX_FMT_BGR32, BGR0),
	RAW(V4L2_PIX_FMT_ABGR32, BGRA),
	RAW(V4L2_PIX_FMT_RGBX32, RGB0),
	RAW(V4L2_PIX_FMT_RGBA32, RGBA),
	RAW(V4L2_PIX_FMT_XRGB32, 0RGB),
	RAW(V4L2_PIX_FMT_RGB32, 0RGB),
	RAW(V4L2_PIX_FMT_ARGB32, ARGB),
	RAW(V4L2_PIX_FMT_BGRX32, 0BGR),
	RAW(V4L2_PIX_FMT_BGRA32, ABGR),
	RAW(V4L2_PIX_FMT_RGB24, RGB24),
	RAW(V4L2_PIX_FMT_BGR24, BGR24),
	RAW(V4L2_PIX_FMT_RGB565, RGB565LE),
	RAW(V4L2_PIX_FMT_RGB565X, RGB565BE),
	RAW(V4L2_PIX_FMT_RGB555, RGB555LE),
	RAW(V4L2_PIX_FMT_XRGB555, RGB555LE),
	RAW(V4L2_PIX_FMT_ARGB555, RGB555LE),
	RAW(V4L2_PIX_FMT_RGB555X, RGB555BE),
	RAW(V4L2_PIX_FMT_XRGB555X, RGB555BE),
	RAW(V4L2_PIX_FMT_ARGB555X, RGB555BE),
	RAW(V4L2_PIX_FMT_XBGR555, BGR555LE),
	RAW(V4L2_PIX_FMT_ABGR555, BGR555LE),
	RAW(V4L2_PIX_FMT_RGB444, RGB444LE),
	RAW(V4L2_PIX_FMT_XRGB444, RGB444LE),
	RAW(V4L2_PIX_FMT_ARGB444, RGB444LE),
	RAW(V4L2_PIX_FMT_XBGR444, BGR444LE),
	RAW(V4L2_PIX_FMT_ABGR444, BGR444LE),
	RAW(V4L2_PIX_FMT_RGB332, RGB8), /* 3-3-2 in libswscale, although its descriptor differs */

	/* Bayer */
	RAW(V4L2_PIX_FMT_SBGGR8, BAYER_BGGR8),
	RAW(V4L2_PIX_FMT_SGBRG8, BAYER_GBRG8),
	RAW(V4L2_PIX_FMT_SGRBG8, BAYER_GRBG8),
	RAW(V4L2_PIX_FMT_SRGGB8, BAYER_RGGB8),
	RAW(V4L2_PIX_FMT_SBGGR16, BAYER_BGGR16LE),
	RAW(V4L2_PIX_FMT_SGBRG16, BAYER_GBRG16LE),
	RAW(V4L2_PIX_FMT_SGRBG16, BAYER_GRBG16LE),
	RAW(V4L2_PIX_FMT_SRGGB16, BAYER_RGGB16LE),
	OPAQUE(V4L2_PIX_FMT_SBGGR10, 1), /* libavutil's 16-bit formats use all bits */
	OPAQUE(V4L2_PIX_FMT_SGBRG10, 1),
	OPAQUE(V4L2_PIX_FMT_SGRBG10, 1),
	OPAQUE(V4L2_PIX_FMT_SRGGB10, 1),
	OPAQUE(V4L2_PIX_FMT_SBGGR12, 1),
	OPAQUE(V4L2_PIX_FMT_SGBRG12, 1),
	OPAQUE(V4L2_PIX_FMT_SGRBG12, 1),
	OPAQUE(V4L2_PIX_FMT_SRGGB12, 1),
	OPAQUE(V4L2_PIX_FMT_SBGGR10P, 1),
	OPAQUE(V4L2_PIX_FMT_SGBRG10P, 1),
	OPAQUE(V4L2_PIX_FMT_SGRBG10P, 1),
	OPAQUE(V4L2_PIX_FMT_SRGGB10P, 1),

	/* compressed */
	CODED(V4L2_PIX_FMT_MJPEG, MJPEG),
	CODED(V4L2_PIX_FMT_JPEG, MJPEG),
	CODED(V4L2_PIX_FMT_H264, H264),
	CODED(V4L2_PIX_FMT_HEVC, HEVC),
	CODED(V4L2_PIX_FMT_VP8, VP8),
	CODED(V4L2_PIX_FMT_VP9, VP9),
	CODED(v4l2_fourcc('A', 'V', '0', '1'), AV1),
	CODED(V4L2_PIX_FMT_MPEG4, MPEG4),
	CODED(V4L2_PIX_FMT_XVID, MPEG4),
	CODED(V4L2_PIX_FMT_MPEG2, MPEG2VIDEO),
	CODED(V4L2_PIX_FMT_MPEG1, MPEG1VIDEO),
	CODED(V4L2_PIX_FMT_H263, H263),
	CODED(V4L2_PIX_FMT_VC1_ANNEX_G, VC1),
	CODED(V4L2_PIX_FMT_DV, DVVIDEO),
	OPAQUE(V4L2_PIX_FMT_MPEG, 1),
	OPAQUE(V4L2_PIX_FMT_H264_NO_SC, 1), /* no start codes to find NAL units by */
	OPAQUE(V4L2_PIX_FMT_FWHT, 1),
	{ 0 },
};
/* clang-format on */

const struct pixfmt *pixfmt_table(void)
{
	return table;
}

const struct pixfmt *pixfmt_find(enum AVPixelFormat av, enum AVCodecID codec)
{
	for (const struct pixfmt *pix = table; pix->fourcc; pix++) {
		if (av != AV_PIX_FMT_NONE ? pix->av == av
					  : pix->codec == codec && codec != AV_CODEC_ID_RAWVIDEO)
			return pix;
	}
	return NULL;
}

const struct pixfmt *pixfmt_by_fourcc(uint32_t fourcc)
{
	for (const struct pixfmt *pix = table; pix->fourcc; pix++) {
		if (pix->fourcc == fourcc)
			return pix;
	}
	return NULL;
}

bool pixfmt_is_in_place(const struct pixfmt *pix)
{
	return !pix->order[0] && !pix->order[1] && !pix->chroma_between;
}

char *fourcc_text(uint32_t fourcc, char text[FOURCC_TEXT_MAX])
{
	size_t length = 4;

	for (size_t i = 0; i < 4; i++) {
		unsigned c = (fourcc & ~PIXFMT_BIG_ENDIAN) >> (8 * i) & 0xff;

		text[i] = c >= ' ' && c <= '~' ? (char)c : '.';
	}
	while (length > 1 && text[length - 1] == ' ')
		length--;
	snprintf(text + length, FOURCC_TEXT_MAX - length, "%s", fourcc & PIXFMT_BIG_ENDIAN ? "-BE" : "");
	return text;
}
