/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffer ioctls of the simulated device, with the checks, in their order, and the errors of the kernel's
 * videobuf2 (drivers/media/common/videobuf2), and the documentation of each ioctl in its userspace API.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/clock.h"
#include "sim/sim_internal.h"

#define DRIVER_MAX_BUFFERS 32 /* VB2_MAX_FRAME */

static uint32_t timestamp_flags(const struct sim_queue *queue)
{
	bool copies = sim_queue_is_output(queue) && !queue->sim->options.own_times;

	return copies || queue->sim->m2m ? V4L2_BUF_FLAG_TIMESTAMP_COPY
					 : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_EOF;
}

static uint32_t buffer_caps(const struct sim_queue *queue)
{
	static const struct {
		uint32_t cap, buffer_cap;
	} map[] = { { SIM_CAP_MMAP, V4L2_BUF_CAP_SUPPORTS_MMAP },
		    { SIM_CAP_USERPTR, V4L2_BUF_CAP_SUPPORTS_USERPTR },
		    { SIM_CAP_DMABUF, V4L2_BUF_CAP_SUPPORTS_DMABUF },
		    { SIM_CAP_ORPHAN, V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS } };
	uint32_t caps = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(map); i++)
		caps |= (queue->sim->options.caps & map[i].cap) ? map[i].buffer_cap : 0;
	return queue->sim->options.no_buffer_caps ? 0 : caps;
}

/* vb2_verify_memory_type(), the first check of REQBUFS and CREATE_BUFS. */
static int verify_memory_type(const struct sim_queue *queue, uint32_t memory)
{
	static const uint32_t needed[5] = { [V4L2_MEMORY_MMAP] = SIM_CAP_MMAP,
					    [V4L2_MEMORY_USERPTR] = SIM_CAP_USERPTR,
					    [V4L2_MEMORY_DMABUF] = SIM_CAP_DMABUF };

	if (memory >= 5 || !(needed[memory] & queue->sim->options.caps))
		return -EINVAL;
	return queue->fileio || queue->sim->options.busy ? -EBUSY : 0;
}

void sim_vb2_free(struct sim_queue *queue)
{
	for (uint32_t i = 0; i < queue->n_buffers; i++) {
		sim_memory_release(queue->buffers[i]);
		free(queue->buffers[i]);
		queue->buffers[i] = NULL;
	}
	queue->n_buffers = 0;
	queue->memory = 0;
	queue->generation++;
}

static int allocate_buffer(struct sim_queue *queue, const uint32_t *lengths)
{
	struct sim_buffer *buffer = calloc(1, sizeof *buffer);
	int err;

	if (!buffer)
		return -ENOMEM;
	buffer->index = queue->n_buffers;
	err = sim_memory_allocate(queue, buffer, lengths);
	if (err < 0) {
		sim_memory_release(buffer);
		free(buffer);
		return err;
	}
	queue->buffers[queue->n_buffers++] = buffer;
	return 0;
}

int sim_vb2_allocate(struct sim_queue *queue, uint32_t n, uint32_t memory, const uint32_t *lengths)
{
	uint32_t had = queue->n_buffers;
	int err = 0;

	queue->memory = memory;
	while (!err && queue->n_buffers < had + n)
		err = allocate_buffer(queue, lengths);
	if (queue->n_buffers > had)
		return (int)(queue->n_buffers - had);
	if (!had)
		queue->memory = 0;
	return err ? -ENOMEM : 0;
}

/* queue_setup() of a driver: the number of buffers granted. */
static uint32_t granted_count(const struct sim_queue *queue, uint32_t requested)
{
	if (queue->sim->options.grant >= 0)
		return (uint32_t)queue->sim->options.grant;
	if (requested < queue->sim->options.min_buffers)
		requested = queue->sim->options.min_buffers;
	return requested < DRIVER_MAX_BUFFERS ? requested : DRIVER_MAX_BUFFERS;
}

static bool is_owned_by_other(const struct sim_queue *queue, const struct sim_file *file)
{
	return queue->owner && queue->owner != file;
}

int sim_vb2_reqbufs(struct sim_file *file, void *argument)
{
	struct v4l2_requestbuffers *request = argument;
	struct sim_queue *queue = sim_queue_by_type(file->sim, request->type);
	int n = queue ? verify_memory_type(queue, request->memory) : -EINVAL;

	if (!queue)
		return n;
	request->capabilities = buffer_caps(queue);
	request->flags = 0;
	if (n < 0)
		return n;
	if (is_owned_by_other(queue, file) || queue->streaming)
		return -EBUSY;
	if (queue->n_buffers) {
		if (!(queue->sim->options.caps & SIM_CAP_ORPHAN) && sim_memory_in_use(queue))
			return -EBUSY;
		sim_stream_stop(queue);
		sim_vb2_free(queue);
	}
	queue->waiting_for_buffers = !sim_queue_is_output(queue);
	if (!request->count) {
		queue->owner = NULL;
		return 0;
	}
	n = sim_vb2_allocate(queue, granted_count(queue, request->count), request->memory,
			     queue->format.sizeimage);
	if (n < 0)
		return n;
	request->count = (uint32_t)n;
	queue->owner = n ? file : NULL;
	return 0;
}

/* The plane sizes in the format of CREATE_BUFS; -EINVAL if one is too small for a frame. */
static int requested_lengths(const struct sim_queue *queue, const struct v4l2_format *format,
			     uint32_t lengths[MAX_PLANES])
{
	const struct v4l2_pix_format_mplane *planes = &format->fmt.pix_mp;

	if (sim_queue_is_multiplanar(queue) && planes->num_planes != queue->format.n_planes)
		return -EINVAL;
	for (unsigned i = 0; i < queue->format.n_planes; i++) {
		lengths[i] = sim_queue_is_multiplanar(queue) ? planes->plane_fmt[i].sizeimage
							     : format->fmt.pix.sizeimage;
		if (lengths[i] < queue->format.sizeimage[i])
			return -EINVAL;
	}
	return 0;
}

int sim_vb2_create_bufs(struct sim_file *file, void *argument)
{
	struct v4l2_create_buffers *request = argument;
	struct sim_queue *queue = sim_queue_by_type(file->sim, request->format.type);
	uint32_t lengths[MAX_PLANES];
	int n;

	if (file->sim->options.no_create_bufs)
		return -ENOTTY;
	if (!queue)
		return -EINVAL;
	n = verify_memory_type(queue, request->memory);
	request->index = queue->n_buffers;
	request->capabilities = buffer_caps(queue);
	request->flags = 0;
	if (!request->count)
		return n == -EBUSY && !queue->sim->options.busy ? 0 : n;
	if (n == 0)
		n = is_owned_by_other(queue, file) ? -EBUSY
						   : requested_lengths(queue, &request->format, lengths);
	if (n < 0)
		return n;
	if (queue->n_buffers >= DRIVER_MAX_BUFFERS)
		return -ENOBUFS;
	if (queue->n_buffers && queue->memory != request->memory)
		return -EINVAL;
	if (request->count > DRIVER_MAX_BUFFERS - queue->n_buffers)
		request->count = DRIVER_MAX_BUFFERS - queue->n_buffers;
	if (!queue->n_buffers)
		queue->waiting_for_buffers = !sim_queue_is_output(queue);
	n = sim_vb2_allocate(queue, request->count, request->memory, lengths);
	if (n < 0)
		return n;
	request->count = (uint32_t)n;
	queue->owner = file;
	return 0;
}

/* __verify_planes_array() */
static int verify_planes_array(const struct sim_queue *queue, const struct v4l2_buffer *b)
{
	return sim_queue_is_multiplanar(queue) && (!b->m.planes || b->length < queue->format.n_planes)
		       ? -EINVAL
		       : 0;
}

/* The buffer that QUERYBUF or QBUF selects. */
static int find_buffer(const struct sim_queue *queue, const struct v4l2_buffer *b, struct sim_buffer **buffer)
{
	if (b->index >= queue->n_buffers || verify_planes_array(queue, b) < 0)
		return -EINVAL;
	*buffer = queue->buffers[b->index];
	return 0;
}

static void fill_plane(const struct sim_queue *queue, const struct sim_buffer *buffer, unsigned i,
		       struct v4l2_plane *to)
{
	const struct sim_plane *plane = &buffer->planes[i];

	*to = (struct v4l2_plane){ .bytesused = plane->bytesused,
				   .length = plane->length,
				   .data_offset = plane->data_offset };
	if (queue->memory == V4L2_MEMORY_MMAP)
		to->m.mem_offset = sim_memory_offset(queue, buffer->index, i);
	else if (queue->memory == V4L2_MEMORY_USERPTR)
		to->m.userptr = plane->userptr;
	else
		to->m.fd = plane->user_fd;
}

static void fill_planes(const struct sim_queue *queue, const struct sim_buffer *buffer, struct v4l2_buffer *b)
{
	struct v4l2_plane plane;

	if (sim_queue_is_multiplanar(queue)) {
		b->length = queue->format.n_planes;
		for (unsigned i = 0; i < b->length; i++)
			fill_plane(queue, buffer, i, &b->m.planes[i]);
		return;
	}
	fill_plane(queue, buffer, 0, &plane);
	b->bytesused = plane.bytesused;
	b->length = plane.length;
	if (queue->memory == V4L2_MEMORY_USERPTR)
		b->m.userptr = plane.m.userptr;
	else
		b->m.offset = plane.m.mem_offset; /* the same union member as m.fd */
}

/* __fill_v4l2_buffer() */
static void fill_v4l2_buffer(const struct sim_queue *queue, const struct sim_buffer *buffer,
			     struct v4l2_buffer *b)
{
	static const uint32_t state_flags[] = {
		[SIM_QUEUED] = V4L2_BUF_FLAG_QUEUED, [SIM_DONE] = V4L2_BUF_FLAG_DONE
	};

	b->index = buffer->index;
	b->type = queue->type;
	b->memory = queue->memory;
	b->flags = buffer->flags | state_flags[buffer->state] | timestamp_flags(queue);
	if (sim_memory_is_mapped(queue, buffer->index))
		b->flags |= V4L2_BUF_FLAG_MAPPED;
	b->field = buffer->field;
	b->sequence = buffer->sequence;
	b->timestamp.tv_sec = buffer->timestamp_ns / NS_PER_S;
	b->timestamp.tv_usec = buffer->timestamp_ns % NS_PER_S / NS_PER_US;
	b->timecode = buffer->timecode;
	b->reserved2 = 0;
	b->request_fd = 0;
	fill_planes(queue, buffer, b);
}

int sim_vb2_querybuf(struct sim_queue *queue, void *argument)
{
	struct v4l2_buffer *b = argument;
	struct sim_buffer *buffer;
	int err = find_buffer(queue, b, &buffer);

	if (err < 0)
		return err;
	fill_v4l2_buffer(queue, buffer, b);
	if (queue->sim->options.querybuf_wrong_index)
		b->index++;
	if (queue->sim->options.short_plane && sim_queue_is_multiplanar(queue))
		b->m.planes[0].length /= 2;
	else if (queue->sim->options.short_plane)
		b->length /= 2;
	return 0;
}

/* The plane of QBUF, converted from the single-planar API where needed. */
static struct v4l2_plane qbuf_plane(const struct sim_queue *queue, const struct v4l2_buffer *b, unsigned i)
{
	struct v4l2_plane plane = { .bytesused = b->bytesused, .length = b->length };

	if (sim_queue_is_multiplanar(queue))
		return b->m.planes[i];
	plane.m.userptr = b->m.userptr;
	return plane;
}

/* __verify_length(): a length of 0 stands for the whole DMA-BUF only in the single-planar API. */
static int verify_payload(const struct sim_queue *queue, const struct sim_plane *plane,
			  const struct v4l2_plane *from)
{
	bool given = queue->memory == V4L2_MEMORY_USERPTR ||
		     (queue->memory == V4L2_MEMORY_DMABUF && sim_queue_is_multiplanar(queue));
	uint32_t length = given ? from->length : plane->length;
	uint32_t bytesused = from->bytesused ? from->bytesused : length;

	return bytesused > length || (from->data_offset && from->data_offset >= bytesused) ? -EINVAL : 0;
}

/* vb2_fill_vb2_v4l2_buffer(): checks the arguments of QBUF before the buffer's state. */
static int verify_buffer(const struct sim_queue *queue, const struct sim_buffer *buffer,
			 const struct v4l2_buffer *b)
{
	for (unsigned i = 0; sim_queue_is_output(queue) && i < queue->format.n_planes; i++) {
		struct v4l2_plane plane = qbuf_plane(queue, b, i);

		if (verify_payload(queue, &buffer->planes[i], &plane) < 0)
			return -EINVAL;
	}
	if (sim_queue_is_output(queue) && b->field == V4L2_FIELD_ALTERNATE)
		return -EINVAL;
	if (b->flags & V4L2_BUF_FLAG_REQUEST_FD)
		return buffer->state == SIM_DEQUEUED ? -EBADR : -EINVAL;
	if (queue->error)
		return -EIO;
	return buffer->state == SIM_DEQUEUED || queue->sim->options.ring ? 0 : -EINVAL;
}

/* vb2_queue.allow_zero_bytesused */
static bool allows_empty(const struct sim_queue *queue)
{
	return queue->sim->m2m && queue->sim->options.no_commands;
}

/* Output: stores the metadata of the frame from the program, which DQBUF returns. */
static void set_frame(const struct sim_queue *queue, struct sim_buffer *buffer, const struct v4l2_buffer *b)
{
	const uint32_t kept = V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME | V4L2_BUF_FLAG_BFRAME |
			      V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_LAST | V4L2_BUF_FLAG_TSTAMP_SRC_MASK;

	for (unsigned i = 0; i < queue->format.n_planes; i++) {
		struct sim_plane *plane = &buffer->planes[i];
		struct v4l2_plane from = qbuf_plane(queue, b, i);

		plane->bytesused = from.bytesused || allows_empty(queue) ? from.bytesused : plane->length;
		plane->data_offset = from.bytesused ? from.data_offset : 0;
	}
	buffer->flags = b->flags & kept;
	buffer->field = b->field == V4L2_FIELD_ANY ? queue->format.field : b->field;
	buffer->timestamp_ns = b->timestamp.tv_sec * NS_PER_S + b->timestamp.tv_usec * NS_PER_US;
	buffer->timecode = b->flags & V4L2_BUF_FLAG_TIMECODE ? b->timecode : (struct v4l2_timecode){ 0 };
}

/* __buf_prepare() */
static int prepare_buffer(const struct sim_queue *queue, struct sim_buffer *buffer,
			  const struct v4l2_buffer *b)
{
	for (unsigned i = 0; i < queue->format.n_planes; i++) {
		struct v4l2_plane plane = qbuf_plane(queue, b, i);
		int err = sim_memory_attach(queue, buffer, i, &plane);

		if (err < 0)
			return err;
	}
	buffer->flags = 0;
	if (sim_queue_is_output(queue))
		set_frame(queue, buffer, b);
	return 0;
}

int sim_vb2_qbuf(struct sim_queue *queue, void *argument)
{
	struct v4l2_buffer *b = argument;
	struct sim_buffer *buffer;
	int err;

	if (queue->fileio)
		return -EBUSY;
	err = find_buffer(queue, b, &buffer);
	if (err < 0)
		return err;
	if (b->memory != queue->memory)
		return -EINVAL;
	err = verify_buffer(queue, buffer, b);
	if (err == 0 && queue->memory == V4L2_MEMORY_DMABUF)
		err = queue->sim->options.import_error;
	if (err == 0)
		err = prepare_buffer(queue, buffer, b);
	if (err < 0)
		return err;
	sim_stream_queue(queue, buffer);
	fill_v4l2_buffer(queue, buffer, b);
	return 0;
}

int sim_vb2_dqbuf(struct sim_queue *queue, void *argument)
{
	struct v4l2_buffer *b = argument;
	struct sim_buffer *buffer;
	int err;

	if (queue->fileio)
		return -EBUSY;
	if (verify_planes_array(queue, b) < 0)
		return -EINVAL;
	if (!(buffer = sim_stream_dequeue(queue, &err)))
		return err;
	fill_v4l2_buffer(queue, buffer, b);
	if (buffer->bad_index)
		b->index = 99;
	return 0;
}

int sim_vb2_expbuf(struct sim_queue *queue, void *argument)
{
	struct v4l2_exportbuffer *export = argument;
	int fd;

	if (queue->memory != V4L2_MEMORY_MMAP || export->index >= queue->n_buffers ||
	    export->plane >= queue->format.n_planes || export->flags & ~(uint32_t)(O_CLOEXEC | O_ACCMODE))
		return -EINVAL;
	if (queue->fileio)
		return -EBUSY;
	fd = sim_memory_export(&queue->buffers[export->index]->planes[export->plane], export->flags);
	if (fd < 0)
		return fd;
	export->fd = fd;
	return 0;
}

int sim_vb2_streamon(struct sim_queue *queue, void *argument)
{
	int err;

	(void)argument;
	if (queue->fileio || queue->sim->options.busy)
		return -EBUSY;
	if (queue->streaming)
		return 0;
	if (!queue->n_buffers || queue->n_buffers < queue->sim->options.min_buffers)
		return -EINVAL;
	err = sim_media_validate(queue->sim);
	if (err < 0)
		return err;
	if (queue->sim->media)
		queue->format.fps = sim_media_fps(queue->sim);
	sim_stream_start(queue);
	return 0;
}

int sim_vb2_streamoff(struct sim_queue *queue, void *argument)
{
	(void)argument;
	if (queue->fileio)
		return -EBUSY;
	sim_stream_stop(queue);
	return 0;
}
