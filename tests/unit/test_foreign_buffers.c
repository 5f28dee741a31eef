/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames copied into buffers that are not the pool's. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory of the consumer's own, of the format's sizes. */
static void foreign_open(struct buffer *foreign, const struct video_format *format)
{
	*foreign = (struct buffer){ .n_planes = format->n_planes, .format = format };
	for (uint32_t p = 0; p < format->n_planes; p++) {
		foreign->planes[p] = (struct plane){ .length = format->sizeimage[p], .fd = -1 };
		assert_non_null(foreign->planes[p].data = calloc(1, format->sizeimage[p]));
	}
}

static void foreign_close(struct buffer *foreign)
{
	for (uint32_t p = 0; p < foreign->n_planes; p++)
		free(foreign->planes[p].data);
}

static int take(struct pool_fixture *fixture, struct buffer *foreign)
{
	struct pool *pool = fixture->pool;
	struct buffer *own;
	int err = pool_dequeue(pool, fixture->deadline_ns, &own, &foreign->info);

	if (err < 0)
		return err;
	err = buffer_copy(foreign, foreign->format ? foreign->format : &pool->format, own, &pool->format,
			  &pool->bytes_copied);
	pool_release(pool, own);
	return err;
}

static void frames_are_copied_and_the_buffer_goes_back(void **state)
{
	static const char *const shapes[] = { "", "planes=1", "planes=2", "planes=3,data-offset=64",
					      "format=NV12,stride=128" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes) * N_ELEMENTS(pool_fixture_modes); i++) {
		const char *io = pool_fixture_modes[i % 5], *keys = shapes[i / 5];
		struct buffer foreign;
		struct pool_fixture fixture;

		if (!strcmp(io, "rw") && strstr(keys, "planes"))
			continue;
		pool_fixture_start(&fixture, io, keys, 4, 4);
		foreign_open(&foreign, &fixture.format);
		for (uint32_t n = 0; n < 12; n++) {
			pool_fixture_mark(&fixture);
			assert_int_equal(take(&fixture, &foreign), 0);
			pool_fixture_check_picture(&fixture.format, &foreign, n);
			assert_int_equal(foreign.info.sequence, n);
			assert_int_equal(foreign.info.bytes, buffer_payload_bytes(&foreign));
			assert_string_equal(pool_fixture_order(&fixture),
					    fixture.pool->io->streams ? "poll DQBUF QBUF" : "poll read");
		}
		assert_int_equal(fixture.pool->n_held, 0);
		foreign_close(&foreign);
		pool_fixture_close(&fixture);
	}
}

/* The same picture with other strides. */
static void widen(struct video_format *format, uint32_t factor)
{
	for (uint32_t p = 0; p < format->n_planes; p++) {
		format->bytesperline[p] *= factor;
		format->sizeimage[p] *= factor;
	}
}

static void rows_are_copied_where_the_strides_differ(void **state)
{
	static const char *const shapes[] = { "", "format=NV12", "format=YU12", "planes=2", "planes=3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes) * 2; i++) {
		struct video_format wide, *format = &wide;
		struct buffer foreign;
		char keys[60];
		struct pool_fixture fixture;

		/* padding here, or there */
		snprintf(keys, sizeof keys, "%s%s", shapes[i / 2], i % 2 ? ",stride=384" : "");
		pool_fixture_start(&fixture, "mmap", keys, 4, 4);
		wide = fixture.format;
		if (i % 2 == 0)
			widen(&wide, 2);
		else
			for (uint32_t p = 0; p < wide.n_planes; p++) {
				wide.bytesperline[p] = wide.bytesperline[p] * 3 / 4;
				wide.sizeimage[p] = wide.sizeimage[p] * 3 / 4;
			}
		foreign_open(&foreign, format);
		for (uint32_t n = 0; n < 6; n++) {
			assert_int_equal(take(&fixture, &foreign), 0);
			pool_fixture_check_picture(format, &foreign, n);
		}
		foreign_close(&foreign);
		pool_fixture_close(&fixture);
	}
}

static void what_does_not_fit_is_refused_after_qbuf(void **state)
{
	static const char *const shapes[] = { "", "planes=3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes) * N_ELEMENTS(pool_fixture_modes); i++) {
		struct video_format own;
		struct buffer foreign;
		struct pool_fixture fixture;

		if (!strcmp(pool_fixture_modes[i % 5], "rw") && i / 5)
			continue;
		pool_fixture_start(&fixture, pool_fixture_modes[i % 5], shapes[i / 5], 4, 4);
		own = fixture.format;
		foreign_open(&foreign, &own);
		pool_fixture_mark(&fixture);
		for (unsigned wide = 0; wide < 2; wide++) {
			foreign.planes[own.n_planes - 1].length = own.sizeimage[own.n_planes - 1] - 1;
			if (wide)
				widen(&own, 2);
			for (unsigned n = 0; n < 3; n++)
				assert_int_equal(take(&fixture, &foreign), -ENOSPC);
		}
		if (fixture.pool->io->streams)
			assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_QBUF", ""), 6);
		assert_int_equal(fixture.pool->bytes_copied, 0);
		pool_fixture_frames(&fixture, 6, 6);
		foreign_close(&foreign);
		pool_fixture_close(&fixture);
	}
}

static void another_picture_is_refused(void **state)
{
	static const struct {
		uint32_t fourcc, width, height;
	} others[] = {
		{ V4L2_PIX_FMT_UYVY, 96, 64 }, /* the same strides and sizes */
		{ V4L2_PIX_FMT_YUYV, 94, 64 },
		{ V4L2_PIX_FMT_YUYV, 96, 62 },
		{ V4L2_PIX_FMT_NV12, 96, 64 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(others); i++) {
		struct video_format other;
		struct buffer foreign;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, "mmap", "", 4, 4);
		other = fixture.format;
		other.fourcc = others[i].fourcc;
		other.pix = pixfmt_by_fourcc(other.fourcc);
		other.width = others[i].width;
		other.height = others[i].height;
		foreign_open(&foreign, &other);
		assert_int_equal(take(&fixture, &foreign), -EINVAL);
		assert_int_equal(fixture.pool->n_queued, 4);
		foreign_close(&foreign);
		pool_fixture_close(&fixture);
	}
}

static void compressed_frames_are_copied_as_bytes(void **state)
{
	struct buffer foreign, *own = NULL;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "format=MJPEG", 4, 4);
	foreign_open(&foreign, &fixture.format);
	foreign.format = NULL; /* the pool's */
	assert_int_equal(take(&fixture, &foreign), 0);
	assert_true(foreign.info.bytes > 100);
	assert_int_equal(fixture.pool->bytes_copied, foreign.info.bytes);
	assert_memory_equal(foreign.planes[0].data, "\xff\xd8", 2);
	assert_memory_equal(foreign.planes[0].data + foreign.info.bytes - 2, "\xff\xd9", 2);
	assert_int_equal(pool_fixture_dequeue(&fixture, &own), 0);
	pool_release(fixture.pool, own);
	foreign_close(&foreign);
	pool_fixture_close(&fixture);
}

/* The buffer goes back once, whatever is wrong with its frame. */
static void a_bad_frame_goes_back_once(void **state)
{
	static const char *const keys[] = { "empty=2", "empty-ok=2", "short=2" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys) * 4; i++) {
		struct buffer foreign;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i % 4], keys[i / 4], 4, 4);
		foreign_open(&foreign, &fixture.format);
		assert_int_equal(take(&fixture, &foreign), 0);
		pool_fixture_mark(&fixture);
		assert_int_equal(take(&fixture, &foreign), POOL_CORRUPT);
		assert_string_equal(pool_fixture_order(&fixture), "poll DQBUF QBUF");
		pool_fixture_check_picture(&fixture.format, &foreign, 0); /* as it was */
		assert_int_equal(take(&fixture, &foreign), 0);
		pool_fixture_check_picture(&fixture.format, &foreign, 2);
		foreign_close(&foreign);
		pool_fixture_close(&fixture);
	}
}

static void the_last_frame_is_copied_before_the_end(void **state)
{
	struct buffer foreign;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "last=3", 4, 4);
	foreign_open(&foreign, &fixture.format);
	for (uint32_t n = 0; n < 3; n++) {
		assert_int_equal(take(&fixture, &foreign), 0);
		pool_fixture_check_picture(&fixture.format, &foreign, n);
	}
	assert_int_equal(take(&fixture, &foreign), POOL_EOS);
	foreign_close(&foreign);
	pool_fixture_close(&fixture);
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 0, "frames_are_copied_and_the_buffer_goes_back", frames_are_copied_and_the_buffer_goes_back,
		  NULL },
		{ 0, "rows_are_copied_where_the_strides_differ", rows_are_copied_where_the_strides_differ,
		  NULL },
		{ 0, "what_does_not_fit_is_refused_after_qbuf", what_does_not_fit_is_refused_after_qbuf,
		  NULL },
		{ 0, "another_picture_is_refused", another_picture_is_refused, NULL },
		{ 0, "compressed_frames_are_copied_as_bytes", compressed_frames_are_copied_as_bytes, NULL },
		{ 33, "bad_frame_goes_back_once", a_bad_frame_goes_back_once, NULL },
		{ 34, "last_frame_is_copied_before_the_end", the_last_frame_is_copied_before_the_end, NULL },
	};

	return table_test_run("foreign", tests, N_ELEMENTS(tests));
}
