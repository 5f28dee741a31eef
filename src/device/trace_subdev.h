/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trace of the ioctls of media devices and sub-devices: each function adds the fields of an argument. */
#ifndef DEVICE_TRACE_SUBDEV_H
#define DEVICE_TRACE_SUBDEV_H

#include "device/trace.h"

void trace_subdev_in_format(struct trace *trace, const void *argument);
void trace_subdev_out_format(struct trace *trace, const void *argument);
void trace_subdev_in_s_format(struct trace *trace, const void *argument);
void trace_subdev_in_selection(struct trace *trace, const void *argument);
void trace_subdev_out_selection(struct trace *trace, const void *argument);
void trace_subdev_in_s_selection(struct trace *trace, const void *argument);
void trace_subdev_interval(struct trace *trace, const void *argument);
void trace_subdev_in_rate(struct trace *trace, const void *argument);
void trace_subdev_out_rate(struct trace *trace, const void *argument);
void trace_subdev_in_code(struct trace *trace, const void *argument);
void trace_subdev_out_code(struct trace *trace, const void *argument);
void trace_subdev_in_size(struct trace *trace, const void *argument);
void trace_subdev_out_querycap(struct trace *trace, const void *argument);
void trace_subdev_routing(struct trace *trace, const void *argument);
void trace_subdev_routing_6_3(struct trace *trace, const void *argument);
void trace_subdev_link(struct trace *trace, const void *argument);

#endif
