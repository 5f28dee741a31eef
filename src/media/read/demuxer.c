/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets of the video stream of a file, by libavformat. */
#include "media/read/demuxer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libavutil/avstring.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/read/limits.h"
#include "media/libav.h"

/* Damage may be passed over; a demuxer that fails so often without one packet between is at its end. */
#define MAX_ERRORS 16

static const AVRational nanoseconds = { 1, NS_PER_S };

static const char *path_of(const struct demux *d)
{
	return input_path(d->input);
}

static bool is_empty(const struct demux *d)
{
	AVIOContext *avio = input_avio(d->input);
	int64_t size = avio ? avio_size(avio) : -1;

	return avio && avio_feof(avio) && (size == 0 || (size < 0 && avio_tell(avio) == 0));
}

/* What a demuxer or a prober answered, as one of our own errors. */
static int judge_opening(const struct demux *d, int err, const char *what)
{
	int input_err = input_error(d->input), result = -EBADMSG;

	if (input_err == -ECANCELED)
		return input_err;
	if (input_err < 0)
		log_error("%s: %s: %s", path_of(d), what, err_str(input_err));
	else if (is_empty(d))
		log_error("%s: is empty", path_of(d));
	else
		log_error("%s: %s: %s", path_of(d), what, libav_err_str(err));
	if (err == -ENOMEM || err == -EPERM || err == -ERANGE)
		result = err;
	return input_err < 0 ? input_err : result;
}

/* libavformat's name, or a file's ending. */
static const AVInputFormat *find_by_name(const char *name)
{
	const AVInputFormat *format = av_find_input_format(name);
	void *place = NULL;

	if (format)
		return format;
	while ((format = av_demuxer_iterate(&place))) {
		if (format->extensions && av_match_name(name, format->extensions))
			return format;
	}
	return NULL;
}

/* A picture's name makes libavformat think of a sequence of files; its bytes tell the same without. */
static int probe(struct demux *d)
{
	AVIOContext *avio = input_avio(d->input);
	int err = av_probe_input_buffer2(avio, &d->format, d->url, NULL, 0, 0);

	if (err >= 0 && strcmp(d->format->name, "image2") == 0 && !d->allow_playlists) {
		d->format = NULL;
		err = av_probe_input_buffer2(avio, &d->format, "", NULL, 0, 0);
	}
	return err < 0 ? judge_opening(d, err, "is in no container that libavformat knows") : 0;
}

static int choose_format(struct demux *d, const char *container)
{
	int err;

	libav_clear_error();
	if (container && !(d->format = find_by_name(container))) {
		log_error("%s: no such container: libavformat knows matroska, nut, avi, mov, mpegts and more",
			  container);
		return -EINVAL;
	}
	if (!container && input_avio(d->input) && (err = probe(d)) < 0)
		return err;
	if (d->format && !d->allow_playlists && (err = guard_container(d->format, path_of(d))) < 0)
		return err;
	if (!d->format || strcmp(d->format->name, "rawvideo") != 0)
		return 0;
	log_error("%s: naked pictures say neither their size nor their format: use a container such as .mkv, "
		  ".nut or .y4m",
		  path_of(d));
	return -EBADMSG;
}

/* Pictures are decoded on the way, of whatever size the file claims. */
static int look_around(struct demux *d)
{
	unsigned n = d->context->nb_streams;
	AVDictionary **options = calloc(n ? n : 1, sizeof *options);
	char limit[24];
	int err;

	if (!options)
		return -ENOMEM;
	snprintf(limit, sizeof limit, "%lld", (long long)GUARD_MAX_PROBED_PIXELS);
	for (unsigned i = 0; i < n; i++)
		av_dict_set(&options[i], "max_pixels", limit, 0);
	err = avformat_find_stream_info(d->context, options);
	for (unsigned i = 0; i < n; i++)
		av_dict_free(&options[i]);
	free(options);
	return err < 0 ? err : 0;
}

static int choose_stream(struct demux *d)
{
	int n = av_find_best_stream(d->context, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);

	if (n < 0 || d->context->streams[n]->disposition & AV_DISPOSITION_ATTACHED_PIC) {
		log_error("%s: holds no video", path_of(d));
		return -EBADMSG;
	}
	d->stream = d->context->streams[n];
	for (unsigned i = 0; i < d->context->nb_streams; i++) {
		if ((int)i != n)
			d->context->streams[i]->discard = AVDISCARD_ALL;
	}
	return 0;
}

static int open_context(struct demux *d)
{
	AVIOContext *avio = input_avio(d->input);
	int err;

	if (!(d->context = avformat_alloc_context()))
		return judge_opening(d, -ENOMEM, "opening");
	d->context->pb = avio;
	d->context->interrupt_callback = *input_interrupt(d->input);
	if ((err = guard_context(d->context, input_protocols(d->url), d->allow_playlists,
				 avio && !input_seekable(d->input))) < 0)
		return judge_opening(d, err, "opening");
	libav_clear_error();
	err = avformat_open_input(&d->context, d->url, d->format, NULL);
	if (err < 0)
		return judge_opening(d, err, "cannot be opened");
	err = look_around(d);
	if (err < 0)
		return judge_opening(d, err, "cannot be understood");
	return choose_stream(d);
}

/* Whether the demuxer must be given the name instead of bytes. */
static int opens_by_itself(const struct demux *d, bool *by_demuxer)
{
	bool pattern = access(d->url, F_OK) < 0 && av_filename_number_test(d->url);

	*by_demuxer = av_strstart(d->url, "rtsp:", NULL) || av_strstart(d->url, "rtsps:", NULL) || pattern;
	if (!pattern || d->allow_playlists)
		return 0;
	log_error("%s: refused, as it is a pattern of file names: --allow-playlists lets it through", d->url);
	return -EPERM;
}

int demux_open(struct demux *d, const struct reader_options *options)
{
	bool by_demuxer;
	int err;

	d->url = options->url;
	d->allow_playlists = options->allow_playlists;
	if ((err = opens_by_itself(d, &by_demuxer)) < 0 ||
	    (err = input_open(&d->input, d->url, by_demuxer, options->cancel_fd)) < 0)
		return err;
	if (!by_demuxer && options->loops != 1 && !input_seekable(d->input)) {
		log_error("%s cannot be played more than once: it cannot be wound back", path_of(d));
		return -ESPIPE;
	}
	err = choose_format(d, options->container);
	if (err < 0)
		return err;
	return open_context(d);
}

void demux_close(struct demux *d)
{
	landing_close(&d->landing);
	avformat_close_input(&d->context);
	input_close(d->input);
	free(d->damage);
	*d = (struct demux){ 0 };
}

static void count_damage(struct demux *d, const char *reason)
{
	if (d->damaged++ > 0)
		return;
	d->damage = strdup(reason);
	log_verbose("%s: %s", path_of(d), reason);
}

/* Demuxers of pictures in a row take half a picture at the end for the end. */
static bool ends_too_early(const struct demux *d)
{
	return d->context->pb && strcmp(d->context->iformat->name, "yuv4mpegpipe") == 0 &&
	       avio_tell(d->context->pb) > d->end;
}

/* 1: it may go on behind the damage. */
static int judge_reading(struct demux *d, int err)
{
	int input_err = input_error(d->input);

	if (input_err < 0 && input_err != -ECANCELED)
		log_error("%s: %s", path_of(d), err_str(input_err));
	if (input_err < 0)
		return input_err;
	if (err == AVERROR_EOF) {
		if (libav_error_from(d->context))
			count_damage(d, libav_error_from(d->context));
		else if (ends_too_early(d))
			count_damage(d, "it ends within a picture");
		return 0;
	}
	if (d->n_errors == 0)
		count_damage(d, libav_err_str(err));
	return ++d->n_errors < MAX_ERRORS;
}

int demux_read(struct demux *d, AVPacket *packet)
{
	bool whole;
	int err;

	for (;;) {
		libav_clear_error();
		err = av_read_frame(d->context, packet);
		whole = landing_claim(&d->landing, err < 0 ? NULL : packet);
		if (err < 0) {
			err = judge_reading(d, err);
			if (err <= 0)
				return err;
			continue;
		}
		d->n_errors = 0;
		if (!whole)
			count_damage(d, "a packet lies in the file as none did before");
		/* An empty packet is avi's way to say that the last picture stays. */
		else if (packet->stream_index == d->stream->index && packet->size > 0)
			break;
		av_packet_unref(packet);
	}
	d->end = packet->pos + packet->size;
	if (packet->flags & AV_PKT_FLAG_CORRUPT)
		count_damage(d, "a packet is not whole");
	return 1;
}

int64_t demux_start(const struct demux *d)
{
	return d->stream->start_time == AV_NOPTS_VALUE ? 0 : d->stream->start_time;
}

int64_t demux_duration_ns(const struct demux *d)
{
	int64_t ns = 0;

	if (d->stream->duration != AV_NOPTS_VALUE && d->stream->duration > 0)
		ns = av_rescale_q(d->stream->duration, d->stream->time_base, nanoseconds);
	else if (d->context->duration != AV_NOPTS_VALUE && d->context->duration > 0)
		ns = av_rescale_q(d->context->duration, AV_TIME_BASE_Q, nanoseconds);
	return ns > 0 ? ns : 0;
}

static bool land(struct demux *d)
{
	d->landing.stream = d->stream;
	return d->landing.bytes && input_land(d->input, &d->landing);
}

/* Reads a packet the ordinary way, for the landing to learn from. What is wrong with it is met again. */
static int learn(struct demux *d)
{
	AVPacket *packet = av_packet_alloc();
	int err = packet ? demux_seek(d, 0) : -ENOMEM;

	if (err == 0)
		landing_claim(&d->landing, av_read_frame(d->context, packet) < 0 ? NULL : packet);
	av_packet_free(&packet);
	return err < 0 ? err : 1;
}

int demux_land(struct demux *d, const struct fit *fit)
{
	landing_open(&d->landing, fit, d->context->iformat->name, d->stream);
	return land(d) && input_seekable(d->input) ? learn(d) : 0;
}

/* For containers without any notion of a place in time. */
static int begin_again(struct demux *d)
{
	AVIOContext *avio = input_avio(d->input);
	int64_t err;

	input_land(d->input, NULL);
	avformat_close_input(&d->context);
	d->stream = NULL;
	if (avio) {
		avio->error = 0;
		err = avio_seek(avio, 0, SEEK_SET);
		if (err < 0)
			return judge_opening(d, (int)err, "cannot be wound back");
	}
	if ((err = open_context(d)) >= 0)
		land(d);
	return (int)err;
}

int demux_seek(struct demux *d, int64_t time_ns)
{
	int64_t time;
	int err;

	d->n_errors = 0;
	if (__builtin_add_overflow(demux_start(d), av_rescale_q(time_ns, nanoseconds, d->stream->time_base),
				   &time))
		return judge_opening(d, -ERANGE, "cannot be wound to that time");
	libav_clear_error();
	/* Whoever looks for a place throws away what is read on the way. */
	landing_claim(&d->landing, NULL);
	d->landing.held = true;
	/* Without an index the first picture may be missed by its decoding time, which lies before. */
	if (time_ns == 0 && d->context->iformat->flags & AVFMT_TS_DISCONT)
		err = avformat_seek_file(d->context, -1, 0, 0, 0, AVSEEK_FLAG_BYTE);
	else
		err = avformat_seek_file(d->context, d->stream->index, INT64_MIN, time, time, 0);
	if (err < 0)
		err = begin_again(d);
	d->landing.held = false;
	return err < 0 ? err : 0;
}
