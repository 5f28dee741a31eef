/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated device: its struct device_ops. options.c parses the keys, calls.c finds the function of an
 * ioctl, vb2.c keeps the kernel's rules for buffers, stream.c decides when frames are due, frame.c fills a
 * buffer from test_pattern.c or codec.c, faults.c holds the injected faults.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include "base/clock.h"
#include "base/log.h"
#include "sim/sim_internal.h"

/* Each call first makes the frames that are due; returns the error with which the call fails, or 0. */
static int begin_call(struct sim *sim, const char *name)
{
	sim_stream_catch_up(sim);
	return sim->unplugged ? -ENODEV : sim_faults_call(sim, name);
}

/* Returns the result as a system call does: a negative errno as -1 and errno. */
static ssize_t end_call(struct sim *sim, ssize_t result)
{
	if (!sim->format.fps.num) /* a queued buffer is filled at once */
		sim_stream_catch_up(sim);
	sim_stream_update_fds(sim);
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

static int sim_ioctl(struct device *device, unsigned long request, void *argument)
{
	struct sim *sim = sim_of(device);
	const struct sim_call *call = sim_calls_find(request);
	int err;

	if (!call) {
		errno = sim->unplugged ? ENODEV : ENOTTY;
		return -1;
	}
	err = begin_call(sim, sim_calls_name(call, argument));
	if (err == 0)
		err = call->run(sim, argument);
	else if (request == VIDIOC_STREAMOFF)
		sim->stopped = true; /* videobuf2 stops the driver even when STREAMOFF fails */
	return (int)end_call(sim, err);
}

static void *sim_mmap(struct device *device, void *start, size_t length, int protection, int flags,
		      int64_t offset)
{
	struct sim *sim = sim_of(device);
	void *mapped = MAP_FAILED;
	int err = begin_call(sim, "mmap");

	if (err == 0)
		mapped = sim_memory_mmap(sim, start, length, protection, flags, offset, &err);
	end_call(sim, mapped == MAP_FAILED ? err : 0);
	return mapped;
}

static int sim_munmap(struct device *device, void *start, size_t length)
{
	struct sim *sim = sim_of(device);
	int err;

	/* Mappings outlive the device. */
	if (!sim)
		return munmap(start, length);
	err = sim_faults_call(sim, "munmap");
	if (err == 0)
		err = sim_memory_munmap(sim, start, length);
	return (int)end_call(sim, err);
}

static ssize_t sim_read(struct device *device, void *data, size_t size)
{
	struct sim *sim = sim_of(device);
	ssize_t n = begin_call(sim, "read");

	if (n == 0)
		n = sim->options.output ? -EINVAL : sim_read_write_read(sim, data, size);
	return end_call(sim, n);
}

static ssize_t sim_write(struct device *device, const void *data, size_t size)
{
	struct sim *sim = sim_of(device);
	ssize_t n = begin_call(sim, "write");

	if (n == 0)
		n = sim->options.output ? sim_read_write_write(sim, data, size) : -EINVAL;
	return end_call(sim, n);
}

static void sim_await(struct device *device, short events)
{
	struct sim *sim = sim_of(device);

	sim->poll_events = events;
	sim_stream_update_fds(sim);
}

static short sim_revents(struct device *device, short revents)
{
	struct sim *sim = sim_of(device);

	(void)revents;
	/* As vb2_core_poll(): poll() on a device without buffers starts read() or write() emulation. */
	if (!sim->n_buffers && !sim->unplugged && !sim->n_events)
		sim_read_write_start(sim);
	sim_stream_catch_up(sim);
	sim_stream_update_fds(sim);
	return sim_stream_revents(sim);
}

static int add_to_epoll(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	return 0;
}

static int open_descriptors(struct sim *sim)
{
	int err;

	sim->device->fd = epoll_create1(EPOLL_CLOEXEC);
	if (sim->device->fd < 0)
		return -errno;
	sim->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	err = add_to_epoll(sim->device->fd, sim->timer_fd);
	if (err < 0)
		return err;
	sim->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return add_to_epoll(sim->device->fd, sim->ready_fd);
}

static int open_file(FILE **file, const char *path, const char *key, const char *mode)
{
	if (!path)
		return 0;
	*file = fopen(path, mode);
	if (!*file) {
		log_error("sim: %s=%s: %s", key, path, err_str(-errno));
		return -errno;
	}
	return 0;
}

static int open_files(struct sim *sim)
{
	int err;

	if (sim->options.dump && !sim->options.output) {
		log_error("sim: dump= needs type=output");
		return -EINVAL;
	}
	err = open_file(&sim->dump_file, sim->options.dump, "dump", "wbe");
	return err < 0 ? err : open_file(&sim->settings_file, sim->options.settings, "settings", "ae");
}

static void write_settings(const struct sim *sim)
{
	const struct video_format *format = &sim->format;
	char fourcc[FOURCC_TEXT_MAX], rate[FRACTION_TEXT_MAX];

	if (!sim->settings_file)
		return;
	fprintf(sim->settings_file, "input=%d %s %ux%u %s fps", sim->input,
		fourcc_text(format->fourcc, fourcc), format->width, format->height,
		fraction_text(format->fps, rate));
	sim_controls_print(sim, sim->settings_file);
	putc('\n', sim->settings_file);
}

/* When the device that was unplugged is plugged in again. */
static int64_t back_ns;

static bool sim_is_back(const char *keys)
{
	(void)keys;
	return now_ns() >= back_ns;
}

static int sim_open(struct device *device, const char *keys)
{
	struct sim *sim = calloc(1, sizeof *sim);
	int err;

	if (!sim)
		return log_no_memory();
	sim->device = device;
	sim->timer_fd = sim->ready_fd = device->fd = -1;
	sim->poll_events = ~0;
	device->data = sim;
	err = sim_options_parse(&sim->options, keys);
	if (err == 0)
		err = sim_formats_init(sim);
	if (err == 0)
		err = open_files(sim);
	if (err < 0)
		return err;
	device->path = strdup("sim");
	err = !device->path ? -ENOMEM : sim_is_back(keys) ? sim_faults_call(sim, "open") : -ENOENT;
	if (err == 0)
		err = open_descriptors(sim);
	if (err < 0) {
		log_error("sim: %s", err_str(err));
		return err;
	}
	if (sim->options.event_width) {
		sim->detected_width = sim->format.width;
		sim->detected_height = sim->format.height;
		sim->options.adjust |= SIM_ADJUST_SIZE; /* a receiver does not scale */
	}
	sim->waiting_for_buffers = !sim->options.output;
	sim_controls_init(sim);
	sim_stream_update_fds(sim);
	write_settings(sim);
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void sim_close(struct device *device)
{
	struct sim *sim = sim_of(device);
	struct sim_mapping *mapping;

	if (!sim)
		return;
	if (sim->unplugged)
		back_ns = now_ns() + sim->options.replug_ns;
	sim_stream_catch_up(sim); /* the last frames given to write() may be due */
	sim_stream_stop(sim);
	sim_vb2_free(sim);
	sim_frame_discard(sim);
	while ((mapping = sim->mappings)) {
		sim->mappings = mapping->next;
		free(mapping);
	}
	if (device->fd >= 0) /* it was opened */
		write_settings(sim);
	if (sim->settings_file)
		fclose(sim->settings_file);
	if (sim->dump_file)
		fclose(sim->dump_file);
	close_fd(&sim->timer_fd);
	close_fd(&sim->ready_fd);
	close_fd(&device->fd);
	sim_options_close(&sim->options);
	free(sim);
	free(device->path);
	device->path = NULL;
	device->data = NULL;
}

const struct device_ops device_sim = {
	.scheme = "sim",
	.open = sim_open,
	.close = sim_close,
	.is_back = sim_is_back,
	.ioctl = sim_ioctl,
	.mmap = sim_mmap,
	.munmap = sim_munmap,
	.read = sim_read,
	.write = sim_write,
	.revents = sim_revents,
	.await = sim_await,
};
