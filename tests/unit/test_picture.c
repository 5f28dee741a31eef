/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures between a device's layout and libavutil's: every raw format, of even and odd sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <linux/videodev2.h>
#include "base/picture.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof *(array))
#define GUARD 16 /* bytes behind a payload, which nothing may change */

struct picture {
	uint8_t *data[4];
	int linesize[4];
};

struct payloads {
	uint8_t *planes[MAX_PLANES];
};

/* As a driver has it that rounds up; or down, as if half of a picture twice as wide and high. */
static struct video_format format_of(const struct pixfmt *pix, uint32_t width, uint32_t height, bool down)
{
	uint32_t times = down ? 2 : 1;
	struct video_format f = { .fourcc = pix->fourcc,
				  .pix = pix,
				  .width = times * width,
				  .height = times * height,
				  .n_planes = pix->n_memory_planes };
	struct picture_layout l;

	for (uint32_t p = 0; p < f.n_planes; p++)
		f.sizeimage[p] = UINT32_MAX;
	assert_int_equal(video_format_layout(&f, &l), 0);
	memset(f.sizeimage, 0, sizeof f.sizeimage);
	for (unsigned i = 0; i < l.n_planes; i++) {
		const struct picture_plane *p = &l.planes[i];
		uint32_t end = (uint32_t)picture_row(p, p->rows - 1) + p->stride;
		uint32_t stride = p->stride / times;

		end = f.n_planes > 1 ? stride * (p->rows / times) : end / times / times;
		if (i == 0 || f.n_planes > 1)
			f.bytesperline[p->memory_plane] = stride;
		if (end > f.sizeimage[p->memory_plane])
			f.sizeimage[p->memory_plane] = end;
	}
	f.width = width;
	f.height = height;
	return f;
}

static struct picture alloc_picture(const struct video_format *f, uint32_t seed)
{
	struct picture picture;
	int bytes =
		av_image_alloc(picture.data, picture.linesize, (int)f->width, (int)f->height, f->pix->av, 1);

	assert_true(bytes > 0);
	for (int i = 0; i < bytes; i++) {
		seed = seed * 1664525 + 1013904223;
		picture.data[0][i] = (uint8_t)(seed >> 24);
	}
	return picture;
}

static struct payloads alloc_payloads(const struct video_format *f)
{
	struct payloads payloads = { { NULL } };

	for (uint32_t p = 0; p < f->n_planes; p++) {
		payloads.planes[p] = malloc(f->sizeimage[p] + GUARD);
		assert_non_null(payloads.planes[p]);
		memset(payloads.planes[p], 0xa5, f->sizeimage[p] + GUARD);
	}
	return payloads;
}

static void free_payloads(const struct video_format *f, struct payloads *payloads)
{
	for (uint32_t p = 0; p < f->n_planes; p++) {
		for (size_t i = 0; i < GUARD; i++)
			assert_int_equal(payloads->planes[p][f->sizeimage[p] + i], 0xa5);
		free(payloads->planes[p]);
	}
}

static void store(const struct video_format *f, const struct picture *from, struct payloads *to)
{
	struct picture_layout l;

	assert_int_equal(video_format_layout(f, &l), 0);
	picture_store(&l, to->planes, (const uint8_t *const *)from->data, from->linesize);
}

static void load(const struct video_format *f, const struct payloads *from, struct picture *to)
{
	struct picture_layout l;

	assert_int_equal(video_format_layout(f, &l), 0);
	picture_load(&l, (const uint8_t *const *)from->planes, to->data, to->linesize);
}

/* What the device has room for is as it was, and what it has not is as what lies before. */
static void check_plane(const struct picture_plane *p, const uint8_t *was, const uint8_t *is, size_t stride)
{
	uint32_t group = p->order ? (uint32_t)strlen(p->order) : p->group_bytes;
	uint32_t whole = p->row_bytes / p->group_bytes * group;

	for (uint32_t y = 0; y < p->full_rows; y++) {
		const uint8_t *row = is + y * stride;

		if (y >= p->rows) {
			assert_memory_equal(row, row - stride, p->full_row_bytes);
			continue;
		}
		assert_memory_equal(row, was + y * stride,
				    whole < p->full_row_bytes ? whole : p->full_row_bytes);
		for (uint32_t i = whole; i < p->full_row_bytes; i++)
			if (row[i] != was[y * stride + i])
				assert_int_equal(row[i], row[i - group]);
	}
}

static void check_round_trip(const struct video_format *f)
{
	struct picture was = alloc_picture(f, 1), is = alloc_picture(f, 2);
	struct payloads first = alloc_payloads(f), second = alloc_payloads(f);
	struct picture_layout l;

	assert_int_equal(video_format_layout(f, &l), 0);
	store(f, &was, &first);
	load(f, &first, &is);
	for (unsigned i = 0; i < l.n_planes; i++)
		check_plane(&l.planes[i], was.data[i], is.data[i], (size_t)is.linesize[i]);
	store(f, &is, &second);
	for (uint32_t p = 0; p < f->n_planes; p++)
		assert_memory_equal(second.planes[p], first.planes[p], f->sizeimage[p]);
	free_payloads(f, &first);
	free_payloads(f, &second);
	av_free(was.data[0]);
	av_free(is.data[0]);
}

static const uint32_t sizes[][2] = { { 48, 20 }, { 43, 20 }, { 48, 19 }, { 43, 19 }, { 50, 18 } };

static void every_raw_format_goes_and_comes_back(void **state)
{
	unsigned n = 0;

	(void)state;
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		for (size_t i = 0; pix->av != AV_PIX_FMT_NONE && i < 2 * N_ELEMENTS(sizes); i++) {
			struct video_format f = format_of(pix, sizes[i / 2][0], sizes[i / 2][1], i % 2);
			char text[FOURCC_TEXT_MAX];

			print_message("# %s %ux%u %s\n", fourcc_text(pix->fourcc, text), f.width, f.height,
				      i % 2 ? "down" : "up");
			check_round_trip(&f);
			n++;
		}
	}
	assert_true(n >= 80 * N_ELEMENTS(sizes));
}

/* From one driver's memory to another's. */
static void every_raw_format_is_copied_between_layouts(void **state)
{
	(void)state;
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		for (size_t i = 0; pix->av != AV_PIX_FMT_NONE && i < 2 * N_ELEMENTS(sizes); i++) {
			uint32_t width = sizes[i / 2][0], height = sizes[i / 2][1];
			struct video_format up = format_of(pix, width, height, i % 2);
			struct video_format down = format_of(pix, width, height, !(i % 2));
			struct payloads from = alloc_payloads(&up), to = alloc_payloads(&down);
			struct payloads expected = alloc_payloads(&down);
			struct picture picture = alloc_picture(&up, 3), wanted = alloc_picture(&up, 4);
			struct picture_layout in, out;
			char text[FOURCC_TEXT_MAX];

			print_message("# %s %ux%u\n", fourcc_text(pix->fourcc, text), width, height);
			store(&up, &picture, &from);
			load(&up, &from, &picture);
			store(&down, &picture, &expected);
			assert_int_equal(video_format_layout(&up, &in), 0);
			assert_int_equal(video_format_layout(&down, &out), 0);
			assert_true(picture_copy(&out, to.planes, &in, (const uint8_t *const *)from.planes) >
				    0);
			load(&down, &to, &picture);
			load(&down, &expected, &wanted);
			assert_memory_equal(picture.data[0], wanted.data[0], out.packed_bytes);
			free_payloads(&up, &from);
			free_payloads(&down, &to);
			free_payloads(&down, &expected);
			av_free(picture.data[0]);
			av_free(wanted.data[0]);
		}
	}
}

/* A device's bytes, and libavutil's picture, packed. */
static const struct {
	uint32_t fourcc, width, height, bytesperline, sizeimage;
	const char *device, *libav;
} examples[] = {
	{ V4L2_PIX_FMT_YUYV, 3, 1, 6, 6, "AuBvCx", "AuBvCxBv" },
	{ V4L2_PIX_FMT_UYVY, 3, 2, 6, 12, "uAvBxCdDeEfF", "uAvBxCvBdDeEfFeE" },
	{ V4L2_PIX_FMT_VYUY, 2, 1, 4, 4, "vAuB", "uAvB" },
	{ V4L2_PIX_FMT_VYUY, 3, 1, 6, 6, "vAuByC", "uAvBuCyB" },
	{ V4L2_PIX_FMT_NV61, 2, 2, 2, 8, "ABCDvuyx", "ABCDuvxy" },
	{ V4L2_PIX_FMT_NV12, 3, 2, 3, 9, "ABCDEFuvx", "ABCDEFuvxv" },
	{ V4L2_PIX_FMT_YUV420, 2, 3, 2, 9, "ABCDEFuv.", "ABCDEFuuvv" },
	{ V4L2_PIX_FMT_M420, 2, 4, 2, 12, "ABCDuvEFGHxy", "ABCDEFGHuvxy" },
	{ V4L2_PIX_FMT_Y41P, 8, 1, 12, 12, "uAvBxCyDEFGH", "ABCDEFGHuxvy" },
	{ V4L2_PIX_FMT_YUV24, 2, 1, 6, 6, "AuvBxy", "ABuxvy" },
	{ V4L2_PIX_FMT_XYUV32, 2, 1, 8, 8, "\377Auv\377Bxy", "ABuxvy" },
	{ V4L2_PIX_FMT_VUYX32, 2, 1, 8, 8, "vuA\377yxB\377", "ABuxvy" },
	{ V4L2_PIX_FMT_YUVX32, 2, 1, 8, 8, "Auv\377Bxy\377", "ABuxvy" },
	{ V4L2_PIX_FMT_AYUV32, 2, 1, 8, 8, "aAuvbBxy", "ABuxvyab" },
	{ V4L2_PIX_FMT_VUYA32, 2, 1, 8, 8, "vuAayxBb", "ABuxvyab" },
	{ V4L2_PIX_FMT_YUVA32, 2, 1, 8, 8, "AuvaBxyb", "ABuxvyab" },
	{ v4l2_fourcc('Y', '2', '1', '2'), 2, 1, 8, 8, "1AuU2BvV", "1A2BuUvV" },
	{ v4l2_fourcc('Y', '3', '1', '2'), 2, 1, 12, 12, "1AuUvV2BxXyY", "1A2BuUxXvVyY" },
};

static void bytes_go_where_libavutil_has_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(examples); i++) {
		struct video_format f = { .fourcc = examples[i].fourcc,
					  .pix = pixfmt_by_fourcc(examples[i].fourcc),
					  .width = examples[i].width,
					  .height = examples[i].height,
					  .n_planes = 1,
					  .bytesperline = { examples[i].bytesperline },
					  .sizeimage = { examples[i].sizeimage } };
		struct payloads device = alloc_payloads(&f);
		struct picture picture = alloc_picture(&f, 4);
		char text[FOURCC_TEXT_MAX];

		print_message("# %s %ux%u\n", fourcc_text(f.fourcc, text), f.width, f.height);
		memcpy(device.planes[0], examples[i].device, f.sizeimage[0]);
		load(&f, &device, &picture);
		assert_memory_equal(picture.data[0], examples[i].libav, strlen(examples[i].libav));
		memset(device.planes[0], '.', f.sizeimage[0]);
		store(&f, &picture, &device);
		assert_memory_equal(device.planes[0], examples[i].device, f.sizeimage[0]);
		free_payloads(&f, &device);
		av_free(picture.data[0]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_raw_format_goes_and_comes_back),
		cmocka_unit_test(every_raw_format_is_copied_between_layouts),
		cmocka_unit_test(bytes_go_where_libavutil_has_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
