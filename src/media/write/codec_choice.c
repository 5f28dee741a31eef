/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses between stream copy and an encoder for the frames of a device. */
#include "media/write/codec_choice.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "media/write/encoder.h"

int codec_choice_log_cannot_copy(const struct muxer_caps *caps, const struct video_format *format)
{
	char list[MUXER_CAPS_LIST_MAX], fourcc[FOURCC_TEXT_MAX];
	const struct pixfmt *pix = format->pix;

	muxer_caps_list_containers(format, list);
	log_error("%s: %s cannot hold %s frames as they are; containers that can: %s%s", caps->url,
		  caps->format->name, fourcc_text(format->fourcc, fourcc), list[0] ? list : "none",
		  pix && pix->codec != AV_CODEC_ID_NONE ? "; or choose an encoder with --codec" : "");
	return -ENOTSUP;
}

/* Whether libav has neither a pixel format nor a codec for the frames. */
static bool is_unknown(const struct video_format *format)
{
	const struct pixfmt *pix = format->pix;

	return !pix || pix->codec == AV_CODEC_ID_NONE ||
	       (pix->codec == AV_CODEC_ID_RAWVIDEO && pix->av == AV_PIX_FMT_NONE);
}

static int choose_encoder(struct codec_choice *choice, const struct muxer_caps *caps, const char *name)
{
	bool automatic = strcmp(name, "auto") == 0;

	choice->codec = automatic ? muxer_caps_default_encoder(caps) : encoder_find(name);
	if (!choice->codec && automatic) {
		log_error("%s: this libavcodec has no encoder for %s: name one with --codec", caps->url,
			  caps->format->name);
		return -ENOTSUP;
	}
	if (!choice->codec)
		return -EINVAL;
	if (!muxer_caps_supports_codec(caps, choice->codec->id) &&
	    choice->codec->id != AV_CODEC_ID_RAWVIDEO) {
		log_error("%s: %s cannot hold %s; mkv and nut hold nearly everything", caps->url,
			  caps->format->name, avcodec_get_name(choice->codec->id));
		return -ENOTSUP;
	}
	return 0;
}

int codec_choice_make(struct codec_choice *choice, const struct muxer_caps *caps,
		      const struct writer_options *options, const struct frame_packet *frames)
{
	const char *name = options->codec ? options->codec : "auto";
	bool named = strcmp(name, "auto") != 0 && strcmp(name, "copy") != 0;
	const struct video_format *format = &frames->format;
	char fourcc[FOURCC_TEXT_MAX];
	int err;

	fourcc_text(format->fourcc, fourcc);
	if (!named && muxer_caps_supports_format(caps, format, &choice->codec_tag)) {
		if (options->codec_options && *options->codec_options) {
			log_error("codec options '%s': %s frames are copied, not encoded; choose an encoder "
				  "with --codec",
				  options->codec_options, fourcc);
			return -EINVAL;
		}
		/* The encoder that wraps AVFrames in packets without encoding them. */
		if (frames->raw && muxer_caps_takes_frames(caps))
			choice->codec = avcodec_find_encoder(AV_CODEC_ID_WRAPPED_AVFRAME);
		return 0;
	}
	if (strcmp(name, "copy") == 0 || is_unknown(format))
		return codec_choice_log_cannot_copy(caps, format);
	choice->playable = !named && muxer_caps_for_players(caps);
	err = choose_encoder(choice, caps, name);
	if (err == 0)
		log_verbose("%s: encoding %s frames with %s", caps->url, fourcc, choice->codec->name);
	return err;
}
