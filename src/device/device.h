/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A V4L2 device: a kernel node through libv4l2, or the simulated one. This is the only place that
 * reads errno of an ioctl: everything here returns 0 or a negative errno. Every call is one line in
 * the trace (-vv).
 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/videodev2.h>

struct device;

/* A kind of device. As in libc, ioctl, mmap, munmap, read and write fail with -1 (MAP_FAILED) and errno; open
 * returns 0 or a negative errno and sets device->fd and device->path. */
struct device_ops {
	const char *scheme; /* "sim": taken where the name is "sim" or starts with "sim:"; NULL: any name */
	int (*open)(struct device *device, const char *name);
	void (*close)(struct device *device); /* takes a half-open one */
	int (*ioctl)(struct device *device, unsigned long request, void *argument);
	void *(*mmap)(struct device *device, size_t length, int protection, int flags, int64_t offset);
	int (*munmap)(struct device *device, void *start, size_t length);
	ssize_t (*read)(struct device *device, void *data, size_t size);
	ssize_t (*write)(struct device *device, const void *data, size_t size);
	/* What poll() says of device->fd, put into a V4L2 node's words. NULL: it is a node's already. */
	short (*revents)(struct device *device, short revents);
	/* Before poll(), where there is revents(): the descriptor is to get readable for no more than these
	 * events, and errors. */
	void (*await)(struct device *device, short events);
	/* Begins or ends to convert pixel formats that the device lacks; forgets the device's buffers. May
	 * change device->fd. Returns 0 or a negative errno. NULL: never converts. */
	int (*convert)(struct device *device, bool on);
};

extern const struct device_ops device_v4l2, device_sim;

struct device {
	const struct device_ops *ops;
	void *data; /* the kind's own */
	char *path; /* for messages and the report: "/dev/video0", "sim" */
	int fd;     /* to poll; -1 when closed */
	struct v4l2_capability info;
	uint32_t caps;           /* device_caps where the driver fills them in, else capabilities */
	enum v4l2_buf_type type; /* the queue that is used; set by device_open() */
	bool emulated;    /* libv4l2 converts the pixel format: mmap and rw only, no CREATE_BUFS or EXPBUF */
	uint64_t n_calls; /* system calls made so far, for bench */
};

enum device_role { DEVICE_CAPTURE, DEVICE_OUTPUT, DEVICE_ANY };

/* Opens the named device ("/dev/video0", "0", a link, "sim:…"; NULL: the first node that can do the job) for
 * the role and finds out its queue type. On failure it has said why and what to do (see device/nodes.h), and
 * returns -ENOENT, -ENODEV, -EBUSY, -EACCES, -ENOTTY (not a V4L2 node), -EMEDIUMTYPE (a node for another
 * job), -EINVAL (a simulated device's keys). */
int device_open(struct device *device, const char *name, enum device_role role);
void device_close(struct device *device);

/* Restarts after EINTR. Logs nothing but the trace: callers know which failures are expected. */
int device_ioctl(struct device *device, unsigned long request, void *argument);
/* Returns MAP_FAILED and sets *err to a negative errno on failure. PROT_READ|PROT_WRITE, MAP_SHARED. */
void *device_mmap(struct device *device, size_t length, int64_t offset, int *err);
void device_munmap(struct device *device, void *start, size_t length);
ssize_t device_read(struct device *device, void *data, size_t size);
ssize_t device_write(struct device *device, const void *data, size_t size);
/* poll() on entries[0..n), of which entries[0] is the device's own. Returns as poll() does, or a negative
 * errno (-EINTR too); entries[0].revents is in a V4L2 node's words. timeout_ns < 0: no limit. */
int device_poll(struct device *device, struct pollfd *entries, nfds_t n, int64_t timeout_ns);

static inline bool device_is_output(const struct device *device)
{
	return V4L2_TYPE_IS_OUTPUT(device->type);
}

static inline bool device_is_multiplanar(const struct device *device)
{
	return V4L2_TYPE_IS_MULTIPLANAR(device->type);
}

static inline bool device_is_simulated(const struct device *device)
{
	return device->ops->scheme;
}

/* What the node itself can do, where the driver tells that apart from what the whole device can do
 * (kernel documentation, "ioctl VIDIOC_QUERYCAP"). */
static inline uint32_t device_caps(const struct v4l2_capability *info)
{
	return info->capabilities & V4L2_CAP_DEVICE_CAPS ? info->device_caps : info->capabilities;
}

/* Whether the flags of a struct v4l2_buffer say that its timestamp is of CLOCK_MONOTONIC. */
static inline bool device_clock_is_monotonic(uint32_t buffer_flags)
{
	return (buffer_flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}

/* The clock of a buffer's timestamp: "monotonic", "copy" (of the output buffer's) or "unknown". */
const char *device_clock_name(uint32_t buffer_flags);
/* Turns the conversion of pixel formats on or off and keeps device->emulated true to it. -ENOTSUP: there is
 * none. */
int device_convert(struct device *device, bool on);
/* Logs "DEVICE: IOCTL: reason" as an error and returns err, so that one line both reports and passes it on.
 */
int device_error(const struct device *device, const char *what, int err);

#endif
