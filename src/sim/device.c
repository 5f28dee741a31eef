/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated device: what device.c calls. sim_keys.c reads the options, sim_queue.c keeps the
 * kernel's rules, sim_stream.c the time, sim_frame.c fills a buffer from sim_picture.c or sim_codec.c,
 * and the rest answers the ioctls about formats, controls and events.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include "base/array.h"
#include "base/log.h"
#include "sim/sim_internal.h"

/* The names are those that fail= takes. */
static const struct sim_call {
	unsigned long request;
	const char *name;
	int (*run)(struct sim *sim, void *argument);
} calls[] = {
	{ VIDIOC_QUERYCAP, "querycap", sim_querycap },
	{ VIDIOC_ENUM_FMT, "enum_fmt", sim_enum_fmt },
	{ VIDIOC_G_FMT, "g_fmt", sim_g_fmt },
	{ VIDIOC_TRY_FMT, "try_fmt", sim_try_fmt },
	{ VIDIOC_S_FMT, "s_fmt", sim_s_fmt },
	{ VIDIOC_G_PARM, "g_parm", sim_g_parm },
	{ VIDIOC_S_PARM, "s_parm", sim_s_parm },
	{ VIDIOC_ENUM_FRAMESIZES, "enum_framesizes", sim_enum_framesizes },
	{ VIDIOC_ENUM_FRAMEINTERVALS, "enum_frameintervals", sim_enum_frameintervals },
	{ VIDIOC_REQBUFS, "reqbufs", sim_reqbufs },
	{ VIDIOC_CREATE_BUFS, "create_bufs", sim_create_bufs },
	{ VIDIOC_QUERYBUF, "querybuf", sim_querybuf },
	{ VIDIOC_QBUF, "qbuf", sim_qbuf },
	{ VIDIOC_DQBUF, "dqbuf", sim_dqbuf },
	{ VIDIOC_EXPBUF, "expbuf", sim_expbuf },
	{ VIDIOC_STREAMON, "streamon", sim_streamon },
	{ VIDIOC_STREAMOFF, "streamoff", sim_streamoff },
	{ VIDIOC_QUERYCTRL, "queryctrl", sim_queryctrl },
	{ VIDIOC_QUERY_EXT_CTRL, "query_ext_ctrl", sim_query_ext_ctrl },
	{ VIDIOC_QUERYMENU, "querymenu", sim_querymenu },
	{ VIDIOC_G_CTRL, "g_ctrl", sim_g_ctrl },
	{ VIDIOC_S_CTRL, "s_ctrl", sim_s_ctrl },
	{ VIDIOC_G_EXT_CTRLS, "g_ext_ctrls", sim_g_ext_ctrls },
	{ VIDIOC_S_EXT_CTRLS, "s_ext_ctrls", sim_s_ext_ctrls },
	{ VIDIOC_TRY_EXT_CTRLS, "try_ext_ctrls", sim_try_ext_ctrls },
	{ VIDIOC_ENUMINPUT, "enuminput", sim_enum_input },
	{ VIDIOC_G_INPUT, "g_input", sim_g_input },
	{ VIDIOC_S_INPUT, "s_input", sim_s_input },
	{ VIDIOC_ENUMOUTPUT, "enumoutput", sim_enum_output },
	{ VIDIOC_G_OUTPUT, "g_output", sim_g_output },
	{ VIDIOC_S_OUTPUT, "s_output", sim_s_output },
	{ VIDIOC_QUERY_DV_TIMINGS, "query_dv_timings", sim_query_dv_timings },
	{ VIDIOC_G_DV_TIMINGS, "g_dv_timings", sim_g_dv_timings },
	{ VIDIOC_S_DV_TIMINGS, "s_dv_timings", sim_s_dv_timings },
	{ VIDIOC_SUBSCRIBE_EVENT, "subscribe_event", sim_subscribe_event },
	{ VIDIOC_UNSUBSCRIBE_EVENT, "unsubscribe_event", sim_unsubscribe_event },
	{ VIDIOC_DQEVENT, "dqevent", sim_dqevent },
};
#define N_CALLS ARRAY_SIZE(calls)

bool sim_call_named(const char *name)
{
	static const char *const others[] = { "open",  "mmap",  "munmap",      "read",
					      "write", "probe", "create_probe" };

	for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(others[i], name) == 0)
			return true;
	}
	for (unsigned i = 0; i < N_CALLS; i++) {
		if (strcmp(calls[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Allocating nothing is a question, or a farewell: it has a name of its own, so that it can fail alone. */
static const char *call_name(const struct sim_call *call, const void *argument)
{
	if (call->request == VIDIOC_REQBUFS && !((const struct v4l2_requestbuffers *)argument)->count)
		return "probe";
	if (call->request == VIDIOC_CREATE_BUFS && !((const struct v4l2_create_buffers *)argument)->count)
		return "create_probe";
	return call->name;
}

/* What every call begins with. */
static int enter(struct sim *sim, const char *name)
{
	sim_stream_catch_up(sim);
	return sim->gone ? -ENODEV : sim_failure(sim, name);
}

/* And ends with: 0 or more is passed on, less becomes errno. */
static ssize_t leave(struct sim *sim, ssize_t result)
{
	if (!sim->format.fps.num)
		sim_stream_catch_up(sim);
	sim_stream_arm(sim);
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

static int ioctl_of_sim(struct device *device, unsigned long request, void *argument)
{
	struct sim *sim = sim_of(device);
	const struct sim_call *call = calls;
	int err;

	while (call < calls + N_CALLS && call->request != request)
		call++;
	if (call == calls + N_CALLS) {
		errno = sim->gone ? ENODEV : ENOTTY;
		return -1;
	}
	err = enter(sim, call_name(call, argument));
	if (err == 0)
		err = call->run(sim, argument);
	else if (request == VIDIOC_STREAMOFF)
		sim->ended = true; /* it stopped all the same, as in vb2, and leaves memory alone */
	return (int)leave(sim, err);
}

static void *mmap_of_sim(struct device *device, size_t length, int protection, int flags, int64_t offset)
{
	struct sim *sim = sim_of(device);
	void *start = MAP_FAILED;
	int err = enter(sim, "mmap");

	if (err == 0)
		start = sim_memory_map(sim, length, protection, flags, offset, &err);
	leave(sim, start == MAP_FAILED ? err : 0);
	return start;
}

static int munmap_of_sim(struct device *device, void *start, size_t length)
{
	struct sim *sim = sim_of(device);
	int err;

	/* A mapping may outlive its device. */
	if (!sim)
		return munmap(start, length);
	err = sim_failure(sim, "munmap");
	if (err == 0)
		err = sim_memory_unmap(sim, start, length);
	return (int)leave(sim, err);
}

static ssize_t read_of_sim(struct device *device, void *data, size_t size)
{
	struct sim *sim = sim_of(device);
	ssize_t n = enter(sim, "read");

	if (n == 0)
		n = sim->options.output ? -EINVAL : sim_file_read(sim, data, size);
	return leave(sim, n);
}

static ssize_t write_of_sim(struct device *device, const void *data, size_t size)
{
	struct sim *sim = sim_of(device);
	ssize_t n = enter(sim, "write");

	if (n == 0)
		n = sim->options.output ? sim_file_write(sim, data, size) : -EINVAL;
	return leave(sim, n);
}

static void await_on_sim(struct device *device, short events)
{
	struct sim *sim = sim_of(device);

	sim->awaited = events;
	sim_stream_arm(sim);
}

static short revents_of_sim(struct device *device, short revents)
{
	struct sim *sim = sim_of(device);

	(void)revents;
	/* As in videobuf2, whoever polls a device that has no buffers means to read() or write() it. */
	if (!sim->n_buffers && !sim->gone && !sim->n_events)
		sim_file_start(sim);
	sim_stream_catch_up(sim);
	sim_stream_arm(sim);
	return sim_stream_revents(sim);
}

static int watch(int epoll_fd, int fd)
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
	err = watch(sim->device->fd, sim->timer_fd);
	if (err < 0)
		return err;
	sim->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return watch(sim->device->fd, sim->ready_fd);
}

static int open_dump(struct sim *sim)
{
	const char *path = sim->options.dump;

	if (!path)
		return 0;
	if (!sim->options.output) {
		log_error("sim: dump= is for type=output");
		return -EINVAL;
	}
	sim->dump = fopen(path, "wbe");
	if (!sim->dump) {
		log_error("sim: dump=%s: %s", path, err_str(-errno));
		return -errno;
	}
	return 0;
}

static void close_sim(struct device *device);

static int open_sim(struct device *device, const char *keys)
{
	struct sim *sim = calloc(1, sizeof *sim);
	int err;

	if (!sim)
		return log_no_memory();
	sim->device = device;
	sim->timer_fd = sim->ready_fd = device->fd = -1;
	sim->awaited = ~0;
	device->data = sim;
	if ((err = sim_options_parse(&sim->options, keys)) < 0 || (err = sim_format_init(sim)) < 0 ||
	    (err = open_dump(sim)) < 0)
		goto fail;
	device->path = strdup("sim");
	if (!device->path || (err = sim_failure(sim, "open")) < 0 || (err = open_descriptors(sim)) < 0) {
		err = err < 0 ? err : -ENOMEM;
		log_error("sim: %s", err_str(err));
		goto fail;
	}
	if (sim->options.event_width) {
		sim->source_width = sim->format.width;
		sim->source_height = sim->format.height;
		sim->options.adjust |= SIM_ADJUST_SIZE; /* a receiver scales nothing */
	}
	sim->waiting = !sim->options.output;
	sim_controls_init(sim);
	sim_stream_arm(sim);
	return 0;
fail:
	close_sim(device);
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_sim(struct device *device)
{
	struct sim *sim = sim_of(device);
	struct sim_mapping *mapping;

	if (!sim)
		return;
	sim_stream_catch_up(sim); /* after write() there is no other call to see the last frames shown */
	sim_stream_off(sim);
	sim_queue_free(sim);
	sim_frame_forget(sim);
	while ((mapping = sim->mappings)) {
		sim->mappings = mapping->next;
		free(mapping);
	}
	if (sim->dump)
		fclose(sim->dump);
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
	.open = open_sim,
	.close = close_sim,
	.ioctl = ioctl_of_sim,
	.mmap = mmap_of_sim,
	.munmap = munmap_of_sim,
	.read = read_of_sim,
	.write = write_of_sim,
	.revents = revents_of_sim,
	.await = await_on_sim,
};
