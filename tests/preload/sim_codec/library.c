/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The codecs of the simulated device as a library, which sim/codec.c loads. */
#include "../sim/codec.h"

extern const struct codec_library codec_library;

__attribute__((visibility("default"))) const struct codec_library codec_library = {
	.open = sim_codec_open,
	.close = sim_codec_close,
	.encode = sim_codec_encode,
	.transcoder_open = sim_transcoder_open,
	.transcoder_close = sim_transcoder_close,
	.transcoder_put = sim_transcoder_put,
	.transcoder_drain = sim_transcoder_drain,
	.transcoder_next = sim_transcoder_next,
	.transcoder_take = sim_transcoder_take,
};
