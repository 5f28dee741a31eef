/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds key frames and parameter sets in a compressed stream. */
#include "media/write/parameter_sets.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "media/libav.h"
#include "media/write/frame_packet.h"

/* NULL for codecs that the filter does not support, which have no parameter sets. */
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

bool parameter_sets_intra_only(const struct video_format *format)
{
	const AVCodecDescriptor *desc = format->pix ? avcodec_descriptor_get(format->pix->codec) : NULL;

	return !desc || desc->props & AV_CODEC_PROP_INTRA_ONLY;
}

static int open_parser(struct parameter_sets *ps, const AVCodecParameters *par)
{
	const AVBitStreamFilter *filter = find_extractor(par->codec_id);

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

int parameter_sets_open(struct parameter_sets *ps, const struct video_format *format)
{
	AVCodecParameters *par;
	int err = -ENOMEM;

	ps->intra_only = parameter_sets_intra_only(format);
	if (ps->intra_only)
		return 0;
	libav_init();
	par = avcodec_parameters_alloc();
	if (par) {
		frame_packet_codecpar(format, par);
		err = open_parser(ps, par);
		avcodec_parameters_free(&par);
	}
	return err == -ENOMEM ? log_no_memory() : err;
}

/* Many drivers never set V4L2_BUF_FLAG_KEYFRAME. */
static bool is_key(struct parameter_sets *ps, bool driver_says)
{
	AVCodecParserContext *parser = ps->parser;
	uint8_t *data;
	int size;

	if (!parser)
		return driver_says;
	parser->key_frame = -1;
	parser->pict_type = AV_PICTURE_TYPE_NONE;
	av_parser_parse2(parser, ps->context, &data, &size, ps->packet->data, ps->packet->size,
			 AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
	if (parser->key_frame == 1)
		return true;
	/* Some parsers set pict_type only (MPEG-1, -2, -4, VC-1), or nothing (H.263). */
	if (parser->pict_type == AV_PICTURE_TYPE_NONE)
		return driver_says;
	/* The driver may mark intra pictures as key frames that the bitstream does not. */
	return parser->pict_type == AV_PICTURE_TYPE_I && (parser->key_frame == -1 || driver_says);
}

static int set_latest(struct parameter_sets *ps, const uint8_t *data, size_t size)
{
	AVBufferRef *latest = av_buffer_alloc(size);

	if (!latest)
		return -ENOMEM;
	memcpy(latest->data, data, size);
	av_buffer_unref(&ps->latest);
	ps->latest = latest;
	return 1;
}

/* Returns 1: ps->latest is set to those of ps->packet; 0: it has none; or a negative errno. */
static int extract(struct parameter_sets *ps)
{
	const uint8_t *found;
	size_t size = 0;
	int err = av_bsf_send_packet(ps->extractor, ps->packet);

	if (err >= 0)
		err = av_bsf_receive_packet(ps->extractor, ps->packet);
	if (err == -ENOMEM)
		return err;
	/* A corrupt packet has none. */
	found = err < 0 ? NULL : av_packet_get_side_data(ps->packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
	return found && size ? set_latest(ps, found, size) : 0;
}

/* Muted, as parser and extractor log errors until the stream's first parameter sets. */
static int examine(struct parameter_sets *ps, struct frame *frame)
{
	bool muted = libav_mute(true);
	int err = 0;

	ps->packet->data = frame->planes[0].data;
	ps->packet->size = (int)frame->planes[0].bytes;
	ps->packet->buf = av_buffer_create(ps->packet->data, frame->planes[0].bytes, libav_keep_memory, NULL,
					   AV_BUFFER_FLAG_READONLY);
	if (!ps->packet->buf)
		err = -ENOMEM;
	else
		frame->key = is_key(ps, frame->key);
	/* They may come in a buffer of their own before the first key frame. */
	if (err == 0 && ps->extractor && (frame->key || !ps->latest))
		err = extract(ps);
	av_packet_unref(ps->packet);
	libav_mute(muted);
	frame->has_parameter_sets = err == 1;
	return err < 0 ? err : 0;
}

int parameter_sets_examine(struct parameter_sets *ps, struct frame *frame)
{
	int err;

	if (ps->intra_only) {
		frame->key = true;
		return 0;
	}
	if (frame->planes[0].bytes > INT32_MAX)
		return 0;
	err = examine(ps, frame);
	if (err == 0 && frame->key && ps->latest) {
		frame->parameter_sets = av_buffer_ref(ps->latest);
		err = frame->parameter_sets ? 0 : -ENOMEM;
	}
	return err == -ENOMEM ? log_no_memory() : err;
}

bool parameter_sets_has_unit(const struct parameter_sets *ps, const struct frame *frame)
{
	static const uint8_t start_code[] = { 0, 0, 1 };
	enum AVCodecID codec = ps->context ? ps->context->codec_id : AV_CODEC_ID_NONE;
	size_t bytes = frame->planes[0].bytes;

	if (codec != AV_CODEC_ID_H264 && codec != AV_CODEC_ID_HEVC)
		return true;
	return bytes && memmem(frame->planes[0].data, bytes - 1, start_code, sizeof start_code);
}

bool parameter_sets_can_start(const struct parameter_sets *ps, const struct frame *frame)
{
	return frame->key && (!ps->extractor || ps->latest);
}

void parameter_sets_close(struct parameter_sets *ps)
{
	av_parser_close(ps->parser);
	avcodec_free_context(&ps->context);
	av_bsf_free(&ps->extractor);
	av_packet_free(&ps->packet);
	av_buffer_unref(&ps->latest);
	*ps = (struct parameter_sets){ 0 };
}
