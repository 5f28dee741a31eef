/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A V4L2 device: a kernel node through libv4l2, or the simulated device. All system calls to a device pass
 * through here: each returns 0, a count or a negative errno, and is one line of the trace (-vv).
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

/* A kind of device. ioctl, mmap, munmap, read and write fail as in libc, with -1 or MAP_FAILED and errno. */
struct device_ops {
	const char *scheme; /* "sim": for the names "sim" and "sim:…"; NULL: for all others */
	/* Sets device->fd and device->path. name is what follows the scheme. Returns 0 or a negative errno;
	 * close is called on failure too. */
	int (*open)(struct device *device, const char *name);
	void (*close)(struct device *device);
	/* Whether the device of this name is present and can be opened, after it was unplugged. */
	bool (*is_back)(const char *name);
	int (*ioctl)(struct device *device, unsigned long request, void *argument);
	/* start: the address to map at, with MAP_FIXED in flags; NULL: any */
	void *(*mmap)(struct device *device, void *start, size_t length, int protection, int flags,
		      int64_t offset);
	int (*munmap)(struct device *device, void *start, size_t length);
	ssize_t (*read)(struct device *device, void *data, size_t size);
	ssize_t (*write)(struct device *device, const void *data, size_t size);
	/* The revents of poll() on a V4L2 node, for a kind whose device->fd only tells that there are some.
	 * NULL, like await: device->fd is a V4L2 node. */
	short (*revents)(struct device *device, short events);
	/* Called before poll(): restricts what makes device->fd readable to these events and errors. */
	void (*await)(struct device *device, short events);
	/* Turns the conversion of pixel formats that the device lacks on or off. The device loses its
	 * buffers, and device->fd may change. Returns 0 or a negative errno. NULL: cannot convert. */
	int (*convert)(struct device *device, bool on);
	/* Media graphs, see device/media_nodes.h. */
	int (*numbers)(const struct device *node, uint32_t *major, uint32_t *minor);
	int (*open_media)(struct device *media, const struct device *node);
	int (*open_interface)(struct device *interface, const struct device *media, uint32_t major,
			      uint32_t minor);
};

extern const struct device_ops device_sim; /* defined in sim/, which this folder must not include */

struct obstacle;

struct device {
	const struct device_ops *ops;
	void *data; /* private to the kind */
	char *path; /* "/dev/video0", "sim" */
	char *name; /* opens the device again: the path, or "sim:…" with its keys */
	int fd;     /* for poll(); -1: closed */
	struct v4l2_capability info;
	uint32_t caps;           /* see v4l2_device_caps() */
	enum v4l2_buf_type type; /* of the queue in use, chosen by device_open() */
	bool shared;             /* opened by device_open_queue(): another device closes the descriptor */
	struct device *node;     /* the device that owns the descriptor; NULL: this one */
	bool is_gone;            /* a call failed with ENODEV, which has been logged */
	/* Fills in *obstacle with what in the media pipeline in front of the device keeps it from streaming,
	 * after the call named failed; false: nothing. Set by the callers that include pipeline/; NULL: not
	 * checked. */
	bool (*explain_pipeline)(struct device *device, const char *call, struct obstacle *obstacle);
	bool emulated;    /* libv4l2 converts the pixel format: mmap and rw only, no CREATE_BUFS or EXPBUF */
	uint64_t n_calls; /* system calls so far */
};

/* DEVICE_ANY: capture or output. DEVICE_NODE: also a memory-to-memory node, which fills neither role.
 * DEVICE_ALL: also one without pictures: VBI, metadata, SDR, radio (whose device->type is 0). */
enum device_role { DEVICE_CAPTURE, DEVICE_OUTPUT, DEVICE_ANY, DEVICE_NODE, DEVICE_ALL };

/* Opens a device ("/dev/video0", "0", a link, "sim:…"; NULL: the first node that has the capability) and
 * chooses its queue for the role. Returns 0, or a negative errno, logged with the cause and a remedy:
 * -ENOENT, -ENODEV, -EBUSY, -EACCES, -ENOTTY (not a V4L2 node), -EMEDIUMTYPE (a node for another job),
 * -EINVAL (unknown keys of the simulated device), or the system's. */
int device_open(struct device *device, const char *name, enum device_role role);
/* A queue of a memory-to-memory node, DEVICE_CAPTURE or DEVICE_OUTPUT, as a device of its own on the node's
 * descriptor. The node must outlive it, and shows its calls in the trace under the same path. Returns 0;
 * -EMEDIUMTYPE (the node has no such queue); or -ENOMEM, logged. */
int device_open_queue(struct device *queue, struct device *node, enum device_role role);
/* Accepts a device that was not opened, or only in part. */
void device_close(struct device *device);
/* Closes the device, but keeps its path, name and info, for messages and to open it again. Returns 0, or
 * -ENOMEM, logged, with the device still open. */
int device_close_keeping_name(struct device *device);
/* Whether the name has the scheme of a kind of device, as "sim:…" has; such a device needs no file. */
bool device_has_scheme(const char *name);
/* Whether the device of that name (struct device) is present and can be opened. Logs nothing. */
bool device_is_back(const char *name);

/* The system calls. ioctl, read and write are restarted after EINTR. They log nothing but the trace, as some
 * failures are expected. device_mmap() maps shared memory for reading and writing, with a page behind it
 * (base/mapping.h) unless device->emulated; on failure it returns MAP_FAILED and sets *err to a negative
 * errno. */
int device_ioctl(struct device *device, unsigned long request, void *argument);
void *device_mmap(struct device *device, size_t length, int64_t offset, int *err);
void device_munmap(struct device *device, void *start, size_t length);
ssize_t device_read(struct device *device, void *data, size_t size);
ssize_t device_write(struct device *device, const void *data, size_t size);
#define DEVICE_POLL_MAX 8
/* poll() on n entries, of which the first n_devices are of those devices, each with a descriptor of its own:
 * their revents are those of a V4L2 node. Returns the number of entries with events, 0 on timeout, or a
 * negative errno (-EINTR too). timeout_ns < 0: no limit. */
int device_poll(struct device *const *devices, nfds_t n_devices, struct pollfd *entries, nfds_t n,
		int64_t timeout_ns);

/* Whether its queue carries pictures. */
static inline bool device_is_video(const struct device *device)
{
	return device->type == V4L2_BUF_TYPE_VIDEO_CAPTURE || device->type == V4L2_BUF_TYPE_VIDEO_OUTPUT ||
	       V4L2_TYPE_IS_MULTIPLANAR(device->type);
}

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

/* Whether the flags of a struct v4l2_buffer say that its timestamp is of CLOCK_MONOTONIC. */
static inline bool device_clock_is_monotonic(uint32_t buffer_flags)
{
	return (buffer_flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}

/* The clock of a buffer's timestamp: "monotonic", "copy" (of the output buffer's) or "unknown". */
const char *device_clock_name(uint32_t buffer_flags);
/* Turns the conversion of pixel formats on or off and updates device->emulated. Returns 0, -ENOTSUP for a
 * kind that cannot convert, or another negative errno. */
int device_convert(struct device *device, bool on);
/* Logs the error "DEVICE: WHAT: reason" and returns err. */
int device_error(const struct device *device, const char *what, int err);

#endif
