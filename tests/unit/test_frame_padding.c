/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libav reads and writes beyond a frame is memory of ours: every raw format, encoded from and drawn into
 * buffers of every io mode, behind whose mappings nothing can be accessed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#include "base/log_capture.h"
#include "base/page.h"
#include "base/picture.h"
#include "guarded_mmap.h"
#include "media/libav.h"
#include "media/read/scaler.h"
#include "media/write/transcoder.h"
#include "pool_fixture.h"
#include "queue/memory_source.h"
#include "session/play_buffers.h"

#define PAGE ((uint32_t)page_size())
#define N_BUFFERS 4
#define SIZE_MAX_PIXELS 160

struct size {
	uint32_t width, height;
};

/* A frame of an odd size, which the simulated device lacks. */
struct pages {
	struct video_format format;
	struct memory_source *source;
	struct buffer buffer;
};

/* Whole vectors in each row of each plane, and whole pages. */
static const struct size aligned_sizes[] = { { 256, 128 }, { 128, 64 } };

/* As tight as the layout can be: the last row ends with the memory. */
static struct video_format tight_format(const struct pixfmt *pix, struct size size)
{
	struct video_format f = { .fourcc = pix->fourcc,
				  .pix = pix,
				  .width = size.width,
				  .height = size.height,
				  .n_planes = pix->n_memory_planes,
				  .matrix = AVCOL_SPC_UNSPECIFIED };
	struct picture_layout l;

	for (uint32_t p = 0; p < f.n_planes; p++) {
		f.sizeimage[p] = UINT32_MAX; /* and bytesperline is as little as can be */
	}
	assert_int_equal(video_format_layout(&f, &l), 0);
	memset(f.sizeimage, 0, sizeof f.sizeimage);
	for (unsigned p = 0; p < l.n_planes; p++) {
		uint32_t end = (uint32_t)picture_end(&l.planes[p]);

		if (end > f.sizeimage[l.planes[p].memory_plane])
			f.sizeimage[l.planes[p].memory_plane] = end;
	}
	return f;
}

static uint32_t unused_bytes(const struct pixfmt *pix, struct size size)
{
	struct video_format format = tight_format(pix, size);
	uint32_t last = format.sizeimage[format.n_planes - 1];

	return (PAGE - last % PAGE) % PAGE;
}

/* The size, odd or even, whose frames come nearest to the end of a page. */
static struct size find_size(const struct pixfmt *pix, bool odd)
{
	struct size best = { 34 + odd, 18 + odd }, size;

	for (size.width = best.width; size.width < SIZE_MAX_PIXELS; size.width += 2)
		for (size.height = 18 + odd; size.height < SIZE_MAX_PIXELS; size.height += 2)
			if (size.width % 64 && unused_bytes(pix, size) < unused_bytes(pix, best))
				best = size;
	return best;
}

static void open_pool(struct pool_fixture *fixture, const char *type, const char *io,
		      const struct pixfmt *pix, struct size size)
{
	char name[200], keys[120], fourcc[FOURCC_TEXT_MAX], planes[24] = "";
	struct pool_options options = { .io = io };
	struct pool_config config = { .min = N_BUFFERS, .max = N_BUFFERS, .layout = true };
	bool output = *type;

	memset(fixture, 0, sizeof *fixture);
	if (pix->n_memory_planes > 1)
		snprintf(planes, sizeof planes, ",planes=%u", pix->n_memory_planes);
	snprintf(keys, sizeof keys, "size=%ux%u,format=%s%s,fps=0", size.width, size.height,
		 fourcc_text(pix->fourcc, fourcc), planes);
	snprintf(name, sizeof name, "sim:%s%s", keys, type);
	assert_int_equal(device_open(&fixture->device, name, output ? DEVICE_OUTPUT : DEVICE_CAPTURE), 0);
	assert_int_equal(negotiate_get_format(&fixture->device, &fixture->format), 0);
	snprintf(name, sizeof name, "sim:%s", keys); /* the lender's */
	options.import_from = name;
	assert_int_equal(pool_open(&fixture->pool, &fixture->device, &fixture->format, &options), 0);
	assert_int_equal(pool_configure(fixture->pool, &config), 0);
	assert_int_equal(pool_start(fixture->pool), 0);
}

static void close_pool(struct pool_fixture *fixture)
{
	pool_close(fixture->pool);
	device_close(&fixture->device);
}

static bool has_mode(const char *io, const struct pixfmt *pix)
{
	return strcmp(io, "rw") || pix->n_memory_planes == 1;
}

/* --- the page behind --- */

static void use_page_behind(const struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		const struct plane *plane = &buffer->planes[p];
		volatile uint8_t *behind = plane->data + page_align(plane->length);

		for (unsigned at = 0; at < PAGE; at += PAGE - 1)
			behind[at] = behind[at] + 1;
	}
}

/* Those of the start, those that are added, and copies. */
static void each_mapping_has_a_page_behind(void **state)
{
	static const char *const keys[] = { "", "planes=2,size=98x66", "create=no,grant=3", "format=MJPG" };

	(void)state;
	for (size_t k = 0; k < N_ELEMENTS(keys); k++) {
		for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
			struct buffer *held[12];
			struct pool_fixture fixture;

			if (k == 1 && !strcmp(pool_fixture_modes[i], "rw"))
				continue;
			pool_fixture_start(&fixture, pool_fixture_modes[i], keys[k], 3, 6);
			for (size_t n = 0; n < N_ELEMENTS(held); n++) {
				assert_int_equal(pool_fixture_dequeue(&fixture, &held[n]), 0);
				use_page_behind(held[n]);
			}
			assert_true(guarded_mmap_count() > 0);
			for (size_t n = 0; n < N_ELEMENTS(held); n++)
				pool_release(fixture.pool, held[n]);
			pool_fixture_close(&fixture);
		}
	}
}

/* --- capture: a frame is converted and encoded --- */

static int count_packet(void *opaque, AVPacket *packet)
{
	*(unsigned *)opaque += packet->size > 0;
	return 0;
}

static void unref_nothing(void *opaque, uint8_t *data)
{
	(void)opaque;
	(void)data;
}

static void take_frame(const struct buffer *buffer, struct frame *frame)
{
	*frame = (struct frame){ .n_planes = buffer->n_planes };
	frame->memory = av_buffer_create(buffer->planes[0].data, 1, unref_nothing, NULL, 0);
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		frame->planes[p].data = plane_payload(&buffer->planes[p]);
		frame->planes[p].bytes = plane_payload_bytes(&buffer->planes[p]);
	}
}

static void encode(const char *codec, const char *codec_options, const struct video_format *format,
		   struct frame *frame)
{
	struct frame_packet frame_packet = { 0 };
	unsigned n_packets = 0;
	struct transcoder t = { .frame_packet = &frame_packet,
				.write_packet = count_packet,
				.opaque = &n_packets };
	struct encoder_options options = { .codec = encoder_find(codec),
					   .options = codec_options,
					   .raw_format = AV_PIX_FMT_NONE,
					   .fps = { 25, 1 } };

	assert_int_equal(frame_packet_open(&frame_packet, format), 0);
	assert_int_equal(transcoder_open(&t, &options), 0);
	assert_int_equal(transcoder_write(&t, frame, 0), 0);
	assert_int_equal(transcoder_flush(&t), 0);
	assert_int_equal(n_packets, 1);
	transcoder_close(&t);
	frame_packet_close(&frame_packet);
}

static void encode_all(const struct video_format *format, const struct buffer *buffer)
{
	struct frame frame;

	take_frame(buffer, &frame);
	encode("mjpeg", "threads=1", format, &frame);
	encode("mpeg4", "threads=1", format, &frame);
	encode("ffv1", "threads=1,pix_fmt=bgra", format, &frame);
	av_buffer_unref(&frame.memory);
}

static void capture(const char *io, const struct pixfmt *pix, struct size size)
{
	struct pool_fixture fixture;
	struct buffer *buffer;

	open_pool(&fixture, "", io, pix, size);
	assert_int_equal(pool_fixture_dequeue(&fixture, &buffer), 0);
	encode_all(&fixture.format, buffer);
	pool_release(fixture.pool, buffer);
	close_pool(&fixture);
}

/* The memory that frames are copied to. */
static void open_pages(struct pages *pages, const struct pixfmt *pix, struct size size)
{
	struct video_format *f = &pages->format;

	*pages = (struct pages){ .format = tight_format(pix, size) };
	assert_int_equal(memory_source_open_pages(&pages->source, f), 0);
	pages->buffer.n_planes = f->n_planes;
	assert_int_equal(memory_source_alloc(pages->source, &pages->buffer, f), 0);
	for (uint32_t p = 0; p < f->n_planes; p++)
		pages->buffer.planes[p].bytesused = f->sizeimage[p];
}

static void close_pages(struct pages *pages)
{
	memory_source_free(pages->source, &pages->buffer);
	memory_source_close(pages->source);
}

static void encode_pages(const struct pixfmt *pix, struct size size)
{
	struct pages pages;

	open_pages(&pages, pix, size);
	encode_all(&pages.format, &pages.buffer);
	close_pages(&pages);
}

static bool is_convertible(const struct pixfmt *pix, int (*has)(enum AVPixelFormat format))
{
	return pix->av == AV_PIX_FMT_NV16 || (pix->av != AV_PIX_FMT_NONE && has(pix->av));
}

static bool is_simulated(const struct pixfmt *pix)
{
	char name[80], fourcc[FOURCC_TEXT_MAX];
	struct log_capture capture;
	struct device device;
	int err;

	snprintf(name, sizeof name, "sim:format=%s,planes=%u", fourcc_text(pix->fourcc, fourcc),
		 pix->n_memory_planes);
	log_capture_begin(&capture);
	err = device_open(&device, name, DEVICE_ANY);
	log_capture_end(&capture, LOG_LEVEL_TRACE);
	device_close(&device);
	return err == 0;
}

static void capture_sizes(const struct pixfmt *pix)
{
	capture("mmap", pix, find_size(pix, false));
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++)
		for (size_t n = 0; has_mode(pool_fixture_modes[i], pix) && n < N_ELEMENTS(aligned_sizes); n++)
			capture(pool_fixture_modes[i], pix, aligned_sizes[n]);
}

static void every_raw_format_is_encoded(void **state)
{
	unsigned n = 0, n_simulated = 0;

	(void)state;
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		if (!is_convertible(pix, sws_isSupportedInput))
			continue;
		for (size_t i = 0; i < N_ELEMENTS(aligned_sizes); i++)
			encode_pages(pix, aligned_sizes[i]);
		encode_pages(pix, find_size(pix, false));
		encode_pages(pix, find_size(pix, true));
		n++;
		if (!is_simulated(pix))
			continue;
		capture_sizes(pix);
		n_simulated++;
	}
	assert_true(n >= 50);
	assert_true(n_simulated >= 13);
}

/* A mapping that libv4l2 made. */
static void an_unpadded_frame_is_encoded_from_a_copy(void **state)
{
	struct video_format format = tight_format(pixfmt_by_fourcc(V4L2_PIX_FMT_RGB24), aligned_sizes[0]);
	struct frame frame = { .n_planes = 1, .unpadded = true };

	(void)state;
	frame.planes[0].bytes = format.sizeimage[0];
	frame.planes[0].data = mmap(NULL, format.sizeimage[0], PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(frame.planes[0].data, MAP_FAILED);
	frame.memory = av_buffer_create(frame.planes[0].data, 1, unref_nothing, NULL, 0);
	encode("mjpeg", "threads=1", &format, &frame);
	av_buffer_unref(&frame.memory);
	munmap(frame.planes[0].data, format.sizeimage[0]);
}

/* --- playback: a decoded picture is converted into a buffer --- */

static AVFrame *alloc_picture(enum AVPixelFormat format, struct size size)
{
	AVFrame *picture = av_frame_alloc();

	picture->format = format;
	picture->width = (int)size.width;
	picture->height = (int)size.height;
	assert_int_equal(av_frame_get_buffer(picture, 0), 0);
	for (unsigned i = 0; i < 4 && picture->buf[i]; i++)
		for (size_t n = 0; n < picture->buf[i]->size; n++)
			picture->buf[i]->data[n] = (uint8_t)(n * 7 + n / 1000 + i);
	return picture;
}

static void check_picture(const struct target *target, const struct frame *got, const AVFrame *expected)
{
	struct size size = { target->format.width, target->format.height };
	AVFrame *loaded = alloc_picture(target->format.pix->av, size);
	const uint8_t *payloads[MAX_PLANES] = { NULL };
	char fourcc[FOURCC_TEXT_MAX];

	for (unsigned p = 0; p < got->n_planes; p++)
		payloads[p] = got->planes[p].data;
	picture_load(&target->layout, payloads, loaded->data, loaded->linesize);
	for (unsigned p = 0; p < target->layout.n_planes; p++)
		for (uint32_t y = 0; y < target->layout.planes[p].full_rows; y++)
			if (memcmp(loaded->data[p] + (size_t)y * loaded->linesize[p],
				   expected->data[p] + (size_t)y * expected->linesize[p],
				   target->layout.planes[p].full_row_bytes) != 0)
				fail_msg("%s %ux%u: plane %u, row %u",
					 fourcc_text(target->format.fourcc, fourcc), target->format.width,
					 target->format.height, p, y);
	av_frame_free(&loaded);
}

/* Draws it, and again where there is room on all sides. */
static void draw(const struct target *target, struct frame *buffer, const AVFrame *picture)
{
	struct size size = { target->format.width, target->format.height };
	AVFrame *expected = alloc_picture(target->format.pix->av, size);
	struct converter converter = { 0 };
	struct scaler scaler = { 0 };

	assert_int_equal(scaler_open(&scaler, target, SCALING_SCALE), 0);
	assert_int_equal(scaler_draw(&scaler, picture, buffer), 0);
	converter.flags = scaler.converter.flags;
	expected->color_range = target->format.range;
	expected->colorspace = target->format.matrix;
	assert_int_equal(converter_run(&converter, picture, expected), 0);
	/* libswscale does not write the last sample of an odd row of P010 and P016. */
	if (size.width % 2 == 0 ||
	    (target->format.pix->av != AV_PIX_FMT_P010LE && target->format.pix->av != AV_PIX_FMT_P016LE))
		check_picture(target, buffer, expected);
	converter_close(&converter);
	scaler_close(&scaler);
	av_frame_free(&expected);
}

static void draw_all(const struct target *target, struct frame *buffer)
{
	static const enum AVPixelFormat from[] = { AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12, AV_PIX_FMT_YUV422P,
						   AV_PIX_FMT_RGB24 };
	struct size sizes[] = { { target->format.width, target->format.height }, { 98, 50 } };

	for (size_t i = 0; i < N_ELEMENTS(from); i++) {
		for (size_t n = 0; n < N_ELEMENTS(sizes); n++) {
			AVFrame *picture = alloc_picture(from[i], sizes[n]);

			if (from[i] != target->format.pix->av)
				draw(target, buffer, picture);
			av_frame_free(&picture);
		}
	}
}

static void draw_pages(const struct pixfmt *pix, struct size size)
{
	struct target target = { 0 };
	struct pages pages;
	struct frame frame;

	open_pages(&pages, pix, size);
	target.format = pages.format;
	assert_int_equal(target_init_layout(&target), 0);
	take_frame(&pages.buffer, &frame);
	draw_all(&target, &frame);
	av_buffer_unref(&frame.memory);
	close_pages(&pages);
}

static void play(const char *io, const struct pixfmt *pix, struct size size)
{
	struct play_buffers buffers = { 0 };
	struct target target = { .acquire = play_buffers_acquire, .opaque = &buffers };
	struct pool_fixture fixture;
	struct frame frame;

	open_pool(&fixture, ",type=output", io, pix, size);
	target.format = fixture.format;
	assert_int_equal(target_init_layout(&target), 0);
	assert_int_equal(play_buffers_open(&buffers, fixture.pool, true, true), 0);
	assert_int_equal(target_acquire(&target, true, &frame), 0);
	draw_all(&target, &frame);
	av_buffer_unref(&frame.memory);
	play_buffers_close(&buffers);
	close_pool(&fixture);
}

static void play_sizes(const struct pixfmt *pix)
{
	play("mmap", pix, find_size(pix, false));
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++)
		for (size_t n = 0; has_mode(pool_fixture_modes[i], pix) && n < N_ELEMENTS(aligned_sizes); n++)
			play(pool_fixture_modes[i], pix, aligned_sizes[n]);
}

static void every_raw_format_is_drawn(void **state)
{
	unsigned n = 0;

	(void)state;
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		if (!is_convertible(pix, sws_isSupportedOutput))
			continue;
		for (size_t i = 0; i < N_ELEMENTS(aligned_sizes); i++)
			draw_pages(pix, aligned_sizes[i]);
		draw_pages(pix, find_size(pix, false));
		draw_pages(pix, find_size(pix, true));
		n++;
		if (is_simulated(pix))
			play_sizes(pix);
	}
	assert_true(n >= 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mapping_has_a_page_behind),
		cmocka_unit_test(every_raw_format_is_encoded),
		cmocka_unit_test(an_unpadded_frame_is_encoded_from_a_copy),
		cmocka_unit_test(every_raw_format_is_drawn),
	};

	libav_init();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
