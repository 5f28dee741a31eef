/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets the device up again in the middle of a recording: after it was unplugged, or its video source changed.
 */
#include "session/reconnect.h"

#include <errno.h>
#include <linux/videodev2.h>
#include "base/log.h"
#include "base/log_capture.h"
#include "device/hotplug.h"

static int await_return(const struct device *device, int signal_fd, int64_t timeout_ns)
{
	log_warn("waiting for %s to come back", device->path);
	return hotplug_wait(device->name, signal_fd, timeout_ns);
}

/* Closes the device and waits until it is back. */
static int await_device(struct setup *setup, int signal_fd, int64_t timeout_ns)
{
	int err = setup_close_keeping_name(setup);

	return err < 0 ? err : await_return(&setup->device, signal_fd, timeout_ns);
}

/* Opens the device again. */
static int reopen_device(struct setup *setup, const struct setup_options *options)
{
	const struct video_format before = setup->format;
	struct setup_options again = *options;
	char fourcc[FOURCC_TEXT_MAX];

	/* The driver starts with its default format. */
	if (!again.format.pixelformat)
		again.format.pixelformat = fourcc_text(before.fourcc, fourcc);
	if (!again.format.width) {
		again.format.width = before.width;
		again.format.height = before.height;
	}
	if (setup_open(setup, &again) != STATUS_DONE)
		return -ENODEV;
	if (before.fourcc == setup->format.fourcc && before.width == setup->format.width &&
	    before.height == setup->format.height)
		return 0;
	log_error("%s came back with another format: ask for the one you want with -s and -p",
		  setup->device.path);
	return -ESTALE;
}

/* Closes the node, waits until it is back, and opens it again. */
static int reopen_node(struct setup *setup, struct encoding *encoding, int signal_fd, int64_t timeout_ns)
{
	int err;

	setup_close_pools(setup);
	err = m2m_encoder_close_keeping_name(&encoding->encoder);
	if (err < 0)
		return err;
	err = await_return(&encoding->encoder.m2m.node, signal_fd, timeout_ns);
	return err < 0 ? err : encoding_reopen(encoding);
}

static bool end_is_gone(struct device *device)
{
	struct v4l2_capability caps;

	return device_ioctl(device, VIDIOC_QUERYCAP, &caps) == -ENODEV;
}

int reconnect_reopen(struct setup *setup, const struct setup_options *options, const struct encoding *failed,
		     int signal_fd, int64_t timeout_ns)
{
	bool device_gone = !failed || end_is_gone(&setup->device);
	int err = 0;

	if (device_gone)
		err = await_device(setup, signal_fd, timeout_ns);
	for (struct encoding *encoding = setup->encoding; err == 0 && encoding; encoding = encoding->next)
		if (encoding == failed || end_is_gone(&encoding->encoder.m2m.node))
			err = reopen_node(setup, encoding, signal_fd, timeout_ns);
	if (err < 0)
		return err;
	if (device_gone)
		return reopen_device(setup, options);
	if (setup_encoding(setup, options) != STATUS_DONE)
		return -ENODEV;
	return setup_pool(setup, options);
}

int reconnect_after_rw(struct setup *setup, const struct setup_options *options)
{
	int err = setup_close_keeping_name(setup);

	if (err < 0)
		return err;
	return setup_device(setup, options) == STATUS_DONE ? 0 : -ENODEV;
}

/* Timings and formats can be set only while there are no buffers. */
static int free_queue(struct setup *setup, const struct setup_options *options)
{
	if (!pool_info(setup->pool).streams)
		return reconnect_after_rw(setup, options);
	setup_close_pools(setup);
	return 0;
}

/* Applies --want to the new source. If no mode meets it, the source is recorded as it is. */
static void choose_again(struct setup *setup, const struct setup_options *options,
			 struct negotiate_request *request)
{
	struct negotiate_request chosen = *request;
	struct log_capture captured;
	int err;

	if (!options->want)
		return;
	log_capture_begin(&captured);
	err = setup_mode(setup, options, &chosen);
	log_capture_end(&captured, LOG_LEVEL_WARN);
	if (err == 0)
		*request = chosen;
}

int reconnect_renegotiate(struct setup *setup, const struct setup_options *options,
			  const struct video_source *source, int signal_fd, int64_t deadline_ns)
{
	struct negotiate_request request = options->format;
	char fourcc[FOURCC_TEXT_MAX];
	int err = free_queue(setup, options);

	request.force = true;
	if (!request.pixelformat)
		request.pixelformat = fourcc_text(setup->format.fourcc, fourcc);
	if (err == 0)
		err = dv_timings_apply(&setup->device, signal_fd, deadline_ns, source);
	if (err == 0)
		choose_again(setup, options, &request);
	if (err == 0)
		err = setup_pipeline(setup, options, &request);
	if (err == 0)
		err = negotiate_format(&setup->device, &request, &setup->format);
	if (err == 0 && setup_encoding(setup, options) != STATUS_DONE)
		err = -ERANGE;
	return err < 0 ? err : setup_pool(setup, options);
}
