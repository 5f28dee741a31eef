/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool's life: opening, configuring, starting, stopping. */
#include "queue/pool.h"

#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "device/controls.h"
#include "device/node_errors.h"
#include "queue/pool_internal.h"

static const struct io_ops *const modes[] = { &io_mmap, &io_userptr, &io_dmabuf, &io_import, &io_rw };

const struct io_ops *io_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(modes[i]->name, name))
			return modes[i];
	return NULL;
}

const char *io_names(void)
{
	return "auto, mmap, userptr, dmabuf, dmabuf-import, rw";
}

/* NULL: it works; else why it does not. */
const char *pool_mode_lacks(const struct pool *pool, const struct io_ops *io)
{
	if (!io->put)
		return !(pool->device->caps & V4L2_CAP_READWRITE) ? "the driver has no read() or write()"
		       : pool->format.n_planes > 1 ? "read() carries one plane, the format has several"
						   : NULL;
	if (!(pool->device->caps & V4L2_CAP_STREAMING))
		return "the driver does not stream";
	if (!allocator_has(&pool->allocator, io->memory))
		return "the driver does not take this kind of memory";
	if (io->native_only && pool->device->emulated)
		return "libv4l2 converts the pixel format, which needs mmap or rw";
	return NULL;
}

static int choose_io(struct pool *pool, const char *name)
{
	const char *why;

	if (!name || !strcmp(name, "auto")) {
		pool->io = pool_mode_lacks(pool, &io_mmap) ? &io_rw : &io_mmap;
		name = pool->io->name;
	}
	pool->io = io_find(name);
	if (!pool->io) {
		log_error("io mode '%s' is unknown: one of %s", name, io_names());
		return -EINVAL;
	}
	why = pool_mode_lacks(pool, pool->io);
	if (why) {
		log_error("%s: io mode %s cannot be used: %s", pool->device->path, name, why);
		return -ENOTSUP;
	}
	return 0;
}

/* Bytes of each memory plane without which a raw picture is not whole. */
static void measure_payload(struct pool *pool)
{
	struct picture_layout layout;

	if (video_format_layout(&pool->format, &layout) < 0)
		return;
	for (unsigned p = 0; p < layout.n_planes; p++) {
		uint32_t end = layout.planes[p].offset +
			       (layout.planes[p].rows - 1) * layout.planes[p].stride +
			       layout.planes[p].row_bytes;
		uint32_t *payload = &pool->frame_payload[layout.planes[p].memory_plane];

		*payload = end > *payload ? end : *payload;
	}
	pool->limits.layout_needed = !layout.packed;
}

static void find_limits(struct pool *pool)
{
	struct device *device = pool->device;
	int32_t driver_min =
		controls_get(device, device_is_output(device) ? V4L2_CID_MIN_BUFFERS_FOR_OUTPUT
							      : V4L2_CID_MIN_BUFFERS_FOR_CAPTURE);

	pool->limits = (struct pool_limits){
		.alternate = pool->format.field == V4L2_FIELD_ALTERNATE,
		.driver_min = driver_min > 0 ? (uint32_t)driver_min : 0,
	};
	pool->m2m = device->caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE);
	measure_payload(pool);
}

/* Not every driver has events; without them the source just never changes. */
static void subscribe(struct device *device)
{
	struct v4l2_event_subscription source_change = { .type = V4L2_EVENT_SOURCE_CHANGE };
	int input = 0;

	if (!device_is_output(device) && device_ioctl(device, VIDIOC_G_INPUT, &input) == 0)
		source_change.id = (uint32_t)input;
	device_ioctl(device, VIDIOC_SUBSCRIBE_EVENT, &source_change);
}

static int open_memory(struct pool *pool, const char *import_from)
{
	int err = memory_source_open(&pool->pages, "pages", &pool->format);

	if (err < 0 || !pool->io->imports)
		return err;
	return memory_source_open(&pool->source,
				  pool->io->memory == V4L2_MEMORY_USERPTR ? "pages" : import_from,
				  &pool->format);
}

/* Some drivers (v4l2loopback 0.15) take REQBUFS, even of no buffers, for a promise to stream, and refuse
 * read() from then on. */
static bool wants_probe(const struct device *device, const char *io)
{
	return device->caps & V4L2_CAP_STREAMING && !(io && io_find(io) == &io_rw);
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
	pool->cancel_fd = pool->wake_fd = -1;
	pool->memory_limit = options->memory_limit;
	allocator_init(&pool->allocator, device, &pool->format);
	pool->allocator.no_create = device->emulated;
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		pool->allocator.buffers[i].pool = pool;
	find_limits(pool);
	if (wants_probe(device, options->io))
		err = allocator_probe(&pool->allocator);
	if (err < 0) {
		node_error_report(device->path, err,
				  device_is_output(device) ? DEVICE_OUTPUT : DEVICE_CAPTURE, device->caps);
		goto fail;
	}
	err = choose_io(pool, options->io);
	if (err < 0)
		goto fail;
	pool->limits.reads = !pool->io->put;
	pool->limits.can_allocate = !pool->io->put || allocator_creates(&pool->allocator, pool->io->memory);
	subscribe(device);
	err = open_memory(pool, options->import_from);
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
		spare_give(pool, pool->reserve);
	spare_free_all(pool);
	memory_source_close(pool->source);
	memory_source_close(pool->pages);
	free(pool);
}

void pool_set_wakeup(struct pool *pool, int cancel_fd, int wake_fd)
{
	pool->cancel_fd = cancel_fd;
	pool->wake_fd = wake_fd;
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
	changed = pool_config_clamp(config, &pool->limits);
	if (changed < 0)
		return changed;
	pool->config = *config;
	pool->configured = changed == 0;
	return changed;
}

int pool_configure(struct pool *pool, const struct pool_config *config)
{
	struct pool_config submit = *config;
	int changed;

	pool->requested = *config;
	changed = pool_set_config(pool, &submit);
	pool->config_changed = changed > 0;
	if (changed > 0)
		changed = pool_set_config(pool, &submit);
	if (changed > 0) {
		log_error("%s: buffers: minimum %u, maximum %u cannot be met: the queue needs at least %u",
			  pool->device->path, config->min, config->max,
			  pool->limits.driver_min > POOL_MIN_BUFFERS ? pool->limits.driver_min
								     : POOL_MIN_BUFFERS);
		return -EDOM;
	}
	return changed;
}

struct pool_info pool_info(const struct pool *pool)
{
	return (struct pool_info){
		.io = pool->io->name,
		.streams = pool->io->put,
		.requested = pool->requested,
		.config_changed = pool->config_changed,
		.can_allocate = pool->allocator.can_allocate,
		.driver_min = pool->limits.driver_min,
		.min = pool->min,
		.max = pool->max,
		.granted = pool->granted,
		.allocated = pool->allocator.most,
		.min_latency = pool->min_latency,
		.max_latency = pool->max_latency,
		.copy_threshold = pool->copy_threshold,
		.n_readers = pool->n_readers,
		.n_copied = pool->n_copied,
		.bytes_copied = pool->bytes_copied,
	};
}

struct device *pool_device(const struct pool *pool)
{
	return pool->device;
}

const struct video_format *pool_format(const struct pool *pool)
{
	return &pool->format;
}

bool pool_is_low(const struct pool *pool)
{
	return pool->n_queued <= pool->min_latency;
}
