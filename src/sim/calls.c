/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ioctls of the simulated device, by request for the device and by name for fail=. */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "base/array.h"
#include "sim/m2m.h"

/* The ioctls that are the same for all programs that have the device open. */
static const struct call {
	unsigned long request;
	const char *name; /* for fail= */
	int (*run)(struct sim *sim, void *argument);
} calls[] = {
	{ VIDIOC_QUERYCAP, "querycap", sim_formats_querycap },
	{ VIDIOC_ENUM_FRAMESIZES, "enum_framesizes", sim_formats_enum_framesizes },
	{ VIDIOC_ENUM_FRAMEINTERVALS, "enum_frameintervals", sim_formats_enum_frameintervals },
	{ VIDIOC_QUERYCTRL, "queryctrl", sim_controls_queryctrl },
	{ VIDIOC_QUERY_EXT_CTRL, "query_ext_ctrl", sim_controls_query_ext_ctrl },
	{ VIDIOC_QUERYMENU, "querymenu", sim_controls_querymenu },
	{ VIDIOC_G_CTRL, "g_ctrl", sim_controls_g_ctrl },
	{ VIDIOC_G_EXT_CTRLS, "g_ext_ctrls", sim_controls_g_ext_ctrls },
	{ VIDIOC_TRY_EXT_CTRLS, "try_ext_ctrls", sim_controls_try_ext_ctrls },
	{ VIDIOC_ENUMINPUT, "enuminput", sim_inputs_enum_input },
	{ VIDIOC_G_INPUT, "g_input", sim_inputs_g_input },
	{ VIDIOC_S_INPUT, "s_input", sim_inputs_s_input },
	{ VIDIOC_ENUMOUTPUT, "enumoutput", sim_inputs_enum_output },
	{ VIDIOC_G_OUTPUT, "g_output", sim_inputs_g_output },
	{ VIDIOC_S_OUTPUT, "s_output", sim_inputs_s_output },
	{ VIDIOC_CROPCAP, "cropcap", sim_formats_cropcap },
	{ VIDIOC_G_CROP, "g_crop", sim_source_get_crop },
	{ VIDIOC_S_CROP, "s_crop", sim_source_set_crop },
	{ VIDIOC_G_SELECTION, "g_selection", sim_source_get_selection },
	{ VIDIOC_S_SELECTION, "s_selection", sim_source_set_selection },
	{ VIDIOC_ENUMSTD, "enumstd", sim_source_enum_standard },
	{ VIDIOC_G_STD, "g_std", sim_source_get_standard },
	{ VIDIOC_S_STD, "s_std", sim_source_set_standard },
	{ VIDIOC_QUERYSTD, "querystd", sim_source_query_standard },
	{ VIDIOC_G_TUNER, "g_tuner", sim_source_get_tuner },
	{ VIDIOC_G_FREQUENCY, "g_frequency", sim_source_get_frequency },
	{ VIDIOC_S_FREQUENCY, "s_frequency", sim_source_set_frequency },
	{ VIDIOC_G_EDID, "g_edid", sim_source_get_edid },
	{ VIDIOC_S_EDID, "s_edid", sim_source_set_edid },
	{ VIDIOC_ENUM_DV_TIMINGS, "enum_dv_timings", sim_dv_timings_enum },
	{ VIDIOC_QUERY_DV_TIMINGS, "query_dv_timings", sim_dv_timings_query },
	{ VIDIOC_G_DV_TIMINGS, "g_dv_timings", sim_dv_timings_get },
	{ VIDIOC_S_DV_TIMINGS, "s_dv_timings", sim_dv_timings_set },
	{ VIDIOC_G_PRIORITY, "g_priority", sim_priority_get },
	{ VIDIOC_ENCODER_CMD, "encoder_cmd", sim_m2m_encoder_cmd },
	{ VIDIOC_TRY_ENCODER_CMD, "try_encoder_cmd", sim_m2m_try_encoder_cmd },
	{ VIDIOC_DECODER_CMD, "decoder_cmd", sim_m2m_decoder_cmd },
	{ VIDIOC_TRY_DECODER_CMD, "try_decoder_cmd", sim_m2m_try_decoder_cmd },
};

/* The ioctls of one queue, which the argument selects by its type. */
static const struct queue_call {
	unsigned long request;
	const char *name;
	size_t type_offset;
	int (*run)(struct sim_queue *queue, void *argument);
} queue_calls[] = {
	{ VIDIOC_ENUM_FMT, "enum_fmt", offsetof(struct v4l2_fmtdesc, type), sim_formats_enum_fmt },
	{ VIDIOC_G_FMT, "g_fmt", offsetof(struct v4l2_format, type), sim_formats_g_fmt },
	{ VIDIOC_TRY_FMT, "try_fmt", offsetof(struct v4l2_format, type), sim_formats_try_fmt },
	{ VIDIOC_S_FMT, "s_fmt", offsetof(struct v4l2_format, type), sim_formats_s_fmt },
	{ VIDIOC_G_PARM, "g_parm", offsetof(struct v4l2_streamparm, type), sim_formats_g_parm },
	{ VIDIOC_S_PARM, "s_parm", offsetof(struct v4l2_streamparm, type), sim_formats_s_parm },
	{ VIDIOC_QUERYBUF, "querybuf", offsetof(struct v4l2_buffer, type), sim_vb2_querybuf },
	{ VIDIOC_QBUF, "qbuf", offsetof(struct v4l2_buffer, type), sim_vb2_qbuf },
	{ VIDIOC_DQBUF, "dqbuf", offsetof(struct v4l2_buffer, type), sim_vb2_dqbuf },
	{ VIDIOC_EXPBUF, "expbuf", offsetof(struct v4l2_exportbuffer, type), sim_vb2_expbuf },
	{ VIDIOC_STREAMON, "streamon", 0, sim_vb2_streamon },
	{ VIDIOC_STREAMOFF, "streamoff", 0, sim_vb2_streamoff },
};

/* The ioctls whose result depends on the program that calls. */
static const struct file_call {
	unsigned long request;
	const char *name;
	int (*run)(struct sim_file *file, void *argument);
} file_calls[] = {
	{ VIDIOC_REQBUFS, "reqbufs", sim_vb2_reqbufs },
	{ VIDIOC_CREATE_BUFS, "create_bufs", sim_vb2_create_bufs },
	{ VIDIOC_S_CTRL, "s_ctrl", sim_controls_s_ctrl },
	{ VIDIOC_S_EXT_CTRLS, "s_ext_ctrls", sim_controls_s_ext_ctrls },
	{ VIDIOC_SUBSCRIBE_EVENT, "subscribe_event", sim_events_subscribe },
	{ VIDIOC_UNSUBSCRIBE_EVENT, "unsubscribe_event", sim_events_unsubscribe },
	{ VIDIOC_DQEVENT, "dqevent", sim_events_dqevent },
	{ VIDIOC_S_PRIORITY, "s_priority", sim_priority_set },
};

enum {
	PRIO = 1,   /* refused while another program has a higher priority */
	QUEUE = 2,  /* refused while another program owns the queue */
	STREAM = 4, /* not for a device that only supports read() or write() */
	COPY = 8,   /* the argument is copied back when the call fails, too */
};
#define UP_TO(type, field) (offsetof(struct type, field) + sizeof(((struct type *)0)->field))

/* What the kernel checks and clears around an ioctl (drivers/media/v4l2-core/v4l2-ioctl.c). */
static const struct rule {
	unsigned long request;
	uint32_t flags;
	size_t n_in; /* bytes of the argument that the call reads, the rest is cleared; 0: all */
} rules[] = {
	{ VIDIOC_S_FMT, PRIO, 0 },
	{ VIDIOC_G_PARM, 0, UP_TO(v4l2_streamparm, type) },
	{ VIDIOC_S_PARM, PRIO, 0 },
	{ VIDIOC_ENUM_FRAMESIZES, 0, UP_TO(v4l2_frmsizeenum, pixel_format) },
	{ VIDIOC_ENUM_FRAMEINTERVALS, 0, UP_TO(v4l2_frmivalenum, height) },
	{ VIDIOC_REQBUFS, STREAM | PRIO, UP_TO(v4l2_requestbuffers, flags) },
	{ VIDIOC_CREATE_BUFS, STREAM | PRIO, UP_TO(v4l2_create_buffers, flags) },
	{ VIDIOC_QUERYBUF, STREAM, UP_TO(v4l2_buffer, length) },
	{ VIDIOC_QBUF, STREAM | QUEUE, 0 },
	{ VIDIOC_DQBUF, STREAM | QUEUE, 0 },
	{ VIDIOC_EXPBUF, STREAM | QUEUE, UP_TO(v4l2_exportbuffer, flags) },
	{ VIDIOC_STREAMON, STREAM | QUEUE | PRIO, 0 },
	{ VIDIOC_STREAMOFF, STREAM | QUEUE | PRIO, 0 },
	{ VIDIOC_QUERYCTRL, 0, UP_TO(v4l2_queryctrl, id) },
	{ VIDIOC_QUERY_EXT_CTRL, 0, UP_TO(v4l2_query_ext_ctrl, id) },
	{ VIDIOC_QUERYMENU, 0, UP_TO(v4l2_querymenu, index) },
	{ VIDIOC_S_CTRL, PRIO, 0 },
	{ VIDIOC_G_EXT_CTRLS, COPY, 0 },
	{ VIDIOC_S_EXT_CTRLS, PRIO | COPY, 0 },
	{ VIDIOC_TRY_EXT_CTRLS, COPY, 0 },
	{ VIDIOC_ENUMINPUT, 0, UP_TO(v4l2_input, index) },
	{ VIDIOC_S_INPUT, PRIO, 0 },
	{ VIDIOC_ENUMOUTPUT, 0, UP_TO(v4l2_output, index) },
	{ VIDIOC_S_OUTPUT, PRIO, 0 },
	{ VIDIOC_G_CROP, 0, UP_TO(v4l2_crop, type) },
	{ VIDIOC_S_CROP, PRIO, 0 },
	{ VIDIOC_G_SELECTION, 0, UP_TO(v4l2_selection, r) },
	{ VIDIOC_S_SELECTION, PRIO, UP_TO(v4l2_selection, r) },
	{ VIDIOC_ENUMSTD, 0, UP_TO(v4l2_standard, index) },
	{ VIDIOC_S_STD, PRIO, 0 },
	{ VIDIOC_G_EDID, COPY, 0 },
	{ VIDIOC_S_EDID, PRIO | COPY, 0 },
	{ VIDIOC_ENUM_DV_TIMINGS, 0, UP_TO(v4l2_enum_dv_timings, pad) },
	{ VIDIOC_QUERY_DV_TIMINGS, COPY, 0 },
	{ VIDIOC_G_DV_TIMINGS, 0, UP_TO(v4l2_dv_timings, bt.flags) },
	{ VIDIOC_S_DV_TIMINGS, PRIO, UP_TO(v4l2_dv_timings, bt.flags) },
	{ VIDIOC_S_PRIORITY, PRIO, 0 },
	{ VIDIOC_ENCODER_CMD, PRIO, UP_TO(v4l2_encoder_cmd, flags) },
	{ VIDIOC_TRY_ENCODER_CMD, 0, UP_TO(v4l2_encoder_cmd, flags) },
	{ VIDIOC_DECODER_CMD, PRIO, 0 },
};

static const struct rule *find_rule(unsigned long request)
{
	static const struct rule none;

	for (unsigned i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].request == request)
			return &rules[i];
	}
	return &none;
}

/* The name of the ioctl for fail=; NULL: the device does not have it. */
static const char *find_call_name(unsigned long request)
{
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].request == request)
			return calls[i].name;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(queue_calls); i++) {
		if (queue_calls[i].request == request)
			return queue_calls[i].name;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(file_calls); i++) {
		if (file_calls[i].request == request)
			return file_calls[i].name;
	}
	return NULL;
}

/* REQBUFS and CREATE_BUFS for 0 buffers query capabilities or free the buffers; they have names of their own,
 * so that they can fail alone. */
static const char *call_name(unsigned long request, const void *argument)
{
	if (request == VIDIOC_REQBUFS && !((const struct v4l2_requestbuffers *)argument)->count)
		return "probe";
	if (request == VIDIOC_CREATE_BUFS && !((const struct v4l2_create_buffers *)argument)->count)
		return "create_probe";
	return find_call_name(request);
}

/* check_array_args(): whether the array that the argument points to can be read and written. */
static int check_array(const void *array, uint32_t n, uint32_t max, size_t bytes)
{
	if (n > max)
		return -EINVAL;
	return n == 0 || sim_memory_is_accessible(array, n * bytes, true) ? 0 : -EFAULT;
}

static int check_arrays(unsigned long request, const void *argument)
{
	const struct v4l2_ext_controls *list = argument;
	const struct v4l2_buffer *b = argument;
	const struct v4l2_edid *edid = argument;

	switch (request) {
	case VIDIOC_G_EDID:
	case VIDIOC_S_EDID:
		return check_array(edid->edid, edid->blocks, 256, SIM_EDID_BLOCK);
	case VIDIOC_QUERYBUF:
	case VIDIOC_QBUF:
	case VIDIOC_DQBUF:
		if (!V4L2_TYPE_IS_MULTIPLANAR(b->type))
			return 0;
		return check_array(b->m.planes, b->length, VIDEO_MAX_PLANES, sizeof *b->m.planes);
	case VIDIOC_G_EXT_CTRLS:
	case VIDIOC_S_EXT_CTRLS:
	case VIDIOC_TRY_EXT_CTRLS:
		return check_array(list->controls, list->count, V4L2_CID_MAX_CTRLS, sizeof *list->controls);
	default:
		return 0;
	}
}

/* The type of the queue that the call selects; 0: none. */
static uint32_t queue_type(unsigned long request, const void *argument)
{
	uint32_t type = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(queue_calls); i++) {
		if (queue_calls[i].request == request)
			memcpy(&type, (const char *)argument + queue_calls[i].type_offset, sizeof type);
	}
	if (request == VIDIOC_REQBUFS)
		type = ((const struct v4l2_requestbuffers *)argument)->type;
	if (request == VIDIOC_CREATE_BUFS)
		type = ((const struct v4l2_create_buffers *)argument)->format.type;
	return type;
}

static int run_queue_call(struct sim *sim, const struct queue_call *call, void *argument)
{
	struct sim_queue *queue = sim_queue_by_type(sim, queue_type(call->request, argument));

	return queue ? call->run(queue, argument) : -EINVAL;
}

/* A memory-to-memory node has neither a rate nor inputs, except the rate of a video encoder; the rate of a
 * media pipeline is set at its sensor. */
static bool lacks_call(const struct sim *sim, unsigned long request)
{
	bool rate =
		request == VIDIOC_G_PARM || request == VIDIOC_S_PARM || request == VIDIOC_ENUM_FRAMEINTERVALS;
	bool input = request == VIDIOC_ENUMINPUT || request == VIDIOC_G_INPUT || request == VIDIOC_S_INPUT;
	bool encodes = sim->options.m2m == SIM_ENCODER && sim->options.to != V4L2_PIX_FMT_MJPEG;

	return (sim->media && rate) || (sim->m2m && (input || (rate && !encodes)));
}

static int run_call(struct sim_file *file, unsigned long request, void *argument)
{
	for (unsigned i = 0; i < ARRAY_SIZE(queue_calls); i++) {
		if (queue_calls[i].request == request)
			return run_queue_call(file->sim, &queue_calls[i], argument);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].request == request)
			return calls[i].run(file->sim, argument);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(file_calls); i++) {
		if (file_calls[i].request == request)
			return file_calls[i].run(file, argument);
	}
	return -ENOTTY;
}

/* __video_do_ioctl() */
static int check_and_run(struct sim_file *file, unsigned long request, uint32_t rules_of_call, void *argument)
{
	struct sim *sim = file->sim;
	int err = sim_faults_queue_call(sim, call_name(request, argument), queue_type(request, argument));

	if (err < 0 && request == VIDIOC_STREAMOFF)
		sim->stopped = true; /* videobuf2 stops the driver even if STREAMOFF fails */
	if (err == 0)
		err = check_arrays(request, argument);
	if (err == 0 && rules_of_call & PRIO)
		err = sim_priority_check(file);
	if (err == 0 && rules_of_call & QUEUE && sim->queue.owner && sim->queue.owner != file)
		err = -EBUSY;
	return err < 0 ? err : run_call(file, request, argument);
}

static bool streams(const struct sim *sim)
{
	return sim->options.caps & (SIM_CAP_MMAP | SIM_CAP_USERPTR | SIM_CAP_DMABUF);
}

/* Whether the argument can be read and written. For the calls of each frame only checks the pointer, to save
 * time. */
static bool can_copy(unsigned long request, const void *argument)
{
	if (request == VIDIOC_QBUF || request == VIDIOC_DQBUF || _IOC_SIZE(request) == 0)
		return argument;
	return sim_memory_is_accessible(argument, _IOC_SIZE(request), _IOC_DIR(request) & _IOC_READ);
}

/* The kernel's video_usercopy() */
int sim_calls_run(struct sim_file *file, unsigned long request, void *argument)
{
	const struct rule *rule = find_rule(request);
	size_t size = _IOC_SIZE(request), n_in;
	_Alignas(max_align_t) char copy[512];
	int err;

	if (file->sim->unplugged)
		return -ENODEV;
	if (file->sim->options.data)
		return sim_data_node_call(file->sim, request, argument);
	if (!find_call_name(request) || (rule->flags & STREAM && !streams(file->sim)) ||
	    lacks_call(file->sim, request))
		return -ENOTTY;
	if (!can_copy(request, argument))
		return -EFAULT;
	assert(size <= sizeof copy);
	n_in = !(_IOC_DIR(request) & _IOC_WRITE) ? 0 : rule->n_in ? rule->n_in : size;
	memcpy(copy, argument, n_in);
	memset(copy + n_in, 0, size - n_in);
	err = check_and_run(file, request, rule->flags, copy);
	if (_IOC_DIR(request) & _IOC_READ && (err == 0 || rule->flags & COPY))
		memcpy(argument, copy, size);
	return err;
}

bool sim_calls_has_name(const char *name)
{
	static const char *const others[] = { "open", "open_media", "mmap",  "munmap",
					      "read", "write",      "probe", "create_probe" };

	for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(others[i], name) == 0)
			return true;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		if (strcmp(calls[i].name, name) == 0)
			return true;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(queue_calls); i++) {
		if (strcmp(queue_calls[i].name, name) == 0)
			return true;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(file_calls); i++) {
		if (strcmp(file_calls[i].name, name) == 0)
			return true;
	}
	return false;
}
