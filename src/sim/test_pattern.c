/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test pattern of the simulated device: colour bars over a grey ramp, a box that moves with each frame,
 * the frame number in large digits and, for programs to read, in black and white blocks along the top. In an
 * interlaced one the right edge shows the field of each line.
 */
#include "sim/test_pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavutil/pixdesc.h>
#include "base/picture.h"

/* The planes of a frame, to be drawn in independently of its pixel format. */
struct canvas {
	const AVPixFmtDescriptor *desc;
	uint8_t *data[4];
	int stride[4];
	uint32_t width, height;
	bool rgb, full_range;
	struct picture_layout layout;
	uint8_t *const *payloads; /* of the frame */
	uint8_t *copy; /* drawn into, for a frame that libavutil's descriptor does not describe; NULL: the
			  frame itself */
};

static int canvas_find_format(struct canvas *canvas, const struct video_format *format)
{
	int err = video_format_layout(format, &canvas->layout);

	if (err < 0)
		return err;
	canvas->desc = av_pix_fmt_desc_get(format->pix->av);
	if (!canvas->desc || canvas->desc->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM))
		return -ENOTSUP;
	for (int i = 0; i < canvas->desc->nb_components; i++) {
		if (canvas->desc->comp[i].depth != 8 || canvas->desc->comp[i].shift)
			return -ENOTSUP;
	}
	canvas->rgb = canvas->desc->flags & AV_PIX_FMT_FLAG_RGB;
	canvas->full_range = format->range == AVCOL_RANGE_JPEG;
	return 0;
}

static int canvas_copy(struct canvas *canvas)
{
	const struct picture_layout *l = &canvas->layout;
	uint8_t *data = canvas->copy = malloc(l->packed_bytes);

	if (!data)
		return -ENOMEM;
	for (unsigned i = 0; i < l->n_planes; i++) {
		canvas->data[i] = data;
		canvas->stride[i] = (int)l->planes[i].full_row_bytes;
		data += (size_t)l->planes[i].full_row_bytes * l->planes[i].full_rows;
	}
	picture_load(l, (const uint8_t *const *)canvas->payloads, canvas->data, canvas->stride);
	return 0;
}

static int canvas_open(struct canvas *canvas, const struct video_format *format,
		       uint8_t *const payloads[MAX_PLANES])
{
	const struct picture_layout *l = &canvas->layout;
	int err;

	*canvas = (struct canvas){ .width = format->width, .height = format->height, .payloads = payloads };
	err = canvas_find_format(canvas, format);
	if (err < 0)
		return err;
	if (!l->in_place)
		return canvas_copy(canvas);
	for (unsigned i = 0; i < l->n_planes; i++) {
		canvas->data[i] = payloads[l->planes[i].memory_plane] + l->planes[i].offset;
		canvas->stride[i] = (int)l->planes[i].stride;
	}
	return 0;
}

static void canvas_close(struct canvas *canvas)
{
	if (canvas->copy)
		picture_store(&canvas->layout, canvas->payloads, (const uint8_t *const *)canvas->data,
			      canvas->stride);
	free(canvas->copy);
}

/* Converts 0xRRGGBB to the components of the canvas, with the matrix of BT.601 in 8-bit fixed point. */
static void canvas_color(const struct canvas *canvas, uint32_t rgb, uint8_t color[4])
{
	int r = rgb >> 16 & 255, g = rgb >> 8 & 255, b = rgb & 255;

	memcpy(color, (uint8_t[]){ (uint8_t)r, (uint8_t)g, (uint8_t)b, 255 }, 4);
	if (canvas->rgb)
		return;
	if (canvas->full_range) {
		color[0] = (uint8_t)((77 * r + 150 * g + 29 * b + 128) >> 8);
		color[1] = (uint8_t)(((-43 * r - 84 * g + 127 * b + 128) >> 8) + 128);
		color[2] = (uint8_t)(((127 * r - 106 * g - 21 * b + 128) >> 8) + 128);
	} else {
		color[0] = (uint8_t)(((66 * r + 129 * g + 25 * b + 128) >> 8) + 16);
		color[1] = (uint8_t)(((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128);
		color[2] = (uint8_t)(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
	}
}

struct rect {
	uint32_t x, y, width, height;
};

/* Sets n bytes that are step bytes apart. */
static void fill_row(uint8_t *row, uint32_t n, unsigned step, uint8_t value)
{
	if (step == 1) {
		memset(row, value, n);
		return;
	}
	for (; n; n--, row += step)
		*row = value;
}

static void fill_component(const struct canvas *canvas, const AVComponentDescriptor *comp, bool chroma,
			   struct rect r, uint8_t value)
{
	unsigned shift_x = chroma ? canvas->desc->log2_chroma_w : 0,
		 shift_y = chroma ? canvas->desc->log2_chroma_h : 0;
	uint32_t x0 = r.x >> shift_x, x1 = (r.x + r.width + (1U << shift_x) - 1) >> shift_x;
	uint32_t y0 = r.y >> shift_y, y1 = (r.y + r.height + (1U << shift_y) - 1) >> shift_y;
	size_t stride = (size_t)canvas->stride[comp->plane];
	uint8_t *row =
		canvas->data[comp->plane] + y0 * stride + comp->offset + (size_t)x0 * (unsigned)comp->step;

	for (uint32_t y = y0; y < y1; y++, row += stride)
		fill_row(row, x1 - x0, (unsigned)comp->step, value);
}

/* Sets the unused byte of 32-bit RGB too: equal frames must be equal bytes. */
static void fill_padding_byte(const struct canvas *canvas, struct rect r)
{
	AVComponentDescriptor comp = canvas->desc->comp[0];

	if (!canvas->rgb || canvas->desc->nb_components != 3 || comp.step != 4)
		return;
	comp.offset = 6 - canvas->desc->comp[0].offset - canvas->desc->comp[1].offset -
		      canvas->desc->comp[2].offset;
	fill_component(canvas, &comp, false, r, 255);
}

static void fill_rect(const struct canvas *canvas, struct rect r, uint32_t rgb)
{
	uint8_t color[4];

	if (r.x >= canvas->width || r.y >= canvas->height)
		return;
	r.width = r.width < canvas->width - r.x ? r.width : canvas->width - r.x;
	r.height = r.height < canvas->height - r.y ? r.height : canvas->height - r.y;
	canvas_color(canvas, rgb, color);
	for (int i = 0; i < canvas->desc->nb_components; i++)
		fill_component(canvas, &canvas->desc->comp[i], !canvas->rgb && (i == 1 || i == 2), r,
			       color[i]);
	fill_padding_byte(canvas, r);
}

/*
 * The marks are blocks in reading order: white, black, 32 bits of the frame number, 8 bits of its CRC, each
 * most significant bit first, 1 white. Sides are multiples of 8 pixels, so that none shares a DCT block.
 */
#define N_MARKS 42
#define MIN_BLOCK 8
#define MAX_BLOCK 32

struct marks {
	uint32_t block, columns, rows; /* rows 0: no room for them */
};

static struct marks marks_layout(uint32_t width, uint32_t height)
{
	uint32_t block = width / N_MARKS / MIN_BLOCK * MIN_BLOCK;
	struct marks m;

	m.block = block < MIN_BLOCK ? MIN_BLOCK : block > MAX_BLOCK ? MAX_BLOCK : block;
	m.columns = width / m.block < N_MARKS ? width / m.block : N_MARKS;
	m.rows = m.columns ? (N_MARKS + m.columns - 1) / m.columns : 0;
	if (m.rows * m.block > height)
		m.rows = 0;
	return m;
}

/* CRC-8, polynomial 0x07, initial value 0xff. */
static uint8_t number_crc(uint32_t number)
{
	uint8_t crc = 0xff;

	for (int shift = 24; shift >= 0; shift -= 8) {
		crc ^= (uint8_t)(number >> shift);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint8_t)(crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1);
	}
	return crc;
}

static void draw_marks(const struct canvas *canvas, uint32_t number)
{
	struct marks m = marks_layout(canvas->width, canvas->height);
	uint64_t bits = UINT64_C(1) << 41 | (uint64_t)number << 8 | number_crc(number);

	if (!m.rows)
		return;
	for (uint32_t i = 0; i < N_MARKS; i++) {
		struct rect r = { i % m.columns * m.block, i / m.columns * m.block, m.block, m.block };

		fill_rect(canvas, r, bits >> (N_MARKS - 1 - i) & 1 ? 0xffffff : 0x000000);
	}
}

/* The mean luma of the middle of the block: lossy coding blurs the edges. */
static unsigned mark_luma(const uint8_t *luma, uint32_t stride, struct marks m, uint32_t i)
{
	uint32_t inset = m.block / 4, side = m.block - 2 * inset, sum = 0;
	const uint8_t *row =
		luma + (size_t)(i / m.columns * m.block + inset) * stride + i % m.columns * m.block + inset;

	for (uint32_t y = 0; y < side; y++, row += stride) {
		for (uint32_t x = 0; x < side; x++)
			sum += row[x];
	}
	return sum / (side * side);
}

int64_t sim_test_pattern_number(const uint8_t *luma, uint32_t stride, uint32_t width, uint32_t height)
{
	struct marks m = marks_layout(width, height);
	unsigned white, black;
	uint64_t bits = 0;

	if (!m.rows)
		return -1;
	white = mark_luma(luma, stride, m, 0);
	black = mark_luma(luma, stride, m, 1);
	if (white < black + 64)
		return -1;
	for (uint32_t i = 2; i < N_MARKS; i++)
		bits = bits << 1 | (mark_luma(luma, stride, m, i) > (white + black) / 2);
	if ((bits & 0xff) != number_crc((uint32_t)(bits >> 8)))
		return -1;
	return (int64_t)(bits >> 8);
}

/* The panel of the digits, which has room for ten; a digit has seven bars and is 5 units wide, 9 high. */
struct panel {
	uint32_t unit, x, y, width, height;
};

static struct panel panel_layout(uint32_t width, uint32_t height)
{
	uint32_t by_width = width / 70, by_height = height / 40;
	struct panel p = { .unit = (by_width < by_height ? by_width : by_height) & ~1u };

	p.width = 62 * p.unit;
	p.height = 13 * p.unit;
	p.x = (width - p.width) / 2 & ~1u;
	p.y = (height - p.height) / 2 & ~1u;
	return p;
}

static void draw_digit(const struct canvas *canvas, uint32_t x, uint32_t y, uint32_t unit, unsigned digit)
{
	static const uint8_t bars_of[10] = { 0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f };
	/* top, upper left, upper right, middle, lower left, lower right, bottom */
	static const struct rect bars[7] = { { 0, 0, 5, 1 }, { 0, 0, 1, 5 }, { 4, 0, 1, 5 }, { 0, 4, 5, 1 },
					     { 0, 4, 1, 5 }, { 4, 4, 1, 5 }, { 0, 8, 5, 1 } };

	for (unsigned i = 0; i < 7; i++) {
		const struct rect *bar = &bars[i];

		if (bars_of[digit] >> i & 1)
			fill_rect(canvas,
				  (struct rect){ x + bar->x * unit, y + bar->y * unit, bar->width * unit,
						 bar->height * unit },
				  0xf0f0f0);
	}
}

static void draw_number(const struct canvas *canvas, uint32_t number)
{
	struct panel p = panel_layout(canvas->width, canvas->height);
	unsigned digits[10], n = 0;
	uint32_t x;

	if (!p.unit)
		return;
	do {
		digits[n++] = number % 10;
	} while (number /= 10);
	x = p.x + (p.width - (6 * n - 1) * p.unit) / 2;
	for (; n; n--, x += 6 * p.unit)
		draw_digit(canvas, x & ~1u, p.y + 2 * p.unit, p.unit, digits[n - 1]);
}

/* The position after moving so far, back and forth within [0, range]. */
static uint32_t bounce(uint64_t distance, uint32_t range)
{
	uint64_t at = range ? distance % (2 * (uint64_t)range) : 0;

	return (uint32_t)(at < range ? at : 2 * (uint64_t)range - at);
}

static void draw_box(const struct canvas *canvas, uint32_t number)
{
	struct marks m = marks_layout(canvas->width, canvas->height);
	uint32_t top = m.rows * m.block, side = canvas->height / 8 & ~1u, rim = side / 8 & ~1u;
	struct rect r = { .width = side, .height = side };

	if (side < 2 || side > canvas->width || top + side > canvas->height)
		return;
	r.x = bounce(UINT64_C(8) * number, canvas->width - side) & ~1u;
	r.y = top + (bounce(UINT64_C(4) * number, canvas->height - side - top) & ~1u);
	fill_rect(canvas, r, 0x101010);
	fill_rect(canvas, (struct rect){ r.x + rim, r.y + rim, side - 2 * rim, side - 2 * rim }, 0xff8000);
}

/* Below the marks, where a picture has lines of two fields: the right edge is white in those of the top field
 * and black in those of the bottom field. */
static void draw_field_marks(const struct canvas *canvas, uint32_t field)
{
	struct marks m = marks_layout(canvas->width, canvas->height);

	if (field == FIELD_ANY || field == FIELD_NONE)
		return;
	for (uint32_t y = m.rows * m.block; y < canvas->height; y++)
		fill_rect(canvas, (struct rect){ canvas->width - MIN_BLOCK, y, MIN_BLOCK, 1 },
			  y % 2 ? 0x000000 : 0xffffff);
}

int sim_test_pattern_background(const struct video_format *format, uint8_t *const planes[MAX_PLANES])
{
	static const uint32_t bars[8] = { 0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00,
					  0xbf00bf, 0xbf0000, 0x0000bf, 0x000000 };
	struct panel p = panel_layout(format->width, format->height);
	uint32_t ramp_y = format->height / 8 * 6, bar_width = (format->width + 7) / 8 & ~1u;
	struct canvas canvas;
	int err;

	err = canvas_open(&canvas, format, planes);
	if (err < 0)
		return err;
	for (uint32_t i = 0; i < 8; i++)
		fill_rect(&canvas,
			  (struct rect){ i * bar_width, 0, i == 7 ? format->width : bar_width, ramp_y },
			  bars[i]);
	for (uint32_t x = 0; x < format->width; x += 2) {
		uint32_t grey = x * 255 / format->width;

		fill_rect(&canvas, (struct rect){ x, ramp_y, 2, format->height - ramp_y },
			  grey << 16 | grey << 8 | grey);
	}
	if (p.unit)
		fill_rect(&canvas, (struct rect){ p.x, p.y, p.width, p.height }, 0x202020);
	canvas_close(&canvas);
	return 0;
}

int sim_test_pattern_black(const struct video_format *format, uint8_t *const planes[MAX_PLANES])
{
	struct canvas canvas;
	int err = canvas_open(&canvas, format, planes);

	if (err < 0)
		return err;
	fill_rect(&canvas, (struct rect){ 0, 0, format->width, format->height }, 0x000000);
	canvas_close(&canvas);
	return 0;
}

int sim_test_pattern_foreground(const struct video_format *format, uint32_t number,
				uint8_t *const planes[MAX_PLANES])
{
	struct canvas canvas;
	int err = canvas_open(&canvas, format, planes);

	if (err < 0)
		return err;
	draw_box(&canvas, number);
	draw_number(&canvas, number);
	draw_marks(&canvas, number);
	draw_field_marks(&canvas, format->field);
	canvas_close(&canvas);
	return 0;
}

int sim_test_pattern_marks(const struct video_format *format, uint32_t number,
			   uint8_t *const planes[MAX_PLANES])
{
	struct canvas canvas;
	int err = canvas_open(&canvas, format, planes);

	if (err < 0)
		return err;
	draw_marks(&canvas, number);
	draw_field_marks(&canvas, format->field);
	canvas_close(&canvas);
	return 0;
}

int sim_test_pattern_draw(const struct video_format *format, uint32_t number,
			  uint8_t *const planes[MAX_PLANES])
{
	int err = sim_test_pattern_background(format, planes);

	return err < 0 ? err : sim_test_pattern_foreground(format, number, planes);
}
