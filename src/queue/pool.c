/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and configuring a pool, its results, the return of a buffer, and pool_info(). */
#include "queue/pool.h"

#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/picture.h"
#include "base/text.h"
#include "device/controls/controls.h"
#include "device/node_errors.h"
#include "queue/qbuf.h"
#include "queue/spare.h"

/* Sets pool->io to the first automatic mode that the device can do. */
static int choose_auto_io(struct pool *pool)
{
	/* read() reports neither timestamps nor losses; importing needs a source of dmabufs, which few
	 * systems have. */
	static const struct io_ops *const modes[] = { &io_mmap, &io_userptr, &io_rw, &io_import };
	char reasons[400] = "";

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		const char *why = io_unsupported(modes[i], &pool->allocator);

		pool->io = modes[i];
		if (!why)
			return 0;
		text_join(reasons, sizeof reasons, "; ", "%s: %s", modes[i]->name, why);
	}
	log_error("%s: no io mode can be used: %s", pool->device->path, reasons);
	return -ENOTSUP;
}

static int choose_named_io(struct pool *pool, const char *name)
{
	const char *why;

	pool->io = io_find(name);
	if (!pool->io) {
		log_error("unknown io mode '%s'", name);
		return -EINVAL;
	}
	why = io_unsupported(pool->io, &pool->allocator);
	if (why)
		log_error("%s: io mode %s cannot be used: %s; v4l2q list -d %s shows which work",
			  pool->device->path, pool->io->name, why, pool->device->path);
	return why ? -ENOTSUP : 0;
}

static int choose_io(struct pool *pool, const char *name)
{
	bool is_auto = !name || !strcmp(name, "auto");
	int err = is_auto ? choose_auto_io(pool) : choose_named_io(pool, name);

	if (err < 0)
		return err;
	pool->limits.reads = !pool->io->streams;
	pool->limits.can_allocate =
		!pool->io->streams || allocator_can_create(&pool->allocator, pool->io->memory);
	return 0;
}

/* A raw frame is short when a plane has less than the last byte of its picture. */
static void set_payload_bytes(struct pool *pool)
{
	struct picture_layout layout;

	if (video_format_layout(&pool->format, &layout) < 0)
		return;
	for (unsigned p = 0; p < layout.n_planes; p++) {
		uint32_t end = (uint32_t)picture_end(&layout.planes[p]);
		uint32_t *payload = &pool->payload_bytes[layout.planes[p].memory_plane];

		*payload = end > *payload ? end : *payload;
	}
	pool->limits.layout_needed = !layout.packed;
}

static void set_limits(struct pool *pool)
{
	int32_t driver_min = controls_get(pool->device, pool->output ? V4L2_CID_MIN_BUFFERS_FOR_OUTPUT
								     : V4L2_CID_MIN_BUFFERS_FOR_CAPTURE);

	pool->limits.alternate = pool->format.field == V4L2_FIELD_ALTERNATE;
	pool->limits.driver_min = driver_min > 0 ? (uint32_t)driver_min : 0;
	set_payload_bytes(pool);
}

/* Failures are not logged: a driver without the event has no video source to follow. */
static void subscribe_source_change(struct device *device)
{
	struct v4l2_event_subscription source_change = { .type = V4L2_EVENT_SOURCE_CHANGE };
	int input = 0;

	if (!device_is_output(device) && device_ioctl(device, VIDIOC_G_INPUT, &input) == 0)
		source_change.id = (uint32_t)input;
	device_ioctl(device, VIDIOC_SUBSCRIBE_EVENT, &source_change);
}

static int open_memory(struct pool *pool, const struct pool_options *options)
{
	int err = memory_source_open_pages(&pool->pages, &pool->format);

	if (err < 0 || !pool->io->imports || options->foreign)
		return err;
	if (pool->io->memory == V4L2_MEMORY_USERPTR)
		return memory_source_open_pages(&pool->import_memory, &pool->format);
	return memory_source_open(&pool->import_memory, options->import_from, &pool->format);
}

/* v4l2loopback 0.15 refuses read() after any REQBUFS, also of no buffers. */
static bool needs_probe(const struct device *device, const char *name)
{
	const struct io_ops *io = name ? io_find(name) : NULL;

	return device->caps & V4L2_CAP_STREAMING && (!io || io->streams);
}

static int report_node_error(const struct device *device, int err)
{
	node_error_report(device->path, err, device_is_output(device) ? DEVICE_OUTPUT : DEVICE_CAPTURE,
			  device->caps);
	return err;
}

static int probe(struct pool *pool)
{
	int err = allocator_probe(&pool->allocator);

	return err < 0 ? report_node_error(pool->device, err) : 0;
}

int pool_check_idle(struct device *device, const char *io)
{
	int err = needs_probe(device, io) ? allocator_check_idle(device) : 0;

	return err < 0 ? report_node_error(device, err) : 0;
}

/* v4l2loopback hands its reader the buffers that the producer fills, in the producer's order: the reader's
 * QBUF has no effect, and a frame lasts only until the producer comes round again. */
static bool overwrites_buffers(const struct device *device)
{
	return nodes_is_loopback(&device->info);
}

int pool_open(struct pool **out, struct device *device, const struct video_format *format,
	      const struct pool_options *options)
{
	struct pool *pool = calloc(1, sizeof *pool);
	int err = 0;

	*out = NULL;
	if (!pool)
		return log_no_memory();
	pool->device = device;
	pool->format = *format;
	pool->output = device_is_output(device);
	pool->m2m = nodes_is_m2m(device->caps);
	pool->overwrites = !pool->output && overwrites_buffers(device);
	pool->frame_bytes = video_format_bytes(format);
	pool->memory_limit = options->memory_limit;
	pool->cancel_fd = pool->wake_fd = -1;
	allocator_init(&pool->allocator, device, &pool->format);
	pool->allocator.no_create = device->emulated;
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		pool->allocator.buffers[i].pool = pool;
	set_limits(pool);
	if (needs_probe(device, options->io))
		err = probe(pool);
	if (err == 0)
		err = choose_io(pool, options->io);
	if (err < 0)
		goto fail;
	subscribe_source_change(device);
	err = open_memory(pool, options);
	if (err < 0)
		goto fail;
	*out = pool;
	return 0;
fail:
	pool_close(pool);
	return err;
}

void pool_close(struct pool *pool)
{
	if (!pool)
		return;
	pool_stop(pool);
	if (pool->reserve)
		spare_release(pool, pool->reserve);
	spare_free_all(pool);
	memory_source_close(pool->import_memory);
	memory_source_close(pool->pages);
	free(pool);
}

void pool_set_wakeup(struct pool *pool, int cancel_fd, int wake_fd)
{
	pool->cancel_fd = cancel_fd;
	pool->wake_fd = wake_fd;
}

void pool_set_cpu_access(struct pool *pool, bool access)
{
	pool->no_sync = !access;
}

static bool same_config(const struct pool_config *a, const struct pool_config *b)
{
	return a->min == b->min && a->max == b->max && a->layout == b->layout &&
	       a->copy_enable == b->copy_enable;
}

int pool_set_config(struct pool *pool, struct pool_config *config)
{
	int changed;

	if (pool->configured && same_config(config, &pool->config))
		return 0;
	if (pool->active || pool->n_held)
		return -EBUSY;
	changed = config_clamp(config, &pool->limits);
	if (changed < 0)
		return changed;
	pool->config = *config;
	pool->configured = changed == 0;
	return changed;
}

int pool_configure(struct pool *pool, const struct pool_config *config)
{
	uint32_t driver_min = pool->limits.driver_min;
	struct pool_config clamped = *config;
	int changed;

	pool->requested = *config;
	changed = pool_set_config(pool, &clamped);
	pool->config_changed = changed > 0;
	if (changed > 0)
		changed = pool_set_config(pool, &clamped);
	if (changed > 0) {
		log_error("%s: no more than %u buffer%s: the queue needs at least %u; ask for so many, or "
			  "leave the number out",
			  pool->device->path, config->max, config->max == 1 ? "" : "s",
			  driver_min > POOL_MIN_BUFFERS ? driver_min : POOL_MIN_BUFFERS);
		return -EDOM;
	}
	return changed;
}

int pool_check(const struct pool *pool)
{
	if (pool->lost)
		return POOL_DEVLOST;
	if (!pool->active)
		return POOL_FLUSHING;
	return pool->eos ? POOL_EOS : 0;
}

void pool_release(struct pool *pool, struct buffer *buffer)
{
	buffer->done = NULL; /* set by another pool that had the frame as a foreign buffer */
	if (buffer->spare) {
		spare_release(pool, buffer);
		return;
	}
	pool->n_held--;
	if (buffer->owner == BUFFER_ORPHANED) {
		pool_detach(pool, buffer);
		buffer->owner = BUFFER_FREE;
	} else if (pool->active && pool->streaming && !pool->lost && !pool->eos && !pool->output) {
		qbuf_queue(pool, buffer);
	} else {
		allocator_release(&pool->allocator, buffer);
		if (!pool->active && !pool->n_held)
			pool_free_buffers(pool);
	}
}

struct pool_info pool_info(const struct pool *pool)
{
	return (struct pool_info){
		.io = pool->io->name,
		.streams = pool->io->streams,
		.requested = pool->requested,
		.config_changed = pool->config_changed,
		.can_allocate = pool->allocator.can_allocate,
		.driver_min = pool->limits.driver_min,
		.min = pool->min,
		.max = pool->max,
		.granted = pool->granted,
		.allocated = pool->allocator.max_count,
		.min_latency = pool->min_latency,
		.max_latency = pool->max_latency,
		.copy_threshold = pool->copy_threshold,
		.copies = !pool->io->streams || pool->overwrites,
		.n_readers = pool->n_readers,
		.n_copied = pool->n_copied,
		.bytes_copied = pool->bytes_copied,
		.shown = pool->output_rate.fit,
	};
}

const char *pool_unsupported(const struct pool *pool, const struct io_ops *io)
{
	return io_unsupported(io, &pool->allocator);
}

struct device *pool_device(const struct pool *pool)
{
	return pool->device;
}

const struct video_format *pool_format(const struct pool *pool)
{
	return &pool->format;
}

bool pool_has_queued(const struct pool *pool)
{
	return pool->n_queued > 0 || !pool->io->streams || pool->eos || pool->lost;
}

bool pool_is_low(const struct pool *pool)
{
	return pool->n_queued <= pool->min_latency;
}
