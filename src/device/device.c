/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls to a V4L2 device of any kind. */
#include "device/device.h"

#include <assert.h>
#include <errno.h>
#include <sys/mman.h>
#include <time.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mapping.h"
#include "device/trace_ioctls.h"

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

/* libv4l2 maps buffers that it converts into at an address of its own choice. */
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

/* For the simulated device: its descriptor is an eventfd, so poll() asks for POLLIN. */
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
