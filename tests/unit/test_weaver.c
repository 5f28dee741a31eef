/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two fields become one picture, line by line, in every plane. */
#include <errno.h>
#include <string.h>
#include "media/write/weaver.h"
#include "media_fixture.h"
#include "table_test.h"

#define WIDTH 24
#define HEIGHT 20
#define PADDING 8

struct row {
	uint32_t field, first; /* first: of ALTERNATE, the field that comes first */
	bool alone;            /* the other one is missing */
};

static const char *const fourccs[] = { "YUYV", "NV12", "YU12", "YV12", "NM12",
				       "YM12", "RGB3", "GREY", "VYUY", "NM61" };

/* The value of a line of the picture's plane. */
static uint8_t line_value(unsigned plane, uint32_t line)
{
	return (uint8_t)(16 + 80 * plane + line);
}

/* The lines of one field of HEIGHT lines of the frame, from line `at` of the plane on. */
static void fill_field(const struct picture_layout *l, struct frame *frame, unsigned buffer, bool bottom,
		       bool after)
{
	for (unsigned i = 0; i < l->n_planes; i++) {
		bool whole = l->planes[0].rows == HEIGHT;
		uint32_t rows = whole ? l->planes[i].rows / 2 : l->planes[i].rows;
		uint8_t *to = frame->planes[buffer + l->planes[i].memory_plane].data + l->planes[i].offset +
			      (size_t)(after ? rows : 0) * l->planes[i].stride;

		for (uint32_t row = 0; row < rows; row++)
			memset(to + (size_t)row * l->planes[i].stride, line_value(i, 2 * row + bottom),
			       l->planes[i].row_bytes);
	}
}

/* In the planes of one buffer, or of two. */
static void fill_frame(const struct video_format *format, const struct row *row, struct frame *frame)
{
	bool bottom_first = row->field == FIELD_SEQ_BT || row->first == FIELD_BOTTOM;
	unsigned second = row->field == FIELD_ALTERNATE ? format->n_planes : 0;
	struct picture_layout layout;

	assert_int_equal(video_format_layout(format, &layout), 0);
	fill_field(&layout, frame, 0, bottom_first, false);
	if (!row->alone)
		fill_field(&layout, frame, second, !bottom_first, !second);
}

static void check_woven(const struct video_format *format, const struct row *row, const struct frame *woven)
{
	struct picture_layout l;

	assert_int_equal(video_format_layout(format, &l), 0);
	assert_int_equal(l.planes[0].rows, HEIGHT);
	assert_int_equal(woven->planes[0].bytes, l.packed_bytes);
	assert_int_equal(woven->copied_bytes, l.packed_bytes);
	for (unsigned i = 0; i < l.n_planes; i++) {
		for (uint32_t line = 0; line < l.planes[i].rows; line++) {
			const uint8_t *at =
				woven->planes[0].data + l.planes[i].offset + line * l.planes[i].stride;
			uint32_t expected = row->alone ? line / 2 * 2 + (row->first == FIELD_BOTTOM) : line;

			assert_int_equal(at[0], line_value(i, expected));
			assert_int_equal(at[l.planes[i].row_bytes - 1], line_value(i, expected));
		}
	}
}

static struct video_format field_format(const char *fourcc, uint32_t field)
{
	bool apart = field == FIELD_ALTERNATE;
	struct video_format format =
		media_fixture_format(fourcc, WIDTH, apart ? HEIGHT / 2 : HEIGHT, PADDING);

	format.field = field;
	format.sample_aspect = (struct fraction){ 1, 1 };
	return format;
}

static void weaves(void **state)
{
	const struct row *row = *state;
	void *fixture = NULL;

	assert_int_equal(media_fixture_open(&fixture), 0);
	for (size_t i = 0; i < COUNT(fourccs); i++) {
		struct video_format format = field_format(fourccs[i], row->field), to;
		struct frame frame = media_fixture_frame(&format, 0), other = media_fixture_frame(&format, 1),
			     woven;
		struct weaver weaver = { 0 };

		frame.field = row->first;
		if (row->field == FIELD_ALTERNATE && !row->alone) {
			memcpy(frame.planes + frame.n_planes, other.planes,
			       sizeof *other.planes * other.n_planes);
			frame.n_planes *= 2;
		}
		fill_frame(&format, row, &frame);
		assert_true(weaver_is_for(&format));
		assert_int_equal(weaver_open(&weaver, &format, &to), 0);
		assert_int_equal(to.height, HEIGHT);
		assert_int_equal(to.sample_aspect.num, row->field == FIELD_ALTERNATE ? 2 : 1);
		assert_int_equal(weaver_weave(&weaver, &frame, &woven), 0);
		check_woven(&to, row, &woven);
		av_buffer_unref(&woven.memory);
		frame.planes[frame.n_planes - 1].bytes = WIDTH;
		media_fixture_clear_errors();
		assert_int_equal(weaver_weave(&weaver, &frame, &woven), -EINVAL);
		assert_non_null(strstr(media_fixture_errors, "frame too short"));
		weaver_close(&weaver);
		av_buffer_unref(&frame.memory);
		av_buffer_unref(&other.memory);
	}
	media_fixture_close(&fixture);
}

static void is_not_for_others(void **state)
{
	static const uint32_t fields[] = { FIELD_ANY,          FIELD_NONE,       FIELD_TOP,
					   FIELD_BOTTOM,       FIELD_INTERLACED, FIELD_INTERLACED_TB,
					   FIELD_INTERLACED_BT };
	struct video_format format;

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		format = field_format("YUYV", fields[i]);
		assert_false(weaver_is_for(&format));
	}
	format = field_format("YUYV", FIELD_ALTERNATE);
	format.pix = pixfmt_by_fourcc(FOURCC("MJPG"));
	assert_false(weaver_is_for(&format));
}

static void tells_the_first(void **state)
{
	static const struct {
		uint32_t field, height, total_lines;
		bool bottom_first;
	} rows[] = {
		{ FIELD_ALTERNATE, 288, 0, false },       { FIELD_ALTERNATE, 240, 0, true },
		{ FIELD_ALTERNATE, 243, 0, true },        { FIELD_ALTERNATE, 240, 625, false },
		{ FIELD_ALTERNATE, 120, 525, true },      { FIELD_INTERLACED, 480, 0, true },
		{ FIELD_INTERLACED, 486, 0, true },       { FIELD_INTERLACED, 576, 0, false },
		{ FIELD_INTERLACED, 240, 0, false },      { FIELD_INTERLACED, 240, 525, true },
		{ FIELD_INTERLACED_TB, 480, 525, false }, { FIELD_INTERLACED_BT, 576, 625, true },
		{ FIELD_SEQ_TB, 480, 525, false },        { FIELD_SEQ_BT, 576, 625, true },
		{ FIELD_NONE, 480, 525, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct video_format format = { .field = rows[i].field,
					       .height = rows[i].height,
					       .total_lines = rows[i].total_lines };

		assert_int_equal(video_format_bottom_first(&format), rows[i].bottom_first);
	}
}

int main(void)
{
	static const struct row tb = { FIELD_SEQ_TB, FIELD_SEQ_TB, false },
				bt = { FIELD_SEQ_BT, FIELD_SEQ_BT, false },
				top = { FIELD_ALTERNATE, FIELD_TOP, false },
				bottom = { FIELD_ALTERNATE, FIELD_BOTTOM, false },
				top_alone = { FIELD_ALTERNATE, FIELD_TOP, true },
				bottom_alone = { FIELD_ALTERNATE, FIELD_BOTTOM, true };
	static const struct table_test tests[] = {
		{ 0, "seq-tb", weaves, &tb },
		{ 0, "seq-bt", weaves, &bt },
		{ 0, "alternate, top first", weaves, &top },
		{ 0, "alternate, bottom first", weaves, &bottom },
		{ 0, "the top field alone", weaves, &top_alone },
		{ 0, "the bottom field alone", weaves, &bottom_alone },
		{ 0, "other formats are left alone", is_not_for_others, NULL },
		{ 0, "which field is the first", tells_the_first, NULL },
	};

	return table_test_run("weaver", tests, N_ELEMENTS(tests));
}
