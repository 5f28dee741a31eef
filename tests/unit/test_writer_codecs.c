/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/writer: encoders. */
/* Runs under: asan valgrind */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <libavutil/imgutils.h>
#include "media_fixture.h"

#define WIDTH 416
#define HEIGHT 240
#define N_FRAMES 12

static void encode(const struct writer_options *o, const char *codec)
{
	struct writer *writer;

	assert_int_equal(writer_open(&writer, o), 0);
	assert_string_equal(writer_info(writer).codec, codec);
	for (unsigned n = 0; n < N_FRAMES; n++) {
		struct frame frame = media_fixture_frame(&o->format, n);

		media_fixture_paint(&o->format, &frame, n);
		assert_int_equal(writer_write(writer, &frame), 0);
		av_buffer_unref(&frame.memory);
	}
	assert_int_equal(writer_finish(writer), 0);
	assert_int_equal(writer_info(writer).frames, N_FRAMES);
	assert_int_equal(writer_close(writer), 0);
}

/* Lossless, so what comes back is what went in, whatever it went through. */
static void lossless_is_lossless(void **state)
{
	static const char *const fourccs[] = { "YU12", "NM12", "YV12", "NV12", "GREY" };
	static uint8_t expected[MAX_FRAME_BYTES], got[MAX_FRAME_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(fourccs); i++) {
		/* A width that no vector divides. */
		struct video_format format = media_fixture_format(fourccs[i], WIDTH - 6, HEIGHT, 6);
		struct writer_options o = media_fixture_options(media_fixture_path("ffv1.mkv"), &format);
		struct readback r;
		unsigned n = 0;

		o.codec = "ffv1";
		encode(&o, "ffv1");
		readback_open(&r, o.url);
		for (; readback_frame(&r); n++) {
			struct frame frame = media_fixture_frame(&format, n);
			size_t bytes = (WIDTH - 6) * HEIGHT; /* of luma */

			media_fixture_paint(&format, &frame, n);
			media_fixture_pack(&format, &frame, expected);
			av_image_copy_to_buffer(got, MAX_FRAME_BYTES, (const uint8_t *const *)r.frame->data,
						r.frame->linesize, r.frame->format, r.frame->width,
						r.frame->height, 1);
			assert_memory_equal(got, expected, bytes);
			assert_int_equal(readback_frame_us(&r), (int64_t)n * STEP_NS / 1000);
			av_buffer_unref(&frame.memory);
		}
		assert_int_equal(n, N_FRAMES);
		readback_close(&r);
		unlink(o.url);
	}
}

static void usual_encoders(void **state)
{
	static const struct {
		const char *name, *fourcc, *encoder, *codec, *options, *pixel_format;
	} cases[] = {
		{ "u.mp4", "YUYV", "libx264", "auto", "crf=18,preset=ultrafast", "yuv420p" },
		{ "u.mp4", "YUYV", "libx264", "auto", "pixel_format=yuv422p,preset=ultrafast", "yuv422p" },
		{ "u.mp4", "GREY", "libx264", "auto", "preset=ultrafast", "yuv420p" },
		{ "u.mov", "RGB3", "libx264", "h264", "preset=ultrafast", "yuv444p" },
		{ "u.webm", "YUYV", "libvpx-vp9", "auto", NULL, "yuv420p" },
		{ "u.mp4", "NV12", "libx264", "libx264", NULL, "yuv420p" },
		{ "u.mkv", "YUYV", "libx264", "libx264", "pix_fmt=yuv420p,tune=zerolatency", "yuv420p" },
		{ "u.mkv", "YUYV", "libx264", "h264", NULL, "yuv422p" },
		{ "u.avi", "RGB3", "mpeg4", "mpeg4", NULL, "yuv420p" },
		{ "u.mp4", "YUYV", "mpeg4", "mpeg4", NULL, "yuv420p" },
		{ "u.avi", "YUYV", "mjpeg", "mjpeg", NULL, "yuvj422p" },
		{ "u.y4m", "YUYV", "rawvideo", "auto", NULL, "yuv422p" },
		{ "u.mov", "GREY", "rawvideo", "rawvideo", NULL, NULL },
		{ "u.mkv", "NV16", "rawvideo", "rawvideo", NULL, "yuv422p" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct video_format format = media_fixture_format(cases[i].fourcc, WIDTH, HEIGHT, 0);
		struct writer_options o = media_fixture_options(media_fixture_path(cases[i].name), &format);
		struct readback r;
		unsigned n = 0;

		if (!avcodec_find_encoder_by_name(cases[i].encoder))
			continue;
		o.codec = cases[i].codec;
		o.codec_options = cases[i].options;
		encode(&o, cases[i].encoder);
		readback_open(&r, o.url);
		for (; readback_frame(&r); n++) {
			assert_int_equal(r.frame->width, WIDTH);
			if (cases[i].pixel_format)
				assert_int_equal(r.frame->format, av_get_pix_fmt(cases[i].pixel_format));
			assert_int_equal(readback_frame_us(&r), (int64_t)n * STEP_NS / 1000);
		}
		assert_int_equal(n, N_FRAMES);
		readback_close(&r);
		unlink(o.url);
	}
}

/* H.264 of 4:2:0 has even sizes: the last column and row are cut off, and nothing is scaled. */
static void odd_sizes(void **state)
{
	struct video_format format = media_fixture_format("GREY", WIDTH + 1, HEIGHT + 1, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("odd.mp4"), &format);
	struct readback r;

	(void)state;
	if (!avcodec_find_encoder_by_name("libx264"))
		skip();
	o.codec_options = "preset=ultrafast";
	encode(&o, "libx264");
	readback_open(&r, o.url);
	assert_true(readback_frame(&r));
	assert_int_equal(r.frame->width, WIDTH);
	assert_int_equal(r.frame->height, HEIGHT);
	readback_close(&r);
	unlink(o.url);
}

/* The two fields of a frame, of other chroma, stay apart on the way to 4:2:0, and the stream says which is
 * the first. */
static void interlaced_frames(void **state)
{
	static const struct {
		uint32_t field;
		int top_first;
		const char *codec, *name;
	} cases[] = {
		{ FIELD_INTERLACED_TB, 1, "libx264", "i.mp4" },
		{ FIELD_INTERLACED_BT, 0, "libx264", "i.mkv" },
		{ FIELD_INTERLACED_TB, 1, "mpeg2video", "i.mkv" },
		{ FIELD_INTERLACED_BT, 0, "mpeg4", "i.avi" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct video_format format = media_fixture_format("YUYV", WIDTH, HEIGHT, 0);
		struct writer_options o = media_fixture_options(media_fixture_path(cases[i].name), &format);
		struct frame frame = media_fixture_frame(&format, 0);
		struct writer *writer;
		struct readback r;

		if (!avcodec_find_encoder_by_name(cases[i].codec))
			continue;
		for (size_t b = 1; b < (size_t)2 * WIDTH * HEIGHT; b += 2)
			frame.planes[0].data[b] = b / (2 * WIDTH) % 2 ? 64 : 192;
		o.format.field = cases[i].field;
		o.codec = cases[i].codec;
		o.codec_options =
			strcmp(o.codec, "libx264") ? "pixel_format=yuv420p" : "pixel_format=yuv420p,qp=1";
		assert_int_equal(writer_open(&writer, &o), 0);
		assert_int_equal(writer_write(writer, &frame), 0);
		assert_int_equal(writer_close(writer), 0);
		readback_open(&r, o.url);
		assert_true(readback_frame(&r));
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
		assert_true(r.frame->flags & AV_FRAME_FLAG_INTERLACED);
		assert_int_equal(!!(r.frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST), cases[i].top_first);
#else
		assert_true(r.frame->interlaced_frame);
		assert_int_equal(r.frame->top_field_first, cases[i].top_first);
#endif
		if (strcmp(cases[i].codec, "libx264") == 0) {
			assert_in_range(r.frame->data[1][0], 188, 196);
			assert_in_range(r.frame->data[1][r.frame->linesize[1]], 60, 68);
		}
		readback_close(&r);
		av_buffer_unref(&frame.memory);
		unlink(o.url);
	}
}

static void wrong_wishes(void **state)
{
	struct video_format format = media_fixture_format("YUYV", WIDTH, HEIGHT, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("wrong.mkv"), &format);

	(void)state;
	o.codec = "ffv1";
	o.codec_options = "no_such=1";
	media_fixture_refused(&o, -EINVAL, "ffv1: has no option 'no_such'");
	o.codec_options = "coder=no_such";
	media_fixture_refused(&o, -EINVAL, "ffv1: ");
	o.codec_options = "coder";
	media_fixture_refused(&o, -EINVAL, "expected key=value");
	o.codec_options = "pix_fmt=no_such";
	media_fixture_refused(&o, -EINVAL, "no such pixel format");
	o.codec_options = "pix_fmt=nv12";
	media_fixture_refused(&o, -EINVAL, "does not take pixel_format=nv12");
	o.codec = "copy";
	o.codec_options = "crf=1";
	media_fixture_refused(&o, -EINVAL, "are copied, not encoded");
	o.codec_options = NULL;
	o.codec = "aac";
	media_fixture_refused(&o, -EINVAL, "no such video encoder");
	o.codec = "ffv1";
	o.container = "webm";
	media_fixture_refused(&o, -ENOTSUP, "webm cannot hold ffv1");
	o.container = "mjpeg";
	media_fixture_refused(&o, -ENOTSUP, "mjpeg cannot hold ffv1");
	o.container = "nut";
	o.format = media_fixture_format("XXXX", WIDTH, HEIGHT, 0);
	media_fixture_refused(&o, -ENOTSUP, "containers that can: raw");
	assert_false(media_fixture_exists(o.url));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lossless_is_lossless),
		cmocka_unit_test(usual_encoders),
		cmocka_unit_test(odd_sizes),
		cmocka_unit_test(interlaced_frames),
		cmocka_unit_test(wrong_wishes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
