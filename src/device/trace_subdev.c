/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trace of the ioctls of media devices and sub-devices. */
#include "device/trace_subdev.h"

#include <linux/media.h>
#include "device/subdev_streams.h"

static void add_stream(struct trace *trace, uint32_t stream)
{
	if (stream)
		trace_add(trace, " stream=%u", stream);
}

void trace_subdev_in_format(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_format *format = argument;

	trace_add(trace, " which=%u pad=%u", format->which, format->pad);
	add_stream(trace, format->SUBDEV_STREAM);
}

void trace_subdev_out_format(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_format *format = argument;

	trace_add(trace, " code=0x%04x size=%ux%u", format->format.code, format->format.width,
		  format->format.height);
}

void trace_subdev_in_s_format(struct trace *trace, const void *argument)
{
	trace_subdev_in_format(trace, argument);
	trace_subdev_out_format(trace, argument);
}

void trace_subdev_in_selection(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_selection *selection = argument;

	trace_add(trace, " which=%u pad=%u target=0x%x", selection->which, selection->pad, selection->target);
	add_stream(trace, selection->SUBDEV_STREAM);
}

void trace_subdev_out_selection(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_selection *selection = argument;

	trace_add(trace, " rect=%ux%u%+d%+d", selection->r.width, selection->r.height, selection->r.left,
		  selection->r.top);
}

void trace_subdev_in_s_selection(struct trace *trace, const void *argument)
{
	trace_subdev_in_selection(trace, argument);
	trace_subdev_out_selection(trace, argument);
}

void trace_subdev_interval(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_frame_interval *frame = argument;

	trace_add(trace, " pad=%u interval=%u/%u", frame->pad, frame->interval.numerator,
		  frame->interval.denominator);
}

void trace_subdev_in_rate(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_frame_interval_enum *rate = argument;

	trace_add(trace, " pad=%u index=%u code=0x%04x size=%ux%u", rate->pad, rate->index, rate->code,
		  rate->width, rate->height);
}

void trace_subdev_out_rate(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_frame_interval_enum *rate = argument;

	trace_add(trace, " interval=%u/%u", rate->interval.numerator, rate->interval.denominator);
}

void trace_subdev_in_code(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_mbus_code_enum *code = argument;

	trace_add(trace, " pad=%u index=%u", code->pad, code->index);
}

void trace_subdev_out_code(struct trace *trace, const void *argument)
{
	trace_add(trace, " code=0x%04x", ((const struct v4l2_subdev_mbus_code_enum *)argument)->code);
}

void trace_subdev_in_size(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_frame_size_enum *size = argument;

	trace_add(trace, " pad=%u index=%u code=0x%04x", size->pad, size->index, size->code);
}

void trace_subdev_out_querycap(struct trace *trace, const void *argument)
{
	const struct v4l2_subdev_capability *info = argument;

	trace_add(trace, " capabilities=0x%x", info->capabilities);
}

static void add_routes(struct trace *trace, const struct subdev_routing *routing, uint32_t n)
{
	const struct subdev_route *routes = (const struct subdev_route *)(uintptr_t)routing->routes;

	trace_add(trace, " which=%u routes=", routing->which);
	for (uint32_t i = 0; i < n && i < routing->length; i++)
		trace_add(trace, "%s%u/%u->%u/%u[%u]", i ? "," : "", routes[i].sink_pad,
			  routes[i].sink_stream, routes[i].source_pad, routes[i].source_stream,
			  routes[i].flags);
}

void trace_subdev_routing(struct trace *trace, const void *argument)
{
	add_routes(trace, argument, ((const struct subdev_routing *)argument)->n);
}

void trace_subdev_routing_6_3(struct trace *trace, const void *argument)
{
	add_routes(trace, argument, ((const struct subdev_routing *)argument)->length);
}

void trace_subdev_link(struct trace *trace, const void *argument)
{
	const struct media_link_desc *link = argument;

	trace_add(trace, " source=%u:%u sink=%u:%u flags=0x%x", link->source.entity, link->source.index,
		  link->sink.entity, link->sink.index, link->flags);
}
