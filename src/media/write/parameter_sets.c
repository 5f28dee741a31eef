/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container must know of a compressed stream that is copied. */
#include "media/write/parameter_sets.h"

#include <errno.h>
#include <string.h>
#include <libavutil/mem.h>
#include "media/libav.h"

/* libavcodec's filter that knows where each codec keeps its parameter sets, and for which codecs. */
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

static int open_extractor(struct parameter_sets *b, const AVCodecParameters *parameters)
{
	const AVBitStreamFilter *filter = find_extractor(parameters->codec_id);
	int err;

	if (!filter)
		return 0;
	if ((err = av_bsf_alloc(filter, &b->extractor)) < 0 ||
	    (err = avcodec_parameters_copy(b->extractor->par_in, parameters)) < 0)
		return err;
	return av_bsf_init(b->extractor);
}

int parameter_sets_open(struct parameter_sets *b, const AVCodecParameters *parameters)
{
	const AVCodecDescriptor *description = avcodec_descriptor_get(parameters->codec_id);

	b->intra_only = description && description->props & AV_CODEC_PROP_INTRA_ONLY;
	if (b->intra_only)
		return 0;
	b->scratch = av_packet_alloc();
	b->context = avcodec_alloc_context3(NULL);
	if (!b->scratch || !b->context)
		return -ENOMEM;
	b->context->codec_id = parameters->codec_id;
	b->context->codec_type = AVMEDIA_TYPE_VIDEO;
	b->parser = av_parser_init((int)parameters->codec_id);
	if (b->parser)
		b->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
	return open_extractor(b, parameters);
}

bool parameter_sets_is_key(struct parameter_sets *b, const AVPacket *packet, bool driver_says)
{
	bool muted;
	uint8_t *data;
	int size;

	if (b->intra_only)
		return true;
	if (!b->parser)
		return driver_says;
	/* Drivers are not to be relied on for the flag: many leave it out. The parser complains of streams
	 * begun in their middle. */
	muted = libav_mute(true);
	b->parser->key_frame = -1;
	av_parser_parse2(b->parser, b->context, &data, &size, packet->data, packet->size, packet->pts,
			 packet->dts, 0);
	libav_mute(muted);
	return b->parser->key_frame == 1 || driver_says;
}

static int keep(AVCodecParameters *parameters, const uint8_t *data, size_t size)
{
	uint8_t *extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);

	if (!extradata)
		return -ENOMEM;
	memcpy(extradata, data, size);
	av_freep(&parameters->extradata);
	parameters->extradata = extradata;
	parameters->extradata_size = (int)size;
	return 1;
}

int parameter_sets_extract(struct parameter_sets *b, const AVPacket *packet, AVCodecParameters *parameters)
{
	const uint8_t *found;
	size_t size = 0;
	int err;

	if (!b->extractor)
		return 1;
	if ((err = av_packet_ref(b->scratch, packet)) < 0 ||
	    (err = av_bsf_send_packet(b->extractor, b->scratch)) < 0)
		goto done;
	err = av_bsf_receive_packet(b->extractor, b->scratch);
	if (err < 0)
		goto done;
	found = av_packet_get_side_data(b->scratch, AV_PKT_DATA_NEW_EXTRADATA, &size);
	err = found ? keep(parameters, found, size) : 0;
done:
	av_packet_unref(b->scratch);
	/* Bytes that make no sense hold no parameters either. */
	return err == AVERROR_INVALIDDATA ? 0 : err;
}

void parameter_sets_close(struct parameter_sets *b)
{
	av_parser_close(b->parser);
	avcodec_free_context(&b->context);
	av_bsf_free(&b->extractor);
	av_packet_free(&b->scratch);
	*b = (struct parameter_sets){ 0 };
}
