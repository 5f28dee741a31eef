/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface between the preloaded library and the one of the codecs. */
#ifndef PRELOAD_SIM_CODEC_H
#define PRELOAD_SIM_CODEC_H

#include "sim/sim_internal.h"

#define CODEC_LIBRARY "codec_library"

struct codec_library {
	int (*open)(struct sim_codec **codec, const struct video_format *format,
		    const struct sim_codec_options *options);
	void (*close)(struct sim_codec *codec);
	int (*encode)(struct sim_codec *codec, uint32_t number, uint8_t *data, uint32_t size, bool *key);
};

#endif
