/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the packets of a file's video stream, by libavformat. */
#include "media/read/demuxer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libavutil/avstring.h>
#include <libavutil/pixdesc.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/read/limits.h"
#include "media/libav.h"

/* Consecutive errors after which reading stops. */
#define MAX_ERRORS 16
/* libavformat may guess the resolution of the timestamps for the frame rate: it is one if it exceeds the mean
 * rate by this factor. */
#define MAX_TICKS_PER_FRAME 1.5
/* The first picture of a series has a number up to this. */
#define MAX_FIRST_PICTURE "10000"
/* A higher frame rate is taken for the resolution of the container's timestamps. */
#define MAX_FPS 1000

/* Demuxers of bare bitstreams; libavformat flags only some as having no timestamps. */
static const char bitstreams[] =
	"h264,hevc,vvc,evc,m4v,mpegvideo,mjpeg,h261,h263,vc1,cavsvideo,avs2,avs3,dirac,obu";

static const AVRational nanoseconds = { 1, NS_PER_S };

static const char *file_name(const struct demuxer *d)
{
	return avio_input_name(d->input);
}

static bool is_empty_file(const struct demuxer *d)
{
	AVIOContext *avio = avio_input_context(d->input);
	int64_t size = avio ? avio_size(avio) : -1;

	return avio && (size == 0 || (size < 0 && avio->bytes_read == 0));
}

const char *demuxer_advice(const struct demuxer *d)
{
	bool pipe = avio_input_context(d->input) && !avio_input_is_seekable(d->input);

	if (pipe && d->format && strstr(d->format->name, "mp4"))
		return "; its index may be at the end, which a pipe comes to last: give the file by name";
	if (!d->format && (pipe || av_match_ext(d->url, "raw,yuv,rgb,bin")))
		return "; raw frames without a header need -f rawvideo, -s and -p";
	return "";
}

/* Logs why opening failed, and returns it as an errno: the read error, if there was one, rather than
 * libavformat's. */
static int log_demuxer_error(const struct demuxer *d, int err, const char *what)
{
	int input_err = avio_input_error(d->input), result = -EBADMSG;

	if (input_err == -ECANCELED)
		return input_err;
	if (input_err < 0)
		log_error("%s: %s: %s", file_name(d), what, err_str(input_err));
	else if (is_empty_file(d))
		log_error("%s: the file is empty", file_name(d));
	else
		log_error("%s: %s: %s%s", file_name(d), what, libav_err_str(err), demuxer_advice(d));
	if (err == -ENOMEM || err == -EPERM || err == -ERANGE)
		result = err;
	return input_err < 0 ? input_err : result;
}

/* Finds a demuxer by libavformat's name, or by a file name extension. */
static const AVInputFormat *find_demuxer(const char *name)
{
	const AVInputFormat *format = av_find_input_format(name);
	void *iterator = NULL;

	if (format)
		return format;
	while ((format = av_demuxer_iterate(&iterator))) {
		if (format->extensions && av_match_name(name, format->extensions))
			return format;
	}
	return NULL;
}

/* For a name such as x.png libavformat probes a sequence of files, image2; for its content, a single image.
 */
static int probe_format(struct demuxer *d)
{
	AVIOContext *avio = avio_input_context(d->input);
	int err = av_probe_input_buffer2(avio, &d->format, d->url, NULL, 0, 0);

	if (err >= 0 && strcmp(d->format->name, "image2") == 0 && !d->allow_playlists) {
		d->format = NULL;
		err = av_probe_input_buffer2(avio, &d->format, "", NULL, 0, 0);
	}
	return err < 0 ? log_demuxer_error(d, err, "no container that libavformat knows") : 0;
}

/* Rejects containers that libavformat also detects in files without video, or without the data needed to read
 * it. */
static int check_demuxer(const struct demuxer *d, const struct demuxer_options *options)
{
	if (strcmp(d->format->name, "tty") == 0 && !options->container) {
		log_error("%s: is text, not video", file_name(d));
		return -EBADMSG;
	}
	if (strcmp(d->format->name, "rawvideo") != 0 || (options->width && options->av != AV_PIX_FMT_NONE))
		return 0;
	log_error("%s: raw frames without a header have no size and pixel format: give -f rawvideo, -s, -p "
		  "and -r, or use a container such as .mkv, .nut or .y4m",
		  file_name(d));
	return -EBADMSG;
}

static int choose_demuxer(struct demuxer *d, const struct demuxer_options *options)
{
	const char *container = options->container ? options->container : d->is_series ? "image2" : NULL;
	int err;

	libav_clear_error();
	if (container)
		d->format = find_demuxer(container);
	if (container && !d->format) {
		log_error("%s: no such container: libavformat knows matroska, nut, avi, mov, mpegts and more",
			  container);
		return -EINVAL;
	}
	if (!container && avio_input_context(d->input)) {
		err = probe_format(d);
		if (err < 0)
			return err;
	}
	if (d->format && !d->allow_playlists && !d->is_series) {
		err = limits_check_demuxer(d->format, file_name(d));
		if (err < 0)
			return err;
	}
	return d->format ? check_demuxer(d, options) : 0;
}

/* Sets demuxer options; demuxers that need them have them. */
static int make_settings(struct demuxer *d, const struct demuxer_options *options)
{
	char text[32];
	int err = 0;

	if (options->fps.num) {
		snprintf(text, sizeof text, "%u/%u", options->fps.num, options->fps.den);
		err = av_dict_set(&d->settings, "framerate", text, 0);
	}
	if (options->width && err >= 0) {
		snprintf(text, sizeof text, "%ux%u", options->width, options->height);
		err = av_dict_set(&d->settings, "video_size", text, 0);
	}
	if (options->width && err >= 0)
		err = av_dict_set(&d->settings, "pixel_format", av_get_pix_fmt_name(options->av), 0);
	if (d->is_series && err >= 0)
		err = av_dict_set(&d->settings, "pattern_type", "sequence", 0);
	if (d->is_series && err >= 0)
		err = av_dict_set(&d->settings, "start_number_range", MAX_FIRST_PICTURE, 0);
	return err < 0 ? log_no_memory() : 0;
}

/* libavformat decodes frames here, of any size that the file claims. */
static int probe_streams(struct demuxer *d)
{
	unsigned n = d->context->nb_streams;
	AVDictionary **options = calloc(n ? n : 1, sizeof *options);
	char limit[24];
	int err = 0;

	if (!options)
		return -ENOMEM;
	snprintf(limit, sizeof limit, "%lld", (long long)LIMITS_MAX_PROBED_PIXELS);
	for (unsigned i = 0; i < n && err >= 0; i++)
		err = av_dict_set(&options[i], "max_pixels", limit, 0);
	if (err >= 0)
		err = avformat_find_stream_info(d->context, options);
	for (unsigned i = 0; i < n; i++)
		av_dict_free(&options[i]);
	free(options);
	return err < 0 ? err : 0;
}

static struct demuxer_colours stream_colours(const AVStream *stream)
{
	const AVCodecParameters *p = stream->codecpar;

	return (struct demuxer_colours){ p->color_range, p->color_space, p->color_primaries, p->color_trc };
}

/* Probing overwrites the colours of the container with those of the codec. */
static int find_stream_info(struct demuxer *d)
{
	unsigned n = d->context->nb_streams;
	struct demuxer_colours *stated = calloc(n ? n : 1, sizeof *stated);
	int err = stated ? 0 : log_no_memory();

	for (unsigned i = 0; i < n && err == 0; i++)
		stated[i] = stream_colours(d->context->streams[i]);
	if (err == 0) {
		err = probe_streams(d);
		if (err < 0)
			err = log_demuxer_error(d, err, "reading its streams failed");
	}
	if (err == 0)
		err = demuxer_select_stream(d);
	d->colours = (struct demuxer_colours){ .matrix = AVCOL_SPC_UNSPECIFIED,
					       .primaries = AVCOL_PRI_UNSPECIFIED,
					       .transfer = AVCOL_TRC_UNSPECIFIED };
	if (err == 0 && d->stream->index < (int)n)
		d->colours = stated[d->stream->index];
	free(stated);
	return err;
}

static int open_context(struct demuxer *d)
{
	AVIOContext *avio = avio_input_context(d->input);
	AVDictionary *settings = NULL;
	int err;

	d->context = avformat_alloc_context();
	if (!d->context)
		return log_demuxer_error(d, -ENOMEM, "opening failed");
	d->context->pb = avio;
	/* Otherwise avformat_close_input() would close it if opening fails early. */
	d->context->flags |= avio ? AVFMT_FLAG_CUSTOM_IO : 0;
	d->context->interrupt_callback = *avio_input_interrupt(d->input);
	err = limits_apply(d->context, avio_input_protocols(d->url), d->allow_playlists || d->is_series,
			   avio && !avio_input_is_seekable(d->input));
	if (err < 0)
		return log_demuxer_error(d, err, "opening failed");
	libav_clear_error();
	err = av_dict_copy(&settings, d->settings, 0);
	if (err >= 0)
		err = avformat_open_input(&d->context, d->url, d->format, &settings);
	av_dict_free(&settings);
	if (err < 0)
		return log_demuxer_error(d, err, "opening failed");
	return find_stream_info(d);
}

/* A pattern opens only files that match it. In an address % encodes a byte. */
static bool is_series(const char *url, const char *container)
{
	return avio_input_is_path(url) && access(url, F_OK) < 0 && av_filename_number_test(url) &&
	       (!container || strcmp(container, "image2") == 0);
}

int demuxer_open(struct demuxer *d, const struct demuxer_options *options)
{
	bool by_demuxer; /* the demuxer opens the URL, not an AVIOContext */
	int err;

	d->allow_playlists = options->allow_playlists;
	d->has_number = options->has_number;
	d->number = options->number;
	d->url = strdup(options->url);
	if (!d->url)
		return log_no_memory();
	d->is_series = is_series(d->url, options->container);
	by_demuxer =
		d->is_series || av_strstart(d->url, "rtsp:", NULL) || av_strstart(d->url, "rtsps:", NULL);
	err = avio_input_open(&d->input, d->url, by_demuxer, options->cancel_fd);
	if (err < 0)
		return err;
	if (!by_demuxer && options->must_seek && !avio_input_is_seekable(d->input)) {
		log_error("%s cannot be played more than once: it is not seekable", file_name(d));
		return -ESPIPE;
	}
	if (is_empty_file(d) && avio_input_is_seekable(d->input))
		return log_demuxer_error(d, AVERROR_EOF, "opening failed");
	err = choose_demuxer(d, options);
	if (err == 0)
		err = make_settings(d, options);
	return err < 0 ? err : open_context(d);
}

void demuxer_close(struct demuxer *d)
{
	direct_read_close(&d->direct);
	avformat_close_input(&d->context);
	avio_input_close(d->input);
	av_dict_free(&d->settings);
	free(d->damage);
	free(d->url);
	*d = (struct demuxer){ 0 };
}

static void count_read_damage(struct demuxer *d, const char *reason)
{
	if (d->n_damaged++ > 0)
		return;
	d->damage = strdup(reason);
	log_verbose("%s: %s", file_name(d), reason);
}

/* The yuv4mpegpipe demuxer takes a truncated frame at the end of the file for the end. */
static bool is_truncated(const struct demuxer *d)
{
	return d->context->pb && strcmp(d->context->iformat->name, "yuv4mpegpipe") == 0 &&
	       avio_tell(d->context->pb) > d->end;
}

/* Returns what demuxer_read() returns after av_read_frame() failed; 1: try again, after the damaged part. */
static int handle_read_error(struct demuxer *d, int err)
{
	int input_err = avio_input_error(d->input);

	if (input_err < 0 && input_err != -ECANCELED)
		log_error("%s: %s", file_name(d), err_str(input_err));
	if (input_err < 0)
		return input_err;
	if (err == AVERROR_EOF) {
		if (libav_error_from(d->context))
			count_read_damage(d, libav_error_from(d->context));
		else if (is_truncated(d))
			count_read_damage(d, "ends within a frame");
		return 0;
	}
	if (d->n_errors == 0)
		count_read_damage(d, libav_err_str(err));
	return ++d->n_errors < MAX_ERRORS;
}

int demuxer_read(struct demuxer *d, AVPacket *packet)
{
	bool complete;
	int err;

	for (;;) {
		libav_clear_error();
		err = av_read_frame(d->context, packet);
		complete = direct_read_attach(&d->direct, err < 0 ? NULL : packet);
		if (err < 0) {
			err = handle_read_error(d, err);
			if (err <= 0)
				return err;
			continue;
		}
		d->n_errors = 0;
		if (!complete)
			count_read_damage(d, "unexpected packet layout");
		/* An empty packet in AVI repeats the frame before. */
		else if (packet->stream_index == d->stream->index && packet->size > 0)
			break;
		av_packet_unref(packet);
	}
	d->end = packet->pos + packet->size;
	if (packet->flags & AV_PKT_FLAG_CORRUPT)
		count_read_damage(d, "truncated packet");
	return 1;
}

bool demuxer_is_untimed(const struct demuxer *d)
{
	const AVInputFormat *format = d->context->iformat;

	return format->flags & AVFMT_NOTIMESTAMPS || av_match_name(format->name, bitstreams);
}

bool demuxer_is_live(const struct demuxer *d)
{
	const char *name = d->context->iformat->name;
	bool counted = demuxer_is_untimed(d) || strcmp(name, "rawvideo") == 0 || strstr(name, "_pipe");

	return counted && !av_dict_get(d->settings, "framerate", NULL, 0) && avio_input_context(d->input) &&
	       !avio_input_is_seekable(d->input);
}

int64_t demuxer_start_time(const struct demuxer *d)
{
	return d->stream->start_time == AV_NOPTS_VALUE ? 0 : d->stream->start_time;
}

int64_t demuxer_duration_ns(const struct demuxer *d)
{
	int64_t ns = 0;

	if (d->stream->duration != AV_NOPTS_VALUE && d->stream->duration > 0)
		ns = av_rescale_q(d->stream->duration, d->stream->time_base, nanoseconds);
	else if (d->context->duration != AV_NOPTS_VALUE && d->context->duration > 0)
		ns = av_rescale_q(d->context->duration, AV_TIME_BASE_Q, nanoseconds);
	return ns > 0 ? ns : 0;
}

struct fraction demuxer_frame_rate(const struct demuxer *d)
{
	AVRational rate = av_guess_frame_rate(d->context, d->stream, NULL), mean = d->stream->avg_frame_rate;

	if (mean.num > 0 && mean.den > 0 && av_q2d(rate) > MAX_TICKS_PER_FRAME * av_q2d(mean))
		rate = mean;
	if (rate.num <= 0 || rate.den <= 0 || rate.num / rate.den > MAX_FPS)
		return (struct fraction){ 0, 0 };
	return rate_of_interval((uint32_t)rate.den, (uint32_t)rate.num);
}

AVRational demuxer_sample_aspect(const struct demuxer *d, AVFrame *frame)
{
	return av_guess_sample_aspect_ratio(d->context, d->stream, frame);
}

const int32_t *demuxer_display_matrix(const struct demuxer *d)
{
	const uint8_t *data;
	size_t bytes = 0;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
	const AVCodecParameters *p = d->stream->codecpar;
	const AVPacketSideData *side_data =
		av_packet_side_data_get(p->coded_side_data, p->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);

	data = side_data ? side_data->data : NULL;
	bytes = side_data ? side_data->size : 0;
#else
	data = av_stream_get_side_data(d->stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
#endif
	return data && bytes >= 9 * sizeof(int32_t) ? (const int32_t *)(const void *)data : NULL;
}

static bool attach_direct_read(struct demuxer *d)
{
	d->direct.stream = d->stream;
	return d->direct.frame_bytes && avio_input_set_direct(d->input, &d->direct);
}

/* Reads one packet the usual way, for direct_read to verify. The caller then seeks back, so that errors are
 * seen again. */
static int verify_direct_read(struct demuxer *d)
{
	AVPacket *packet = av_packet_alloc();
	int err = packet ? demuxer_seek(d, 0) : log_no_memory();

	if (err == 0)
		direct_read_attach(&d->direct, av_read_frame(d->context, packet) < 0 ? NULL : packet);
	av_packet_free(&packet);
	return err < 0 ? err : 1;
}

int demuxer_enable_direct_read(struct demuxer *d, const struct target *target)
{
	direct_read_open(&d->direct, target, d->context->iformat->name, d->stream);
	return attach_direct_read(d) && avio_input_is_seekable(d->input) ? verify_direct_read(d) : 0;
}

/* Seeks to the start, in containers that libavformat cannot seek in. */
static int reopen_context(struct demuxer *d)
{
	AVIOContext *avio = avio_input_context(d->input);
	int64_t position;
	int err;

	avio_input_set_direct(d->input, NULL);
	avformat_close_input(&d->context);
	d->stream = NULL;
	if (avio) {
		avio->error = 0;
		position = avio_seek(avio, 0, SEEK_SET);
		if (position < 0)
			return log_demuxer_error(d, (int)position, "seeking to the start failed");
	}
	err = open_context(d);
	if (err >= 0)
		attach_direct_read(d);
	return err;
}

int demuxer_seek(struct demuxer *d, int64_t time_ns)
{
	int64_t time;
	int err;

	d->n_errors = 0;
	if (__builtin_add_overflow(demuxer_start_time(d),
				   av_rescale_q(time_ns, nanoseconds, d->stream->time_base), &time))
		return log_demuxer_error(d, -ERANGE, "seeking failed");
	libav_clear_error();
	/* While they search, demuxers discard what they read. */
	direct_read_attach(&d->direct, NULL);
	d->direct.suspended = true;
	/* MPEG-TS has no index and is searched by time, which may miss the first frame, as its dts is before
	 * the start time. */
	if (time_ns == 0 && d->context->iformat->flags & AVFMT_TS_DISCONT)
		err = avformat_seek_file(d->context, -1, 0, 0, 0, AVSEEK_FLAG_BYTE);
	else
		err = avformat_seek_file(d->context, d->stream->index, INT64_MIN, time, time, 0);
	if (err < 0)
		err = reopen_context(d);
	d->direct.suspended = false;
	return err < 0 ? err : 0;
}
