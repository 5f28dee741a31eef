/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of src/media/ share: frames with known bytes, and files read back. */
#ifndef TESTS_MEDIA_FIXTURE_H
#define TESTS_MEDIA_FIXTURE_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include "media/write/writer.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define FOURCC(text)                                                                                         \
	((uint32_t)(text)[0] | (uint32_t)(text)[1] << 8 | (uint32_t)(text)[2] << 16 |                        \
	 (uint32_t)(text)[3] << 24)
#define STEP_NS INT64_C(40000000) /* 25 frames a second */
#define PLANE_BYTES (320 << 10)
#define MAX_FRAME_BYTES (2 << 20)

/* What was logged as an error since media_fixture_clear_errors(). With VERBOSE in the environment all
 * messages are shown.
 */
extern char media_fixture_errors[8192];
void media_fixture_clear_errors(void);

/* Makes a folder of its own for the test's files and hears the messages. 0, or -1. */
int media_fixture_open(void **state);
int media_fixture_close(void **state);
/* A path in it, good until the fourth next call. */
const char *media_fixture_path(const char *name);
bool media_fixture_exists(const char *path);

/* 25 frames a second; bytesperline is `padding` above what the width needs. */
struct video_format media_fixture_format(const char *fourcc, uint32_t width, uint32_t height,
					 uint32_t padding);
/* Frame n of noise; the caller unrefs its memory. */
struct frame media_fixture_frame(const struct video_format *format, unsigned n);
/* Makes its picture one that encoders like. */
void media_fixture_paint(const struct video_format *format, struct frame *frame, unsigned n);
/* The picture without padding, in libavutil's order. */
size_t media_fixture_pack(const struct video_format *format, const struct frame *frame, uint8_t *to);

/* Checks that it is the picture of frame n. */
void media_fixture_check_picture(const AVFrame *got, const struct video_format *format, unsigned n);

/* Writes frame n. */
int media_fixture_write(struct writer *writer, const struct video_format *format, unsigned n);
/* Reads at most so many bytes from the start of a file; returns how many. */
size_t media_fixture_read_file(const char *path, uint8_t *bytes, size_t size);
struct writer_options media_fixture_options(const char *url, const struct video_format *format);
/* Opens, and expects it to fail with `err` and to say `text`. */
void media_fixture_refused(const struct writer_options *options, int err, const char *text);

/* A file, read back. */
struct readback {
	AVFormatContext *demux;
	AVStream *stream;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *frame;
};
void readback_open(struct readback *readback, const char *path);
/* The next packet that is not empty; false at the end. */
bool readback_packet(struct readback *readback);
bool readback_frame(struct readback *readback);
/* The time of the last packet or frame. */
int64_t readback_packet_us(const struct readback *readback);
int64_t readback_frame_us(const struct readback *readback);
void readback_close(struct readback *readback);

#endif
