/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a V4L2 device of any kind, and the calls to it. */
#include "device/device.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mapping.h"
#include "base/text.h"
#include "device/node_errors.h"
#include "device/trace_ioctls.h"
#include "device/v4l2.h"

/* The last accepts any name. */
static const struct device_ops *const kinds[] = { &device_sim, &device_v4l2 };

/* Single-planar before multi-planar: a node that has both delivers the same pictures either way, and import,
 * userptr and read() are simpler there. */
static const struct queue_type {
	enum device_role role;
	uint32_t caps;
	enum v4l2_buf_type type;
} queue_types[] = {
	{ DEVICE_CAPTURE, V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_M2M, V4L2_BUF_TYPE_VIDEO_CAPTURE },
	{ DEVICE_CAPTURE, V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE,
	  V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE },
	{ DEVICE_OUTPUT, V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_M2M, V4L2_BUF_TYPE_VIDEO_OUTPUT },
	{ DEVICE_OUTPUT, V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE,
	  V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE },
};

static bool is_number(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length < 10 && strspn(text, "0123456789") == length;
}

/* Sets *ops by the name, and returns the name for ops->open(). */
static const char *choose_kind(const struct device_ops **ops, const char *name)
{
	size_t i = 0;

	for (; kinds[i]->scheme; i++) {
		size_t length = strlen(kinds[i]->scheme);

		if (strncmp(name, kinds[i]->scheme, length) == 0 && (name[length] == ':' || !name[length])) {
			name += name[length] ? length + 1 : length;
			break;
		}
	}
	*ops = kinds[i];
	return name;
}

static int choose_queue(struct device *device, enum device_role role)
{
	for (size_t i = 0; i < ARRAY_SIZE(queue_types); i++) {
		if ((role >= DEVICE_ANY || role == queue_types[i].role) &&
		    (device->caps & queue_types[i].caps)) {
			device->type = queue_types[i].type;
			return 0;
		}
	}
	return -EMEDIUMTYPE;
}

/* Drivers may leave out the terminator. */
static void clean_driver_text(__u8 *text, size_t size)
{
	text[size - 1] = '\0';
	text_clean((char *)text, "");
}

static int query_capabilities(struct device *device)
{
	struct v4l2_capability *info = &device->info;
	int err = device_ioctl(device, VIDIOC_QUERYCAP, info);

	if (err < 0)
		return err == -EINVAL ? -ENOTTY : err;
	clean_driver_text(info->driver, sizeof info->driver);
	clean_driver_text(info->card, sizeof info->card);
	clean_driver_text(info->bus_info, sizeof info->bus_info);
	device->caps = v4l2_device_caps(info);
	return 0;
}

/* The simulated device logs errors of its keys itself. */
static int report_open_error(const struct device *device, const char *path, int err, enum device_role role)
{
	if (!device_is_simulated(device) || nodes_is_m2m(device->caps))
		return node_error_report(path, err, role, device->caps);
	if (err == -EMEDIUMTYPE)
		log_error("%s: simulates %s device; add the key type=%s", device->ops->scheme,
			  role == DEVICE_OUTPUT ? "a capture" : "an output",
			  role == DEVICE_OUTPUT ? "output" : "capture");
	return err;
}

static int find_default_node(enum device_role role, char path[NODE_PATH_MAX])
{
	const struct node *node;
	struct node *nodes;
	int n = nodes_list(&nodes);
	int err = 0;

	if (n < 0) {
		log_error("/dev: %s", err_str(n));
		return n;
	}
	node = nodes_find(nodes, n, role);
	if (node)
		snprintf(path, NODE_PATH_MAX, "%s", node->path);
	else
		err = node_error_none(nodes, n, role);
	free(nodes);
	return err;
}

/* Sets device->name. A link is kept: it may lead to another node when the device is plugged in again. */
static int resolve_name(struct device *device, const char *name, enum device_role role)
{
	char path[NODE_PATH_MAX];
	int err;

	if (!name) {
		err = find_default_node(role, path);
		if (err < 0)
			return err;
		name = path;
	} else if (is_number(name)) {
		snprintf(path, sizeof path, "/dev/video%s", name);
		name = path;
	}
	device->name = strdup(name);
	return device->name ? 0 : log_no_memory();
}

int device_open(struct device *device, const char *name, enum device_role role)
{
	const char *argument;
	int err;

	*device = (struct device){ .fd = -1 };
	err = resolve_name(device, name, role);
	if (err < 0)
		return err;
	argument = choose_kind(&device->ops, device->name);
	err = device->ops->open(device, argument);
	if (err == 0)
		err = query_capabilities(device);
	if (err == 0)
		err = nodes_serve_role(device->caps, role) ? choose_queue(device, role) : -EMEDIUMTYPE;
	if (err < 0) {
		err = report_open_error(device, device->name, err, role);
		device_close(device);
		return err;
	}
	log_verbose("%s: %s (%s, %s)", device->path, device->info.card, device->info.driver,
		    device->info.bus_info);
	return 0;
}

int device_open_queue(struct device *queue, const struct device *node, enum device_role role)
{
	*queue = *node;
	queue->shared = true;
	queue->path = strdup(node->path);
	queue->name = strdup(node->name);
	if (queue->path && queue->name)
		return choose_queue(queue, role);
	device_close(queue);
	return log_no_memory();
}

void device_close(struct device *device)
{
	if (device->ops && !device->shared)
		device->ops->close(device);
	free(device->path);
	free(device->name);
	*device = (struct device){ .fd = -1 };
}

int device_close_keeping_name(struct device *device)
{
	struct device closed = { .path = strdup(device->path), .info = device->info, .fd = -1 };

	if (!closed.path)
		return log_no_memory();
	closed.name = device->name;
	device->name = NULL;
	device_close(device);
	*device = closed;
	return 0;
}

bool device_is_back(const char *name)
{
	const struct device_ops *ops;
	const char *argument = choose_kind(&ops, name);

	return ops->is_back(argument);
}

int device_ioctl(struct device *device, unsigned long request, void *argument)
{
	bool tracing = log_enabled(LOG_LEVEL_TRACE);
	struct trace trace;
	int result;

	if (tracing)
		trace_ioctl_begin(&trace, request, argument);
	do {
		device->n_calls++;
		result = device->ops->ioctl(device, request, argument);
	} while (result < 0 && errno == EINTR);
	result = result < 0 ? -errno : 0;
	if (tracing)
		trace_ioctl_end(&trace, device->path, request, argument, result);
	return result;
}

/* What libv4l2 converts into is its own memory, which it maps where it likes. */
static bool chooses_place(const struct device *device)
{
	return !device->emulated;
}

void *device_mmap(struct device *device, size_t length, int64_t offset, int *err)
{
	void *place = chooses_place(device) ? mapping_reserve(length, offset) : NULL;
	void *start = MAP_FAILED;

	if (place != MAP_FAILED) {
		device->n_calls++;
		start = device->ops->mmap(device, place, length, PROT_READ | PROT_WRITE,
					  MAP_SHARED | (place ? MAP_FIXED : 0), offset);
	}
	*err = start == MAP_FAILED ? -errno : 0;
	if (start == MAP_FAILED && place && place != MAP_FAILED)
		mapping_remove(place, length);
	if (log_enabled(LOG_LEVEL_TRACE))
		trace_call(device->path, *err, "mmap length=%zu offset=%lld", length, (long long)offset);
	return start;
}

void device_munmap(struct device *device, void *start, size_t length)
{
	size_t bytes = chooses_place(device) ? mapping_bytes(length) : length;
	int result;

	device->n_calls++;
	result = device->ops->munmap(device, start, bytes) < 0 ? -errno : 0;
	if (log_enabled(LOG_LEVEL_TRACE))
		trace_call(device->path, result, "munmap length=%zu", length);
}

ssize_t device_read(struct device *device, void *data, size_t size)
{
	ssize_t result;

	do {
		device->n_calls++;
		result = device->ops->read(device, data, size);
	} while (result < 0 && errno == EINTR);
	if (result < 0)
		result = -errno;
	if (log_enabled(LOG_LEVEL_TRACE))
		trace_call(device->path, result, "read size=%zu", size);
	return result;
}

ssize_t device_write(struct device *device, const void *data, size_t size)
{
	ssize_t result;

	do {
		device->n_calls++;
		result = device->ops->write(device, data, size);
	} while (result < 0 && errno == EINTR);
	if (result < 0)
		result = -errno;
	if (log_enabled(LOG_LEVEL_TRACE))
		trace_call(device->path, result, "write size=%zu", size);
	return result;
}

static void trace_poll(const struct device *device, const struct pollfd *entry, int64_t timeout_ns,
		       int result)
{
	trace_call(device->path, result, "poll timeout_ns=%lld events=0x%x revents=0x%x",
		   (long long)timeout_ns, entry->events, result < 0 ? 0 : entry->revents);
}

/* The descriptor of a simulated device is an eventfd. */
static short system_events(struct device *device, short events)
{
	if (!device->ops->await)
		return events;
	device->ops->await(device, events);
	return POLLIN;
}

int device_poll(struct device *const *devices, nfds_t n_devices, struct pollfd *entries, nfds_t n,
		int64_t timeout_ns)
{
	struct timespec timeout = { .tv_sec = timeout_ns / NS_PER_S, .tv_nsec = timeout_ns % NS_PER_S };
	short events[DEVICE_POLL_MAX];
	int result;

	assert(n_devices <= DEVICE_POLL_MAX && n_devices <= n);
	for (nfds_t i = 0; i < n_devices; i++) {
		events[i] = entries[i].events;
		entries[i].events = system_events(devices[i], events[i]);
	}
	if (n_devices)
		devices[0]->n_calls++;
	result = ppoll(entries, n, timeout_ns < 0 ? NULL : &timeout, NULL);
	if (result < 0)
		result = -errno;
	for (nfds_t i = 0; i < n_devices; i++) {
		entries[i].events = events[i];
		if (result > 0 && devices[i]->ops->revents && entries[i].revents)
			entries[i].revents = devices[i]->ops->revents(devices[i], events[i]) &
					     (short)(events[i] | POLLERR | POLLHUP | POLLNVAL);
		if (log_enabled(LOG_LEVEL_TRACE))
			trace_poll(devices[i], &entries[i], timeout_ns, result);
	}
	return result;
}

int device_convert(struct device *device, bool on)
{
	int err;

	if (!device->ops->convert)
		return -ENOTSUP;
	if (device->emulated == on)
		return 0;
	err = device->ops->convert(device, on);
	if (err < 0 && on)
		device->ops->convert(device, false);
	device->emulated = on && err == 0;
	return err < 0 ? err : query_capabilities(device); /* libv4l2 adds V4L2_CAP_READWRITE */
}

int device_error(const struct device *device, const char *what, int err)
{
	log_error("%s: %s: %s", device->path ? device->path : "device", what, err_str(err));
	return err;
}

const char *device_clock_name(uint32_t buffer_flags)
{
	if (device_clock_is_monotonic(buffer_flags))
		return "monotonic";
	return (buffer_flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_COPY ? "copy"
											     : "unknown";
}
