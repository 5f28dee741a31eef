/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of src/media/ share: frames with known bytes, and files read back. */
#include "media_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <libavutil/imgutils.h>
#include "base/log.h"
#include "base/page.h"

#define EXTRA_BYTES (2 * page_size()) /* behind a frame, as drivers have it */

char media_fixture_errors[8192];
static char directory[64];

static void hear(void *opaque, enum log_level level, const char *message)
{
	size_t used = strlen(media_fixture_errors);

	(void)opaque;
	if (getenv("VERBOSE"))
		fprintf(stderr, "# %s\n", message);
	if (level == LOG_LEVEL_ERROR)
		snprintf(media_fixture_errors + used, sizeof media_fixture_errors - used, "%s\n", message);
}

void media_fixture_clear_errors(void)
{
	media_fixture_errors[0] = '\0';
}

int media_fixture_open(void **state)
{
	const char *parent = getenv("TMPDIR");

	(void)state;
	log_set_sink(hear, NULL);
	snprintf(directory, sizeof directory, "%s/test_media.XXXXXX",
		 parent && strlen(parent) < 32 ? parent : "/tmp");
	return mkdtemp(directory) ? 0 : -1;
}

int media_fixture_close(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL);
	return rmdir(directory); /* tests clear up behind themselves */
}

const char *media_fixture_path(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % COUNT(paths)];

	snprintf(path, sizeof paths[0], "%s/%s", directory, name);
	return path;
}

bool media_fixture_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

struct video_format media_fixture_format(const char *fourcc, uint32_t width, uint32_t height,
					 uint32_t padding)
{
	struct video_format f = {
		.fourcc = FOURCC(fourcc),
		.pix = pixfmt_by_fourcc(FOURCC(fourcc)),
		.width = width,
		.height = height,
		.field = 1,
		.range = AVCOL_RANGE_UNSPECIFIED,
		.matrix = AVCOL_SPC_UNSPECIFIED,
		.primaries = AVCOL_PRI_UNSPECIFIED,
		.transfer = AVCOL_TRC_UNSPECIFIED,
		.fps = { 25, 1 },
	};

	f.n_planes = f.pix ? f.pix->n_memory_planes : 1;
	for (unsigned i = 0; i < f.n_planes; i++) {
		if (f.pix && f.pix->av != AV_PIX_FMT_NONE)
			f.bytesperline[i] =
				(uint32_t)av_image_get_linesize(f.pix->av, (int)width, (int)i) + padding;
		f.sizeimage[i] = 2 * f.bytesperline[i] * height > PLANE_BYTES ? 2 * f.bytesperline[i] * height
									      : PLANE_BYTES;
	}
	return f;
}

struct frame media_fixture_frame(const struct video_format *format, unsigned n)
{
	struct frame frame = { .n_planes = format->n_planes, .pts_ns = (int64_t)n * STEP_NS };
	size_t plane_bytes = format->sizeimage[0];
	uint32_t noise = n + 1;
	uint8_t *start;

	frame.memory = av_buffer_alloc(plane_bytes * format->n_planes + EXTRA_BYTES);
	assert_non_null(frame.memory);
	/* On a page, as mapped buffers are, but every other one behind a header. */
	start = (uint8_t *)page_align((uintptr_t)frame.memory->data);
	start += n % 2 * 64;
	for (size_t i = 0; i < plane_bytes * format->n_planes; i++) {
		noise = noise * 1664525 + 1013904223;
		start[i] = (uint8_t)(noise >> 24);
	}
	for (unsigned i = 0; i < format->n_planes; i++) {
		frame.planes[i].data = start + plane_bytes * i;
		frame.planes[i].bytes = plane_bytes;
	}
	return frame;
}

size_t media_fixture_pack(const struct video_format *format, const struct frame *frame, uint8_t *to)
{
	struct picture_layout layout;
	uint8_t *start = to;

	assert_int_equal(video_format_layout(format, &layout), 0);
	for (unsigned i = 0; i < layout.n_planes; i++) {
		for (uint32_t row = 0; row < layout.planes[i].rows; row++) {
			memcpy(to,
			       frame->planes[layout.planes[i].memory_plane].data + layout.planes[i].offset +
				       (size_t)row * layout.planes[i].stride,
			       layout.planes[i].row_bytes);
			to += layout.planes[i].row_bytes;
		}
	}
	return (size_t)(to - start);
}

void media_fixture_check_picture(const AVFrame *got, const struct video_format *format, unsigned n)
{
	static uint8_t expected[MAX_FRAME_BYTES], bytes[MAX_FRAME_BYTES];
	struct frame frame = media_fixture_frame(format, n);
	size_t size = media_fixture_pack(format, &frame, expected);

	assert_int_equal(got->format, format->pix->av);
	assert_int_equal(av_image_copy_to_buffer(bytes, MAX_FRAME_BYTES, (const uint8_t *const *)got->data,
						 got->linesize, got->format, got->width, got->height, 1),
			 size);
	assert_memory_equal(bytes, expected, size);
	av_buffer_unref(&frame.memory);
}

/* A picture that an encoder can make something of. */
void media_fixture_paint(const struct video_format *format, struct frame *frame, unsigned n)
{
	size_t bytes = format->sizeimage[0] * format->n_planes;

	for (size_t i = 0; i < bytes; i++)
		frame->planes[0].data[i] =
			(uint8_t)((i / format->bytesperline[0] + i % 64 + n * 3) & 0x7f) + 32;
}

size_t media_fixture_read_file(const char *path, uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	assert_non_null(file);
	n = fread(bytes, 1, size, file);
	fclose(file);
	return n;
}

struct writer_options media_fixture_options(const char *url, const struct video_format *format)
{
	struct writer_options o = { .url = url, .codec = "auto", .overwrite = true, .format = *format };

	return o;
}

int media_fixture_write(struct writer *writer, const struct video_format *format, unsigned n)
{
	struct frame frame = media_fixture_frame(format, n);
	int err = writer_write(writer, &frame);

	av_buffer_unref(&frame.memory);
	return err;
}

void media_fixture_refused(const struct writer_options *options, int err, const char *text)
{
	struct writer *writer = NULL;

	media_fixture_clear_errors();
	assert_int_equal(writer_open(&writer, options), err);
	assert_null(writer);
	if (!strstr(media_fixture_errors, text) || strchr(media_fixture_errors, '\n')[1] != '\0')
		fail_msg("said \"%s\", not one line with \"%s\"", media_fixture_errors, text);
}

void readback_open(struct readback *p, const char *path)
{
	const AVCodec *codec;
	AVCodecParameters *parameters;

	*p = (struct readback){ .packet = av_packet_alloc(), .frame = av_frame_alloc() };
	assert_int_equal(avformat_open_input(&p->demux, path, NULL, NULL), 0);
	assert_true(avformat_find_stream_info(p->demux, NULL) >= 0);
	assert_int_equal(p->demux->nb_streams, 1);
	p->stream = p->demux->streams[0];
	parameters = p->stream->codecpar;
	codec = avcodec_find_decoder(parameters->codec_id);
	assert_non_null(codec);
	p->decoder = avcodec_alloc_context3(codec);
	assert_true(avcodec_parameters_to_context(p->decoder, parameters) >= 0);
	p->decoder->thread_count = 1;
	assert_int_equal(avcodec_open2(p->decoder, codec, NULL), 0);
}

bool readback_packet(struct readback *p)
{
	do {
		av_packet_unref(p->packet);
		if (av_read_frame(p->demux, p->packet) < 0)
			return false;
	} while (p->packet->size == 0); /* avi's empty places */
	return true;
}

bool readback_frame(struct readback *p)
{
	int err;

	while ((err = avcodec_receive_frame(p->decoder, p->frame)) == AVERROR(EAGAIN))
		assert_true(avcodec_send_packet(p->decoder, readback_packet(p) ? p->packet : NULL) >= 0);
	return err >= 0;
}

static int64_t microseconds(const struct readback *p, int64_t time)
{
	return av_rescale_q(time, p->stream->time_base, (AVRational){ 1, 1000000 });
}

int64_t readback_packet_us(const struct readback *p)
{
	return microseconds(p, p->packet->pts);
}

int64_t readback_frame_us(const struct readback *p)
{
	return microseconds(p, p->frame->best_effort_timestamp);
}

void readback_close(struct readback *p)
{
	avcodec_free_context(&p->decoder);
	avformat_close_input(&p->demux);
	av_packet_free(&p->packet);
	av_frame_free(&p->frame);
}
