/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The compressed formats of the simulated device, and which encoders of libavcodec make them. */
#ifndef SIM_CODEC_INTERNAL_H
#define SIM_CODEC_INTERNAL_H

#include <stdint.h>
#include <libavutil/pixfmt.h>

struct sim_codec_row {
	uint32_t fourcc;
	const char *encoder, *options;
	enum AVPixelFormat av;
};

/* NULL: no encoder is known for the format. */
const struct sim_codec_row *sim_codec_find_row(uint32_t fourcc);

#endif
