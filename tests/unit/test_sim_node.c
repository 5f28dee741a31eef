/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device opened by several, and what the kernel does around each call. */
/* Runs under: asan valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/page.h"
#include "sim_client.h"

#define SMALL "size=64x48,fps=0,"

static void open_keys(struct sim_client *client, const char *keys)
{
	bool output = strstr(keys, "type=output");

	assert_int_equal(sim_client_open(client, keys, output ? DEVICE_OUTPUT : DEVICE_CAPTURE), 0);
}

static void test_the_queue_has_an_owner(void **state)
{
	struct sim_client a, b;
	uint8_t byte;

	(void)state;
	sim_client_start(&a, SMALL "node=owner", 2);
	open_keys(&b, SMALL "node=owner");
	assert_int_equal(sim_client_reqbufs(&b, 2, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_reqbufs(&b, 0, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_reqbufs(&b, 2, 77), -EINVAL);
	assert_int_equal(sim_client_create(&b, 1, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_create(&b, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_query(&b, 1), 0);
	assert_int_equal(sim_client_dequeue(&b), -EBUSY);
	assert_int_equal(sim_client_on(&b), -EBUSY);
	assert_int_equal(sim_client_off(&b), -EBUSY);
	assert_int_equal(device_read(&b.device, &byte, 1), -EBUSY);
	assert_int_equal(sim_client_frame(&a), 0);
	assert_int_equal(sim_client_off(&a), 0);
	sim_client_unmap(&a);
	assert_int_equal(sim_client_reqbufs(&a, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_reqbufs(&b, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_reqbufs(&a, 2, V4L2_MEMORY_MMAP), -EBUSY);
	sim_client_close(&b);
	assert_int_equal(sim_client_reqbufs(&a, 2, V4L2_MEMORY_MMAP), 0);
	sim_client_close(&a);
}

static void test_a_mapping_keeps_the_queue(void **state)
{
	struct sim_client a, b;
	struct device closed;

	(void)state;
	sim_client_start(&a, SMALL "node=mapped", 1);
	open_keys(&b, SMALL "node=mapped");
	closed = (struct device){ .ops = a.device.ops };
	device_close(&a.device);
	assert_int_equal(sim_client_reqbufs(&b, 2, V4L2_MEMORY_MMAP), -EBUSY);
	device_munmap(&closed, a.maps[0][0], a.lengths[0][0]);
	assert_int_equal(sim_client_reqbufs(&b, 2, V4L2_MEMORY_MMAP), 0);
	sim_client_close(&b);
}

static int set_brightness(struct sim_client *client, int value)
{
	struct v4l2_control control = { V4L2_CID_BRIGHTNESS, value };

	return device_ioctl(&client->device, VIDIOC_S_CTRL, &control);
}

static void test_settings_outlive_a_close(void **state)
{
	static const char *const keys[] = { SMALL "node=kept", SMALL, SMALL "node=other" };
	struct v4l2_control control = { .id = V4L2_CID_BRIGHTNESS };
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct sim_client client;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(keys); i++) {
		open_keys(&client, keys[i]);
		format.fmt.pix.width = 128;
		format.fmt.pix.height = 96;
		assert_int_equal(device_ioctl(&client.device, VIDIOC_S_FMT, &format), 0);
		assert_int_equal(set_brightness(&client, 7), 0);
		sim_client_close(&client);
		open_keys(&client, keys[i]);
		assert_int_equal(device_ioctl(&client.device, VIDIOC_G_FMT, &format), 0);
		assert_int_equal(device_ioctl(&client.device, VIDIOC_G_CTRL, &control), 0);
		assert_int_equal(format.fmt.pix.width, i == 1 ? 64 : 128);
		assert_int_equal(control.value, i == 1 ? 128 : 7);
		sim_client_close(&client);
	}
}

static void test_unplugged_for_all(void **state)
{
	struct v4l2_control control = { .id = V4L2_CID_BRIGHTNESS };
	struct sim_client a, b;

	(void)state;
	sim_client_start(&a, SMALL "node=pulled,unplug=1", 2);
	open_keys(&b, SMALL "node=pulled");
	assert_int_equal(set_brightness(&b, 7), 0);
	assert_int_equal(sim_client_next(&a), 0);
	assert_int_equal(set_brightness(&b, 8), -ENODEV);
	assert_int_equal(sim_client_poll(&b, 1000), POLLERR | POLLHUP | POLLPRI);
	sim_client_close(&a);
	sim_client_close(&b);
	open_keys(&a, SMALL "node=pulled"); /* another one */
	assert_int_equal(device_ioctl(&a.device, VIDIOC_G_CTRL, &control), 0);
	assert_int_equal(control.value, 128);
	sim_client_close(&a);
}

static void test_priority(void **state)
{
	struct sim_client a, b;
	uint32_t priority = V4L2_PRIORITY_RECORD;

	(void)state;
	open_keys(&a, SMALL "node=priority");
	open_keys(&b, SMALL "node=priority");
	assert_int_equal(device_ioctl(&a.device, VIDIOC_S_PRIORITY, &priority), 0);
	assert_int_equal(device_ioctl(&b.device, VIDIOC_G_PRIORITY, &priority), 0);
	assert_int_equal(priority, V4L2_PRIORITY_RECORD);
	assert_int_equal(set_brightness(&b, 7), -EBUSY);
	assert_int_equal(sim_client_reqbufs(&b, 2, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(set_brightness(&a, 7), 0);
	priority = 9;
	assert_int_equal(device_ioctl(&a.device, VIDIOC_S_PRIORITY, &priority), -EINVAL);
	sim_client_close(&a);
	assert_int_equal(set_brightness(&b, 7), 0);
	sim_client_close(&b);
}

static int subscribe_control(struct sim_client *client, uint32_t id, uint32_t flags)
{
	struct v4l2_event_subscription subscription = { .type = V4L2_EVENT_CTRL, .id = id, .flags = flags };

	return device_ioctl(&client->device, VIDIOC_SUBSCRIBE_EVENT, &subscription);
}

static int next_value(struct sim_client *client)
{
	struct v4l2_event event;
	int err = device_ioctl(&client->device, VIDIOC_DQEVENT, &event);

	if (err < 0)
		return err;
	assert_int_equal(event.type, V4L2_EVENT_CTRL);
	assert_int_equal(event.id, V4L2_CID_BRIGHTNESS);
	return event.u.ctrl.value;
}

static short poll_for(struct sim_client *client, short events)
{
	struct pollfd entry = { .fd = client->device.fd, .events = events };

	return device_poll(&(struct device *){ &client->device }, 1, &entry, 1, 0) < 0 ? -1 : entry.revents;
}

static void test_control_events(void **state)
{
	struct sim_client a, b;

	(void)state;
	open_keys(&a, SMALL "node=events");
	open_keys(&b, SMALL "node=events");
	assert_int_equal(subscribe_control(&a, V4L2_CID_GAIN, 0), -EINVAL);
	assert_int_equal(subscribe_control(&a, 0, 0), -EINVAL);
	assert_int_equal(subscribe_control(&a, V4L2_CID_BRIGHTNESS, V4L2_EVENT_SUB_FL_SEND_INITIAL), 0);
	assert_int_equal(poll_for(&a, POLLPRI), POLLPRI);
	assert_int_equal(next_value(&a), 128);
	assert_int_equal(next_value(&a), -ENOENT);
	assert_int_equal(set_brightness(&a, 7), 0);
	assert_int_equal(next_value(&a), -ENOENT); /* its own */
	assert_int_equal(set_brightness(&b, 8), 0);
	assert_int_equal(set_brightness(&b, 9), 0);
	assert_int_equal(set_brightness(&b, 9), 0);
	assert_int_equal(next_value(&a), 9);
	assert_int_equal(next_value(&a), -ENOENT);
	assert_int_equal(next_value(&b), -ENOENT);
	assert_int_equal(subscribe_control(&b, V4L2_CID_BRIGHTNESS, V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK), 0);
	assert_int_equal(set_brightness(&b, 10), 0);
	assert_int_equal(next_value(&b), 10);
	sim_client_close(&a);
	sim_client_close(&b);
}

static void test_poll_obeys_the_events_asked_for(void **state)
{
	struct sim_client client;

	(void)state;
	open_keys(&client, SMALL);
	assert_int_equal(poll_for(&client, POLLPRI), 0);
	assert_int_equal(poll_for(&client, POLLOUT), 0);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0); /* read() was not begun */
	assert_int_equal(poll_for(&client, POLLPRI), 0);
	assert_int_equal(poll_for(&client, POLLIN), POLLERR); /* not streaming */
	sim_client_close(&client);
	open_keys(&client, SMALL "type=output");
	assert_int_equal(poll_for(&client, POLLIN), 0);
	assert_int_equal(poll_for(&client, POLLOUT), POLLOUT);
	sim_client_close(&client);
}

/* Without the trace, which prints what the argument points to. */
static int plain_ioctl(struct sim_client *client, unsigned long request, void *argument)
{
	return client->device.ops->ioctl(&client->device, request, argument) < 0 ? -errno : 0;
}

static void test_arguments(void **state)
{
	static const unsigned long requests[] = { VIDIOC_QUERYCAP, VIDIOC_G_FMT,   VIDIOC_REQBUFS,
						  VIDIOC_STREAMON, VIDIOC_G_INPUT, VIDIOC_DQEVENT };
	struct v4l2_requestbuffers request = { .count = 3,
					       .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					       .memory = 77 };
	struct v4l2_ext_controls controls = { .count = 1 };
	struct v4l2_fmtdesc desc = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .reserved = { 1, 2, 3 } };
	struct sim_client client;

	(void)state;
	open_keys(&client, SMALL);
	for (unsigned i = 0; i < ARRAY_SIZE(requests); i++)
		assert_int_equal(plain_ioctl(&client, requests[i], NULL), -EFAULT);
	assert_int_equal(plain_ioctl(&client, VIDIOC_G_EXT_CTRLS, &controls), -EFAULT);
	controls.count = V4L2_CID_MAX_CTRLS + 1;
	assert_int_equal(plain_ioctl(&client, VIDIOC_G_EXT_CTRLS, &controls), -EINVAL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_REQBUFS, &request), -EINVAL);
	assert_int_equal(request.count, 3);
	assert_int_equal(request.capabilities, 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUM_FMT, &desc), 0);
	assert_int_equal(desc.reserved[0], 0);
	request = (struct v4l2_requestbuffers){ 2, V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_MEMORY_MMAP, .flags = 1,
						.reserved = { 9 } };
	assert_int_equal(device_ioctl(&client.device, VIDIOC_REQBUFS, &request), 0);
	assert_int_equal(request.reserved[0] + request.flags, 0);
	sim_client_close(&client);
	open_keys(&client, SMALL "caps=rw");
	assert_int_equal(device_ioctl(&client.device, VIDIOC_REQBUFS, &request), -ENOTTY);
	assert_int_equal(sim_client_on(&client), -ENOTTY);
	sim_client_close(&client);
}

/* Pages that cannot be read, or not be written. */
static void test_pointers_to_nowhere(void **state)
{
	static const unsigned long requests[] = { VIDIOC_QUERYCAP, VIDIOC_G_FMT,   VIDIOC_REQBUFS,
						  VIDIOC_STREAMON, VIDIOC_G_INPUT, VIDIOC_DQEVENT,
						  VIDIOC_S_CTRL,   VIDIOC_QUERYBUF };
	/* Less may be mapped right below thread-local memory, before which ASan reads. */
	void *nowhere = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct v4l2_ext_control *read_only =
		mmap(NULL, 1 << 16, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct v4l2_ext_control string = { 0 };
	struct v4l2_ext_controls list = { .count = 1, .controls = nowhere };
	struct v4l2_query_ext_ctrl query = { .id = V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND };
	struct v4l2_buffer buffer = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
				      .memory = V4L2_MEMORY_MMAP,
				      .length = 2,
				      .m.planes = nowhere };
	struct sim_client client;

	(void)state;
	assert_ptr_not_equal(nowhere, MAP_FAILED);
	assert_ptr_not_equal(read_only, MAP_FAILED);
	open_keys(&client, SMALL "planes=2,all-controls");
	for (unsigned i = 0; i < ARRAY_SIZE(requests); i++)
		assert_int_equal(plain_ioctl(&client, requests[i], (uint8_t *)nowhere + page_size() * i),
				 -EFAULT);
	assert_int_equal(plain_ioctl(&client, VIDIOC_G_EXT_CTRLS, &list), -EFAULT);
	list.controls = read_only;
	assert_int_equal(plain_ioctl(&client, VIDIOC_G_EXT_CTRLS, &list), -EFAULT);
	assert_int_equal(plain_ioctl(&client, VIDIOC_G_FMT, read_only), -EFAULT);
	while (plain_ioctl(&client, VIDIOC_QUERY_EXT_CTRL, &query) == 0 &&
	       query.type != V4L2_CTRL_TYPE_STRING)
		query.id |= V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND;
	assert_int_equal(query.type, V4L2_CTRL_TYPE_STRING);
	string.id = query.id;
	string.size = query.elem_size;
	string.string = nowhere;
	list.controls = &string;
	assert_int_equal(plain_ioctl(&client, VIDIOC_G_EXT_CTRLS, &list), -EFAULT);
	assert_int_equal(plain_ioctl(&client, VIDIOC_TRY_EXT_CTRLS, &list), -EFAULT);
	assert_int_equal(plain_ioctl(&client, VIDIOC_S_EXT_CTRLS, &list), -EFAULT);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(plain_ioctl(&client, VIDIOC_QUERYBUF, &buffer), -EFAULT);
	assert_int_equal(plain_ioctl(&client, VIDIOC_QBUF, &buffer), -EFAULT);
	sim_client_close(&client);
	munmap(nowhere, 1 << 16);
	munmap(read_only, 1 << 16);
}

static int get_brightness(struct sim_client *client, uint32_t which, uint32_t *error_idx)
{
	struct v4l2_ext_control control = { .id = V4L2_CID_BRIGHTNESS, .value = 9 };
	struct v4l2_ext_controls list = { .which = which, .count = 1, .controls = &control };
	int err = device_ioctl(&client->device, VIDIOC_G_EXT_CTRLS, &list);

	*error_idx = list.error_idx;
	return err < 0 ? err : control.value;
}

static void test_which_controls(void **state)
{
	struct v4l2_ext_control control = { .id = V4L2_CID_BRIGHTNESS, .value = 9 };
	struct v4l2_ext_controls list = { .which = V4L2_CTRL_WHICH_DEF_VAL,
					  .count = 1,
					  .controls = &control };
	struct sim_client client;
	uint32_t at;

	(void)state;
	open_keys(&client, SMALL);
	assert_int_equal(set_brightness(&client, 7), 0);
	assert_int_equal(get_brightness(&client, V4L2_CTRL_WHICH_CUR_VAL, &at), 7);
	assert_int_equal(get_brightness(&client, V4L2_CTRL_WHICH_DEF_VAL, &at), 128);
	assert_int_equal(get_brightness(&client, V4L2_CTRL_CLASS_USER, &at), 7);
	assert_int_equal(get_brightness(&client, V4L2_CTRL_CLASS_CAMERA, &at), -EINVAL);
	assert_int_equal(at, 1);
	assert_int_equal(get_brightness(&client, V4L2_CTRL_WHICH_REQUEST_VAL, &at), -EINVAL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_EXT_CTRLS, &list), -EINVAL);
	list = (struct v4l2_ext_controls){ .which = V4L2_CTRL_CLASS_CAMERA };
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_EXT_CTRLS, &list), -EINVAL);
	list.which = V4L2_CTRL_CLASS_USER;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_EXT_CTRLS, &list), 0);
	sim_client_close(&client);
}

/* Queues the buffer of an output device with what b says of the frame. */
static int queue_frame(struct sim_client *client, const struct v4l2_buffer *frame)
{
	client->b = *frame;
	client->b.type = client->device.type;
	client->b.memory = client->memory;
	return device_ioctl(&client->device, VIDIOC_QBUF, &client->b);
}

static void test_output_buffers(void **state)
{
	struct v4l2_buffer frame = { .flags = V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_LAST,
				     .timecode = { .hours = 7 } };
	struct sim_client client;

	(void)state;
	open_keys(&client, SMALL "type=output");
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	frame.flags |= V4L2_BUF_FLAG_REQUEST_FD;
	assert_int_equal(queue_frame(&client, &frame), -EBADR);
	frame.flags &= ~(uint32_t)V4L2_BUF_FLAG_REQUEST_FD;
	assert_int_equal(queue_frame(&client, &frame), 0);
	assert_int_equal(sim_client_on(&client), 0);
	frame = (struct v4l2_buffer){ .index = 1 };
	assert_int_equal(queue_frame(&client, &frame), 0);
	assert_int_equal(sim_client_next(&client), 0);
	assert_int_equal(client.b.flags & (V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_LAST),
			 V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_LAST);
	assert_int_equal(client.b.timecode.hours, 7);
	assert_int_equal(client.b.field, V4L2_FIELD_NONE); /* it was ANY */
	assert_int_equal(queue_frame(&client, &(struct v4l2_buffer){ 0 }), 0);
	assert_int_equal(sim_client_next(&client), 1); /* LAST ends no output */
	sim_client_close(&client);
}

static void test_output_mapping(void **state)
{
	static const struct {
		const char *keys;
		int protection;
	} rows[] = { { SMALL, PROT_READ }, { SMALL "type=output", PROT_WRITE } };
	struct sim_client client;
	void *map;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		open_keys(&client, rows[i].keys);
		assert_int_equal(sim_client_reqbufs(&client, 1, V4L2_MEMORY_MMAP), 0);
		map = client.device.ops->mmap(&client.device, NULL, page_size(),
					      PROT_READ + PROT_WRITE - rows[i].protection, MAP_SHARED, 0);
		assert_ptr_equal(map, MAP_FAILED);
		assert_int_equal(errno, EINVAL);
		map = client.device.ops->mmap(&client.device, NULL, page_size(), rows[i].protection,
					      MAP_SHARED, 0);
		assert_ptr_not_equal(map, MAP_FAILED);
		client.device.ops->munmap(&client.device, map, page_size());
		sim_client_close(&client);
	}
}

/* In the multi-planar API the length of a DMA-BUF is the program's to say. */
static void test_output_dmabuf_length(void **state)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct v4l2_plane plane = { .m.fd = fd, .bytesused = 64 * 48 };
	struct v4l2_buffer frame = { .m.planes = &plane, .length = 1 };
	struct sim_client client;

	(void)state;
	assert_int_equal(ftruncate(fd, 64 * 48 * 2), 0);
	open_keys(&client, SMALL "type=output,planes=1");
	assert_int_equal(sim_client_reqbufs(&client, 1, V4L2_MEMORY_DMABUF), 0);
	assert_int_equal(queue_frame(&client, &frame), -EINVAL);
	plane = (struct v4l2_plane){ .m.fd = fd, .bytesused = 64 * 48, .length = 64 * 48 * 2 };
	assert_int_equal(queue_frame(&client, &frame), 0);
	sim_client_close(&client);
	open_keys(&client, SMALL "type=output");
	assert_int_equal(sim_client_reqbufs(&client, 1, V4L2_MEMORY_DMABUF), 0);
	assert_int_equal(queue_frame(&client, &(struct v4l2_buffer){ .m.fd = fd, .bytesused = 64 * 48 }), 0);
	sim_client_close(&client);
	close(fd);
}

/* The kernel takes data_offset off both ends of a frame. */
static void test_read_with_data_offset(void **state)
{
	static uint8_t frame[320 * 240 + 64];
	struct sim_client client;

	(void)state;
	open_keys(&client, "size=320x240,fps=0,format=GREY,planes=1,data-offset=64");
	assert_int_equal(device_read(&client.device, frame, 0), 0); /* begins */
	for (int i = 0; i < 4; i++) {
		assert_int_equal(device_read(&client.device, frame, sizeof frame), 320 * 240 - 64);
		assert_int_equal(sim_test_pattern_number(frame, 320, 320, 240), i);
	}
	sim_client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_queue_has_an_owner),
		cmocka_unit_test(test_a_mapping_keeps_the_queue),
		cmocka_unit_test(test_settings_outlive_a_close),
		cmocka_unit_test(test_unplugged_for_all),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_control_events),
		cmocka_unit_test(test_poll_obeys_the_events_asked_for),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_pointers_to_nowhere),
		cmocka_unit_test(test_which_controls),
		cmocka_unit_test(test_output_buffers),
		cmocka_unit_test(test_output_mapping),
		cmocka_unit_test(test_output_dmabuf_length),
		cmocka_unit_test(test_read_with_data_offset),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	sim_client_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
