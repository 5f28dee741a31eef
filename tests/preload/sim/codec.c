/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The codecs of the simulated device, from a second library that is loaded when they are used: libavcodec
 * takes long to load, which the program that is measured must not notice.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "codec.h"

/* The second library, in the same directory: X.so, X_codec.so. */
static const struct codec_library *codec_library(void)
{
	static const struct codec_library *library;
	char path[PATH_MAX];
	Dl_info info;
	void *handle;

	if (library || !dladdr(&library, &info))
		return library;
	snprintf(path, sizeof path, "%.*s_codec.so", (int)(strrchr(info.dli_fname, '.') - info.dli_fname),
		 info.dli_fname);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (handle)
		library = dlsym(handle, CODEC_LIBRARY);
	else
		fprintf(stderr, "%s\n", dlerror());
	return library;
}

bool sim_codec_available(uint32_t fourcc)
{
	return fourcc == V4L2_PIX_FMT_MJPEG || fourcc == V4L2_PIX_FMT_H264;
}

int sim_codec_open(struct sim_codec **codec, const struct video_format *format,
		   const struct sim_codec_options *options)
{
	return codec_library() ? codec_library()->open(codec, format, options) : -ENOTSUP;
}

void sim_codec_close(struct sim_codec *codec)
{
	if (codec)
		codec_library()->close(codec);
}

int sim_codec_encode(struct sim_codec *codec, uint32_t number, uint8_t *data, uint32_t size, bool *key)
{
	return codec_library()->encode(codec, number, data, size, key);
}

int sim_transcoder_open(struct sim_transcoder **transcoder, const struct sim_transcoder_setup *setup)
{
	return codec_library() ? codec_library()->transcoder_open(transcoder, setup) : -ENOTSUP;
}

void sim_transcoder_close(struct sim_transcoder *transcoder)
{
	if (transcoder)
		codec_library()->transcoder_close(transcoder);
}

int sim_transcoder_put(struct sim_transcoder *transcoder, const uint8_t *const payloads[MAX_PLANES],
		       uint32_t bytes, uint64_t number, bool force_key)
{
	return codec_library()->transcoder_put(transcoder, payloads, bytes, number, force_key);
}

int sim_transcoder_drain(struct sim_transcoder *transcoder)
{
	return codec_library()->transcoder_drain(transcoder);
}

int sim_transcoder_next(struct sim_transcoder *transcoder, struct sim_transcoded *next)
{
	return codec_library()->transcoder_next(transcoder, next);
}

int sim_transcoder_take(struct sim_transcoder *transcoder, const struct video_format *to,
			uint8_t *const payloads[MAX_PLANES], uint32_t size)
{
	return codec_library()->transcoder_take(transcoder, to, payloads, size);
}
