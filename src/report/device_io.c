/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on io modes and buffers. */
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "device/controls/controls.h"
#include "device/format/negotiate.h"
#include "queue/io.h"
#include "queue/v4l2_buffer.h"
#include "report/common.h"
#include "report/device_internal.h"

#define BUF_CAP_MAX_NUM_BUFFERS (1u << 7) /* V4L2_BUF_CAP_SUPPORTS_MAX_NUM_BUFFERS, since Linux 6.8 */

static const struct flag_name buffer_caps[] = {
	{ V4L2_BUF_CAP_SUPPORTS_MMAP, "mmap" },
	{ V4L2_BUF_CAP_SUPPORTS_USERPTR, "userptr" },
	{ V4L2_BUF_CAP_SUPPORTS_DMABUF, "dmabuf" },
	{ V4L2_BUF_CAP_SUPPORTS_REQUESTS, "requests" },
	{ V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS, "orphaned buffers" },
	{ V4L2_BUF_CAP_SUPPORTS_M2M_HOLD_CAPTURE_BUF, "held capture buffers" },
	{ V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS, "cache hints" },
	{ BUF_CAP_MAX_NUM_BUFFERS, "number of buffers" },
	{ 1u << 8, "removing buffers" }, /* V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS, since Linux 6.10 */
	{ 0, NULL },
};

/* Whether the driver supports EXPBUF. No capability says so: it takes a buffer to try. */
static bool can_export(struct device *device)
{
	struct v4l2_exportbuffer export = { .type = device->type, .flags = O_CLOEXEC | O_RDWR };
	bool works = !device->emulated && device_ioctl(device, VIDIOC_EXPBUF, &export) == 0;

	if (works && export.fd >= 0)
		close(export.fd);
	return works;
}

/* The clock of the timestamps, and the moment they refer to, from a buffer that is not queued. */
static void add_timestamps(struct json_object *object, struct device *device, uint32_t n_planes)
{
	struct v4l2_planar_buffer buffer = { .n_planes = n_planes };
	uint32_t flags;

	if (v4l2_buffer_ioctl(device, VIDIOC_QUERYBUF, &buffer) < 0)
		return;
	flags = buffer.buffer.flags;
	json_add_text(object, "timestamp_clock", device_clock_name(flags));
	json_add_text(object, "timestamp_source",
		      (flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK) == V4L2_BUF_FLAG_TSTAMP_SRC_SOE
			      ? "start of exposure"
			      : "end of frame");
}

/* Allocates a single buffer to find out what it tells. Returns whether it can be exported. */
static bool add_single_buffer(struct json_object *object, struct allocator *allocator)
{
	int n = allocator_start(allocator, 1, V4L2_MEMORY_MMAP);
	bool exports;

	if (n < 0)
		return false;
	json_add_int(object, "least", n);
	add_timestamps(object, allocator->device, allocator->format->n_planes);
	exports = can_export(allocator->device);
	allocator_stop(allocator);
	return exports;
}

/* Capabilities from REQBUFS and CREATE_BUFS for 0 buffers. The limit is 32 if the driver reports none. */
static void add_limits(struct json_object *object, struct device *device)
{
	struct v4l2_requestbuffers request = { .type = device->type, .memory = V4L2_MEMORY_MMAP };
	struct v4l2_create_buffers create = { .memory = V4L2_MEMORY_MMAP };
	uint32_t most = VIDEO_MAX_FRAME;

	json_add_int(object, "driver_min",
		     controls_get(device, device_is_output(device) ? V4L2_CID_MIN_BUFFERS_FOR_OUTPUT
								   : V4L2_CID_MIN_BUFFERS_FOR_CAPTURE));
	if (device_ioctl(device, VIDIOC_REQBUFS, &request) == 0)
		json_object_object_add(object, "capabilities",
				       report_flags_json(buffer_caps, request.capabilities));
	if (negotiate_get_v4l2_format(device, &create.format) == 0 &&
	    device_ioctl(device, VIDIOC_CREATE_BUFS, &create) == 0 &&
	    create.capabilities & BUF_CAP_MAX_NUM_BUFFERS)
		most = create.reserved[0]; /* max_num_buffers */
	json_add_count(object, "max", most);
}

static struct json_object *modes_json(struct allocator *allocator, bool exports)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < N_IO_MODES; i++)
		json_add_bool(object, io_modes[i]->name,
			      !io_unsupported(io_modes[i], allocator) && (!io_modes[i]->exports || exports));
	return object;
}

/* Does nothing if another program uses the device. */
struct json_object *report_device_io(struct device *device)
{
	struct json_object *object, *buffers;
	struct allocator allocator;
	struct video_format format;
	bool streams = device->caps & V4L2_CAP_STREAMING, exports = false;
	int err = 0;

	if (!device_is_video(device) || negotiate_get_format(device, &format) < 0)
		return NULL;
	object = json_object_new_object();
	allocator_init(&allocator, device, &format);
	if (streams)
		err = allocator_probe(&allocator);
	if (err < 0) {
		json_add_text(object, "error", err_str(err));
		return object;
	}
	buffers = json_object_new_object();
	if (streams) {
		add_limits(buffers, device);
		json_add_bool(buffers, "create_bufs", allocator_can_create(&allocator, V4L2_MEMORY_MMAP));
		exports = add_single_buffer(buffers, &allocator);
	}
	json_object_object_add(object, "modes", modes_json(&allocator, exports));
	if (streams)
		json_object_object_add(object, "buffers", buffers);
	else
		json_object_put(buffers);
	return object;
}

static void print_buffers(struct json_object *buffers)
{
	char text[300] = "", capabilities[300] = "";
	size_t n;

	text_join(text, sizeof text, ", ", "%" PRId64 " to %" PRId64, json_int(buffers, "least"),
		  json_int(buffers, "max"));
	if (json_int(buffers, "driver_min"))
		text_join(text, sizeof text, ", ", "%" PRId64 " of them for the driver",
			  json_int(buffers, "driver_min"));
	text_join(text, sizeof text, ", ", "%s while streaming",
		  json_is_true(buffers, "create_bufs") ? "more (CREATE_BUFS)" : "no more");
	report_line(stdout, "buffers", "%s", text);
	report_join(json_array(buffers, "capabilities", &n), capabilities, sizeof capabilities);
	if (*capabilities)
		report_line(stdout, "", "REQBUFS tells %s", capabilities);
	if (*json_text(buffers, "timestamp_clock"))
		report_line(stdout, "times", "clock %s, %s", json_text(buffers, "timestamp_clock"),
			    json_text(buffers, "timestamp_source"));
}

static void print_io_of(struct json_object *io, const char *label)
{
	struct json_object *modes, *buffers;
	char text[80] = "";

	if (*json_text(io, "error")) {
		report_line(stdout, label, "unknown: %s", json_text(io, "error"));
		return;
	}
	json_object_object_get_ex(io, "modes", &modes);
	json_object_object_foreach(modes, name, works)
	{
		if (json_object_get_boolean(works))
			text_join(text, sizeof text, ", ", "%s", name);
	}
	report_line(stdout, label, "%s", text);
	if (json_object_object_get_ex(io, "buffers", &buffers))
		print_buffers(buffers);
}

void report_device_print_io(struct json_object *io)
{
	print_io_of(io, "io modes");
}

void report_device_print_source_io(struct json_object *io)
{
	print_io_of(io, "taken by");
}
