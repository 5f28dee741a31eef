/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/read/direct_read: frames that do not come out where they were read to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "reader_fixture.h"

#define WIDTH 256
#define HEIGHT 144
#define PICTURE_BYTES (WIDTH * HEIGHT * 2)
#define STRIPPED_BYTES 4

/* --- Matroska, by hand --- */

static uint8_t file[(N_PICTURES + 2) * (PICTURE_BYTES + 64) * 2];
static size_t n_bytes;

static void put(const void *data, size_t n)
{
	assert_true(n_bytes + n <= sizeof file);
	memcpy(file + n_bytes, data, n);
	n_bytes += n;
}

static void put_id(uint32_t id)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		uint8_t byte = (uint8_t)(id >> shift);

		if (id >> shift)
			put(&byte, 1);
	}
}

static size_t begin(uint32_t id)
{
	static const uint8_t unknown[8] = { 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	put_id(id);
	put(unknown, sizeof unknown);
	return n_bytes;
}

static void end(size_t from)
{
	size_t size = n_bytes - from;

	for (size_t i = 1; i < 8; i++)
		file[from - i] = (uint8_t)(size >> (8 * (i - 1)));
}

static void element(uint32_t id, const void *data, size_t n)
{
	size_t from = begin(id);

	put(data, n);
	end(from);
}

static void text(uint32_t id, const char *value)
{
	element(id, value, strlen(value));
}

static void number(uint32_t id, uint16_t value)
{
	uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	element(id, bytes, sizeof bytes);
}

static const uint8_t *picture_of(unsigned n)
{
	static uint8_t picture[PICTURE_BYTES];

	for (size_t i = 0; i < sizeof picture; i++)
		picture[i] = (uint8_t)(i < STRIPPED_BYTES ? 0x77 : i * 7 + i / WIDTH + n * 13);
	return picture;
}

static void put_stripping(void)
{
	size_t encodings = begin(0x6d80), encoding = begin(0x6240), compression = begin(0x5034);

	number(0x4254, 3);
	element(0x4255, picture_of(0), STRIPPED_BYTES);
	end(compression);
	end(encoding);
	end(encodings);
}

static void put_track(uint8_t track, bool stripped)
{
	size_t entry = begin(0xae), video;

	number(0xd7, track);
	number(0x73c5, track);
	number(0x83, track == 1 ? 1 : 2);
	text(0x86, track == 1 ? "V_UNCOMPRESSED" : "A_PCM/INT/LIT");
	if (track == 1) {
		video = begin(0xe0);
		number(0xb0, WIDTH);
		number(0xba, HEIGHT);
		text(0x2eb524, "YUY2");
		end(video);
	}
	if (stripped)
		put_stripping();
	end(entry);
}

static void put_block(uint8_t track, unsigned n, uint8_t flags, bool stripped)
{
	uint8_t head[] = { 0x80 | track, (uint8_t)(n * 40 >> 8), (uint8_t)(n * 40), 0x80 | flags };
	size_t skip = stripped ? STRIPPED_BYTES : 0, block = begin(0xa3);

	put(head, sizeof head);
	if (flags) /* the laces follow: one frame, after their number */
		put("", 1);
	put(picture_of(n) + skip, PICTURE_BYTES - skip);
	end(block);
}

enum kind { PLAIN, STRIPPED, LACED, WITH_SOUND, N_KINDS };

static const char *make(enum kind kind)
{
	static const char *const names[] = { "plain.mkv", "stripped.mkv", "laced.mkv", "sound.mkv" };
	const char *path = reader_fixture_path(names[kind]);
	size_t level;
	FILE *out;

	n_bytes = 0;
	level = begin(0x1a45dfa3);
	text(0x4282, "matroska");
	end(level);
	begin(0x18538067);
	level = begin(0x1654ae6b);
	put_track(1, kind == STRIPPED);
	if (kind == WITH_SOUND)
		put_track(2, true);
	end(level);
	level = begin(0x1f43b675);
	number(0xe7, 0);
	for (unsigned n = 0; n < N_PICTURES; n++) {
		put_block(1, n, kind == LACED && n % 2 ? 0x02 : 0, kind == STRIPPED);
		if (kind == WITH_SOUND)
			put_block(2, n, 0, false);
	}
	end(level);
	out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(file, 1, n_bytes, out), n_bytes);
	fclose(out);
	return path;
}

static void pictures_are_right_wherever_they_come_out(void **state)
{
	static const unsigned n_landed[] = { N_PICTURES, 0, N_PICTURES / 2, N_PICTURES };

	(void)state;
	for (enum kind kind = PLAIN; kind < N_KINDS; kind++) {
		struct video_format format = reader_fixture_format("YUYV", WIDTH, HEIGHT, 0);
		struct reader_options o = reader_fixture_options(make(kind));
		unsigned landed = 0;
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;

		if (getenv("VERBOSE"))
			fprintf(stderr, "# %s\n", o.url);
		o.loops = 2;
		target_fixture_open(&fixture, &format);
		reader = reader_fixture_start(&o, &fixture);
		for (unsigned n = 0; n < 2 * N_PICTURES; n++) {
			assert_int_equal(reader_next(reader, &picture), 1);
			assert_memory_equal(picture.planes[0].data, picture_of(n % N_PICTURES),
					    PICTURE_BYTES);
			landed += picture.copied_bytes == 0;
			av_buffer_unref(&picture.memory);
		}
		assert_int_equal(landed, 2 * n_landed[kind]);
		/* Each in its own blank, and none that was tried in vain. */
		assert_int_equal(fixture.n_waited_for, 2 * N_PICTURES);
		assert_int_equal(reader_next(reader, &picture), 0);
		reader_close(reader);
	}
}

/* Rows that are padded to four bytes in the file: found out once, and then left alone. */
static void padded_rows_take_one_blank_each(void **state)
{
	struct video_format format = reader_fixture_format("BGR3", 153, 144, 0);
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("padded.avi", "rawvideo", "BGR3", 153, 144));
	struct target_fixture fixture;
	struct reader *reader;
	struct frame picture;

	(void)state;
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	for (unsigned n = 0; n < N_PICTURES; n++) {
		assert_int_equal(reader_next(reader, &picture), 1);
		assert_true(picture.copied_bytes > 0);
		av_buffer_unref(&picture.memory);
	}
	assert_int_equal(fixture.n_waited_for, N_PICTURES);
	reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_are_right_wherever_they_come_out),
		cmocka_unit_test(padded_rows_take_one_blank_each),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, reader_fixture_open, reader_fixture_close);
}
