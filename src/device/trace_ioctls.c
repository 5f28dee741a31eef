/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace of the ioctls that ask and set. */
#include "device/trace_internal.h"

#include <linux/videodev2.h>
#include "base/pixfmt.h"
#include "device/reader_events.h"

static void ask_format(struct trace *trace, const void *argument)
{
	trace_add_type(trace, ((const struct v4l2_format *)argument)->type);
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

static void ask_s_fmt(struct trace *trace, const void *argument)
{
	ask_format(trace, argument);
	show_format(trace, "asked_", argument);
}

static void answer_format(struct trace *trace, const void *argument)
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

static void ask_parm(struct trace *trace, const void *argument)
{
	trace_add_type(trace, ((const struct v4l2_streamparm *)argument)->type);
}

static void ask_s_parm(struct trace *trace, const void *argument)
{
	ask_parm(trace, argument);
	show_interval(trace, "asked_timeperframe", argument);
}

static void answer_parm(struct trace *trace, const void *argument)
{
	show_interval(trace, "timeperframe", argument);
}

static void ask_ctrl(struct trace *trace, const void *argument)
{
	trace_add(trace, " id=0x%x", ((const struct v4l2_control *)argument)->id);
}

static void ask_s_ctrl(struct trace *trace, const void *argument)
{
	const struct v4l2_control *control = argument;

	trace_add(trace, " id=0x%x asked_value=%d", control->id, control->value);
}

static void answer_ctrl(struct trace *trace, const void *argument)
{
	trace_add(trace, " value=%d", ((const struct v4l2_control *)argument)->value);
}

static void ask_ext_ctrls(struct trace *trace, const void *argument)
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

static void ask_s_ext_ctrls(struct trace *trace, const void *argument)
{
	ask_ext_ctrls(trace, argument);
	show_ext_values(trace, " asked_value", argument);
}

static void answer_ext_ctrls(struct trace *trace, const void *argument)
{
	show_ext_values(trace, " value", argument);
}

/* The argument begins with the index or the id, or is a number alone. */
static void show_index(struct trace *trace, const void *argument)
{
	trace_add(trace, " index=%u", *(const uint32_t *)argument);
}

static void show_id(struct trace *trace, const void *argument)
{
	trace_add(trace, " id=0x%x", *(const uint32_t *)argument);
}

static void answer_querycap(struct trace *trace, const void *argument)
{
	const struct v4l2_capability *info = argument;

	trace_add(trace, " capabilities=0x%x device_caps=0x%x", info->capabilities, info->device_caps);
}

static void answer_enum_fmt(struct trace *trace, const void *argument)
{
	const struct v4l2_fmtdesc *format = argument;
	char name[FOURCC_TEXT_MAX];

	trace_add(trace, " pixelformat=%s flags=0x%x", fourcc_text(format->pixelformat, name), format->flags);
}

static void ask_event(struct trace *trace, const void *argument)
{
	const struct v4l2_event_subscription *subscription = argument;

	trace_add(trace, " type=%u id=0x%x", subscription->type, subscription->id);
}

static void answer_event(struct trace *trace, const void *argument)
{
	const struct v4l2_event *event = argument;
	uint32_t n_readers;

	trace_add(trace, " type=%u id=0x%x", event->type, event->id);
	if (event->type == V4L2_EVENT_SOURCE_CHANGE)
		trace_add(trace, " changes=0x%x", event->u.src_change.changes);
	if (usage_told(event, &n_readers))
		trace_add(trace, " readers=%u", n_readers);
}

static void show_timings(struct trace *trace, const void *argument)
{
	const struct v4l2_bt_timings *bt = &((const struct v4l2_dv_timings *)argument)->bt;

	trace_add(trace, " size=%ux%u interlaced=%u pixelclock=%llu", bt->width, bt->height, bt->interlaced,
		  (unsigned long long)bt->pixelclock);
}

const struct trace_row trace_setting_rows[] = {
	TRACE_ROW(VIDIOC_DQEVENT, NULL, answer_event),
	TRACE_ROW(VIDIOC_SUBSCRIBE_EVENT, ask_event, NULL),
	TRACE_ROW(VIDIOC_UNSUBSCRIBE_EVENT, ask_event, NULL),
	TRACE_ROW(VIDIOC_QUERYCAP, NULL, answer_querycap),
	TRACE_ROW(VIDIOC_ENUM_FMT, show_index, answer_enum_fmt),
	TRACE_ROW(VIDIOC_G_FMT, ask_format, answer_format),
	TRACE_ROW(VIDIOC_S_FMT, ask_s_fmt, answer_format),
	TRACE_ROW(VIDIOC_TRY_FMT, ask_s_fmt, answer_format),
	TRACE_ROW(VIDIOC_G_PARM, ask_parm, answer_parm),
	TRACE_ROW(VIDIOC_S_PARM, ask_s_parm, answer_parm),
	TRACE_ROW(VIDIOC_ENUM_FRAMESIZES, show_index, NULL),
	TRACE_ROW(VIDIOC_ENUM_FRAMEINTERVALS, show_index, NULL),
	TRACE_ROW(VIDIOC_G_CTRL, ask_ctrl, answer_ctrl),
	TRACE_ROW(VIDIOC_S_CTRL, ask_s_ctrl, answer_ctrl),
	TRACE_ROW(VIDIOC_G_EXT_CTRLS, ask_ext_ctrls, answer_ext_ctrls),
	TRACE_ROW(VIDIOC_S_EXT_CTRLS, ask_s_ext_ctrls, answer_ext_ctrls),
	TRACE_ROW(VIDIOC_TRY_EXT_CTRLS, ask_s_ext_ctrls, answer_ext_ctrls),
	TRACE_ROW(VIDIOC_QUERYCTRL, show_id, show_id),
	TRACE_ROW(VIDIOC_QUERY_EXT_CTRL, show_id, show_id),
	TRACE_ROW(VIDIOC_QUERYMENU, show_id, NULL),
	TRACE_ROW(VIDIOC_ENUMINPUT, show_index, NULL),
	TRACE_ROW(VIDIOC_G_INPUT, NULL, show_index),
	TRACE_ROW(VIDIOC_S_INPUT, show_index, NULL),
	TRACE_ROW(VIDIOC_ENUMOUTPUT, show_index, NULL),
	TRACE_ROW(VIDIOC_G_OUTPUT, NULL, show_index),
	TRACE_ROW(VIDIOC_S_OUTPUT, show_index, NULL),
	TRACE_ROW(VIDIOC_G_STD, NULL, NULL),
	TRACE_ROW(VIDIOC_S_STD, NULL, NULL),
	TRACE_ROW(VIDIOC_ENUMSTD, show_index, NULL),
	TRACE_ROW(VIDIOC_QUERYSTD, NULL, NULL),
	TRACE_ROW(VIDIOC_G_SELECTION, NULL, NULL),
	TRACE_ROW(VIDIOC_S_SELECTION, NULL, NULL),
	TRACE_ROW(VIDIOC_G_DV_TIMINGS, NULL, show_timings),
	TRACE_ROW(VIDIOC_S_DV_TIMINGS, show_timings, NULL),
	TRACE_ROW(VIDIOC_QUERY_DV_TIMINGS, NULL, show_timings),
	TRACE_ROW(VIDIOC_ENUM_DV_TIMINGS, show_index, NULL),
	TRACE_ROW(VIDIOC_DECODER_CMD, NULL, NULL),
	TRACE_ROW(VIDIOC_ENCODER_CMD, NULL, NULL),
	{ 0 },
};
