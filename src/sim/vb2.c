/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device's buffers, to the rules and with the errors of the kernel's videobuf2. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/clock.h"
#include "sim/sim_internal.h"

#define DRIVER_MAX_BUFFERS 32

/* Either of the two that a buffer's time can come from. */
static uint32_t timestamp_flags(const struct sim *sim)
{
	return sim->options.output ? V4L2_BUF_FLAG_TIMESTAMP_COPY
				   : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_EOF;
}

enum v4l2_buf_type sim_type(const struct sim *sim)
{
	static const enum v4l2_buf_type types[2][2] = {
		{ V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_BUF_TYPE_VIDEO_OUTPUT },
		{ V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE }
	};

	return types[sim_is_multiplanar(sim)][sim->options.output];
}

static uint32_t buffer_caps(const struct sim *sim)
{
	static const struct {
		uint32_t cap, buffer_cap;
	} map[] = { { SIM_CAP_MMAP, V4L2_BUF_CAP_SUPPORTS_MMAP },
		    { SIM_CAP_USERPTR, V4L2_BUF_CAP_SUPPORTS_USERPTR },
		    { SIM_CAP_DMABUF, V4L2_BUF_CAP_SUPPORTS_DMABUF },
		    { SIM_CAP_ORPHAN, V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS } };
	uint32_t caps = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(map); i++)
		caps |= (sim->options.caps & map[i].cap) ? map[i].buffer_cap : 0;
	return sim->options.no_buffer_caps ? 0 : caps;
}

/* What REQBUFS and CREATE_BUFS check before anything else. */
static int check_memory(const struct sim *sim, uint32_t memory, uint32_t type)
{
	static const uint32_t needed[5] = { [V4L2_MEMORY_MMAP] = SIM_CAP_MMAP,
					    [V4L2_MEMORY_USERPTR] = SIM_CAP_USERPTR,
					    [V4L2_MEMORY_DMABUF] = SIM_CAP_DMABUF };

	if (memory >= 5 || !(needed[memory] & sim->options.caps) || type != sim_type(sim))
		return -EINVAL;
	return sim->reading || sim->options.busy ? -EBUSY : 0;
}

void sim_queue_free(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->n_buffers; i++) {
		sim_memory_release(sim->buffers[i]);
		free(sim->buffers[i]);
		sim->buffers[i] = NULL;
	}
	sim->n_buffers = 0;
	sim->memory = 0;
	sim->generation++;
}

static int add_buffer(struct sim *sim, const uint32_t *lengths)
{
	struct sim_buffer *buffer = calloc(1, sizeof *buffer);
	int err;

	if (!buffer)
		return -ENOMEM;
	buffer->index = sim->n_buffers;
	err = sim_memory_allocate(sim, buffer, lengths);
	if (err < 0) {
		sim_memory_release(buffer);
		free(buffer);
		return err;
	}
	sim->buffers[sim->n_buffers++] = buffer;
	return 0;
}

int sim_queue_allocate(struct sim *sim, uint32_t n, uint32_t memory, const uint32_t *lengths)
{
	uint32_t had = sim->n_buffers;
	int err = 0;

	sim->memory = memory;
	while (!err && sim->n_buffers < had + n)
		err = add_buffer(sim, lengths);
	if (sim->n_buffers > had)
		return (int)(sim->n_buffers - had);
	if (!had)
		sim->memory = 0;
	return err ? -ENOMEM : 0;
}

static uint32_t grant(const struct sim *sim, uint32_t asked)
{
	if (sim->options.grant >= 0)
		return (uint32_t)sim->options.grant;
	if (asked < sim->options.min_buffers)
		asked = sim->options.min_buffers;
	return asked < DRIVER_MAX_BUFFERS ? asked : DRIVER_MAX_BUFFERS;
}

int sim_reqbufs(struct sim *sim, void *argument)
{
	struct v4l2_requestbuffers *request = argument;
	int n = check_memory(sim, request->memory, request->type);

	request->capabilities = buffer_caps(sim);
	if (n < 0)
		return n;
	if (sim->streaming)
		return -EBUSY;
	if (sim->n_buffers) {
		if (!(sim->options.caps & SIM_CAP_ORPHAN) && sim_memory_in_use(sim))
			return -EBUSY;
		sim_stream_off(sim);
		sim_queue_free(sim);
	}
	sim->waiting = !sim->options.output;
	if (!request->count)
		return 0;
	n = sim_queue_allocate(sim, grant(sim, request->count), request->memory, sim->format.sizeimage);
	if (n < 0)
		return n;
	request->count = (uint32_t)n;
	return 0;
}

/* The sizes that CREATE_BUFS asks for; -EINVAL when a frame would not fit. */
static int created_lengths(const struct sim *sim, const struct v4l2_format *format,
			   uint32_t lengths[MAX_PLANES])
{
	const struct v4l2_pix_format_mplane *planes = &format->fmt.pix_mp;

	if (sim_is_multiplanar(sim) && planes->num_planes != sim->format.n_planes)
		return -EINVAL;
	for (unsigned i = 0; i < sim->format.n_planes; i++) {
		lengths[i] =
			sim_is_multiplanar(sim) ? planes->plane_fmt[i].sizeimage : format->fmt.pix.sizeimage;
		if (lengths[i] < sim->format.sizeimage[i])
			return -EINVAL;
	}
	return 0;
}

int sim_create_bufs(struct sim *sim, void *argument)
{
	struct v4l2_create_buffers *request = argument;
	uint32_t lengths[MAX_PLANES];
	int n;

	if (sim->options.no_create)
		return -ENOTTY;
	n = check_memory(sim, request->memory, request->format.type);
	request->index = sim->n_buffers;
	request->capabilities = buffer_caps(sim);
	if (!request->count)
		return n == -EBUSY && !sim->options.busy ? 0 : n;
	if (n < 0 || (n = created_lengths(sim, &request->format, lengths)) < 0)
		return n;
	if (sim->n_buffers >= DRIVER_MAX_BUFFERS)
		return -ENOBUFS;
	if (sim->n_buffers && sim->memory != request->memory)
		return -EINVAL;
	if (request->count > DRIVER_MAX_BUFFERS - sim->n_buffers)
		request->count = DRIVER_MAX_BUFFERS - sim->n_buffers;
	if (!sim->n_buffers)
		sim->waiting = !sim->options.output;
	n = sim_queue_allocate(sim, request->count, request->memory, lengths);
	if (n < 0)
		return n;
	request->count = (uint32_t)n;
	return 0;
}

/* The buffer that a QUERYBUF, QBUF or DQBUF is about, checked but for its index. */
static int check_planes(const struct sim *sim, const struct v4l2_buffer *b)
{
	return sim_is_multiplanar(sim) && (!b->m.planes || b->length < sim->format.n_planes) ? -EINVAL : 0;
}

static int find_buffer(const struct sim *sim, const struct v4l2_buffer *b, struct sim_buffer **buffer)
{
	if (b->type != sim_type(sim) || b->index >= sim->n_buffers || check_planes(sim, b) < 0)
		return -EINVAL;
	*buffer = sim->buffers[b->index];
	return 0;
}

static void tell_plane(const struct sim *sim, const struct sim_buffer *buffer, unsigned i,
		       struct v4l2_plane *to)
{
	const struct sim_plane *plane = &buffer->planes[i];

	*to = (struct v4l2_plane){ .bytesused = plane->bytesused,
				   .length = plane->length,
				   .data_offset = plane->data_offset };
	if (sim->memory == V4L2_MEMORY_MMAP)
		to->m.mem_offset = sim_memory_cookie(buffer->index, i);
	else if (sim->memory == V4L2_MEMORY_USERPTR)
		to->m.userptr = plane->userptr;
	else
		to->m.fd = plane->user_fd;
}

static void tell_planes(const struct sim *sim, const struct sim_buffer *buffer, struct v4l2_buffer *b)
{
	struct v4l2_plane plane;

	if (sim_is_multiplanar(sim)) {
		b->length = sim->format.n_planes;
		for (unsigned i = 0; i < b->length; i++)
			tell_plane(sim, buffer, i, &b->m.planes[i]);
		return;
	}
	tell_plane(sim, buffer, 0, &plane);
	b->bytesused = plane.bytesused;
	b->length = plane.length;
	if (sim->memory == V4L2_MEMORY_USERPTR)
		b->m.userptr = plane.m.userptr;
	else
		b->m.offset = plane.m.mem_offset; /* and fd, which lies at the same place */
}

static void tell_buffer(const struct sim *sim, const struct sim_buffer *buffer, struct v4l2_buffer *b)
{
	static const uint32_t state_flags[] = {
		[SIM_QUEUED] = V4L2_BUF_FLAG_QUEUED, [SIM_DONE] = V4L2_BUF_FLAG_DONE
	};

	b->index = buffer->index;
	b->type = sim_type(sim);
	b->memory = sim->memory;
	b->flags = buffer->flags | state_flags[buffer->state] | timestamp_flags(sim);
	if (sim_memory_mapped(sim, buffer->index))
		b->flags |= V4L2_BUF_FLAG_MAPPED;
	b->field = buffer->field;
	b->sequence = buffer->sequence;
	b->timestamp.tv_sec = buffer->timestamp_ns / NS_PER_S;
	b->timestamp.tv_usec = buffer->timestamp_ns % NS_PER_S / NS_PER_US;
	b->timecode = (struct v4l2_timecode){ 0 };
	b->reserved2 = 0;
	b->request_fd = 0;
	tell_planes(sim, buffer, b);
}

int sim_querybuf(struct sim *sim, void *argument)
{
	struct v4l2_buffer *b = argument;
	struct sim_buffer *buffer;
	int err = find_buffer(sim, b, &buffer);

	if (err < 0)
		return err;
	tell_buffer(sim, buffer, b);
	if (sim->options.querybuf_index)
		b->index++;
	if (sim->options.short_plane && sim_is_multiplanar(sim))
		b->m.planes[0].length /= 2;
	else if (sim->options.short_plane)
		b->length /= 2;
	return 0;
}

/* The plane as the multi-planar API would have it. */
static struct v4l2_plane asked_plane(const struct sim *sim, const struct v4l2_buffer *b, unsigned i)
{
	struct v4l2_plane plane = { .bytesused = b->bytesused, .length = b->length };

	if (sim_is_multiplanar(sim))
		return b->m.planes[i];
	plane.m.userptr = b->m.userptr;
	return plane;
}

/* What the program says is in the buffer; 0 bytes stand for a full one. */
static int take_payload(const struct sim *sim, struct sim_plane *plane, const struct v4l2_plane *from)
{
	bool offset = sim_is_multiplanar(sim) && from->bytesused;

	if (!sim->options.output)
		return 0;
	if (from->bytesused > plane->length ||
	    (offset && from->data_offset && from->data_offset >= from->bytesused))
		return -EINVAL;
	plane->bytesused = from->bytesused ? from->bytesused : plane->length;
	plane->data_offset = offset ? from->data_offset : 0;
	return 0;
}

static int prepare(struct sim *sim, struct sim_buffer *buffer, const struct v4l2_buffer *b)
{
	for (unsigned i = 0; i < sim->format.n_planes; i++) {
		struct v4l2_plane plane = asked_plane(sim, b, i);
		int err = sim_memory_attach(sim, buffer, i, &plane);

		if (err < 0 || (err = take_payload(sim, &buffer->planes[i], &plane)) < 0)
			return err;
	}
	buffer->flags = 0;
	if (!sim->options.output)
		return 0;
	if (b->field == V4L2_FIELD_ALTERNATE)
		return -EINVAL;
	buffer->field = b->field;
	buffer->timestamp_ns = b->timestamp.tv_sec * NS_PER_S + b->timestamp.tv_usec * NS_PER_US;
	return 0;
}

int sim_qbuf(struct sim *sim, void *argument)
{
	struct v4l2_buffer *b = argument;
	struct sim_buffer *buffer;
	int err;

	if (sim->reading)
		return -EBUSY;
	err = find_buffer(sim, b, &buffer);
	if (err < 0)
		return err;
	if (b->memory != sim->memory)
		return -EINVAL;
	if (sim->failed)
		return -EIO;
	if (buffer->state != SIM_DEQUEUED)
		return -EINVAL;
	err = prepare(sim, buffer, b);
	if (err < 0)
		return err;
	sim_stream_queue(sim, buffer);
	tell_buffer(sim, buffer, b);
	return 0;
}

int sim_dqbuf(struct sim *sim, void *argument)
{
	struct v4l2_buffer *b = argument;
	struct sim_buffer *buffer;
	int err;

	if (sim->reading)
		return -EBUSY;
	if (b->type != sim_type(sim) || check_planes(sim, b) < 0)
		return -EINVAL;
	if (!(buffer = sim_stream_dequeue(sim, &err)))
		return err;
	tell_buffer(sim, buffer, b);
	if (buffer->bad_index)
		b->index = 99;
	return 0;
}

int sim_expbuf(struct sim *sim, void *argument)
{
	struct v4l2_exportbuffer *export = argument;
	int fd;

	if (sim->memory != V4L2_MEMORY_MMAP || export->type != sim_type(sim) ||
	    export->index >= sim->n_buffers || export->plane >= sim->format.n_planes ||
	    export->flags & ~(uint32_t)(O_CLOEXEC | O_ACCMODE))
		return -EINVAL;
	if (sim->reading)
		return -EBUSY;
	fd = sim_memory_export(&sim->buffers[export->index]->planes[export->plane], export->flags);
	if (fd < 0)
		return fd;
	export->fd = fd;
	return 0;
}

int sim_streamon(struct sim *sim, void *argument)
{
	if (*(int *)argument != (int)sim_type(sim))
		return -EINVAL;
	if (sim->reading || sim->options.busy)
		return -EBUSY;
	if (sim->streaming)
		return 0;
	if (!sim->n_buffers || sim->n_buffers < sim->options.min_buffers)
		return -EINVAL;
	sim_stream_on(sim);
	return 0;
}

int sim_streamoff(struct sim *sim, void *argument)
{
	if (*(int *)argument != (int)sim_type(sim))
		return -EINVAL;
	if (sim->reading)
		return -EBUSY;
	sim_stream_off(sim);
	return 0;
}
