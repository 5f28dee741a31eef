/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace lines of ioctls: the arguments in and out. */
#include "device/trace_ioctls.h"

#include <stdint.h>
#include <string.h>
#include <linux/media.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/pixfmt.h"
#include "device/reader_events.h"
#include "device/subdev_streams.h"
#include "device/trace_subdev.h"
#include "device/trace.h"

static void add_type(struct trace *trace, uint32_t type)
{
	static const char *const names[] = {
		[V4L2_BUF_TYPE_VIDEO_CAPTURE] = "capture",
		[V4L2_BUF_TYPE_VIDEO_OUTPUT] = "output",
		[V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE] = "capture-mplane",
		[V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE] = "output-mplane",
	};

	if (type < ARRAY_SIZE(names) && names[type])
		trace_add(trace, " type=%s", names[type]);
	else
		trace_add(trace, " type=%u", type);
}

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

/* A number of each plane: from struct v4l2_buffer where it is single-planar, else from struct v4l2_plane. */
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
		struct v4l2_plane plane = { .bytesused = buffer->bytesused, .length = buffer->length };

		memcpy(&plane.m, &buffer->m, sizeof plane.m);
		trace_add(trace, "%lld", plane_value(&plane, field));
		return;
	}
	for (uint32_t i = 0; buffer->m.planes && i < buffer->length && i < VIDEO_MAX_PLANES; i++)
		trace_add(trace, "%s%lld", i ? "," : "", plane_value(&buffer->m.planes[i], field));
}

static void in_qbuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " index=%u flags=0x%x", buffer->index, buffer->flags);
	add_planes(trace, buffer, PLANE_BYTESUSED);
	add_memory(trace, buffer->memory);
	add_type(trace, buffer->type);
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

static void out_dqbuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " index=%u flags=0x%x", buffer->index, buffer->flags);
	add_planes(trace, buffer, PLANE_BYTESUSED);
	if (V4L2_TYPE_IS_MULTIPLANAR(buffer->type))
		add_planes(trace, buffer, PLANE_DATA_OFFSET);
	trace_add(trace, " sequence=%u field=%u timestamp=%lld.%06ld", buffer->sequence, buffer->field,
		  (long long)buffer->timestamp.tv_sec, (long)buffer->timestamp.tv_usec);
}

static void in_buffer(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	add_type(trace, buffer->type);
	add_memory(trace, buffer->memory);
}

static void in_querybuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " index=%u", buffer->index);
	add_type(trace, buffer->type);
}

static void out_querybuf(struct trace *trace, const void *argument)
{
	const struct v4l2_buffer *buffer = argument;

	trace_add(trace, " got_index=%u flags=0x%x", buffer->index, buffer->flags);
	add_planes(trace, buffer, PLANE_LENGTH);
	if (buffer->memory == V4L2_MEMORY_MMAP)
		add_planes(trace, buffer, PLANE_MEM_OFFSET);
}

static void in_reqbufs(struct trace *trace, const void *argument)
{
	const struct v4l2_requestbuffers *request = argument;

	trace_add(trace, " count=%u", request->count);
	add_memory(trace, request->memory);
	add_type(trace, request->type);
}

static void out_reqbufs(struct trace *trace, const void *argument)
{
	const struct v4l2_requestbuffers *request = argument;

	trace_add(trace, " granted=%u capabilities=0x%x", request->count, request->capabilities);
}

static void in_create_bufs(struct trace *trace, const void *argument)
{
	const struct v4l2_create_buffers *create = argument;

	trace_add(trace, " count=%u", create->count);
	add_memory(trace, create->memory);
	add_type(trace, create->format.type);
}

static void out_create_bufs(struct trace *trace, const void *argument)
{
	const struct v4l2_create_buffers *create = argument;

	trace_add(trace, " granted=%u index=%u capabilities=0x%x", create->count, create->index,
		  create->capabilities);
}

static void in_expbuf(struct trace *trace, const void *argument)
{
	const struct v4l2_exportbuffer *export = argument;

	trace_add(trace, " index=%u plane=%u flags=0x%x", export->index, export->plane, export->flags);
	add_type(trace, export->type);
}

static void out_expbuf(struct trace *trace, const void *argument)
{
	trace_add(trace, " fd=%d", ((const struct v4l2_exportbuffer *)argument)->fd);
}

static void in_stream(struct trace *trace, const void *argument)
{
	add_type(trace, *(const uint32_t *)argument);
}

static void in_format(struct trace *trace, const void *argument)
{
	add_type(trace, ((const struct v4l2_format *)argument)->type);
}

static void show_format(struct trace *trace, const char *prefix, const struct v4l2_format *format)
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	const struct v4l2_pix_format *pix = &format->fmt.pix;
	char name[FOURCC_TEXT_MAX];

	if (!V4L2_TYPE_IS_MULTIPLANAR(format->type)) {
		trace_add(trace, " %ssize=%ux%u %spixelformat=%s field=%u bytesperline=%u sizeimage=%u",
			  prefix, pix->width, pix->height, prefix, fourcc_text(pix->pixelformat, name),
			  pix->field, pix->bytesperline, pix->sizeimage);
		return;
	}
	trace_add(trace, " %ssize=%ux%u %spixelformat=%s field=%u", prefix, mp->width, mp->height, prefix,
		  fourcc_text(mp->pixelformat, name), mp->field);
	for (int i = 0; i < mp->num_planes && i < VIDEO_MAX_PLANES; i++)
		trace_add(trace, "%s%u", i ? "," : " bytesperline=", mp->plane_fmt[i].bytesperline);
	for (int i = 0; i < mp->num_planes && i < VIDEO_MAX_PLANES; i++)
		trace_add(trace, "%s%u", i ? "," : " sizeimage=", mp->plane_fmt[i].sizeimage);
}

static void in_s_fmt(struct trace *trace, const void *argument)
{
	in_format(trace, argument);
	show_format(trace, "asked_", argument);
}

static void out_format(struct trace *trace, const void *argument)
{
	show_format(trace, "", argument);
}

static void show_interval(struct trace *trace, const char *key, const struct v4l2_streamparm *parm)
{
	const struct v4l2_fract *interval = V4L2_TYPE_IS_OUTPUT(parm->type)
						    ? &parm->parm.output.timeperframe
						    : &parm->parm.capture.timeperframe;

	trace_add(trace, " %s=%u/%u", key, interval->numerator, interval->denominator);
}

static void in_parm(struct trace *trace, const void *argument)
{
	add_type(trace, ((const struct v4l2_streamparm *)argument)->type);
}

static void in_s_parm(struct trace *trace, const void *argument)
{
	in_parm(trace, argument);
	show_interval(trace, "asked_timeperframe", argument);
}

static void out_parm(struct trace *trace, const void *argument)
{
	show_interval(trace, "timeperframe", argument);
}

static void in_ctrl(struct trace *trace, const void *argument)
{
	trace_add(trace, " id=0x%x", ((const struct v4l2_control *)argument)->id);
}

static void in_s_ctrl(struct trace *trace, const void *argument)
{
	const struct v4l2_control *control = argument;

	trace_add(trace, " id=0x%x asked_value=%d", control->id, control->value);
}

static void out_ctrl(struct trace *trace, const void *argument)
{
	trace_add(trace, " value=%d", ((const struct v4l2_control *)argument)->value);
}

static void in_ext_ctrls(struct trace *trace, const void *argument)
{
	const struct v4l2_ext_controls *controls = argument;

	for (uint32_t i = 0; i < controls->count && i < 8; i++)
		trace_add(trace, "%s0x%x", i ? "," : " id=", controls->controls[i].id);
}

static void show_ext_values(struct trace *trace, const char *key, const struct v4l2_ext_controls *controls)
{
	/* A control with a payload (size > 0) holds a pointer there. */
	for (uint32_t i = 0; i < controls->count && i < 8; i++)
		trace_add(trace, "%s%s%lld", i ? "," : key, i ? "" : "=",
			  controls->controls[i].size ? 0LL : (long long)controls->controls[i].value);
}

static void in_s_ext_ctrls(struct trace *trace, const void *argument)
{
	in_ext_ctrls(trace, argument);
	show_ext_values(trace, " asked_value", argument);
}

static void out_ext_ctrls(struct trace *trace, const void *argument)
{
	show_ext_values(trace, " value", argument);
}

/* For arguments that begin with the index or id, or consist of it. */
static void show_index(struct trace *trace, const void *argument)
{
	trace_add(trace, " index=%u", *(const uint32_t *)argument);
}

static void show_id(struct trace *trace, const void *argument)
{
	trace_add(trace, " id=0x%x", *(const uint32_t *)argument);
}

static void out_querycap(struct trace *trace, const void *argument)
{
	const struct v4l2_capability *info = argument;

	trace_add(trace, " capabilities=0x%x device_caps=0x%x", info->capabilities, info->device_caps);
}

static void out_enum_fmt(struct trace *trace, const void *argument)
{
	const struct v4l2_fmtdesc *format = argument;
	char name[FOURCC_TEXT_MAX];

	trace_add(trace, " pixelformat=%s flags=0x%x", fourcc_text(format->pixelformat, name), format->flags);
}

static void in_event(struct trace *trace, const void *argument)
{
	const struct v4l2_event_subscription *subscription = argument;

	trace_add(trace, " type=%u id=0x%x", subscription->type, subscription->id);
}

static void out_event(struct trace *trace, const void *argument)
{
	const struct v4l2_event *event = argument;
	uint32_t n_readers;

	trace_add(trace, " type=%u id=0x%x", event->type, event->id);
	if (event->type == V4L2_EVENT_SOURCE_CHANGE)
		trace_add(trace, " changes=0x%x", event->u.src_change.changes);
	if (event->type == READER_EVENT) {
		memcpy(&n_readers, event->u.data, sizeof n_readers);
		trace_add(trace, " readers=%u", n_readers);
	}
}

static void show_timings(struct trace *trace, const void *argument)
{
	const struct v4l2_bt_timings *bt = &((const struct v4l2_dv_timings *)argument)->bt;

	trace_add(trace, " size=%ux%u interlaced=%u pixelclock=%llu", bt->width, bt->height, bt->interlaced,
		  (unsigned long long)bt->pixelclock);
}

/* Adds the fields of an ioctl's argument to the line. */
typedef void formatter(struct trace *trace, const void *argument);

static const struct ioctl_row {
	unsigned long request;
	const char *name;
	formatter *in, *out; /* NULL: nothing to show */
} rows[] = {
#define ROW(request, in, out)                                                                                \
	{                                                                                                    \
		request, #request, in, out                                                                   \
	}
	/* once or more a frame, so found first */
	ROW(VIDIOC_QBUF, in_qbuf, NULL),
	ROW(VIDIOC_DQBUF, in_buffer, out_dqbuf),
	ROW(VIDIOC_QUERYBUF, in_querybuf, out_querybuf),
	ROW(VIDIOC_REQBUFS, in_reqbufs, out_reqbufs),
	ROW(VIDIOC_CREATE_BUFS, in_create_bufs, out_create_bufs),
	ROW(VIDIOC_EXPBUF, in_expbuf, out_expbuf),
	ROW(VIDIOC_STREAMON, in_stream, NULL),
	ROW(VIDIOC_STREAMOFF, in_stream, NULL),
	ROW(VIDIOC_PREPARE_BUF, in_qbuf, NULL),
	ROW(VIDIOC_DQEVENT, NULL, out_event),
	ROW(VIDIOC_SUBSCRIBE_EVENT, in_event, NULL),
	ROW(VIDIOC_UNSUBSCRIBE_EVENT, in_event, NULL),
	ROW(VIDIOC_QUERYCAP, NULL, out_querycap),
	ROW(VIDIOC_ENUM_FMT, show_index, out_enum_fmt),
	ROW(VIDIOC_G_FMT, in_format, out_format),
	ROW(VIDIOC_S_FMT, in_s_fmt, out_format),
	ROW(VIDIOC_TRY_FMT, in_s_fmt, out_format),
	ROW(VIDIOC_G_PARM, in_parm, out_parm),
	ROW(VIDIOC_S_PARM, in_s_parm, out_parm),
	ROW(VIDIOC_ENUM_FRAMESIZES, show_index, NULL),
	ROW(VIDIOC_ENUM_FRAMEINTERVALS, show_index, NULL),
	ROW(VIDIOC_G_CTRL, in_ctrl, out_ctrl),
	ROW(VIDIOC_S_CTRL, in_s_ctrl, out_ctrl),
	ROW(VIDIOC_G_EXT_CTRLS, in_ext_ctrls, out_ext_ctrls),
	ROW(VIDIOC_S_EXT_CTRLS, in_s_ext_ctrls, out_ext_ctrls),
	ROW(VIDIOC_TRY_EXT_CTRLS, in_s_ext_ctrls, out_ext_ctrls),
	ROW(VIDIOC_QUERYCTRL, show_id, show_id),
	ROW(VIDIOC_QUERY_EXT_CTRL, show_id, show_id),
	ROW(VIDIOC_QUERYMENU, show_id, NULL),
	ROW(VIDIOC_ENUMINPUT, show_index, NULL),
	ROW(VIDIOC_G_INPUT, NULL, show_index),
	ROW(VIDIOC_S_INPUT, show_index, NULL),
	ROW(VIDIOC_ENUMOUTPUT, show_index, NULL),
	ROW(VIDIOC_G_OUTPUT, NULL, show_index),
	ROW(VIDIOC_S_OUTPUT, show_index, NULL),
	ROW(VIDIOC_G_STD, NULL, NULL),
	ROW(VIDIOC_S_STD, NULL, NULL),
	ROW(VIDIOC_ENUMSTD, show_index, NULL),
	ROW(VIDIOC_QUERYSTD, NULL, NULL),
	ROW(VIDIOC_CROPCAP, NULL, NULL),
	ROW(VIDIOC_G_CROP, NULL, NULL),
	ROW(VIDIOC_S_CROP, NULL, NULL),
	ROW(VIDIOC_G_SELECTION, NULL, NULL),
	ROW(VIDIOC_S_SELECTION, NULL, NULL),
	ROW(VIDIOC_G_DV_TIMINGS, NULL, show_timings),
	ROW(VIDIOC_S_DV_TIMINGS, show_timings, NULL),
	ROW(VIDIOC_QUERY_DV_TIMINGS, NULL, show_timings),
	ROW(VIDIOC_ENUM_DV_TIMINGS, show_index, NULL),
	ROW(VIDIOC_DV_TIMINGS_CAP, NULL, NULL),
	ROW(VIDIOC_G_EDID, NULL, NULL),
	ROW(VIDIOC_S_EDID, NULL, NULL),
	ROW(VIDIOC_G_TUNER, show_index, NULL),
	ROW(VIDIOC_G_MODULATOR, show_index, NULL),
	ROW(VIDIOC_G_FREQUENCY, show_index, NULL),
	ROW(VIDIOC_ENUMAUDIO, show_index, NULL),
	ROW(VIDIOC_G_AUDIO, NULL, show_index),
	ROW(VIDIOC_ENUMAUDOUT, show_index, NULL),
	ROW(VIDIOC_G_AUDOUT, NULL, show_index),
	ROW(VIDIOC_G_PRIORITY, NULL, show_index),
	ROW(VIDIOC_S_PRIORITY, show_index, NULL),
	ROW(VIDIOC_DECODER_CMD, NULL, NULL),
	ROW(VIDIOC_ENCODER_CMD, NULL, NULL),
	ROW(MEDIA_IOC_DEVICE_INFO, NULL, NULL),
	ROW(MEDIA_IOC_G_TOPOLOGY, NULL, NULL),
	ROW(MEDIA_IOC_SETUP_LINK, trace_subdev_link, NULL),
	ROW(VIDIOC_SUBDEV_G_FMT, trace_subdev_in_format, trace_subdev_out_format),
	ROW(VIDIOC_SUBDEV_S_FMT, trace_subdev_in_s_format, trace_subdev_out_format),
	ROW(VIDIOC_SUBDEV_G_SELECTION, trace_subdev_in_selection, trace_subdev_out_selection),
	ROW(VIDIOC_SUBDEV_S_SELECTION, trace_subdev_in_s_selection, trace_subdev_out_selection),
	ROW(VIDIOC_SUBDEV_G_FRAME_INTERVAL, NULL, trace_subdev_interval),
	ROW(VIDIOC_SUBDEV_S_FRAME_INTERVAL, trace_subdev_interval, trace_subdev_interval),
	ROW(VIDIOC_SUBDEV_ENUM_FRAME_INTERVAL, trace_subdev_in_rate, trace_subdev_out_rate),
	ROW(VIDIOC_SUBDEV_ENUM_MBUS_CODE, trace_subdev_in_code, trace_subdev_out_code),
	ROW(VIDIOC_SUBDEV_ENUM_FRAME_SIZE, trace_subdev_in_size, NULL),
	ROW(VIDIOC_SUBDEV_QUERYCAP, NULL, trace_subdev_out_querycap),
	{ SUBDEV_S_CLIENT_CAP, "VIDIOC_SUBDEV_S_CLIENT_CAP", NULL, NULL },
	{ SUBDEV_G_ROUTING, "VIDIOC_SUBDEV_G_ROUTING", NULL, trace_subdev_routing },
	{ SUBDEV_S_ROUTING, "VIDIOC_SUBDEV_S_ROUTING", trace_subdev_routing, NULL },
	{ SUBDEV_G_ROUTING_6_3, "VIDIOC_SUBDEV_G_ROUTING", NULL, trace_subdev_routing_6_3 },
	{ SUBDEV_S_ROUTING_6_3, "VIDIOC_SUBDEV_S_ROUTING", trace_subdev_routing_6_3, NULL },
#undef ROW
};

static const struct ioctl_row *find_row(unsigned long request)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].request == request)
			return &rows[i];
	return NULL;
}

void trace_ioctl_begin(struct trace *trace, unsigned long request, const void *argument)
{
	const struct ioctl_row *row = find_row(request);

	trace->length = 0;
	if (!row)
		trace_add(trace, "ioctl request=0x%lx", request);
	else
		trace_add(trace, "%s", row->name);
	if (row && row->in)
		row->in(trace, argument);
}

void trace_ioctl_end(struct trace *trace, const char *path, unsigned long request, const void *argument,
		     int result)
{
	const struct ioctl_row *row = find_row(request);

	if (row && row->out && result >= 0)
		row->out(trace, argument);
	trace_end(trace, path, result);
}
