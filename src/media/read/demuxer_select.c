/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses the video stream of a file. */
#include "media/read/demuxer.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"
#include "base/text.h"

#define AUXILIARY (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_DEPENDENT)

static bool is_video(const AVStream *stream)
{
	return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
}

static bool is_grey(const AVStream *stream)
{
	const AVPixFmtDescriptor *descriptor =
		av_pix_fmt_desc_get((enum AVPixelFormat)stream->codecpar->format);

	return descriptor && descriptor->nb_components == 1 && !(descriptor->flags & AV_PIX_FMT_FLAG_PAL);
}

/* Cover art; or the alpha plane or depth map of another stream, which has colours and the same size. */
static bool is_auxiliary(const AVFormatContext *context, const AVStream *stream)
{
	if (stream->disposition & AUXILIARY)
		return true;
	for (unsigned i = 0; i < context->nb_streams && is_grey(stream); i++) {
		const AVStream *other = context->streams[i];

		if (is_video(other) && !(other->disposition & AUXILIARY) && other->codecpar->format >= 0 &&
		    !is_grey(other) && other->codecpar->width == stream->codecpar->width &&
		    other->codecpar->height == stream->codecpar->height)
			return true;
	}
	return false;
}

/* The stream that libavformat chooses, by default flags and programs, or else the first usable one. -1: none.
 */
static int choose_stream(AVFormatContext *context)
{
	int best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);

	if (best >= 0 && !is_auxiliary(context, context->streams[best]))
		return best;
	for (unsigned i = 0; i < context->nb_streams; i++) {
		if (is_video(context->streams[i]) && !is_auxiliary(context, context->streams[i]))
			return (int)i;
	}
	return -1;
}

static void list_video_streams(const AVFormatContext *context, char *text, size_t size)
{
	*text = '\0';
	for (unsigned i = 0; i < context->nb_streams; i++) {
		if (is_video(context->streams[i]))
			text_join(text, size, ", ", "%u", i);
	}
}

static int log_no_stream(const struct demuxer *d)
{
	char streams[80];

	list_video_streams(d->context, streams, sizeof streams);
	if (d->has_number && *streams)
		log_error("%s: stream %u is not video: --stream takes %s", avio_input_name(d->input),
			  d->number, streams);
	else if (*streams)
		log_error("%s: no video stream but cover art: --stream takes %s", avio_input_name(d->input),
			  streams);
	else
		log_error("%s: no video stream", avio_input_name(d->input));
	return d->has_number && *streams ? -EINVAL : -EBADMSG;
}

int demuxer_select_stream(struct demuxer *d)
{
	AVFormatContext *context = d->context;
	int n = d->has_number ? (int)d->number : choose_stream(context);

	if (n < 0 || n >= (int)context->nb_streams || !is_video(context->streams[n]))
		return log_no_stream(d);
	d->stream = context->streams[n];
	for (unsigned i = 0; i < context->nb_streams; i++) {
		if ((int)i != n)
			context->streams[i]->discard = AVDISCARD_ALL;
	}
	return 0;
}
