/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the simulated device can be set to: formats, rates, controls, inputs, events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>
#include "sim_client.h"

#define SMALL "size=320x240,fps=0,"

static void open_small(struct sim_client *client, const char *keys)
{
	assert_int_equal(sim_client_open(client, keys, DEVICE_CAPTURE), 0);
}

static unsigned count_formats(struct sim_client *client, bool *has_two_planes)
{
	struct v4l2_fmtdesc desc = { .type = client->device.type };

	*has_two_planes = false;
	while (device_ioctl(&client->device, VIDIOC_ENUM_FMT, &desc) == 0) {
		*has_two_planes |= desc.pixelformat == V4L2_PIX_FMT_NV12M;
		desc.index++;
	}
	return desc.index;
}

static void test_enum_fmt(void **state)
{
	struct v4l2_fmtdesc desc = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	struct sim_client client;
	bool two;

	(void)state;
	open_small(&client, SMALL);
	assert_in_range(count_formats(&client, &two), 10, 30);
	assert_false(two);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUM_FMT, &desc), -EINVAL);
	sim_client_close(&client);
	open_small(&client, SMALL "planes=2");
	assert_in_range(count_formats(&client, &two), 13, 30);
	assert_true(two);
	sim_client_close(&client);
	open_small(&client, SMALL "adjust=format");
	assert_int_equal(count_formats(&client, &two), 1);
	sim_client_close(&client);
}

static void test_s_fmt(void **state)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	format.fmt.pix.width = 641;
	format.fmt.pix.height = 100000;
	format.fmt.pix.pixelformat = v4l2_fourcc('N', 'O', 'N', 'E');
	assert_int_equal(device_ioctl(&client.device, VIDIOC_TRY_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.width, 640);
	assert_int_equal(format.fmt.pix.height, 8192);
	assert_int_equal(format.fmt.pix.pixelformat, V4L2_PIX_FMT_YUYV);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.width, 320);
	format.fmt.pix.width = 640;
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_NV12;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.bytesperline, 640);
	assert_int_equal(format.fmt.pix.sizeimage, 640 * 240 * 3 / 2);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_FMT, &format), -EBUSY);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_TRY_FMT, &format), 0);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_FMT, &format), 0);
	format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_FMT, &format), -EINVAL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_FMT, &format), -EINVAL);
	sim_client_close(&client);
}

static void test_adjusted(void **state)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_frmsizeenum sizes = { .pixel_format = V4L2_PIX_FMT_YUYV };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL "adjust=size+format");
	format.fmt.pix.width = 640;
	format.fmt.pix.height = 480;
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_NV12;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.width, 320);
	assert_int_equal(format.fmt.pix.pixelformat, V4L2_PIX_FMT_YUYV);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUM_FRAMESIZES, &sizes), 0);
	assert_int_equal(sizes.type, V4L2_FRMSIZE_TYPE_DISCRETE);
	sizes.index = 1;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUM_FRAMESIZES, &sizes), -EINVAL);
	sim_client_close(&client);
}

static struct v4l2_fract set_rate(struct sim_client *client, uint32_t numerator, uint32_t denominator)
{
	struct v4l2_streamparm parm = { .type = client->device.type };

	parm.parm.capture.timeperframe = (struct v4l2_fract){ numerator, denominator };
	assert_int_equal(device_ioctl(&client->device, VIDIOC_S_PARM, &parm), 0);
	return parm.parm.capture.timeperframe;
}

static void assert_rate(struct v4l2_fract rate, uint32_t numerator, uint32_t denominator)
{
	assert_int_equal(rate.numerator, numerator);
	assert_int_equal(rate.denominator, denominator);
}

static void test_rate(void **state)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	struct sim_client client;

	(void)state;
	open_small(&client, "size=320x240");
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_PARM, &parm), -EINVAL);
	assert_rate(set_rate(&client, 1001, 30000), 1001, 30000);
	assert_rate(set_rate(&client, 0, 0), 1, 30);
	assert_rate(set_rate(&client, 1, 1000000), 1, 1000);
	assert_rate(set_rate(&client, 5, 1), 1, 1);
	sim_client_close(&client);
	open_small(&client, "size=320x240,fps=25,adjust=fps");
	assert_rate(set_rate(&client, 1, 30), 1, 25);
	sim_client_close(&client);
	sim_client_start(&client, "size=320x240", 2);
	parm.type = client.device.type;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_PARM, &parm), -EBUSY);
	sim_client_close(&client);
}

static void test_intervals(void **state)
{
	struct v4l2_frmivalenum intervals = { .pixel_format = V4L2_PIX_FMT_YUYV,
					      .width = 320,
					      .height = 240 };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUM_FRAMEINTERVALS, &intervals), 0);
	assert_int_equal(intervals.type, V4L2_FRMIVAL_TYPE_CONTINUOUS);
	intervals.pixel_format = V4L2_PIX_FMT_NV12M;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUM_FRAMEINTERVALS, &intervals), -EINVAL);
	sim_client_close(&client);
}

static int set_control(struct sim_client *client, uint32_t id, int32_t value)
{
	struct v4l2_control control = { id, value };
	int err = device_ioctl(&client->device, VIDIOC_S_CTRL, &control);

	return err < 0 ? err : control.value;
}

static void test_controls(void **state)
{
	struct v4l2_queryctrl query = { .id = V4L2_CTRL_FLAG_NEXT_CTRL };
	struct v4l2_control control = { .id = V4L2_CID_BRIGHTNESS };
	struct sim_client client;
	unsigned n = 0;

	(void)state;
	open_small(&client, SMALL "min-buffers=2");
	for (; device_ioctl(&client.device, VIDIOC_QUERYCTRL, &query) == 0; n++)
		query.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
	assert_int_equal(n, 6);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_CTRL, &control), 0);
	assert_int_equal(control.value, 128);
	assert_int_equal(set_control(&client, V4L2_CID_BRIGHTNESS, 17), 17);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_CTRL, &control), 0);
	assert_int_equal(control.value, 17);
	assert_int_equal(set_control(&client, V4L2_CID_BRIGHTNESS, 1000), 255);
	assert_int_equal(set_control(&client, V4L2_CID_CONTRAST, 3), 4);
	assert_int_equal(set_control(&client, V4L2_CID_HFLIP, 3), 1);
	assert_int_equal(set_control(&client, V4L2_CID_POWER_LINE_FREQUENCY, 3), -ERANGE);
	assert_int_equal(set_control(&client, V4L2_CID_MIN_BUFFERS_FOR_CAPTURE, 3), -EACCES);
	assert_int_equal(set_control(&client, V4L2_CID_GAIN, 3), -EINVAL);
	sim_client_close(&client);
}

static void test_ext_controls(void **state)
{
	struct v4l2_ext_control list[2] = { { .id = V4L2_CID_BRIGHTNESS }, { .id = V4L2_CID_CONTRAST } };
	struct v4l2_ext_controls controls = { .count = 2, .controls = list };
	struct v4l2_querymenu menu = { .id = V4L2_CID_POWER_LINE_FREQUENCY, .index = 2 };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	list[0].value = 300;
	list[1].value = -10;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_EXT_CTRLS, &controls), 0);
	list[0].value = list[1].value = 0;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_EXT_CTRLS, &controls), 0);
	assert_int_equal((int)list[0].value, 255);
	assert_int_equal((int)list[1].value, -10);
	list[1].id = V4L2_CID_GAIN;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_TRY_EXT_CTRLS, &controls), -EINVAL);
	assert_int_equal(controls.error_idx, 1);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_EXT_CTRLS, &controls), -EINVAL);
	assert_int_equal(controls.error_idx, 2);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYMENU, &menu), 0);
	assert_string_equal((char *)menu.name, "60 Hz");
	menu.index = 3;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYMENU, &menu), -EINVAL);
	sim_client_close(&client);
}

static void test_inputs(void **state)
{
	struct v4l2_input input = { 0 };
	struct v4l2_output output = { 0 };
	struct sim_client client;
	int index = 1;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUMINPUT, &input), 0);
	input.index = 1;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUMINPUT, &input), -EINVAL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_INPUT, &index), -EINVAL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_INPUT, &index), 0);
	assert_int_equal(index, 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUMOUTPUT, &output), -ENOTTY);
	sim_client_close(&client);
}

static int subscribe(struct sim_client *client, uint32_t type)
{
	struct v4l2_event_subscription subscription = { .type = type };

	return device_ioctl(&client->device, VIDIOC_SUBSCRIBE_EVENT, &subscription);
}

static void test_event(void **state)
{
	struct v4l2_event event;
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "event=2",
			 2); /* whose second frame is made before anybody subscribes */
	assert_int_equal(sim_client_poll(&client, 1000), POLLIN | POLLRDNORM);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_DQEVENT, &event), -ENOENT);
	sim_client_close(&client);
	sim_client_start(&client, SMALL "event=4", 2);
	assert_int_equal(subscribe(&client, V4L2_EVENT_FRAME_SYNC), -EINVAL);
	assert_int_equal(subscribe(&client, V4L2_EVENT_SOURCE_CHANGE), 0);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_int_equal(sim_client_frame(&client), 1);
	assert_int_equal(sim_client_poll(&client, 1000), POLLIN | POLLRDNORM | POLLPRI);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_DQEVENT, &event), 0);
	assert_int_equal(event.type, V4L2_EVENT_SOURCE_CHANGE);
	assert_int_equal(event.u.src_change.changes, V4L2_EVENT_SRC_CH_RESOLUTION);
	assert_int_equal(event.pending, 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_DQEVENT, &event), -ENOENT);
	assert_int_equal(sim_client_poll(&client, 1000), POLLIN | POLLRDNORM);
	sim_client_close(&client);
}

static void test_source_of_another_size(void **state)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_dv_timings timings;
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERY_DV_TIMINGS, &timings), -ENOTTY);
	sim_client_close(&client);
	sim_client_start(&client, SMALL "event=3:640x480", 2);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERY_DV_TIMINGS, &timings), 0);
	assert_int_equal(timings.bt.width, 320);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERY_DV_TIMINGS, &timings), 0);
	assert_int_equal(timings.bt.width, 640);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_DV_TIMINGS, &timings), -EBUSY);
	assert_int_equal(sim_client_off(&client), 0);
	sim_client_unmap(&client);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_DV_TIMINGS, &timings), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.width, 640);
	assert_int_equal(format.fmt.pix.height, 480);
	sim_client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enum_fmt),     cmocka_unit_test(test_s_fmt),
		cmocka_unit_test(test_adjusted),     cmocka_unit_test(test_rate),
		cmocka_unit_test(test_intervals),    cmocka_unit_test(test_controls),
		cmocka_unit_test(test_ext_controls), cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_event),        cmocka_unit_test(test_source_of_another_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	sim_client_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
