/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encodes pictures with libavcodec, converted to a pixel format that the encoder takes. */
#include "media/write/encoder.h"

#include <errno.h>
#include <string.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/log.h"
#include "media/libav.h"

#define MAX_FORMATS 256
#define PICTURE_ALIGNMENT 64 /* for SIMD instructions */

/* The encoders' own defaults favour quality over speed; a live encoder that is slower than the camera loses
 * frames. libx265 prints to standard error by itself: only errors. */
static const struct {
	const char *encoder, *key, *value;
} live_defaults[] = {
	{ "libx264", "preset", "veryfast" },  { "libx264rgb", "preset", "veryfast" },
	{ "libx265", "preset", "ultrafast" }, { "libvpx", "deadline", "realtime" },
	{ "libvpx", "cpu-used", "8" },        { "libvpx-vp9", "deadline", "realtime" },
	{ "libvpx-vp9", "cpu-used", "8" },    { "libvpx-vp9", "row-mt", "1" },
	{ "libsvtav1", "preset", "10" },      { "libaom-av1", "usage", "realtime" },
	{ "libaom-av1", "cpu-used", "8" },    { "libx265", "x265-params", "log-level=error" },
};

const AVCodec *encoder_find(const char *name)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(name);
	const AVCodecDescriptor *desc = codec ? NULL : avcodec_descriptor_get_by_name(name);

	if (desc && desc->type == AVMEDIA_TYPE_VIDEO)
		codec = avcodec_find_encoder(desc->id);
	if (!codec || codec->type != AVMEDIA_TYPE_VIDEO) {
		log_error("%s: no such video encoder in this libavcodec: 'ffmpeg -encoders' lists them",
			  name);
		return NULL;
	}
	return codec;
}

/* Lists the encoder's pixel formats, without those of hardware frames, terminated by AV_PIX_FMT_NONE. Returns
 * their number; UINT32_MAX: the encoder takes any. */
static unsigned list_pix_fmts(const AVCodec *codec, enum AVPixelFormat formats[MAX_FORMATS])
{
	const enum AVPixelFormat *list = NULL;
	unsigned n = 0;

#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
	avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, (const void **)&list, NULL);
#else
	list = codec->pix_fmts;
#endif
	for (; list && *list != AV_PIX_FMT_NONE && n < MAX_FORMATS - 1; list++) {
		const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(*list);

		if (desc && !(desc->flags & AV_PIX_FMT_FLAG_HWACCEL))
			formats[n++] = *list;
	}
	formats[n] = AV_PIX_FMT_NONE;
	return list ? n : UINT32_MAX;
}

static bool pix_fmt_listed(const enum AVPixelFormat *formats, enum AVPixelFormat format)
{
	while (*formats != AV_PIX_FMT_NONE && *formats != format)
		formats++;
	return *formats == format;
}

static bool is_yuv420_8bit(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

	return converter_format_without_range(format) == format && desc->nb_components == 3 &&
	       !(desc->flags & AV_PIX_FMT_FLAG_RGB) && desc->log2_chroma_w == 1 && desc->log2_chroma_h == 1 &&
	       desc->comp[0].depth == 8;
}

/* Removes formats that few players support, unless no format would be left. */
static void keep_playable(enum AVPixelFormat *formats)
{
	enum AVPixelFormat kept[MAX_FORMATS];
	unsigned n = 0;

	for (const enum AVPixelFormat *format = formats; *format != AV_PIX_FMT_NONE; format++) {
		if (is_yuv420_8bit(*format))
			kept[n++] = *format;
	}
	kept[n] = AV_PIX_FMT_NONE;
	if (n > 0)
		memcpy(formats, kept, (n + 1) * sizeof *kept);
}

/* The user's format, the container's, or the source's own; otherwise the one that loses least of the source.
 */
static int choose_pix_fmt(const struct encoder_options *options, const char *wanted,
			  enum AVPixelFormat *chosen)
{
	enum AVPixelFormat formats[MAX_FORMATS], source = (enum AVPixelFormat)options->source->format;
	unsigned n = list_pix_fmts(options->codec, formats);
	const char *name = options->codec->name;

	*chosen = wanted                                   ? av_get_pix_fmt(wanted)
		  : options->raw_format != AV_PIX_FMT_NONE ? options->raw_format
							   : source;
	if (wanted && *chosen == AV_PIX_FMT_NONE) {
		log_error("pixel_format=%s: no such pixel format", wanted);
		return -EINVAL;
	}
	if (options->playable && !wanted)
		keep_playable(formats);
	if (n == UINT32_MAX || pix_fmt_listed(formats, *chosen))
		return 0;
	if (wanted) {
		log_error("%s: does not take pixel_format=%s", name, wanted);
		return -EINVAL;
	}
	*chosen = avcodec_find_best_pix_fmt_of_list(formats, source, 0, NULL);
	if (*chosen == AV_PIX_FMT_NONE) {
		log_error("%s: takes hardware frames only, which are not supported", name);
		return -ENOTSUP;
	}
	return 0;
}

static void set_colorspace(AVCodecContext *context, const AVCodecParameters *source)
{
	bool source_rgb =
		av_pix_fmt_desc_get((enum AVPixelFormat)source->format)->flags & AV_PIX_FMT_FLAG_RGB;
	bool rgb = av_pix_fmt_desc_get(context->pix_fmt)->flags & AV_PIX_FMT_FLAG_RGB;

	context->color_range = source->color_range;
	context->colorspace = source->color_space;
	context->color_primaries = source->color_primaries;
	context->color_trc = source->color_trc;
	if (source_rgb && !rgb) {
		context->color_range = AVCOL_RANGE_MPEG;
		context->colorspace = converter_default_matrix(context->height);
	} else if (rgb) {
		context->color_range = AVCOL_RANGE_UNSPECIFIED;
		context->colorspace = AVCOL_SPC_UNSPECIFIED;
	}
	/* JPEG is always full range (JFIF, ITU-T T.871). */
	if (context->codec_id == AV_CODEC_ID_MJPEG ||
	    converter_full_range(context->pix_fmt, context->color_range))
		context->color_range = rgb ? AVCOL_RANGE_UNSPECIFIED : AVCOL_RANGE_JPEG;
}

/* The mpegvideo encoders of libavcodec take the time base for the frame rate when they allocate bits. */
static bool counts_ticks_as_frames(enum AVCodecID codec)
{
	static const enum AVCodecID codecs[] = {
		AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MSMPEG4V2,
		AV_CODEC_ID_MSMPEG4V3,  AV_CODEC_ID_WMV1,       AV_CODEC_ID_WMV2,  AV_CODEC_ID_FLV1,
		AV_CODEC_ID_H261,       AV_CODEC_ID_H263,       AV_CODEC_ID_H263P, AV_CODEC_ID_RV10,
		AV_CODEC_ID_RV20,       AV_CODEC_ID_MJPEG,      AV_CODEC_ID_AMV,
	};

	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++)
		if (codecs[i] == codec)
			return true;
	return false;
}

/* H.264 and H.265 crop in units of chroma samples (ITU-T H.264, 7.4.2.1.1; H.265, 7.4.3.2.1). */
static void set_size(AVCodecContext *context, const AVCodecParameters *source)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(context->pix_fmt);
	bool whole_chroma = context->codec_id == AV_CODEC_ID_H264 || context->codec_id == AV_CODEC_ID_HEVC;

	context->width = source->width;
	context->height = source->height;
	if (whole_chroma) {
		context->width &= -(1 << desc->log2_chroma_w);
		context->height &= -(1 << desc->log2_chroma_h);
	}
}

static bool is_interlaced(const AVCodecParameters *source)
{
	return source->field_order > AV_FIELD_PROGRESSIVE;
}

/* Other encoders refuse or ignore the flag. H.264 then codes pairs of macroblocks, and crops 4:2:0 in units
 * of four rows (ITU-T H.264, 7.4.2.1.1). */
static bool can_code_fields(const AVCodecContext *context)
{
	static const enum AVCodecID codecs[] = { AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4,
						 AV_CODEC_ID_PRORES };

	if (context->codec_id == AV_CODEC_ID_H264)
		return context->height % 4 == 0;
	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++) {
		if (codecs[i] == context->codec_id)
			return true;
	}
	return false;
}

static AVCodecContext *alloc_context(const struct encoder_options *options, enum AVPixelFormat format,
				     AVRational time_base)
{
	AVCodecContext *context = avcodec_alloc_context3(options->codec);

	if (!context)
		return NULL;
	context->pix_fmt = format;
	set_size(context, options->source);
	context->field_order = options->source->field_order;
	context->sample_aspect_ratio = options->source->sample_aspect_ratio;
	context->time_base = time_base;
	/* Rate control needs an estimate. */
	context->framerate = options->fps.num > 0 ? options->fps : (AVRational){ 30, 1 };
	if (counts_ticks_as_frames(context->codec_id))
		context->framerate = av_inv_q(time_base);
	context->thread_count = 0;
	if (options->global_header)
		context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	if (is_interlaced(options->source) && can_code_fields(context))
		context->flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
	set_colorspace(context, options->source);
	return context;
}

static int parse_options(const struct encoder_options *options, AVDictionary **dictionary)
{
	int err = 0;

	if (options->options && av_dict_parse_string(dictionary, options->options, "=", ",", 0) < 0) {
		log_error("invalid codec options '%s': expected key=value,key=value", options->options);
		return -EINVAL;
	}
	for (size_t i = 0; err >= 0 && i < ARRAY_SIZE(live_defaults); i++) {
		if (strcmp(live_defaults[i].encoder, options->codec->name) == 0)
			err = av_dict_set(dictionary, live_defaults[i].key, live_defaults[i].value,
					  AV_DICT_DONT_OVERWRITE);
	}
	return err < 0 ? err : 0;
}

/* Opens the codec with this time base. *unknown: the name of an option that it does not have, which the
 * caller frees; else NULL. */
static int try_time_base(struct encoder *e, const struct encoder_options *options, enum AVPixelFormat format,
			 AVRational time_base, const AVDictionary *dictionary, char **unknown)
{
	AVDictionary *unused = NULL;
	const AVDictionaryEntry *entry = NULL;
	int err = av_dict_copy(&unused, dictionary, 0);

	e->context = alloc_context(options, format, time_base);
	if (err < 0 || !e->context)
		err = -ENOMEM;
	else
		err = avcodec_open2(e->context, options->codec, &unused);
	if (err == 0)
		entry = av_dict_get(unused, "", NULL, AV_DICT_IGNORE_SUFFIX);
	if (entry) {
		*unknown = av_strdup(entry->key);
		err = -EINVAL;
	}
	av_dict_free(&unused);
	if (err < 0)
		avcodec_free_context(&e->context);
	return err;
}

/* The rate in the codec's table nearest to fps; 0/0 if the codec accepts any. Below 23.976 the table only has
 * nonstandard rates. */
static AVRational nearest_rate(const AVCodec *codec, AVRational fps)
{
	const AVRational *rates = NULL;

#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
	avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_FRAME_RATE, 0, (const void **)&rates, NULL);
#else
	rates = codec->supported_framerates;
#endif
	if (av_cmp_q(fps, (AVRational){ 24, 1 }) < 0)
		fps = (AVRational){ 24, 1 };
	return rates ? rates[av_find_nearest_q_idx(fps, rates)] : (AVRational){ 0, 0 };
}

/* The time base is 1 us if the codec supports it. MPEG-1 and -2 have a table of frame rates (ISO/IEC 13818-2,
 * 6.3.3). */
static int open_encoder_context(struct encoder *e, const struct encoder_options *options,
				enum AVPixelFormat format, const AVDictionary *dictionary)
{
	AVRational interval = options->fps.num > 0 ? av_inv_q(options->fps) : (AVRational){ 1, 30 };
	AVRational nearest;
	char *unknown = NULL;
	int err = -EINVAL;

	libav_clear_error();
	if (!options->constant_rate && !counts_ticks_as_frames(options->codec->id))
		err = try_time_base(e, options, format, (AVRational){ 1, 1000000 }, dictionary, &unknown);
	if (err < 0 && err != -ENOMEM && !unknown) {
		libav_clear_error();
		err = try_time_base(e, options, format, interval, dictionary, &unknown);
	}
	nearest = nearest_rate(options->codec, av_inv_q(interval));
	if (err < 0 && err != -ENOMEM && !unknown && nearest.num) {
		libav_clear_error();
		err = try_time_base(e, options, format, av_inv_q(nearest), dictionary, &unknown);
	}
	if (unknown)
		log_error("%s: has no option '%s': 'ffmpeg -h encoder=%s' lists them", options->codec->name,
			  unknown, options->codec->name);
	else if (err < 0)
		log_error("%s: %s", options->codec->name, libav_err_str(err));
	av_free(unknown);
	return err == -ENOMEM ? err : err < 0 ? -EINVAL : 0;
}

static AVFrame *alloc_converted_format(const AVCodecContext *context)
{
	AVFrame *frame = av_frame_alloc();

	if (frame) {
		frame->format = context->pix_fmt;
		frame->width = context->width;
		frame->height = context->height;
		frame->color_range = context->color_range;
		frame->colorspace = context->colorspace;
	}
	return frame;
}

int encoder_open(struct encoder *e, const struct encoder_options *options)
{
	AVDictionary *dictionary = NULL;
	const AVDictionaryEntry *wanted;
	enum AVPixelFormat format;
	int err;

	err = parse_options(options, &dictionary);
	if (err < 0)
		goto done;
	wanted = av_dict_get(dictionary, "pixel_format", NULL, 0);
	if (!wanted)
		wanted = av_dict_get(dictionary, "pix_fmt", NULL, 0);
	err = choose_pix_fmt(options, wanted ? wanted->value : NULL, &format);
	if (err < 0)
		goto done;
	av_dict_set(&dictionary, "pixel_format", NULL, 0);
	av_dict_set(&dictionary, "pix_fmt", NULL, 0);
	err = converter_check((enum AVPixelFormat)options->source->format, format);
	if (err < 0)
		goto done;
	err = open_encoder_context(e, options, format, dictionary);
	if (err < 0)
		goto done;
	e->converted_format = alloc_converted_format(e->context);
	if (!e->converted_format)
		err = -ENOMEM;
	if (e->context->width != options->source->width || e->context->height != options->source->height)
		log_warn("%s: takes even sizes in %s: recording %dx%d of %dx%d", options->codec->name,
			 av_get_pix_fmt_name(format), e->context->width, e->context->height,
			 options->source->width, options->source->height);
	if (format != options->source->format)
		log_verbose("%s: converting pictures from %s to %s", options->codec->name,
			    av_get_pix_fmt_name((enum AVPixelFormat)options->source->format),
			    av_get_pix_fmt_name(format));
done:
	av_dict_free(&dictionary);
	if (err < 0)
		encoder_close(e);
	return err;
}

/* Gives the picture memory from the pool. */
static int get_pool_memory(struct encoder *e, AVFrame *frame)
{
	int bytes;

	if (!e->pool) {
		bytes = av_image_get_buffer_size(e->context->pix_fmt, frame->width, frame->height,
						 PICTURE_ALIGNMENT);
		if (bytes <= 0)
			return -EINVAL;
		/* libswscale may write a whole SIMD vector past the end. */
		e->pool = av_buffer_pool_init((size_t)bytes + PICTURE_ALIGNMENT, NULL);
	}
	frame->buf[0] = e->pool ? av_buffer_pool_get(e->pool) : NULL;
	if (!frame->buf[0])
		return -ENOMEM;
	av_image_fill_arrays(frame->data, frame->linesize, frame->buf[0]->data, e->context->pix_fmt,
			     frame->width, frame->height, PICTURE_ALIGNMENT);
	return 0;
}

/* Narrows a frame to one of its fields. */
static AVFrame *alloc_field(const AVFrame *frame, int field)
{
	AVFrame *half = av_frame_clone(frame);

	if (!half)
		return NULL;
	half->height = frame->height / 2;
	for (unsigned i = 0; i < 4 && half->data[i]; i++) {
		half->data[i] += (ptrdiff_t)field * half->linesize[i];
		half->linesize[i] *= 2;
	}
	return half;
}

/* Converts each field separately: chroma must not be interpolated between lines of different times. */
static int convert_fields(struct encoder *e, const AVFrame *picture, const AVFrame *converted)
{
	int err = 0;

	for (int field = 0; field < 2 && err >= 0; field++) {
		AVFrame *from = alloc_field(picture, field), *to = alloc_field(converted, field);

		err = from && to ? converter_run(&e->converter, from, to) : -ENOMEM;
		av_frame_free(&from);
		av_frame_free(&to);
	}
	return err;
}

static int convert_picture(struct encoder *e, const AVFrame *picture, AVFrame *converted)
{
	int err;

	err = av_frame_copy_props(converted, picture);
	if (err < 0)
		return err;
	converted->format = e->converted_format->format;
	converted->width = e->converted_format->width;
	converted->height = e->converted_format->height;
	converted->color_range = e->converted_format->color_range;
	converted->colorspace = e->converted_format->colorspace;
	err = get_pool_memory(e, converted);
	if (err < 0)
		return err;
	/* Four rows give two fields with whole rows of chroma. */
	return e->context->field_order > AV_FIELD_PROGRESSIVE && picture->height % 4 == 0
		       ? convert_fields(e, picture, converted)
		       : converter_run(&e->converter, picture, converted);
}

static int send_picture(struct encoder *e, const AVFrame *picture)
{
	int err;

	libav_clear_error();
	err = avcodec_send_frame(e->context, picture);
	if (err == AVERROR_EOF)
		return 0;
	if (err < 0)
		log_error("%s: %s", e->context->codec->name, libav_err_str(err));
	return err;
}

int encoder_send(struct encoder *e, const AVFrame *picture)
{
	AVFrame *converted;
	int err;

	if (!picture || converter_is_noop(picture, e->converted_format))
		return send_picture(e, picture);
	converted = av_frame_alloc();
	if (!converted)
		return -ENOMEM;
	err = convert_picture(e, picture, converted);
	if (err >= 0)
		err = send_picture(e, converted);
	av_frame_free(&converted);
	return err;
}

int encoder_receive(struct encoder *e, AVPacket *packet)
{
	int err = avcodec_receive_packet(e->context, packet);

	if (err < 0 && err != -EAGAIN && err != AVERROR_EOF)
		log_error("%s: %s", e->context->codec->name, libav_err_str(err));
	return err;
}

void encoder_close(struct encoder *e)
{
	avcodec_free_context(&e->context);
	converter_close(&e->converter);
	av_frame_free(&e->converted_format);
	av_buffer_pool_uninit(&e->pool);
	*e = (struct encoder){ 0 };
}
