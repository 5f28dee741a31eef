/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a muxer needs to know of a compressed stream that is copied: key frames and extradata. */
#include "media/write/parameter_sets.h"

#include <errno.h>
#include <string.h>
#include <libavutil/mem.h>
#include "media/libav.h"

/* NULL for codecs that the filter does not support: they have no parameter sets. */
static const AVBitStreamFilter *find_extractor(enum AVCodecID codec)
{
	const AVBitStreamFilter *filter = av_bsf_get_by_name("extract_extradata");
	const enum AVCodecID *id = filter ? filter->codec_ids : NULL;

	while (id && *id != AV_CODEC_ID_NONE) {
		if (*id++ == codec)
			return filter;
	}
	return NULL;
}

int parameter_sets_open(struct parameter_sets *ps, const AVCodecParameters *par)
{
	const AVCodecDescriptor *desc = avcodec_descriptor_get(par->codec_id);
	const AVBitStreamFilter *filter = find_extractor(par->codec_id);

	ps->intra_only = desc && desc->props & AV_CODEC_PROP_INTRA_ONLY;
	if (ps->intra_only)
		return 0;
	ps->packet = av_packet_alloc();
	ps->context = avcodec_alloc_context3(NULL);
	if (!ps->packet || !ps->context)
		return -ENOMEM;
	ps->context->codec_id = par->codec_id;
	ps->context->codec_type = AVMEDIA_TYPE_VIDEO;
	ps->parser = av_parser_init((int)par->codec_id);
	if (ps->parser)
		ps->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
	return filter ? libav_bsf_open(&ps->extractor, filter, par, (AVRational){ 0, 1 }) : 0;
}

bool parameter_sets_is_key(struct parameter_sets *ps, const AVPacket *packet, bool driver_says)
{
	bool muted;
	uint8_t *data;
	int size;

	if (ps->intra_only)
		return true;
	if (!ps->parser)
		return driver_says;
	/* Parse even if the driver says no: many drivers never set V4L2_BUF_FLAG_KEYFRAME. Muted, as the
	 * parser logs errors until the stream's first parameter sets. */
	muted = libav_mute(true);
	ps->parser->key_frame = -1;
	av_parser_parse2(ps->parser, ps->context, &data, &size, packet->data, packet->size, packet->pts,
			 packet->dts, 0);
	libav_mute(muted);
	return ps->parser->key_frame == 1 || driver_says;
}

static int set_extradata(AVCodecParameters *par, const uint8_t *data, size_t size)
{
	uint8_t *extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);

	if (!extradata)
		return -ENOMEM;
	memcpy(extradata, data, size);
	av_freep(&par->extradata);
	par->extradata = extradata;
	par->extradata_size = (int)size;
	return 1;
}

int parameter_sets_extract(struct parameter_sets *ps, const AVPacket *packet, AVCodecParameters *par)
{
	const uint8_t *found;
	size_t size = 0;
	int err;

	if (!ps->extractor)
		return 1;
	err = av_packet_ref(ps->packet, packet);
	if (err < 0)
		goto done;
	err = av_bsf_send_packet(ps->extractor, ps->packet);
	if (err < 0)
		goto done;
	err = av_bsf_receive_packet(ps->extractor, ps->packet);
	if (err < 0)
		goto done;
	found = av_packet_get_side_data(ps->packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
	err = found ? set_extradata(par, found, size) : 0;
done:
	av_packet_unref(ps->packet);
	/* A corrupt packet has no parameter sets either. */
	return err == AVERROR_INVALIDDATA ? 0 : err;
}

void parameter_sets_close(struct parameter_sets *ps)
{
	av_parser_close(ps->parser);
	avcodec_free_context(&ps->context);
	av_bsf_free(&ps->extractor);
	av_packet_free(&ps->packet);
	*ps = (struct parameter_sets){ 0 };
}
