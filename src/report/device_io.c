/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 'v4l2q list -d DEV' says about the io modes. */
#include <fcntl.h>
#include <unistd.h>
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "device/negotiate.h"
#include "queue/io.h"
#include "report/common.h"
#include "report/device_internal.h"

/* Whether the driver supports EXPBUF, which no capability tells: it takes a buffer to try it. */
static bool can_export(struct device *device, struct allocator *allocator)
{
	struct v4l2_exportbuffer export = { .type = device->type, .flags = O_CLOEXEC | O_RDWR };
	bool works;

	if (device->emulated || allocator_start(allocator, 1, V4L2_MEMORY_MMAP) < 0)
		return false;
	works = device_ioctl(device, VIDIOC_EXPBUF, &export) == 0;
	if (works && export.fd >= 0)
		close(export.fd);
	allocator_stop(allocator);
	return works;
}

struct json_object *report_device_io(struct device *device)
{
	struct json_object *object;
	struct allocator allocator;
	struct video_format format;
	int err = 0;

	if (negotiate_get_format(device, &format) < 0)
		return NULL;
	object = json_object_new_object();
	allocator_init(&allocator, device, &format);
	if (device->caps & V4L2_CAP_STREAMING)
		err = allocator_probe(&allocator);
	if (err < 0) {
		json_add_text(object, "error", err_str(err));
		return object;
	}
	for (size_t i = 0; i < N_IO_MODES; i++) {
		const struct io_ops *io = io_modes[i];

		json_add_bool(object, io->name,
			      !io_unsupported(io, &allocator) &&
				      (!io->exports || can_export(device, &allocator)));
	}
	return object;
}

void report_device_print_io(struct json_object *io)
{
	char text[80] = "";

	if (*json_text(io, "error")) {
		report_line(stdout, "io modes", "unknown: %s", json_text(io, "error"));
		return;
	}
	json_object_object_foreach(io, name, works)
	{
		if (json_object_get_boolean(works))
			text_join(text, sizeof text, ", ", "%s", name);
	}
	report_line(stdout, "io modes", "%s", text);
}
