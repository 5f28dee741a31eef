/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ioctls of the simulated device, by request for the device and by name for fail=. */
#include <string.h>
#include "base/array.h"
#include "sim/sim_internal.h"

static const struct sim_call calls[] = {
	{ VIDIOC_QUERYCAP, "querycap", sim_formats_querycap },
	{ VIDIOC_ENUM_FMT, "enum_fmt", sim_formats_enum_fmt },
	{ VIDIOC_G_FMT, "g_fmt", sim_formats_g_fmt },
	{ VIDIOC_TRY_FMT, "try_fmt", sim_formats_try_fmt },
	{ VIDIOC_S_FMT, "s_fmt", sim_formats_s_fmt },
	{ VIDIOC_G_PARM, "g_parm", sim_formats_g_parm },
	{ VIDIOC_S_PARM, "s_parm", sim_formats_s_parm },
	{ VIDIOC_ENUM_FRAMESIZES, "enum_framesizes", sim_formats_enum_framesizes },
	{ VIDIOC_ENUM_FRAMEINTERVALS, "enum_frameintervals", sim_formats_enum_frameintervals },
	{ VIDIOC_REQBUFS, "reqbufs", sim_vb2_reqbufs },
	{ VIDIOC_CREATE_BUFS, "create_bufs", sim_vb2_create_bufs },
	{ VIDIOC_QUERYBUF, "querybuf", sim_vb2_querybuf },
	{ VIDIOC_QBUF, "qbuf", sim_vb2_qbuf },
	{ VIDIOC_DQBUF, "dqbuf", sim_vb2_dqbuf },
	{ VIDIOC_EXPBUF, "expbuf", sim_vb2_expbuf },
	{ VIDIOC_STREAMON, "streamon", sim_vb2_streamon },
	{ VIDIOC_STREAMOFF, "streamoff", sim_vb2_streamoff },
	{ VIDIOC_QUERYCTRL, "queryctrl", sim_controls_queryctrl },
	{ VIDIOC_QUERY_EXT_CTRL, "query_ext_ctrl", sim_controls_query_ext_ctrl },
	{ VIDIOC_QUERYMENU, "querymenu", sim_controls_querymenu },
	{ VIDIOC_G_CTRL, "g_ctrl", sim_controls_g_ctrl },
	{ VIDIOC_S_CTRL, "s_ctrl", sim_controls_s_ctrl },
	{ VIDIOC_G_EXT_CTRLS, "g_ext_ctrls", sim_controls_g_ext_ctrls },
	{ VIDIOC_S_EXT_CTRLS, "s_ext_ctrls", sim_controls_s_ext_ctrls },
	{ VIDIOC_TRY_EXT_CTRLS, "try_ext_ctrls", sim_controls_try_ext_ctrls },
	{ VIDIOC_ENUMINPUT, "enuminput", sim_inputs_enum_input },
	{ VIDIOC_G_INPUT, "g_input", sim_inputs_g_input },
	{ VIDIOC_S_INPUT, "s_input", sim_inputs_s_input },
	{ VIDIOC_ENUMOUTPUT, "enumoutput", sim_inputs_enum_output },
	{ VIDIOC_G_OUTPUT, "g_output", sim_inputs_g_output },
	{ VIDIOC_S_OUTPUT, "s_output", sim_inputs_s_output },
	{ VIDIOC_QUERY_DV_TIMINGS, "query_dv_timings", sim_dv_timings_query },
	{ VIDIOC_G_DV_TIMINGS, "g_dv_timings", sim_dv_timings_get },
	{ VIDIOC_S_DV_TIMINGS, "s_dv_timings", sim_dv_timings_set },
	{ VIDIOC_SUBSCRIBE_EVENT, "subscribe_event", sim_events_subscribe },
	{ VIDIOC_UNSUBSCRIBE_EVENT, "unsubscribe_event", sim_events_unsubscribe },
	{ VIDIOC_DQEVENT, "dqevent", sim_events_dqevent },
};

const struct sim_call *sim_calls_find(unsigned long request)
{
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].request == request)
			return &calls[i];
	}
	return NULL;
}

/* Requests for 0 buffers ask for the capabilities or free the buffers; they can be made to fail alone. */
const char *sim_calls_name(const struct sim_call *call, const void *argument)
{
	if (call->request == VIDIOC_REQBUFS && !((const struct v4l2_requestbuffers *)argument)->count)
		return "probe";
	if (call->request == VIDIOC_CREATE_BUFS && !((const struct v4l2_create_buffers *)argument)->count)
		return "create_probe";
	return call->name;
}

bool sim_calls_has_name(const char *name)
{
	static const char *const others[] = { "open",  "mmap",  "munmap",      "read",
					      "write", "probe", "create_probe" };

	for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(others[i], name) == 0)
			return true;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		if (strcmp(calls[i].name, name) == 0)
			return true;
	}
	return false;
}
