/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel nodes, through libv4l2. libv4l2's conversion is off unless device_convert() asks for it: with
 * it on, a single-planar capture node refuses all memory but MMAP, and claims read() where the driver
 * has none.
 */
#include "device/v4l2.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <libv4l2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "device/device.h"
#include "device/trace.h"

#define OPEN_FLAGS (O_RDWR | O_NONBLOCK | O_CLOEXEC)

/* A directory or a file that stands where a node should is never opened: that could change or block on it. */
static int open_node(const char *path)
{
	struct stat status;
	int fd;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISCHR(status.st_mode))
		return -ENOTTY;
	fd = open(path, OPEN_FLAGS);
	if (fd < 0)
		fd = -errno;
	if (log_enabled(LOG_LEVEL_TRACE))
		trace_call(path, fd < 0 ? fd : 0, "open");
	return fd;
}

int v4l2_querycap(const char *path, struct v4l2_capability *info)
{
	int fd = open_node(path);
	int err = 0;

	memset(info, 0, sizeof *info);
	if (fd < 0)
		return fd;
	if (ioctl(fd, VIDIOC_QUERYCAP, info) < 0)
		err = errno == EINVAL ? -ENOTTY : -errno;
	close(fd);
	return err;
}

/* libv4l2's errors go to standard error, an empty queue among them; with a log it has, they go there with all
 * that it does. */
static ssize_t library_says(void *opaque, const char *data, size_t size)
{
	(void)opaque;
	if (log_enabled(LOG_LEVEL_TRACE) && memmem(data, size, "error", 5))
		log_trace("%.*s", (int)(data[size - 1] == '\n' ? size - 1 : size), data);
	return (ssize_t)size;
}

/* Writing that log costs at every call: only where libv4l2 would speak. */
static void redirect_library(bool on)
{
	static const cookie_io_functions_t functions = { .write = library_says };
	static FILE *library_log;

	if (on && !library_log && (library_log = fopencookie(NULL, "w", functions)))
		setvbuf(library_log, NULL, _IOLBF, 0);
	v4l2_log_file = on ? library_log : NULL;
}

/* The rest is kept from it: its plugin for multi-planar nodes shows them as single-planar ones, and then
 * fails at buffers. */
static bool is_for_library(const struct v4l2_capability *info)
{
	uint32_t caps = device_caps(info);
	uint32_t others = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
			  V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE;

	return (caps & V4L2_CAP_VIDEO_CAPTURE) && !(caps & others);
}

static int attach(struct device *device, bool convert)
{
	struct v4l2_capability info = { 0 };
	int fd = open_node(device->path);
	int result;

	if (fd < 0)
		return fd;
	device->fd = fd;
	/* libv4l2 complains aloud of what is not a video device. */
	if (ioctl(fd, VIDIOC_QUERYCAP, &info) < 0)
		return errno == EINVAL ? -ENOTTY : -errno;
	if (!is_for_library(&info))
		return convert ? -ENOTSUP : 0;
	redirect_library(true);
	result = v4l2_fd_open(fd, convert ? 0 : V4L2_DISABLE_CONVERSION);
	redirect_library(convert);
	/* Its refusal matters only to conversion: an unknown descriptor passes through it to the kernel. */
	return result < 0 && convert ? -ENOTSUP : 0;
}

static void detach(struct device *device)
{
	int result;

	if (device->fd < 0)
		return;
	result = v4l2_close(device->fd);
	if (log_enabled(LOG_LEVEL_TRACE))
		trace_call(device->path, result < 0 ? -errno : 0, "close");
	device->fd = -1;
}

static int node_open(struct device *device, const char *name)
{
	device->path = strdup(name);
	return device->path ? attach(device, false) : -ENOMEM;
}

static void node_close(struct device *device)
{
	detach(device);
	free(device->path);
	device->path = NULL;
}

/* libv4l2 decides when it is given a descriptor, and closes it with the rest: a new descriptor is the only
 * way. */
static int node_convert(struct device *device, bool on)
{
	detach(device);
	return attach(device, on);
}

static int node_ioctl(struct device *device, unsigned long request, void *argument)
{
	return v4l2_ioctl(device->fd, request, argument);
}

static void *node_mmap(struct device *device, size_t length, int protection, int flags, int64_t offset)
{
	return v4l2_mmap(NULL, length, protection, flags, device->fd, offset);
}

static int node_munmap(struct device *device, void *start, size_t length)
{
	(void)device;
	return v4l2_munmap(start, length);
}

static ssize_t node_read(struct device *device, void *data, size_t size)
{
	return v4l2_read(device->fd, data, size);
}

static ssize_t node_write(struct device *device, const void *data, size_t size)
{
	return v4l2_write(device->fd, data, size);
}

const struct device_ops device_v4l2 = {
	.open = node_open,
	.close = node_close,
	.ioctl = node_ioctl,
	.mmap = node_mmap,
	.munmap = node_munmap,
	.read = node_read,
	.write = node_write,
	.convert = node_convert,
};
