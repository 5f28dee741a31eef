/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/write/pre_roll, and of a writer whose file is wanted later. */
/* Runs under: asan valgrind */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "media/write/pre_roll.h"
#include "media_fixture.h"

/* --- what is kept --- */

static char numbers[200]; /* the items: a frame's number is its address in it */
static size_t n_dropped;

static void drop_number(void *opaque, void *item)
{
	assert_null(opaque);
	assert_ptr_equal(item, &numbers[n_dropped++]); /* in order */
}

/* Ten frames a second of 100 bytes, with a key frame every `gop` of them, the first of which is `first_key`.
 */
static const struct {
	const char *what;
	int64_t length_ms;
	uint64_t max_bytes;
	unsigned gop, first_key, n_frames;
	size_t from; /* the first that is kept */
} rows[] = {
	{ "all that there is", 1000, 10000, 1, 0, 5, 0 },
	{ "as long as that", 1000, 10000, 1, 0, 30, 19 },
	{ "no longer than what it takes", 1050, 10000, 1, 0, 30, 18 },
	{ "the present one alone", 0, 10000, 1, 0, 30, 29 },
	{ "from the key frame before", 1000, 10000, 8, 0, 30, 16 },
	{ "from that key frame", 1300, 10000, 8, 0, 30, 16 },
	{ "from the one before that", 1400, 10000, 8, 0, 30, 8 },
	{ "nothing before a key frame", 1000, 10000, 8, 6, 5, 5 },
	{ "from the first key frame", 10000, 10000, 8, 6, 30, 6 },
	{ "as much as there is memory for", 1000, 500, 1, 0, 30, 25 },
	{ "whole groups", 10000, 1000, 8, 0, 30, 24 },
	{ "no group that is larger than the memory", 10000, 300, 8, 0, 30, 30 },
	{ "ring that wrapped, and grew", 9000, 100000, 1, 0, 200, 109 },
};

static void keeps_the_end_of_a_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pre_roll p = { .length_ns = rows[i].length_ms * NS_PER_MS,
				      .max_bytes = rows[i].max_bytes,
				      .drop = drop_number };
		size_t n_taken = 0;
		void *item;

		n_dropped = 0;
		for (unsigned n = 0; n < rows[i].n_frames; n++)
			assert_int_equal(pre_roll_add(&p, &numbers[n], n * 100 * NS_PER_MS, 100,
						      n >= rows[i].first_key &&
							      (n - rows[i].first_key) % rows[i].gop == 0),
					 0);
		if (n_dropped != rows[i].from)
			fail_msg("%s: %zu were dropped", rows[i].what, n_dropped);
		assert_true(p.bytes == 100 * (rows[i].n_frames - n_dropped));
		assert_true(pre_roll_start_ns(&p) ==
			    (p.bytes ? (int64_t)n_dropped * 100 * NS_PER_MS : INT64_MIN));
		assert_int_equal(p.trimmed, rows[i].max_bytes <= 1000);
		for (; n_taken < 3 && (item = pre_roll_take(&p)); n_taken++)
			drop_number(NULL, item);
		pre_roll_close(&p);
		assert_int_equal(n_dropped, rows[i].n_frames);
	}
}

/* --- a writer --- */

#define N_ARMED 60
#define N_FRAMES 80
#define PRE_ROLL 10

static void count_dropped(void *opaque, int64_t pts)
{
	(void)opaque;
	(void)pts;
	n_dropped++;
}

static void write_frames(struct writer *writer, const struct video_format *format, unsigned from, unsigned to)
{
	for (unsigned n = from; n < to; n++)
		assert_int_equal(media_fixture_write(writer, format, n), 0);
}

/* The file has all frames from one on, from time 0 on, and the first can be decoded. Returns that frame. */
static unsigned check_file(const char *path, const struct video_format *format, unsigned n_frames)
{
	unsigned first = n_frames, n = 0;
	struct readback r;

	readback_open(&r, path);
	while (readback_packet(&r)) {
		assert_true(n > 0 || r.packet->flags & AV_PKT_FLAG_KEY);
		n++;
	}
	readback_close(&r);
	assert_in_range(n, 1, n_frames);
	first = n_frames - n;
	readback_open(&r, path);
	for (n = first; readback_frame(&r); n++) {
		media_fixture_check_picture(r.frame, format, n);
		assert_in_range(readback_frame_us(&r) + 1000 - (n - first) * STEP_NS / 1000, 0, 2000);
	}
	readback_close(&r);
	assert_int_equal(n, n_frames);
	return first;
}

static void writes_what_its_encoder_made(void **state)
{
	static const struct {
		const char *name, *codec, *options;
		unsigned gop;
	} cases[] = {
		{ "a.mkv", "ffv1", "g=1", 1 },
		{ "a.mkv", "libx264", "qp=0,g=12,bf=2,preset=ultrafast", 12 },
		{ "a.mp4", "libx264", "qp=0,g=12,bf=2,preset=ultrafast", 12 },
		{ "a.ts", "libx264", "qp=0,g=12,tune=zerolatency,preset=ultrafast", 12 },
		{ "a.avi", "ffv1", "g=1", 1 },
	};
	struct video_format format = media_fixture_format("YU12", 96, 64, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct writer_options o = media_fixture_options(media_fixture_path(cases[i].name), &format);
		struct writer *writer;
		int64_t start_ns;
		unsigned first;

		if (!avcodec_find_encoder_by_name(cases[i].codec))
			continue;
		n_dropped = 0;
		o.codec = cases[i].codec;
		o.codec_options = cases[i].options;
		o.armed = o.overwrite = true;
		o.pre_roll_ns = PRE_ROLL * STEP_NS;
		o.pre_roll_bytes = UINT64_C(1) << 30;
		o.on_dropped = count_dropped;
		assert_int_equal(writer_open(&writer, &o), 0);
		assert_true(writer_encodes(writer) && writer_is_armed(writer));
		write_frames(writer, &format, 0, N_ARMED);
		assert_false(i == 0 && media_fixture_exists(o.url));
		assert_int_equal(writer_begin(writer, &o, &start_ns), 0);
		assert_false(writer_is_armed(writer));
		write_frames(writer, &format, N_ARMED, N_FRAMES);
		assert_int_equal(writer_close(writer), 0);
		first = check_file(o.url, &format, N_FRAMES);
		assert_int_equal(first % cases[i].gop, 0);
		assert_in_range(first, 1, N_ARMED - 1 - PRE_ROLL);
		assert_int_equal(first, n_dropped);
		assert_in_range(start_ns / 1000 + 1000 - first * STEP_NS / 1000, 0, 2000);
		unlink(o.url);
	}
}

static int begin(struct writer *writer, struct writer_options *o, const char *name)
{
	int64_t start_ns;
	int err;

	o->url = media_fixture_path(name);
	err = writer_begin(writer, o, &start_ns);
	assert_true(start_ns == INT64_MIN);
	return err;
}

/* Without an encoder it tells early what is wrong, and no more. */
static void begins_with_a_name(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 64, 48, 0);
	struct writer_options o = media_fixture_options("none-%03d.nut", &format);
	struct writer *writers[2];

	(void)state;
	o.overwrite = false;
	o.armed = o.expect_taken = true;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(writer_open(&writers[i], &o), 0);
	assert_false(writer_encodes(writers[0]));
	assert_int_equal(begin(writers[0], &o, "a.nut"), 0);
	assert_int_equal(begin(writers[1], &o, "a.nut"), -EEXIST);
	assert_string_equal(media_fixture_errors, "");
	assert_int_equal(begin(writers[1], &o, "b.nut"), 0);
	write_frames(writers[1], &format, 0, 3);
	assert_string_equal(writer_info(writers[1]).path, o.url);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(writer_close(writers[i]), 0);
	assert_int_equal(check_file(o.url, &format, 3), 0);
	unlink(o.url);
	o.codec = "no_such";
	assert_int_equal(writer_open(&writers[0], &o), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_end_of_a_stream),
		cmocka_unit_test(writes_what_its_encoder_made),
		cmocka_unit_test(begins_with_a_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
