/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves raw video on standard input to be the simulated device's picture. ffmpeg -i FILE -f rawvideo
 * - | frames [-l] [-m] [-i] FOURCC WIDTHxHEIGHT
 *
 * Reads packed frames, finds the number that each carries, draws that number anew and compares every
 * byte. Prints one line, "frames=N first=A last=B torn=T missing=M repeated=R trailing=BYTES", and
 * with -l a line a frame before it; -m looks at the number alone, -i expects the marks of two fields. Exit
 * status 0 when no frame is torn or comes twice or out of order; gaps are for the caller to judge.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/videodev2.h>
#include "base/video_format.h"
#include "sim/test_pattern.h"

/* Where the first luma (or what stands for it) lies in a row, and how far it is to the next. */
static const struct packing {
	const char *fourcc;
	uint32_t first, step, row_bytes; /* row_bytes: of the first plane, for a pixel */
	uint32_t size_num, size_den;     /* a frame's bytes are width * height * num / den */
} packings[] = {
	{ "YUYV", 0, 2, 2, 2, 1 }, { "UYVY", 1, 2, 2, 2, 1 }, { "YVYU", 0, 2, 2, 2, 1 },
	{ "VYUY", 1, 2, 2, 2, 1 }, { "NV61", 0, 1, 1, 2, 1 }, { "NV12", 0, 1, 1, 3, 2 },
	{ "NV21", 0, 1, 1, 3, 2 }, { "YU12", 0, 1, 1, 3, 2 }, { "422P", 0, 1, 1, 2, 1 },
	{ "NV16", 0, 1, 1, 2, 1 }, { "GREY", 0, 1, 1, 1, 1 }, { "RGB3", 1, 3, 3, 3, 1 },
	{ "BGR3", 1, 3, 3, 3, 1 }, { NULL, 0, 0, 0, 0, 0 },
};

struct tally {
	uint64_t frames, torn, missing, repeated;
	int64_t first, last;
};

struct checker {
	const struct packing *packing;
	struct video_format format;
	size_t frame_bytes;
	uint8_t *frame, *expected, *luma;
	bool list, marks_only;
	struct tally tally;
};

static int64_t number_of(struct checker *checker)
{
	uint32_t width = checker->format.width, height = checker->format.height;
	const struct packing *packing = checker->packing;

	for (uint32_t y = 0; y < height; y++) {
		const uint8_t *row = checker->frame + (size_t)y * width * packing->row_bytes + packing->first;

		for (uint32_t x = 0; x < width; x++)
			checker->luma[(size_t)y * width + x] = row[(size_t)x * packing->step];
	}
	return sim_test_pattern_number(checker->luma, width, width, height);
}

static bool is_intact(struct checker *checker, int64_t number)
{
	uint8_t *planes[MAX_PLANES] = { checker->expected };

	if (number >= 0 && checker->marks_only)
		return true;
	if (number < 0 || sim_test_pattern_draw(&checker->format, (uint32_t)number, planes) < 0)
		return false;
	return memcmp(checker->frame, checker->expected, checker->frame_bytes) == 0;
}

static void check_frame(struct checker *checker)
{
	struct tally *tally = &checker->tally;
	int64_t number = number_of(checker);
	bool intact = is_intact(checker, number);

	if (checker->list)
		printf("%" PRId64 " %s\n", number, intact ? "ok" : "TORN");
	if (!intact)
		tally->torn++;
	else if (tally->last < 0)
		tally->first = number;
	else if (number <= tally->last)
		tally->repeated++;
	else
		tally->missing += (uint64_t)(number - tally->last - 1);
	if (intact)
		tally->last = number;
	tally->frames++;
}

static int checker_open(struct checker *checker, const char *fourcc, const char *size)
{
	struct video_format *format = &checker->format;
	size_t pixels;

	for (checker->packing = packings; checker->packing->fourcc; checker->packing++)
		if (strcmp(checker->packing->fourcc, fourcc) == 0)
			break;
	if (!checker->packing->fourcc || parse_size(size, &format->width, &format->height) < 0)
		return -EINVAL;
	format->fourcc = v4l2_fourcc(fourcc[0], fourcc[1], fourcc[2], fourcc[3]);
	format->pix = pixfmt_by_fourcc(format->fourcc);
	pixels = (size_t)format->width * format->height;
	checker->frame_bytes = pixels * checker->packing->size_num / checker->packing->size_den;
	format->n_planes = 1;
	format->bytesperline[0] = format->width * checker->packing->row_bytes;
	format->sizeimage[0] = (uint32_t)checker->frame_bytes;
	checker->tally.first = checker->tally.last = -1;
	checker->frame = malloc(checker->frame_bytes);
	checker->expected = calloc(1, checker->frame_bytes);
	checker->luma = malloc(pixels);
	return checker->frame && checker->expected && checker->luma ? 0 : -ENOMEM;
}

static void checker_close(struct checker *checker)
{
	free(checker->frame);
	free(checker->expected);
	free(checker->luma);
}

int main(int argc, char **argv)
{
	struct checker checker = { 0 };
	const struct tally *tally = &checker.tally;
	int option;
	size_t got;

	while ((option = getopt(argc, argv, "lmi")) != -1) {
		checker.list |= option == 'l';
		checker.marks_only |= option == 'm';
		checker.format.field = option == 'i' ? FIELD_INTERLACED : checker.format.field;
	}
	if (argc - optind != 2 || checker_open(&checker, argv[optind], argv[optind + 1]) < 0) {
		fprintf(stderr, "usage: frames [-l] [-m] [-i] FOURCC WIDTHxHEIGHT\n");
		checker_close(&checker);
		return 2;
	}
	while ((got = fread(checker.frame, 1, checker.frame_bytes, stdin)) == checker.frame_bytes)
		check_frame(&checker);
	printf("frames=%" PRIu64 " first=%" PRId64 " last=%" PRId64 " torn=%" PRIu64 " missing=%" PRIu64
	       " repeated=%" PRIu64 " trailing=%zu\n",
	       tally->frames, tally->first, tally->last, tally->torn, tally->missing, tally->repeated, got);
	checker_close(&checker);
	return tally->torn || tally->repeated || got ? 1 : 0;
}
