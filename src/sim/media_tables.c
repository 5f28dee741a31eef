/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pads of the simulated media graph, and the bus codes of its node. */
#include <linux/media.h>
#include <linux/media-bus-format.h>
#include "base/array.h"
#include "sim/media_internal.h"

const struct sim_media_pad sim_media_pads[SIM_N_PADS] = {
	[SIM_PAD_SENSOR_A] = { SIM_SENSOR_A, 0, MEDIA_PAD_FL_SOURCE, 0 },
	[SIM_PAD_SENSOR_B] = { SIM_SENSOR_B, 0, MEDIA_PAD_FL_SOURCE, 0 },
	[SIM_PAD_DEBAYER_SINK] = { SIM_DEBAYER, 0, MEDIA_PAD_FL_SINK, 0 },
	[SIM_PAD_DEBAYER_SOURCE] = { SIM_DEBAYER, 1, MEDIA_PAD_FL_SOURCE, 0 },
	[SIM_PAD_SCALER_SINK] = { SIM_SCALER, 0, MEDIA_PAD_FL_SINK, 0 },
	[SIM_PAD_SCALER_SOURCE] = { SIM_SCALER, 1, MEDIA_PAD_FL_SOURCE, 0 },
	[SIM_PAD_NODE] = { SIM_NODE, 0, MEDIA_PAD_FL_SINK, 0 },
	[SIM_PAD_RAW] = { SIM_RAW, 0, MEDIA_PAD_FL_SINK, 0 },
	[SIM_PAD_DESERIALIZER_A] = { SIM_DESERIALIZER, 0, MEDIA_PAD_FL_SINK, 0 },
	[SIM_PAD_DESERIALIZER_B] = { SIM_DESERIALIZER, 1, MEDIA_PAD_FL_SINK, 0 },
	[SIM_PAD_DESERIALIZER_SOURCE] = { SIM_DESERIALIZER, 2, MEDIA_PAD_FL_SOURCE, 0 },
	[SIM_PAD_RECEIVER_SINK] = { SIM_RECEIVER, 0, MEDIA_PAD_FL_SINK, 0 },
	[SIM_PAD_RECEIVER_PICTURES] = { SIM_RECEIVER, 1, MEDIA_PAD_FL_SOURCE, 0 },
	[SIM_PAD_RECEIVER_RAW] = { SIM_RECEIVER, 2, MEDIA_PAD_FL_SOURCE, 0 },
	[SIM_PAD_DESERIALIZER_SOURCE_1] = { SIM_DESERIALIZER, 2, MEDIA_PAD_FL_SOURCE, 1 },
	[SIM_PAD_RECEIVER_SINK_1] = { SIM_RECEIVER, 0, MEDIA_PAD_FL_SINK, 1 },
	[SIM_PAD_DESERIALIZER_B_1] = { SIM_DESERIALIZER, 1, MEDIA_PAD_FL_SINK, 1 },
};

/* The pixel formats of the node for each bus code. */
static const struct {
	uint32_t fourcc, code;
} node_codes[] = {
	{ V4L2_PIX_FMT_YUYV, MEDIA_BUS_FMT_YUYV8_1X16 },
	{ V4L2_PIX_FMT_UYVY, MEDIA_BUS_FMT_UYVY8_1X16 },
	{ V4L2_PIX_FMT_RGB24, MEDIA_BUS_FMT_RGB888_1X24 },
};

uint32_t sim_media_bus_code(uint32_t fourcc)
{
	for (unsigned i = 0; i < ARRAY_SIZE(node_codes); i++)
		if (node_codes[i].fourcc == fourcc)
			return node_codes[i].code;
	return 0;
}

int sim_media_pad(int entity, uint32_t index, uint32_t stream)
{
	for (int i = 0; i < SIM_N_PADS; i++)
		if (sim_media_pads[i].entity == entity && sim_media_pads[i].index == index &&
		    sim_media_pads[i].stream == stream)
			return i;
	return -1;
}
