/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel V4L2 nodes, through libv4l2. Its conversion is off unless device_convert() turns it on: with it,
 * libv4l2 refuses all memory but MMAP on single-planar capture nodes, and claims read() where the driver has
 * none.
 */
#include "device/v4l2.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libv4l2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "base/log.h"
#include "device/device.h"
#include "device/nodes/hardware.h"
#include "device/trace.h"

#define OPEN_FLAGS (O_RDWR | O_NONBLOCK | O_CLOEXEC)

/* Opens character devices only: opening a file or FIFO of that name could block or have effects. */
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

uint32_t v4l2_device_caps(const struct v4l2_capability *info)
{
	return info->capabilities & V4L2_CAP_DEVICE_CAPS ? info->device_caps : info->capabilities;
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

/* libv4l2 prints errors to standard error, including EAGAIN of VIDIOC_DQBUF, unless v4l2_log_file is set;
 * then it also logs every call there. Passes only the errors to the trace. */
static ssize_t trace_libv4l2(void *opaque, const char *data, size_t size)
{
	(void)opaque;
	if (log_enabled(LOG_LEVEL_TRACE) && memmem(data, size, "error", 5))
		log_trace("%.*s", (int)(data[size - 1] == '\n' ? size - 1 : size), data);
	return (ssize_t)size;
}

/* Formatting that log costs at every call, so it is on only while libv4l2 may print. */
static void redirect_libv4l2(bool on)
{
	static const cookie_io_functions_t functions = { .write = trace_libv4l2 };
	static FILE *library_log;

	if (on && !library_log && (library_log = fopencookie(NULL, "w", functions)))
		setvbuf(library_log, NULL, _IOLBF, 0);
	v4l2_log_file = on ? library_log : NULL;
}

/* libv4l2 is for single-planar capture nodes only: its plugin for multi-planar nodes presents them as
 * single-planar ones, and then fails at buffers. */
static bool supports_libv4l2(const struct v4l2_capability *info)
{
	uint32_t caps = v4l2_device_caps(info);
	uint32_t others = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT |
			  V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE;

	return (caps & V4L2_CAP_VIDEO_CAPTURE) && !(caps & others);
}

static int open_node_descriptor(struct device *device, bool convert)
{
	struct v4l2_capability info = { 0 };
	int fd = open_node(device->path);
	int result;

	if (fd < 0)
		return fd;
	device->fd = fd;
	/* libv4l2 prints an error for what is not a V4L2 device. */
	if (ioctl(fd, VIDIOC_QUERYCAP, &info) < 0)
		return errno == EINVAL ? -ENOTTY : -errno;
	if (!supports_libv4l2(&info))
		return convert ? -ENOTSUP : 0;
	redirect_libv4l2(true);
	result = v4l2_fd_open(fd, convert ? 0 : V4L2_DISABLE_CONVERSION);
	redirect_libv4l2(convert);
	/* Without conversion its failure does not matter: it passes unknown descriptors on to the kernel. */
	return result < 0 && convert ? -ENOTSUP : 0;
}

static void close_node_descriptor(struct device *device)
{
	int result;

	if (device->fd < 0)
		return;
	result = v4l2_close(device->fd);
	if (log_enabled(LOG_LEVEL_TRACE))
		trace_call(device->path, result < 0 ? -errno : 0, "close");
	device->fd = -1;
}

static int v4l2_node_open(struct device *device, const char *name)
{
	device->path = strdup(name);
	return device->path ? open_node_descriptor(device, false) : -ENOMEM;
}

static void v4l2_node_close(struct device *device)
{
	close_node_descriptor(device);
	free(device->path);
	device->path = NULL;
}

/* The node can exist without its device. */
static bool v4l2_node_is_back(const char *name)
{
	int fd = open(name, OPEN_FLAGS);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* libv4l2 decides about conversion when it is given the descriptor, and closes that with its own state. */
static int v4l2_node_convert(struct device *device, bool on)
{
	close_node_descriptor(device);
	return open_node_descriptor(device, on);
}

static int v4l2_node_ioctl(struct device *device, unsigned long request, void *argument)
{
	return v4l2_ioctl(device->fd, request, argument);
}

/* With an address libv4l2 passes the call to the kernel, which has no buffer that libv4l2 converts into. */
static void *v4l2_node_mmap(struct device *device, void *start, size_t length, int protection, int flags,
			    int64_t offset)
{
	return v4l2_mmap(start, length, protection, flags, device->fd, offset);
}

static int v4l2_node_munmap(struct device *device, void *start, size_t length)
{
	(void)device;
	return v4l2_munmap(start, length);
}

static ssize_t v4l2_node_read(struct device *device, void *data, size_t size)
{
	return v4l2_read(device->fd, data, size);
}

static ssize_t v4l2_node_write(struct device *device, const void *data, size_t size)
{
	return v4l2_write(device->fd, data, size);
}

static int v4l2_node_numbers(const struct device *node, uint32_t *major_number, uint32_t *minor_number)
{
	struct stat status;

	if (fstat(node->fd, &status) < 0)
		return -errno;
	*major_number = major(status.st_rdev);
	*minor_number = minor(status.st_rdev);
	return 0;
}

/* libv4l2 passes the calls to a descriptor that it was not given on to the kernel. */
static int open_plain(struct device *device, const char *path)
{
	device->path = strdup(path);
	if (!device->path)
		return log_no_memory();
	device->fd = open_node(path);
	return device->fd < 0 ? device->fd : 0;
}

/* The name in sysfs and /dev of the node with these numbers: "v4l-subdev3". */
static bool sysfs_name(uint32_t major_number, uint32_t minor_number, char name[NODE_PATH_MAX])
{
	char link[64], target[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof link, "/sys/dev/char/%u:%u", major_number, minor_number);
	n = readlink(link, target, sizeof target - 1);
	if (n <= 0)
		return false;
	target[n] = '\0';
	snprintf(name, NODE_PATH_MAX, "%.*s", NODE_PATH_MAX - 1, basename(target));
	return true;
}

static int v4l2_node_open_media(struct device *media, const struct device *node)
{
	char name[NODE_PATH_MAX], path[NODE_PATH_MAX];
	uint32_t numbers[2];
	struct hardware hardware;

	if (v4l2_node_numbers(node, &numbers[0], &numbers[1]) < 0 ||
	    !sysfs_name(numbers[0], numbers[1], name) || !hardware_of("", name, &hardware) ||
	    !hardware_media("", &hardware, (const char *)node->info.bus_info, path))
		return -ENOENT;
	return open_plain(media, path);
}

static int v4l2_node_open_interface(struct device *interface, const struct device *media,
				    uint32_t major_number, uint32_t minor_number)
{
	char name[NODE_PATH_MAX], path[NODE_PATH_MAX + 5];

	(void)media;
	if (!sysfs_name(major_number, minor_number, name))
		return -ENOENT;
	snprintf(path, sizeof path, "/dev/%s", name);
	return open_plain(interface, path);
}

const struct device_ops device_v4l2 = {
	.open = v4l2_node_open,
	.close = v4l2_node_close,
	.is_back = v4l2_node_is_back,
	.ioctl = v4l2_node_ioctl,
	.mmap = v4l2_node_mmap,
	.munmap = v4l2_node_munmap,
	.read = v4l2_node_read,
	.write = v4l2_node_write,
	.convert = v4l2_node_convert,
	.numbers = v4l2_node_numbers,
	.open_media = v4l2_node_open_media,
	.open_interface = v4l2_node_open_interface,
};
