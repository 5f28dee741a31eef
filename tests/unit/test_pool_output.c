/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames to an output queue, and the calls that they take. That no index is queued twice (22), that
 * nothing is dequeued where nothing is queued (23), that REQBUFS never comes while streaming (46) and
 * that flags are 0 (51) is judged at the end of each of them, by trace_check().
 */
/* Runs under: asan valgrind */
#include "output_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"
#include "device/reader_events.h"

static void nothing_is_queued_before_the_first_frame(void **state)
{
	static const char *const orders[][2] = {
		{ "REQBUFS(4) QUERYBUF*4 mmap*4", "REQBUFS(4) QUERYBUF*4 mmap*12" },
		{ "REQBUFS(4) QUERYBUF*4", "REQBUFS(4) QUERYBUF*4" },
		{ "REQBUFS(4) QUERYBUF*4 EXPBUF*4", "REQBUFS(4) QUERYBUF*4 EXPBUF*12" },
		{ "REQBUFS(4) QUERYBUF*4", "REQBUFS(4) QUERYBUF*4" },
	};
	const char *io, *keys;

	(void)state;
	for (unsigned i = 0; output_fixture_mode(i, &io, &keys); i++) {
		struct pool_fixture fixture;

		output_fixture_open(&fixture, io, keys, V4L2_FIELD_NONE);
		assert_string_equal(pool_fixture_order(&fixture), i < 8 ? orders[i % 4][i / 4] : "");
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_STREAMOFF", ""), 0);
		pool_fixture_close(&fixture);
	}
}

static void one_frame_is_queued_before_the_stream_begins(void **state)
{
	const char *io, *keys;

	(void)state;
	for (unsigned i = 0; output_fixture_mode(i, &io, &keys); i++) {
		struct pool_fixture fixture;

		output_fixture_open(&fixture, io, keys, V4L2_FIELD_NONE);
		for (unsigned n = 0; n < N_FRAMES; n++) {
			struct buffer *buffer = output_fixture_buffer(&fixture);

			pool_fixture_mark(&fixture);
			assert_int_equal(output_fixture_queue(&fixture, buffer), 0);
			assert_string_equal(pool_fixture_order(&fixture), i == 8   ? "poll write"
									  : n == 0 ? "QBUF STREAMON poll"
										   : "QBUF poll DQBUF");
		}
		pool_fixture_close(&fixture);
	}
}

static const struct depth {
	const char *keys;
	uint32_t most; /* in the driver, after each frame */
} depths[] = { { "", 1 }, { "min-buffers=4", 3 }, { "planes=3", 1 } };

/* After the last frame too. */
static void the_queue_is_kept_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(depths) * 4; i++) {
		uint32_t most = depths[i / 4].most;
		struct pool_fixture fixture;

		output_fixture_open(&fixture, pool_fixture_modes[i % 4], depths[i / 4].keys, V4L2_FIELD_NONE);
		for (unsigned n = 1; n <= N_FRAMES; n++) {
			assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
			assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_QBUF", ""), n);
			assert_int_equal(
				n - trace_count_ok(&fixture.log, 0, FIXTURE_DEVICE, "VIDIOC_DQBUF", ""),
				n < most ? n : most);
		}
		pool_fixture_close(&fixture);
	}
}

/* Like vivid, the simulated display keeps what it shows. */
static void a_drain_ends_though_one_buffer_never_returns(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(depths) * 4; i++) {
		struct pool_fixture fixture;

		output_fixture_open(&fixture, pool_fixture_modes[i % 4], depths[i / 4].keys, V4L2_FIELD_NONE);
		for (unsigned n = 0; n < N_FRAMES; n++)
			assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		fixture.deadline_ns = now_ns() + 5 * NS_PER_S;
		assert_int_equal(pool_drain(fixture.pool, fixture.deadline_ns), 0);
		assert_int_equal(trace_count_ok(&fixture.log, 0, FIXTURE_DEVICE, "VIDIOC_DQBUF", ""),
				 N_FRAMES - 1);
		pool_fixture_close(&fixture);
	}
}

static void the_payload_is_told_and_no_more(void **state)
{
	static const char *const shapes[] = { "", "planes=1", "planes=3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes) * 4; i++) {
		char used[64] = "bytesused=", *end = used + strlen(used);
		struct pool_fixture fixture;

		output_fixture_open(&fixture, pool_fixture_modes[i % 4], shapes[i / 4], V4L2_FIELD_NONE);
		for (uint32_t p = 0; p < fixture.format.n_planes; p++)
			end += sprintf(end, "%s%u", p ? "," : "", fixture.format.sizeimage[p]);
		for (unsigned n = 0; n < N_FRAMES; n++) {
			struct buffer *buffer = output_fixture_buffer(&fixture);

			for (uint32_t p = 0; p < buffer->n_planes && fixture.pool->io->imports; p++)
				assert_true(buffer->planes[p].length >= fixture.format.sizeimage[p]);
			assert_int_equal(output_fixture_queue(&fixture, buffer), 0);
		}
		assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_QBUF", used), N_FRAMES);
		pool_fixture_close(&fixture);
	}
}

static void alternating_fields_go_out_one_by_one(void **state)
{
	static const char *const shapes[] = { "", "planes=3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes) * 4; i++) {
		unsigned wanted = V4L2_FIELD_TOP, n_seen = 0;
		struct pool_fixture fixture;

		output_fixture_open(&fixture, pool_fixture_modes[i % 4], shapes[i / 4], V4L2_FIELD_ALTERNATE);
		for (unsigned n = 0; n < N_FRAMES; n++)
			assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		for (size_t c = fixture.mark; c < fixture.log.n_calls; c++) {
			const struct trace_call *call = &fixture.log.calls[c];

			if (strcmp(call->name, "VIDIOC_QBUF") != 0)
				continue;
			assert_int_equal(trace_value(call, "field"), wanted);
			wanted = wanted == V4L2_FIELD_TOP ? V4L2_FIELD_BOTTOM : V4L2_FIELD_TOP;
			n_seen++;
		}
		assert_int_equal(n_seen, N_FRAMES);
		pool_fixture_close(&fixture);
	}
}

/* The simulated device is as strict as videobuf2, or the test above would show nothing. */
static int say_alternate(struct device *device, unsigned long request, void *argument)
{
	if (request == VIDIOC_QBUF)
		((struct v4l2_buffer *)argument)->field = V4L2_FIELD_ALTERNATE;
	return device_sim.ioctl(device, request, argument);
}

static void alternate_itself_is_no_field(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	output_fixture_open(&fixture, "mmap", "", V4L2_FIELD_ALTERNATE);
	pool_fixture_replace_ioctl(&fixture, say_alternate);
	assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), -EINVAL);
	pool_fixture_close(&fixture);
}

/* The kernel keeps what was queued; the next frame begins anew, with every buffer. */
static void a_start_that_fails_can_be_tried_again(void **state)
{
	static const char *const fails[] = { "fail=streamon@1:EINVAL", "planes=3,fail=streamon@1:EIO" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(fails) * 4; i++) {
		struct pool_fixture fixture;

		output_fixture_open(&fixture, pool_fixture_modes[i % 4], fails[i / 4], V4L2_FIELD_NONE);
		pool_fixture_mark(&fixture);
		assert_true(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)) < 0);
		assert_string_equal(pool_fixture_order(&fixture),
				    i / 4 ? "QBUF STREAMON:EIO STREAMOFF"
					  : "QBUF STREAMON:EINVAL QUERYCAP STREAMOFF");
		assert_int_equal(fixture.log.n_errors, 1);
		assert_int_equal(allocator_n_free(&fixture.pool->allocator), N_BUFFERS);
		for (unsigned n = 0; n < N_FRAMES; n++)
			assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		pool_fixture_close(&fixture);
	}
}

/* With every frame that the driver has, it is asked for none: neither before the first nor after a flush. */
static void what_the_driver_has_not_is_not_waited_for(void **state)
{
	const char *io, *keys;

	(void)state;
	for (unsigned i = 0; output_fixture_mode(i, &io, &keys); i++) {
		struct pool_fixture fixture;

		output_fixture_open(&fixture, io, keys, V4L2_FIELD_NONE);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_drain(fixture.pool, fixture.deadline_ns), 0);
		assert_string_equal(pool_fixture_order(&fixture), "");
		for (unsigned n = 0; n < 3; n++)
			assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		assert_int_equal(pool_fixture_flush(&fixture), 0);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_drain(fixture.pool, fixture.deadline_ns), 0);
		assert_string_equal(pool_fixture_order(&fixture), "");
		assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		assert_string_equal(pool_fixture_order(&fixture),
				    i < 8 ? "QBUF STREAMON poll" : "poll write");
		pool_fixture_close(&fixture);
	}
}

static int tell_of_a_reader(struct device *device, unsigned long request, void *argument)
{
	struct v4l2_event *event = argument;
	uint32_t n_readers = 1;

	if (request != VIDIOC_DQEVENT || event->type == READER_EVENT)
		return device_sim.ioctl(device, request, argument);
	event->type = READER_EVENT;
	memcpy(event->u.data, &n_readers, sizeof n_readers);
	return 0;
}

/* With the other events, which a pause makes meaningless, comes who watches. */
static void a_pause_forgets_no_reader(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	output_fixture_open(&fixture, "mmap", "", V4L2_FIELD_NONE);
	assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
	pool_fixture_replace_ioctl(&fixture, tell_of_a_reader);
	assert_int_equal(fixture.pool->n_readers, 0);
	assert_int_equal(pool_pause(fixture.pool), 0);
	assert_int_equal(fixture.pool->n_readers, 1);
	pool_fixture_close(&fixture);
}

/* While it waits for a device that takes no more. */
static void a_cancelled_wait_ends_in_order(void **state)
{
	const char *io, *shape;

	(void)state;
	for (unsigned i = 0; output_fixture_mode(i, &io, &shape) && i < 8; i++) {
		char keys[60], order[80];
		struct pool_fixture fixture;

		snprintf(keys, sizeof keys, "%s,stall=1", shape);
		snprintf(order, sizeof order, "STREAMOFF %s", output_fixture_stop_calls(i));
		output_fixture_open(&fixture, io, keys, V4L2_FIELD_NONE);
		assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		fixture.pool->cancel_fd = eventfd(1, EFD_CLOEXEC);
		pool_fixture_mark(&fixture);
		assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)),
				 POOL_FLUSHING);
		assert_string_equal(pool_fixture_order(&fixture), "QBUF poll");
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_string_equal(pool_fixture_order(&fixture), order);
		close(fixture.pool->cancel_fd);
		pool_fixture_close(&fixture);
	}
}

static void it_stops_once_and_queues_no_more(void **state)
{
	const char *io, *keys;

	(void)state;
	for (unsigned i = 0; output_fixture_mode(i, &io, &keys); i++) {
		struct buffer *late;
		char order[80];
		struct pool_fixture fixture;

		output_fixture_open(&fixture, io, keys, V4L2_FIELD_NONE);
		for (unsigned n = 0; n < N_FRAMES; n++)
			assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		pool_fixture_mark(&fixture);
		snprintf(order, sizeof order, "%s%s", i < 8 ? "STREAMOFF " : "",
			 output_fixture_stop_calls(i));
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_string_equal(pool_fixture_order(&fixture), order);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_int_equal(pool_acquire(fixture.pool, &late), POOL_FLUSHING);
		assert_string_equal(pool_fixture_order(&fixture), order);
		pool_fixture_close(&fixture);
	}
}

static void write_is_called_once_a_frame(void **state)
{
	struct pool_fixture fixture;
	char size[40];

	(void)state;
	output_fixture_open(&fixture, "rw", "", V4L2_FIELD_NONE);
	for (unsigned n = 0; n < N_FRAMES; n++)
		assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
	snprintf(size, sizeof size, "size=%u", fixture.format.sizeimage[0]);
	assert_int_equal(pool_fixture_count(&fixture, "write", size), N_FRAMES);
	assert_int_equal(pool_fixture_count(&fixture, "write", ""), N_FRAMES);
	assert_int_equal(pool_fixture_count(&fixture, "VIDIOC_REQBUFS", "") +
				 pool_fixture_count(&fixture, "VIDIOC_QBUF", "") +
				 pool_fixture_count(&fixture, "VIDIOC_STREAMON", ""),
			 0);
	pool_fixture_close(&fixture);
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 12, "nothing_is_queued_before_the_first_frame", nothing_is_queued_before_the_first_frame,
		  NULL },
		{ 13, "one_frame_is_queued_before_the_stream_begins",
		  one_frame_is_queued_before_the_stream_begins, NULL },
		{ 21, "start_that_fails_can_be_tried_again", a_start_that_fails_can_be_tried_again, NULL },
		{ 23, "what_the_driver_has_not_is_not_waited_for", what_the_driver_has_not_is_not_waited_for,
		  NULL },
		{ 43, "cancelled_wait_ends_in_order", a_cancelled_wait_ends_in_order, NULL },
		{ 0, "pause_forgets_no_reader", a_pause_forgets_no_reader, NULL },
		{ 44, "it_stops_once_and_queues_no_more", it_stops_once_and_queues_no_more, NULL },
		{ 47, "queue_is_kept_short", the_queue_is_kept_short, NULL },
		{ 48, "drain_ends_though_one_buffer_never_returns",
		  a_drain_ends_though_one_buffer_never_returns, NULL },
		{ 49, "payload_is_told_and_no_more", the_payload_is_told_and_no_more, NULL },
		{ 50, "alternating_fields_go_out_one_by_one", alternating_fields_go_out_one_by_one, NULL },
		{ 50, "alternate_itself_is_no_field", alternate_itself_is_no_field, NULL },
		{ 55, "write_is_called_once_a_frame", write_is_called_once_a_frame, NULL },
	};

	return table_test_run("output", tests, N_ELEMENTS(tests));
}
