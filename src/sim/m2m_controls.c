/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Coding parameters from the controls of a simulated encoder. */
#include "sim/m2m.h"

static uint32_t get_control(struct sim *sim, uint32_t id)
{
	struct v4l2_control control = { .id = id };

	return sim_controls_g_ctrl(sim, &control) < 0 ? 0 : (uint32_t)control.value;
}

/* The value of a control if it was set; else 0. */
static uint32_t changed_value(struct sim *sim, uint32_t id)
{
	struct v4l2_queryctrl query = { .id = id };
	uint32_t value = get_control(sim, id);

	return sim_controls_queryctrl(sim, &query) < 0 || value == (uint32_t)query.default_value ? 0 : value;
}

void sim_m2m_get_coding(struct sim *sim, struct sim_coding *coding)
{
	*coding = (struct sim_coding){
		.fps = sim->m2m->output.format.fps,
		.bitrate = changed_value(sim, V4L2_CID_MPEG_VIDEO_BITRATE),
		.gop = get_control(sim, V4L2_CID_MPEG_VIDEO_GOP_SIZE),
		.b_frames = sim->options.reorder ? 1 : get_control(sim, V4L2_CID_MPEG_VIDEO_B_FRAMES),
		.qp = changed_value(sim, V4L2_CID_MPEG_VIDEO_H264_I_FRAME_QP),
		.min_qp = get_control(sim, V4L2_CID_MPEG_VIDEO_H264_MIN_QP),
		.max_qp = changed_value(sim, V4L2_CID_MPEG_VIDEO_H264_MAX_QP),
		.jpeg_quality = changed_value(sim, V4L2_CID_JPEG_COMPRESSION_QUALITY),
		.separate_header = sim->options.m2m == SIM_ENCODER &&
				   get_control(sim, V4L2_CID_MPEG_VIDEO_HEADER_MODE) ==
					   V4L2_MPEG_VIDEO_HEADER_MODE_SEPARATE,
	};
}
