/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated device: its struct device_ops. options.c parses the keys, node.c opens and closes, calls.c
 * finds the function of an ioctl, vb2.c keeps the kernel's rules for buffers, stream.c decides when frames
 * are due, m2m.c processes those of memory-to-memory nodes, frame.c fills a buffer from test_pattern.c or
 * codec.c, faults.c holds the injected faults.
 */
#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include "sim/sim_internal.h"

/* Makes the frames that are due before each call. Returns the error of an injected fault, or 0. */
static int begin_call(struct sim *sim, const char *name)
{
	sim_stream_catch_up(sim);
	return sim->unplugged ? -ENODEV : sim_faults_call(sim, name);
}

/* Returns the result as a system call does: a negative errno as -1 and errno. */
static ssize_t end_call(struct sim *sim, ssize_t result)
{
	if (!sim->queue.format.fps.num || sim->m2m) /* a queued buffer is filled at once */
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

	sim_stream_catch_up(sim);
	return (int)end_call(sim, sim_calls_run(sim_file_of(device), request, argument));
}

static void *sim_mmap(struct device *device, void *start, size_t length, int protection, int flags,
		      int64_t offset)
{
	struct sim *sim = sim_of(device);
	void *mapped = MAP_FAILED;
	int err = begin_call(sim, "mmap");

	if (err == 0)
		mapped = sim_memory_mmap(sim_file_of(device), start, length, protection, flags, offset, &err);
	end_call(sim, mapped == MAP_FAILED ? err : 0);
	return mapped;
}

/* A mapping may outlive the device that created it: `device` may be closed. */
static int sim_munmap(struct device *device, void *start, size_t length)
{
	struct sim *sim = device->data ? sim_of(device) : NULL;
	struct sim_file *file = NULL;
	int err = sim ? sim_faults_call(sim, "munmap") : 0;

	if (err == 0)
		file = sim_memory_munmap(start, length, &err);
	if (file)
		sim_node_release_unmapped(file);
	if (sim)
		return (int)end_call(sim, err);
	errno = -err;
	return err < 0 ? -1 : 0;
}

static ssize_t sim_read(struct device *device, void *data, size_t size)
{
	struct sim *sim = sim_of(device);
	ssize_t n = begin_call(sim, "read");

	if (n == 0)
		n = sim->options.output ? -EINVAL : sim_read_write_read(sim_file_of(device), data, size);
	return end_call(sim, n);
}

static ssize_t sim_write(struct device *device, const void *data, size_t size)
{
	struct sim *sim = sim_of(device);
	ssize_t n = begin_call(sim, "write");

	if (n == 0)
		n = sim->options.output ? sim_read_write_write(sim_file_of(device), data, size) : -EINVAL;
	return end_call(sim, n);
}

static void sim_await(struct device *device, short events)
{
	sim_file_of(device)->poll_events = events;
	sim_stream_update_fds(sim_of(device));
}

static short sim_revents(struct device *device, short events)
{
	struct sim_file *file = sim_file_of(device);
	struct sim *sim = file->sim;
	short frames = sim->options.output ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM;

	/* As vb2_core_poll(): without buffers poll() starts read() or write() emulation. */
	if (events & frames && !sim->queue.n_buffers && !sim->unplugged)
		sim_read_write_start(file);
	sim_stream_catch_up(sim);
	sim_stream_update_fds(sim);
	return sim_stream_revents(file, events);
}

const struct device_ops device_sim = {
	.scheme = "sim",
	.open = sim_node_open,
	.close = sim_node_close,
	.is_back = sim_node_is_back,
	.ioctl = sim_ioctl,
	.mmap = sim_mmap,
	.munmap = sim_munmap,
	.read = sim_read,
	.write = sim_write,
	.revents = sim_revents,
	.await = sim_await,
	.numbers = sim_media_numbers,
	.open_media = sim_media_open,
};
