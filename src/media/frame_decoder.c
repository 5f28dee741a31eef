/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens libavcodec's decoder for the compressed frames of a device. */
#include "media/frame_decoder.h"

#include <errno.h>
#include "base/log.h"
#include "media/libav.h"

int frame_decoder_open(AVCodecContext **decoder, const AVCodecParameters *par, bool at_once)
{
	const AVCodec *codec = avcodec_find_decoder(par->codec_id);
	int err;

	if (!codec) {
		log_error("%s frames cannot be decoded: this libavcodec has no decoder for them",
			  avcodec_get_name(par->codec_id));
		return -ENOTSUP;
	}
	*decoder = avcodec_alloc_context3(codec);
	if (!*decoder)
		return -ENOMEM;
	err = avcodec_parameters_to_context(*decoder, par);
	if (err < 0)
		return err;
	(*decoder)->thread_count = 0;
	if (at_once) {
		(*decoder)->thread_type = FF_THREAD_SLICE;
		(*decoder)->flags |= AV_CODEC_FLAG_LOW_DELAY;
		/* One that is damaged is an error: a picture with a part of it grey is not what was taken. */
		if (libav_is_intra_only(par->codec_id))
			(*decoder)->err_recognition |= AV_EF_EXPLODE;
	}
	libav_clear_error();
	err = avcodec_open2(*decoder, codec, NULL);
	if (err < 0)
		log_error("%s decoder: %s", codec->name, libav_err_str(err));
	return err;
}

enum AVPixelFormat frame_decoder_usual_format(enum AVCodecID codec)
{
	return codec == AV_CODEC_ID_MJPEG ? AV_PIX_FMT_YUVJ422P : AV_PIX_FMT_YUV420P;
}

enum AVColorRange frame_decoder_usual_range(enum AVCodecID codec)
{
	return codec == AV_CODEC_ID_MJPEG ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}
