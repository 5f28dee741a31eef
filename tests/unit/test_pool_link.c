/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames from one pool into another: which way is chosen, and that each of them brings all frames, whole. */
/* Runs under: asan valgrind */
#include "output_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "queue/pool_link.h"

#define MIN 6

struct link_fixture {
	struct trace_log log;
	struct device devices[2]; /* capture, output */
	struct video_format formats[2];
	struct pool *pools[2];
	struct pool_link link;
	char dump[40];
};

struct link_row {
	const char *keys[2]; /* of the two devices, besides size and fps */
	const char *io[2];
	const char *import_from;
	const char *text;    /* the way */
	const char *reasons; /* a part of them, or NULL: there are none */
};

static void open_device(struct link_fixture *fixture, unsigned i, const char *keys)
{
	static const char *const paths[] = { "camera", "screen" };
	char name[300];

	snprintf(name, sizeof name, "sim:size=96x64,fps=0,%s%s,%s", i ? "type=output,dump=" : "",
		 i ? fixture->dump : "", keys);
	assert_int_equal(device_open(&fixture->devices[i], name, i ? DEVICE_OUTPUT : DEVICE_CAPTURE), 0);
	free(fixture->devices[i].path);
	fixture->devices[i].path = strdup(paths[i]);
	assert_int_equal(negotiate_get_format(&fixture->devices[i], &fixture->formats[i]), 0);
}

static void open_pool(struct link_fixture *fixture, unsigned i, const struct pool_options *options)
{
	struct pool_config config = { .min = MIN, .max = 32, .layout = true };

	assert_int_equal(pool_open(&fixture->pools[i], &fixture->devices[i], &fixture->formats[i], options),
			 0);
	assert_int_equal(pool_configure(fixture->pools[i], &config), 0);
}

static void link_fixture_open(struct link_fixture *fixture, const struct link_row *row)
{
	struct pool_link_end ends[2];
	int fd;

	memset(fixture, 0, sizeof *fixture);
	strcpy(fixture->dump, "/tmp/v4l2q-link.XXXXXX");
	assert_true((fd = mkstemp(fixture->dump)) >= 0);
	close(fd);
	trace_log_open(&fixture->log);
	for (unsigned i = 0; i < 2; i++) {
		open_device(fixture, i, row->keys[i]);
		ends[i] = (struct pool_link_end){ &fixture->devices[i], &fixture->formats[i], row->io[i],
						  i ? row->import_from : NULL };
	}
	assert_int_equal(pool_link_choose(&fixture->link, &ends[0], &ends[1]), 0);
	open_pool(fixture, 0, &fixture->link.from_options);
	open_pool(fixture, 1, &fixture->link.to_options);
	pool_link_connect(&fixture->link, fixture->pools[0], fixture->pools[1]);
}

static void link_fixture_close(struct link_fixture *fixture)
{
	pool_link_stop(&fixture->link);
	for (unsigned i = 0; i < 2; i++) {
		pool_close(fixture->pools[i]);
		device_close(&fixture->devices[i]);
	}
	trace_check(&fixture->log, true);
	trace_log_close(&fixture->log);
}

static struct buffer *next_frame(struct link_fixture *fixture, uint32_t number)
{
	struct frame_info info;
	struct buffer *frame = NULL;

	assert_int_equal(pool_dequeue(fixture->pools[0], now_ns() + 10 * NS_PER_S, &frame, &info), 0);
	assert_int_equal(info.sequence, number);
	return frame;
}

static void relay(struct link_fixture *fixture, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct buffer *frame = next_frame(fixture, i);

		pool_fixture_check_picture(&fixture->formats[0], frame, i);
		assert_int_equal(pool_link_queue(&fixture->link, frame), 0);
		assert_int_equal(pool_reclaim(fixture->pools[1]), 0);
	}
	assert_int_equal(pool_drain(fixture->pools[1], now_ns() + 10 * NS_PER_S), 0);
}

static void check_dump(const struct link_fixture *fixture, uint32_t n)
{
	const struct video_format *format = &fixture->formats[1];
	struct buffer shown = { .n_planes = format->n_planes };
	FILE *file = fopen(fixture->dump, "rb");

	assert_non_null(file);
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t p = 0; p < format->n_planes; p++) {
			struct plane *plane = &shown.planes[p];

			plane->data = calloc(1, format->sizeimage[p]);
			assert_int_equal(fread(plane->data, 1, format->sizeimage[p], file),
					 format->sizeimage[p]);
			plane->bytesused = format->sizeimage[p];
		}
		pool_fixture_check_picture(format, &shown, i);
		for (uint32_t p = 0; p < format->n_planes; p++)
			free(shown.planes[p].data);
	}
	assert_int_equal(fgetc(file), EOF);
	fclose(file);
	unlink(fixture->dump);
}

#define N 20

static const struct link_row rows[] = {
	/* cheapest first, what the devices can do */
	{ { "", "" }, { 0 }, NULL, "dmabuf, exported by camera", NULL },
	{ { "planes=3", "planes=3" }, { "auto", "auto" }, NULL, "dmabuf, exported by camera", NULL },
	{ { "create=no", "create=no" }, { 0 }, NULL, "dmabuf, exported by camera", NULL },
	{ { "", "caps=mmap" },
	  { 0 },
	  NULL,
	  "dmabuf, exported by screen",
	  "dmabuf, exported by camera: screen: dmabuf-import: the driver does not take" },
	{ { "caps=mmap", "caps=mmap+userptr" },
	  { 0 },
	  NULL,
	  "copy",
	  "userptr: camera: userptr: the driver does not take" },
	{ { "caps=mmap+userptr", "caps=mmap+userptr" },
	  { 0 },
	  NULL,
	  "userptr",
	  "dmabuf, exported by screen: camera: dmabuf-import: " },
	{ { "", "caps=rw" }, { 0 }, NULL, "copy", "the driver does not stream" },
	{ { "caps=rw", "" }, { 0 }, NULL, "copy", "camera: dmabuf: the driver does not stream" },
	/* what the drivers refuse when it comes to it */
	{ { "fail=expbuf@*:EINVAL", "" },
	  { 0 },
	  NULL,
	  "dmabuf, exported by screen",
	  "dmabuf, exported by camera: camera: VIDIOC_EXPBUF: Invalid argument" },
	{ { "fail=expbuf@*:EINVAL", "planes=1" }, { 0 }, NULL, "dmabuf, exported by screen", "EXPBUF" },
	{ { "", "fail=qbuf@1:EINVAL" },
	  { 0 },
	  NULL,
	  "dmabuf, exported by screen",
	  "dmabuf, exported by camera: screen: VIDIOC_QBUF: Invalid argument" },
	{ { "fail=qbuf@1:EFAULT", "fail=qbuf@1:EFAULT" },
	  { 0 },
	  NULL,
	  "userptr",
	  "dmabuf, exported by screen: camera: VIDIOC_QBUF: Bad address" },
	{ { "fail=qbuf@1:EFAULT:2", "fail=qbuf@1:EFAULT" },
	  { 0 },
	  NULL,
	  "copy",
	  "userptr: camera: VIDIOC_QBUF: Bad address" },
	/* what is asked for */
	{ { "", "" }, { "mmap", NULL }, NULL, "copy", "the io modes asked for share no memory" },
	{ { "", "" }, { NULL, "mmap" }, NULL, "copy", "the io modes asked for share no memory" },
	{ { "", "" }, { "rw", "rw" }, NULL, "copy", "the io modes asked for share no memory" },
	{ { "", "" }, { NULL, "userptr" }, NULL, "userptr", NULL },
	{ { "", "" }, { "mmap", "userptr" }, NULL, "copy", "the io modes asked for share no memory" },
	{ { "", "" }, { NULL, "dmabuf" }, NULL, "dmabuf, exported by screen", NULL },
	{ { "planes=3", "planes=3" }, { NULL, "dmabuf" }, NULL, "dmabuf, exported by screen", NULL },
	{ { "", "" }, { NULL, NULL }, "sim:size=96x64", "dmabuf, memory from sim:size=96x64", NULL },
	/* rows of another length */
	{ { "stride=256", "stride=512" },
	  { 0 },
	  NULL,
	  "copy",
	  "rows of 256 bytes in 1 plane(s), there of 512 in 1" },
	{ { "stride=256", "stride=256" }, { 0 }, NULL, "dmabuf, exported by camera", NULL },
	{ { "planes=1,data-offset=64", "planes=1" }, { 0 }, NULL, "dmabuf, exported by camera", NULL },
};

static void run_row(const struct link_row *row)
{
	bool copies = !strcmp(row->text, "copy");
	struct link_fixture fixture;

	link_fixture_open(&fixture, row);
	print_message("# %s (%s)\n", fixture.link.text, fixture.link.reasons);
	assert_string_equal(fixture.link.text, row->text);
	assert_int_equal(fixture.link.copies, copies);
	if (row->reasons)
		assert_non_null(strstr(fixture.link.reasons, row->reasons));
	else
		assert_string_equal(fixture.link.reasons, "");
	assert_int_equal(pool_link_start(&fixture.link, NULL), 0);
	relay(&fixture, N);
	assert_int_equal(fixture.link.n_copied, copies ? N : 0);
	assert_int_equal(fixture.pools[0]->n_copied + fixture.pools[1]->n_copied, 0);
	link_fixture_close(&fixture);
	check_dump(&fixture, N);
}

static void each_way_brings_all_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct footprint before = footprint_now(), after;

		run_row(&rows[i]);
		after = footprint_now();
		assert_int_equal(after.n_fds, before.n_fds);
		assert_int_equal(after.n_shared_maps, before.n_shared_maps);
	}
}

/* Frames that the output has no room for stay the caller's, and are not counted. */
static void full_output_leaves_the_frame(void **state)
{
	static const char *const outputs[] = { "fps=1/1000,caps=mmap,create=no", "fps=1/1000,caps=rw" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(outputs); i++) {
		struct link_row row = { .keys = { "", outputs[i] }, .io = { "mmap", NULL } };
		struct link_fixture fixture;
		struct buffer *frame;
		uint32_t n = 0;
		int err;

		link_fixture_open(&fixture, &row);
		assert_int_equal(pool_link_start(&fixture.link, NULL), 0);
		do {
			frame = next_frame(&fixture, n);
			err = pool_link_queue(&fixture.link, frame);
			n += err == 0;
		} while (err == 0);
		assert_int_equal(err, POOL_NOBUF);
		assert_int_equal(fixture.link.n_copied, n);
		assert_int_equal(fixture.link.bytes_copied, n * fixture.formats[0].sizeimage[0]);
		pool_fixture_check_picture(&fixture.formats[0], frame, n);
		assert_int_equal(fixture.pools[0]->n_held, 1);
		pool_release(fixture.pools[0], frame);
		link_fixture_close(&fixture);
		unlink(fixture.dump);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 0, "full_output_leaves_the_frame", full_output_leaves_the_frame, NULL },
		{ 0, "each_way_brings_all_frames", each_way_brings_all_frames, NULL },
	};

	return table_test_run("link", tests, N_ELEMENTS(tests));
}
