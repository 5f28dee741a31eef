/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace of the ioctls that move buffers. */
#include "device/trace_internal.h"

#include <linux/videodev2.h>
#include "base/array.h"

static void add_memory(struct trace *trace, uint32_t memory)
{
	static const char *const names[] = {
		[V4L2_MEMORY_MMAP] = "MMAP",
		[V4L2_MEMORY_USERPTR] = "USERPTR",
		[V4L2_MEMORY_DMABUF] = "DMABUF",
	};

	if (memory < ARRAY_SIZE(names) && names[memory])
		trace_add(trace, " memory=%s", names[memory]);
	else
		trace_add(trace, " memory=%u", memory);
}

/* One number of each plane: the v4l2_buffer's own where it is single-planar, else from the v4l2_plane. */
enum plane_field {
	PLANE_BYTESUSED,
	PLANE_LENGTH,
	PLANE_DATA_OFFSET,
	PLANE_MEM_OFFSET,
	PLANE_FD,
	PLANE_USERPTR
};

static const char *const plane_field_names[] = {
	[PLANE_BYTESUSED] = "bytesused", [PLANE_LENGTH] = "length", [PLANE_DATA_OFFSET] = "data_offset",
	[PLANE_MEM_OFFSET] = "offset",   [PLANE_FD] = "fd",         [PLANE_USERPTR] = "userptr",
};

static long long single_plane_value(const struct v4l2_buffer *buffer, enum plane_field field)
{
	const long long values[] = {
		[PLANE_BYTESUSED] = buffer->bytesused,
		[PLANE_LENGTH] = buffer->length,
		[PLANE_DATA_OFFSET] = 0,
		[PLANE_MEM_OFFSET] = buffer->m.offset,
		[PLANE_FD] = buffer->m.fd,
		[PLANE_USERPTR] = (long long)buffer->m.userptr,
	};

	return values[field];
}

static long long plane_value(const struct v4l2_plane *plane, enum plane_field field)
{
	const long long values[] = {
		[PLANE_BYTESUSED] = plane->bytesused,
		[PLANE_LENGTH] = plane->length,
		[PLANE_DATA_OFFSET] = plane->data_offset,
		[PLANE_MEM_OFFSET] = plane->m.mem_offset,
		[PLANE_FD] = plane->m.fd,
		[PLANE_USERPTR] = (long long)plane->m.userptr,
	};

	return values[field];
}

static void add_planes(struct trace *trace, const struct v4l2_buffer *buffer, enum plane_field field)
{
	trace_add(trace, " %s=", plane_field_names[field]);
	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->type)) {
		trace_add(trace, "%lld", single_plane_value(buffer, field));
		return;
	}
	for (uint32_t i = 0; buffer->m.planes && i < buffer->length && i < VIDEO_MAX_PLANES; i++)
		trace_add(trace, "%s%lld", i ? "," : "", plane_value(&buffer->m.planes[i], field));
}

static void ask_qbuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " index=%u flags=0x%x", buffer->index, buffer->flags);
	add_planes(trace, buffer, PLANE_BYTESUSED);
	add_memory(trace, buffer->memory);
	trace_add_type(trace, buffer->type);
	if (buffer->memory == V4L2_MEMORY_DMABUF)
		add_planes(trace, buffer, PLANE_FD);
	if (buffer->memory == V4L2_MEMORY_USERPTR)
		add_planes(trace, buffer, PLANE_USERPTR);
	if (buffer->memory != V4L2_MEMORY_MMAP)
		add_planes(trace, buffer, PLANE_LENGTH);
	if (!V4L2_TYPE_IS_OUTPUT(buffer->type))
		return;
	if (V4L2_TYPE_IS_MULTIPLANAR(buffer->type))
		add_planes(trace, buffer, PLANE_DATA_OFFSET);
	trace_add(trace, " field=%u timestamp=%lld.%06ld", buffer->field, (long long)buffer->timestamp.tv_sec,
		  (long)buffer->timestamp.tv_usec);
}

static void answer_dqbuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " index=%u flags=0x%x", buffer->index, buffer->flags);
	add_planes(trace, buffer, PLANE_BYTESUSED);
	if (V4L2_TYPE_IS_MULTIPLANAR(buffer->type))
		add_planes(trace, buffer, PLANE_DATA_OFFSET);
	trace_add(trace, " sequence=%u field=%u timestamp=%lld.%06ld", buffer->sequence, buffer->field,
		  (long long)buffer->timestamp.tv_sec, (long)buffer->timestamp.tv_usec);
}

static void ask_buffer(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add_type(trace, buffer->type);
	add_memory(trace, buffer->memory);
}

static void ask_querybuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " index=%u", buffer->index);
	trace_add_type(trace, buffer->type);
}

static void answer_querybuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " got_index=%u flags=0x%x", buffer->index, buffer->flags);
	add_planes(trace, buffer, PLANE_LENGTH);
	if (buffer->memory == V4L2_MEMORY_MMAP)
		add_planes(trace, buffer, PLANE_MEM_OFFSET);
}

static void ask_reqbufs(struct trace *trace, const void *argument)
{
	const struct v4l2_requestbuffers *request = argument;

	trace_add(trace, " count=%u", request->count);
	add_memory(trace, request->memory);
	trace_add_type(trace, request->type);
}

static void answer_reqbufs(struct trace *trace, const void *argument)
{
	const struct v4l2_requestbuffers *request = argument;

	trace_add(trace, " granted=%u capabilities=0x%x", request->count, request->capabilities);
}

static void ask_create_bufs(struct trace *trace, const void *argument)
{
	const struct v4l2_create_buffers *create = argument;

	trace_add(trace, " count=%u", create->count);
	add_memory(trace, create->memory);
	trace_add_type(trace, create->format.type);
}

static void answer_create_bufs(struct trace *trace, const void *argument)
{
	const struct v4l2_create_buffers *create = argument;

	trace_add(trace, " granted=%u index=%u capabilities=0x%x", create->count, create->index,
		  create->capabilities);
}

static void ask_expbuf(struct trace *trace, const void *argument)
{
	const struct v4l2_exportbuffer *export = argument;

	trace_add(trace, " index=%u plane=%u flags=0x%x", export->index, export->plane, export->flags);
	trace_add_type(trace, export->type);
}

static void answer_expbuf(struct trace *trace, const void *argument)
{
	trace_add(trace, " fd=%d", ((const struct v4l2_exportbuffer *)argument)->fd);
}

static void ask_stream(struct trace *trace, const void *argument)
{
	trace_add_type(trace, *(const uint32_t *)argument);
}

const struct trace_row trace_buffer_rows[] = {
	TRACE_ROW(VIDIOC_QBUF, ask_qbuf, NULL),
	TRACE_ROW(VIDIOC_DQBUF, ask_buffer, answer_dqbuf),
	TRACE_ROW(VIDIOC_QUERYBUF, ask_querybuf, answer_querybuf),
	TRACE_ROW(VIDIOC_REQBUFS, ask_reqbufs, answer_reqbufs),
	TRACE_ROW(VIDIOC_CREATE_BUFS, ask_create_bufs, answer_create_bufs),
	TRACE_ROW(VIDIOC_EXPBUF, ask_expbuf, answer_expbuf),
	TRACE_ROW(VIDIOC_STREAMON, ask_stream, NULL),
	TRACE_ROW(VIDIOC_STREAMOFF, ask_stream, NULL),
	TRACE_ROW(VIDIOC_PREPARE_BUF, ask_qbuf, NULL),
	{ 0 },
};
