/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzzes media/reader: any bytes as a file. The last byte says how the file is played. libFuzzer sees
 * the coverage of our own code only, unless libav is built with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"
#include "media/read/reader.h"

#define MAX_PICTURES 64
#define MAX_LENGTH 1024 /* of a side of pictures that are taken at their own size */
#define ROOM_BYTES 4096

enum {
	COPY = 1,
	OWN_SIZE = 4,
	START = 8,
	TWICE = 16,
	SCALING_SHIFT = 5,
};

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void swallow(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	(void)level;
	(void)message;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_set_sink(swallow, NULL);
	return 0;
}

static int acquire_buffer(void *opaque, bool wait, struct frame *blank)
{
	const struct video_format *f = opaque;

	(void)wait;
	*blank = (struct frame){ .n_planes = 1, .memory = av_buffer_alloc(f->sizeimage[0] + ROOM_BYTES) };
	if (!blank->memory)
		return -1;
	blank->planes[0].data = blank->memory->data;
	blank->planes[0].bytes = blank->memory->size;
	return 0;
}

/* What an output device might take: the file's own pictures, or small ones of its own. */
static struct video_format choose_format(const struct reader_info *info, bool own_size)
{
	const struct video_format *file = &info->format;
	struct video_format f = { .n_planes = 1, .matrix = AVCOL_SPC_UNSPECIFIED, .width = 64, .height = 48 };
	uint32_t fourcc[1];

	if (info->av == AV_PIX_FMT_NONE) {
		f = *file;
		f.sizeimage[0] = 1 << 20;
		return f;
	}
	pixfmt_parse("YUYV", fourcc, 1);
	if (own_size && file->width <= MAX_LENGTH && file->height <= MAX_LENGTH) {
		f.width = file->width;
		f.height = file->height;
		pixfmt_parse(av_get_pix_fmt_name(info->av), fourcc, 1);
	}
	f.fourcc = fourcc[0];
	f.pix = pixfmt_by_fourcc(f.fourcc);
	if (!f.pix || f.pix->av == AV_PIX_FMT_NONE || f.pix->n_memory_planes != 1) {
		pixfmt_parse("YUYV", fourcc, 1);
		f.pix = pixfmt_by_fourcc(f.fourcc = fourcc[0]);
	}
	f.bytesperline[0] = (uint32_t)av_image_get_linesize(f.pix->av, (int)f.width, 0);
	f.sizeimage[0] = (uint32_t)av_image_get_buffer_size(f.pix->av, (int)f.width, (int)f.height, 1);
	return f;
}

static void touch(const struct frame *picture, const struct video_format *f)
{
	volatile uint8_t sum = 0;

	if (picture->n_planes != 1 || picture->planes[0].bytes > f->sizeimage[0] + ROOM_BYTES ||
	    picture->pts_ns < 0 || picture->duration_ns < 0)
		abort();
	for (size_t i = 0; i < picture->planes[0].bytes; i++)
		sum = (uint8_t)(sum + picture->planes[0].data[i]);
}

static void play(struct reader *reader, unsigned how)
{
	struct reader_info info = reader_info(reader);
	struct video_format f = choose_format(&info, how & OWN_SIZE);
	struct reader_target target = {
		.format = f,
		.scaling = (enum scaling)(how >> SCALING_SHIFT & 3),
		.acquire = acquire_buffer,
		.opaque = &f,
		.n_direct = how & OWN_SIZE ? 8 : 0,
	};
	struct frame picture;
	int64_t last_ns = -1;

	if (reader_start(reader, &target) < 0)
		return;
	for (unsigned n = 0; n < MAX_PICTURES && reader_next(reader, &picture) > 0; n++) {
		touch(&picture, &f);
		if (picture.pts_ns <= last_ns)
			abort();
		last_ns = picture.pts_ns;
		av_buffer_unref(&picture.memory);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned how = size > 0 ? data[--size] : 0;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[32];
	struct reader_options options = {
		.url = path,
		.decoder = how & COPY ? "copy" : NULL,
		.start_ns = how & START ? 50000000 : 0,
		.loops = how & TWICE ? 2 : 1,
	};
	struct reader *reader;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size && reader_open(&reader, &options) == 0) {
		play(reader, how);
		reader_close(reader);
	}
	close(fd);
	return 0;
}
