/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * open() and close() of simulated devices. Each open() creates a device, but those with the same node= share
 * one: its format and controls outlive them; its queue belongs to the file that requested buffers, until that
 * is closed and none of them is mapped any more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/machine_root.h"
#include "sim/m2m.h"

static struct sim *nodes; /* the devices that have a name and are plugged in */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int add_to_epoll(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	return 0;
}

static int open_descriptors(struct sim_file *file)
{
	int err;

	file->device->fd = epoll_create1(EPOLL_CLOEXEC);
	if (file->device->fd < 0)
		return -errno;
	err = add_to_epoll(file->device->fd, file->sim->timer_fd);
	if (err < 0)
		return err;
	file->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return add_to_epoll(file->device->fd, file->ready_fd);
}

static int open_written_file(FILE **file, const char *path, const char *key, const char *mode)
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

static int open_written_files(struct sim *sim)
{
	int err;

	if (sim->options.dump && !sim->options.output) {
		log_error("sim: dump= needs type=output");
		return -EINVAL;
	}
	err = open_written_file(&sim->dump_file, sim->options.dump, "dump", "wbe");
	return err < 0 ? err
		       : open_written_file(&sim->settings_file, sim->options.settings, "settings", "ae");
}

static void close_written_file(FILE **file)
{
	if (*file)
		fclose(*file);
	*file = NULL;
}

static void write_settings(struct sim *sim)
{
	const struct video_format *format = &sim->queue.format;
	char fourcc[FOURCC_TEXT_MAX], rate[FRACTION_TEXT_MAX];

	if (!sim->settings_file)
		return;
	fprintf(sim->settings_file, "input=%d %s %ux%u %s fps", sim->input,
		fourcc_text(format->fourcc, fourcc), format->width, format->height,
		fraction_text(sim_media_fps(sim), rate));
	sim_source_print(sim, sim->settings_file);
	sim_controls_print(sim, sim->settings_file);
	putc('\n', sim->settings_file);
}

static void remove_device(struct sim *sim)
{
	struct sim **link = &nodes;

	while (*link && *link != sim)
		link = &(*link)->next;
	if (*link)
		*link = sim->next;
	sim_memory_forget_mappings(sim);
	sim_frame_discard(sim);
	sim_m2m_release(sim);
	close_fd(&sim->timer_fd);
	sim_media_release(sim->media);
	sim_options_close(&sim->options);
	free(sim);
}

static int create_device(struct sim **created, const char *keys)
{
	struct sim *sim = calloc(1, sizeof *sim);
	int err;

	*created = sim;
	if (!sim)
		return log_no_memory();
	sim->named = &nodes;
	sim->timer_fd = -1;
	err = sim_options_parse(&sim->options, keys);
	sim_queue_init(&sim->queue, sim, sim->options.output);
	if (err == 0)
		err = sim_m2m_create(sim);
	if (err == 0)
		err = sim_formats_init(sim);
	if (err == 0)
		err = sim_media_create(sim);
	if (err < 0)
		return err;
	sim->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (sim->timer_fd < 0) {
		log_error("sim: %s", err_str(-errno));
		return -errno;
	}
	sim_dv_timings_init(sim);
	sim_source_init(sim);
	sim_controls_init(sim);
	return 0;
}

static struct sim *find_device(const char *name)
{
	struct sim *sim = nodes;

	while (sim && (sim->unplugged || strcmp(sim->options.node, name) != 0))
		sim = sim->next;
	return sim;
}

/* Creates the device for the keys, or finds the one that has the same node=. */
static int get_device(struct sim **device, const char *keys)
{
	struct sim *found = NULL;
	int err = create_device(device, keys);

	/* Each open() of a memory-to-memory node has queues of its own. */
	if (err == 0 && (*device)->options.node && !(*device)->options.m2m)
		found = find_device((*device)->options.node);
	if (found || (err < 0 && *device)) {
		remove_device(*device);
		*device = found;
	} else if (err == 0 && (*device)->options.node) {
		(*device)->next = nodes;
		nodes = *device;
	}
	return err;
}

/* Called when a first program has opened the device: faults count from here, except those of open(). */
static int begin_use(struct sim *sim)
{
	sim->n_frames = sim->n_dequeued = sim->eagain_frame = 0;
	for (unsigned i = 0; i < sim->options.n_call_faults; i++)
		if (strcmp(sim->options.call_faults[i].name, "open") != 0)
			sim->options.call_faults[i].n_calls = 0;
	return open_written_files(sim);
}

static int attach_file(struct sim_file *file, const char *keys)
{
	int err = get_device(&file->sim, keys);

	if (err < 0)
		return err;
	file->next = file->sim->files;
	file->sim->files = file;
	return file->next ? 0 : begin_use(file->sim);
}

void sim_node_forget_all(void)
{
	nodes = NULL;
}

/* When the unplugged device comes back. */
static int64_t back_ns;

bool sim_node_is_back(const char *keys)
{
	(void)keys;
	return now_ns() >= back_ns;
}

int sim_node_open(struct device *device, const char *keys)
{
	struct sim_file *file = calloc(1, sizeof *file);
	int err;

	if (!file)
		return log_no_memory();
	*file = (struct sim_file){
		.device = device, .ready_fd = -1, .poll_events = ~0, .priority = V4L2_PRIORITY_DEFAULT
	};
	device->fd = -1;
	device->data = file;
	err = attach_file(file, keys);
	if (err < 0)
		return err;
	device->path = strdup("sim");
	if (file->sim->options.root)
		machine_root_set(file->sim->options.root);
	err = !device->path            ? log_no_memory()
	      : sim_node_is_back(keys) ? sim_faults_call(file->sim, "open")
				       : -ENOENT;
	if (err == 0)
		err = open_descriptors(file);
	if (err < 0)
		return err;
	sim_stream_update_fds(file->sim);
	write_settings(file->sim);
	return 0;
}

/* As vb2_fop_release(). */
static void leave_queue(struct sim_file *file, struct sim_queue *queue)
{
	if (queue->owner != file)
		return;
	sim_stream_catch_up(queue->sim); /* the last frames passed to write() may be due */
	sim_stream_stop(queue);
	sim_vb2_free(queue);
	queue->fileio = false;
	queue->owner = NULL;
}

static void end_use(struct sim *sim)
{
	close_written_file(&sim->settings_file);
	close_written_file(&sim->dump_file);
	if (sim->unplugged)
		back_ns = now_ns() + sim->options.replug_ns;
	if (sim->unplugged || !sim->options.node || sim->m2m)
		remove_device(sim);
}

static void release_file(struct sim_file *file)
{
	struct sim_file **link = &file->sim->files;

	leave_queue(file, &file->sim->queue);
	if (file->sim->m2m)
		leave_queue(file, &file->sim->m2m->output);
	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	if (file->sim->files)
		sim_stream_update_fds(file->sim);
	else
		end_use(file->sim);
	free(file);
}

void sim_node_close(struct device *device)
{
	struct sim_file *file = sim_file_of(device);

	if (!file)
		return;
	if (file->sim && device->fd >= 0) /* it was opened */
		write_settings(file->sim);
	close_fd(&file->ready_fd);
	close_fd(&device->fd);
	free(device->path);
	device->path = NULL;
	device->data = file->device = NULL;
	if (!file->sim)
		free(file);
	else if (!file->n_mappings || !file->sim->options.node)
		release_file(file);
}

void sim_node_release_unmapped(struct sim_file *file)
{
	if (!file->device && !file->n_mappings)
		release_file(file);
}
