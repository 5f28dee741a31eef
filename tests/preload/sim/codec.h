/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface between the preloaded library and the one of the codecs. */
#ifndef PRELOAD_SIM_CODEC_H
#define PRELOAD_SIM_CODEC_H

#include "sim/transcoder.h"

#define CODEC_LIBRARY "codec_library"

struct codec_library {
	int (*open)(struct sim_codec **codec, const struct video_format *format,
		    const struct sim_codec_options *options);
	void (*close)(struct sim_codec *codec);
	int (*encode)(struct sim_codec *codec, uint32_t number, uint8_t *data, uint32_t size, bool *key);
	int (*transcoder_open)(struct sim_transcoder **transcoder, const struct sim_transcoder_setup *setup);
	void (*transcoder_close)(struct sim_transcoder *transcoder);
	int (*transcoder_put)(struct sim_transcoder *transcoder, const uint8_t *const payloads[MAX_PLANES],
			      uint32_t bytes, uint64_t number, bool force_key);
	int (*transcoder_drain)(struct sim_transcoder *transcoder);
	int (*transcoder_next)(struct sim_transcoder *transcoder, struct sim_transcoded *next);
	int (*transcoder_take)(struct sim_transcoder *transcoder, const struct video_format *to,
			       uint8_t *const payloads[MAX_PLANES], uint32_t size);
};

#endif
