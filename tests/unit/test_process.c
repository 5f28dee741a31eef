/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process loop: what is in a frame, and who holds it. */
#include "stand.h"

#include <errno.h>
#include <string.h>
#include "queue/pool_internal.h"

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
	for (size_t i = 0; i < N_ELEMENTS(shapes) * N_ELEMENTS(stand_modes); i++) {
		const char *io = stand_modes[i % N_ELEMENTS(stand_modes)],
			   *keys = shapes[i / N_ELEMENTS(stand_modes)];
		struct buffer *held[3];
		struct stand stand;

		if (!strcmp(io, "rw") && is_multiplanar(keys))
			continue;
		print_message("# %s %s\n", io, keys);
		stand_start(&stand, io, keys, 4, 32);
		stand_frames(&stand, 0, 12);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = stand_frame(&stand, 12 + n);
		/* what is held is left alone by those that follow */
		stand_frames(&stand, 15, 12);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
			stand_check_picture(&stand.format, held[n], 12 + n);
			pool_release(&stand.pool, held[n]);
		}
		assert_int_equal(stand.pool.n_held, 0);
		stand_close(&stand);
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
		struct stand stand;

		stand_start(&stand, wire_orders[i].io, wire_orders[i].keys, 4, 4);
		assert_string_equal(stand_order(&stand), wire_orders[i].start);
		stand_mark(&stand);
		stand_frames(&stand, 0, 1);
		assert_string_equal(stand_order(&stand), wire_orders[i].one_frame);
		stand_close(&stand);
	}
}

static void check_copied(const struct stand *stand, const struct buffer *buffer, bool copied)
{
	assert_int_equal(buffer->spare, copied);
	for (uint32_t p = 0; p < buffer->n_planes && copied; p++)
		assert_int_equal(buffer->planes[p].fd, -1);
	assert_string_equal(stand_order(stand), copied ? "poll DQBUF QBUF" : "poll DQBUF");
}

static void three_of_four_and_none_held_copies_nothing(void **state)
{
	static const char *const modes[] = { "mmap", "dmabuf" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(modes); i++) {
		struct stand stand;

		stand_start(&stand, modes[i], "create=no,grant=3", 4, 4);
		stand_frames(&stand, 0, 50);
		assert_int_equal(stand.pool.n_copied, 0);
		assert_int_equal(stand.pool.bytes_copied, 0);
		stand_close(&stand);
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
		struct stand stand;

		stand_start(&stand, cases[i].io, cases[i].keys, 4, 4);
		stand_mark(&stand);
		first = stand_frame(&stand, 0);
		check_copied(&stand, first, false);
		stand_mark(&stand);
		second = stand_frame(&stand, 1);
		check_copied(&stand, second, true);
		assert_int_equal(stand.pool.n_copied, 1);
		assert_int_equal(stand.pool.bytes_copied, second->info.bytes);
		pool_release(&stand.pool, first);
		pool_release(&stand.pool, second);
		stand_mark(&stand);
		first = stand_frame(&stand, 2);
		check_copied(&stand, first, false);
		pool_release(&stand.pool, first);
		stand_close(&stand);
	}
}

static void two_of_four_copies_every_frame(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "create=no,grant=2", 4, 4);
	for (uint32_t n = 0; n < 20; n++) {
		struct buffer *buffer;

		stand_mark(&stand);
		buffer = stand_frame(&stand, n);
		check_copied(&stand, buffer, true);
		pool_release(&stand.pool, buffer);
	}
	assert_int_equal(stand.pool.n_copied, 20);
	assert_int_equal(stand.pool.n_spares, 1); /* used again and again */
	stand_close(&stand);
}

/* What a copy tells of its frame is what the frame told. */
static void a_copy_keeps_what_came_with_the_frame(void **state)
{
	struct buffer *buffer;
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "create=no,grant=2,error=1,sequence=77", 4, 4);
	buffer = stand_frame(&stand, 77);
	assert_true(buffer->spare);
	assert_memory_equal(&buffer->info, &stand.pool.last, sizeof buffer->info);
	assert_true(buffer->info.flags & V4L2_BUF_FLAG_ERROR);
	assert_true(buffer->info.timestamp_ns > 0);
	assert_true(buffer->info.dequeue_ns >= buffer->info.timestamp_ns);
	assert_int_equal(buffer->info.field, V4L2_FIELD_NONE);
	pool_release(&stand.pool, buffer);
	stand_close(&stand);
}

static void everything_held_is_copied_not_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(stand_modes); i++) {
		struct buffer *held[60];
		struct stand stand;

		stand_start(&stand, stand_modes[i], "create=no", 4, 4);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = stand_frame(&stand, n);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
			stand_check_picture(&stand.format, held[n], n);
			pool_release(&stand.pool, held[n]);
		}
		stand_frames(&stand, N_ELEMENTS(held), 10);
		stand_close(&stand);
	}
}

static void data_offset_is_where_the_payload_begins(void **state)
{
	struct buffer *buffer;
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "planes=1,format=MJPEG,data-offset=64", 4, 4);
	buffer = NULL;
	assert_int_equal(pool_process(&stand.pool, &buffer), 0);
	assert_int_equal(buffer->planes[0].data_offset, 64);
	assert_int_equal(buffer->info.bytes, buffer->planes[0].bytesused - 64);
	assert_int_equal(plane_payload(&buffer->planes[0])[0], 0xff); /* a JPEG's first two bytes */
	assert_int_equal(plane_payload(&buffer->planes[0])[1], 0xd8);
	pool_release(&stand.pool, buffer);
	stand_close(&stand);
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
		struct stand stand;

		bent_plane.bytesused = cases[c].bytesused;
		bent_plane.data_offset = cases[c].data_offset;
		stand_start(&stand, stand_modes[i % 4], "planes=1,format=MJPEG", 4, 4);
		stand_bend_ioctls(&stand, bend_dqbuf);
		assert_int_equal(pool_process(&stand.pool, &buffer), 0);
		plane = &buffer->planes[0];
		assert_int_equal(plane->data_offset, cases[c].start);
		assert_int_equal(plane_payload_bytes(plane), cases[c].bytes == UINT32_MAX
								     ? plane->length - cases[c].start
								     : cases[c].bytes);
		assert_int_equal(stand.log.n_warnings, cases[c].n_warnings);
		pool_release(&stand.pool, buffer);
		stand_close(&stand);
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
		struct stand stand;

		stand_start(&stand, stand_modes[i], "", 4, 4);
		held = stand_frame(&stand, 0);
		assert_int_equal(held->index, 0);
		stand_bend_ioctls(&stand, bend_index);
		assert_int_equal(stand_no_frame(&stand), -EPROTO);
		stand_check_picture(&stand.format, held, 0);
		pool_release(&stand.pool, held);
		stand_close(&stand);
	}
}

static void what_is_queued_is_not_queued_again(void **state)
{
	struct stand stand;

	(void)state;
	stand_start(&stand, "mmap", "", 4, 4);
	stand_mark(&stand);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(transfer_put(&stand.pool, &stand.pool.allocator.buffers[i]), -EBUSY);
	assert_string_equal(stand_order(&stand), "");
	assert_int_equal(stand.pool.n_queued, 4);
	stand_close(&stand);
}

int main(void)
{
	static const struct statement statements[] = {
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

	return statements_run("process", statements, N_ELEMENTS(statements));
}
