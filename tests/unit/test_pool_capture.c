/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process loop: what is in a frame, and who holds it. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <errno.h>
#include <string.h>
#include "queue/qbuf.h"

/* Both shapes of the API, several planes, padding, an offset before the data. */
static const char *const shapes[] = {
	"",
	"planes=1",
	"planes=2",
	"planes=3",
	"format=NV12",
	"format=UYVY,stride=256",
	"planes=2,stride=128",
	"planes=1,stride=250",
	"planes=3,data-offset=64",
	"planes=1,data-offset=128,stride=256",
};

static bool is_multiplanar(const char *keys)
{
	return strstr(keys, "planes=");
}

static void frames_arrive_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes) * N_ELEMENTS(pool_fixture_modes); i++) {
		const char *io = pool_fixture_modes[i % N_ELEMENTS(pool_fixture_modes)],
			   *keys = shapes[i / N_ELEMENTS(pool_fixture_modes)];
		struct buffer *held[3];
		struct pool_fixture fixture;

		if (!strcmp(io, "rw") && is_multiplanar(keys))
			continue;
		print_message("# %s %s\n", io, keys);
		pool_fixture_start(&fixture, io, keys, 4, 32);
		pool_fixture_frames(&fixture, 0, 12);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = pool_fixture_frame(&fixture, 12 + n);
		/* what is held is left alone by those that follow */
		pool_fixture_frames(&fixture, 15, 12);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
			pool_fixture_check_picture(&fixture.format, held[n], 12 + n);
			pool_release(fixture.pool, held[n]);
		}
		assert_int_equal(fixture.pool->n_held, 0);
		pool_fixture_close(&fixture);
	}
}

static const struct wire_order {
	const char *io, *keys, *start, *one_frame;
} wire_orders[] = {
	{ "mmap", "", "REQBUFS(4) QUERYBUF*4 mmap*4 QBUF*4 STREAMON", "poll DQBUF QBUF" },
	{ "mmap", "planes=3", "REQBUFS(4) QUERYBUF*4 mmap*12 QBUF*4 STREAMON", "poll DQBUF QBUF" },
	{ "dmabuf", "planes=2", "REQBUFS(4) QUERYBUF*4 EXPBUF*8 QBUF*4 STREAMON", "poll DQBUF QBUF" },
	{ "userptr", "planes=1", "REQBUFS(4) QUERYBUF*4 QBUF*4 STREAMON", "poll DQBUF QBUF" },
	{ "dmabuf-import", "", "REQBUFS(4) QUERYBUF*4 QBUF*4 STREAMON", "poll DQBUF QBUF" },
	{ "rw", "", "", "poll read" },
};

static void the_order_on_the_wire(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(wire_orders); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, wire_orders[i].io, wire_orders[i].keys, 4, 4);
		assert_string_equal(pool_fixture_order(&fixture), wire_orders[i].start);
		pool_fixture_mark(&fixture);
		pool_fixture_frames(&fixture, 0, 1);
		assert_string_equal(pool_fixture_order(&fixture), wire_orders[i].one_frame);
		pool_fixture_close(&fixture);
	}
}

static void check_copied(const struct pool_fixture *fixture, const struct buffer *buffer, bool copied)
{
	assert_int_equal(buffer->spare, copied);
	for (uint32_t p = 0; p < buffer->n_planes && copied; p++)
		assert_int_equal(buffer->planes[p].fd, -1);
	assert_string_equal(pool_fixture_order(fixture), copied ? "poll DQBUF QBUF" : "poll DQBUF");
}

static void three_of_four_and_none_held_copies_nothing(void **state)
{
	static const char *const modes[] = { "mmap", "dmabuf" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(modes); i++) {
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, modes[i], "create=no,grant=3", 4, 4);
		pool_fixture_frames(&fixture, 0, 50);
		assert_int_equal(fixture.pool->n_copied, 0);
		assert_int_equal(fixture.pool->bytes_copied, 0);
		pool_fixture_close(&fixture);
	}
}

static void one_held_next_is_copied(void **state)
{
	static const struct {
		const char *io, *keys;
	} cases[] = { { "mmap", "create=no,grant=3" },
		      { "dmabuf", "create=no,grant=3,planes=2" },
		      { "mmap", "create=no,grant=3,planes=3,data-offset=64" } };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct buffer *first, *second;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, cases[i].io, cases[i].keys, 4, 4);
		pool_fixture_mark(&fixture);
		first = pool_fixture_frame(&fixture, 0);
		check_copied(&fixture, first, false);
		pool_fixture_mark(&fixture);
		second = pool_fixture_frame(&fixture, 1);
		check_copied(&fixture, second, true);
		assert_int_equal(fixture.pool->n_copied, 1);
		assert_int_equal(fixture.pool->bytes_copied, second->info.bytes);
		pool_release(fixture.pool, first);
		pool_release(fixture.pool, second);
		pool_fixture_mark(&fixture);
		first = pool_fixture_frame(&fixture, 2);
		check_copied(&fixture, first, false);
		pool_release(fixture.pool, first);
		pool_fixture_close(&fixture);
	}
}

static void two_of_four_copies_every_frame(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "create=no,grant=2", 4, 4);
	for (uint32_t n = 0; n < 20; n++) {
		struct buffer *buffer;

		pool_fixture_mark(&fixture);
		buffer = pool_fixture_frame(&fixture, n);
		check_copied(&fixture, buffer, true);
		pool_release(fixture.pool, buffer);
	}
	assert_int_equal(fixture.pool->n_copied, 20);
	assert_int_equal(fixture.pool->n_spares, 1); /* used again and again */
	pool_fixture_close(&fixture);
}

/* What a copy tells of its frame is what the frame told. */
static void a_copy_keeps_what_came_with_the_frame(void **state)
{
	struct buffer *buffer;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "create=no,grant=2,error=1,sequence=77", 4, 4);
	buffer = pool_fixture_frame(&fixture, 77);
	assert_true(buffer->spare);
	assert_memory_equal(&buffer->info, &fixture.info, sizeof buffer->info);
	assert_true(buffer->info.flags & V4L2_BUF_FLAG_ERROR);
	assert_true(buffer->info.timestamp_ns > 0);
	assert_true(buffer->info.dequeue_ns >= buffer->info.timestamp_ns);
	assert_int_equal(buffer->info.field, V4L2_FIELD_NONE);
	pool_release(fixture.pool, buffer);
	pool_fixture_close(&fixture);
}

static void everything_held_is_copied_not_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct buffer *held[60];
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "create=no", 4, 4);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = pool_fixture_frame(&fixture, n);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
			pool_fixture_check_picture(&fixture.format, held[n], n);
			pool_release(fixture.pool, held[n]);
		}
		pool_fixture_frames(&fixture, N_ELEMENTS(held), 10);
		pool_fixture_close(&fixture);
	}
}

static void data_offset_is_where_the_payload_begins(void **state)
{
	struct buffer *buffer;
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "planes=1,format=MJPEG,data-offset=64", 4, 4);
	buffer = NULL;
	assert_int_equal(pool_fixture_dequeue(&fixture, &buffer), 0);
	assert_int_equal(buffer->planes[0].data_offset, 64);
	assert_int_equal(buffer->info.bytes, buffer->planes[0].bytesused - 64);
	assert_int_equal(plane_payload(&buffer->planes[0])[0], 0xff); /* a JPEG's first two bytes */
	assert_int_equal(plane_payload(&buffer->planes[0])[1], 0xd8);
	pool_release(fixture.pool, buffer);
	pool_fixture_close(&fixture);
}

/* data_offset 64, bytesused 164: 100 bytes; and what contradicts itself. */
static struct {
	uint32_t bytesused, data_offset;
} bent_plane;

static int bend_dqbuf(struct device *device, unsigned long request, void *argument)
{
	struct v4l2_buffer *buffer = argument;
	int result = device_sim.ioctl(device, request, argument);

	if (request == VIDIOC_DQBUF && result == 0) {
		buffer->m.planes[0].bytesused = bent_plane.bytesused;
		buffer->m.planes[0].data_offset = bent_plane.data_offset;
	}
	return result;
}

static void sizes_that_contradict_themselves_are_clamped(void **state)
{
	static const struct {
		uint32_t bytesused, data_offset, start, bytes;
		unsigned n_warnings;
	} cases[] = {
		{ 164, 64, 64, 100, 0 },
		{ 100, 0, 0, 100, 0 },
		{ 64, 65, 0, 64, 1 },
		{ 100, UINT32_MAX, 0, 100, 1 },
		{ UINT32_MAX, 64, 64, UINT32_MAX, 1 },
		{ UINT32_MAX, UINT32_MAX, 0, UINT32_MAX, 2 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases) * 4; i++) {
		size_t c = i / 4;
		struct buffer *buffer = NULL;
		struct plane *plane;
		struct pool_fixture fixture;

		bent_plane.bytesused = cases[c].bytesused;
		bent_plane.data_offset = cases[c].data_offset;
		pool_fixture_start(&fixture, pool_fixture_modes[i % 4], "planes=1,format=MJPEG", 4, 4);
		pool_fixture_replace_ioctl(&fixture, bend_dqbuf);
		assert_int_equal(pool_fixture_dequeue(&fixture, &buffer), 0);
		plane = &buffer->planes[0];
		assert_int_equal(plane->data_offset, cases[c].start);
		assert_int_equal(plane_payload_bytes(plane), cases[c].bytes == UINT32_MAX
								     ? plane->length - cases[c].start
								     : cases[c].bytes);
		assert_int_equal(fixture.log.n_warnings, cases[c].n_warnings);
		pool_release(fixture.pool, buffer);
		pool_fixture_close(&fixture);
	}
}

/* A buffer that the driver does have the number of, but not the buffer. */
static int bend_index(struct device *device, unsigned long request, void *argument)
{
	struct v4l2_buffer *buffer = argument;
	int result = device_sim.ioctl(device, request, argument);

	if (request == VIDIOC_DQBUF && result == 0)
		buffer->index = 0;
	return result;
}

static void an_index_that_is_not_queued_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, pool_fixture_modes[i], "", 4, 4);
		held = pool_fixture_frame(&fixture, 0);
		assert_int_equal(held->index, 0);
		pool_fixture_replace_ioctl(&fixture, bend_index);
		assert_int_equal(pool_fixture_no_frame(&fixture), -EPROTO);
		pool_fixture_check_picture(&fixture.format, held, 0);
		pool_release(fixture.pool, held);
		pool_fixture_close(&fixture);
	}
}

static void what_is_queued_is_not_queued_again(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	pool_fixture_start(&fixture, "mmap", "", 4, 4);
	pool_fixture_mark(&fixture);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(qbuf_queue(fixture.pool, &fixture.pool->allocator.buffers[i]), -EBUSY);
	assert_string_equal(pool_fixture_order(&fixture), "");
	assert_int_equal(fixture.pool->n_queued, 4);
	pool_fixture_close(&fixture);
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 11, "order_on_the_wire", the_order_on_the_wire, NULL },
		{ 0, "frames_arrive_byte_for_byte", frames_arrive_byte_for_byte, NULL },
		{ 22, "what_is_queued_is_not_queued_again", what_is_queued_is_not_queued_again, NULL },
		{ 37, "index_that_is_not_queued_is_refused", an_index_that_is_not_queued_is_refused, NULL },
		{ 25, "three_of_four_and_none_held_copies_nothing",
		  three_of_four_and_none_held_copies_nothing, NULL },
		{ 26, "one_held_next_is_copied", one_held_next_is_copied, NULL },
		{ 26, "copy_keeps_what_came_with_the_frame", a_copy_keeps_what_came_with_the_frame, NULL },
		{ 27, "two_of_four_copies_every_frame", two_of_four_copies_every_frame, NULL },
		{ 31, "everything_held_is_copied_not_waited_for", everything_held_is_copied_not_waited_for,
		  NULL },
		{ 39, "data_offset_is_where_the_payload_begins", data_offset_is_where_the_payload_begins,
		  NULL },
		{ 39, "sizes_that_contradict_themselves_are_clamped",
		  sizes_that_contradict_themselves_are_clamped, NULL },
	};

	return table_test_run("process", tests, N_ELEMENTS(tests));
}
