/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed packets as a device takes them, undecoded. */
#include "media/read/packet_reader.h"

#include <errno.h>
#include "base/array.h"
#include "base/log.h"
#include "media/libav.h"

/* Some containers keep parameter sets and the lengths of units apart from the units, which no device knows
 * how to put together. */
static const struct {
	enum AVCodecID codec;
	const char *filter;
} filters[] = {
	{ AV_CODEC_ID_H264, "h264_mp4toannexb" },
	{ AV_CODEC_ID_HEVC, "hevc_mp4toannexb" },
};

static const AVBitStreamFilter *find_filter(enum AVCodecID codec)
{
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		if (filters[i].codec == codec)
			return av_bsf_get_by_name(filters[i].filter);
	}
	return NULL;
}

static const struct pixfmt *find_format(enum AVCodecID codec)
{
	for (const struct pixfmt *p = pixfmt_table(); p->fourcc; p++) {
		if (p->codec == codec && p->codec != AV_CODEC_ID_RAWVIDEO)
			return p;
	}
	return NULL;
}

static int open_filter(struct passage *p, const AVBitStreamFilter *filter, const AVStream *stream)
{
	int err;

	if ((err = av_bsf_alloc(filter, &p->filter)) < 0 ||
	    (err = avcodec_parameters_copy(p->filter->par_in, stream->codecpar)) < 0)
		return err;
	p->filter->time_base_in = stream->time_base;
	return av_bsf_init(p->filter);
}

int passage_open(struct passage *p, const struct demux *demux)
{
	const AVCodecParameters *parameters = demux->stream->codecpar;
	const AVBitStreamFilter *filter = find_filter(parameters->codec_id);
	int err = -ENOMEM;

	if (!(p->pix = find_format(parameters->codec_id))) {
		log_error("%s: no device takes %s as it is: leave --codec copy out", input_path(demux->input),
			  avcodec_get_name(parameters->codec_id));
		return -EINVAL;
	}
	libav_clear_error();
	p->packet = av_packet_alloc();
	if (p->packet && (err = filter ? open_filter(p, filter, demux->stream) : 0) >= 0)
		return 0;
	log_error("%s: %s", input_path(demux->input), libav_err_str(err));
	return err == -ENOMEM ? err : -EBADMSG;
}

void passage_close(struct passage *p)
{
	av_bsf_free(&p->filter);
	av_packet_free(&p->packet);
}

/* Half a packet is no use to a device. */
static int read_whole(struct passage *p, struct demux *demux)
{
	int more;

	do {
		av_packet_unref(p->packet);
		more = demux_read(demux, p->packet);
	} while (more > 0 && p->packet->flags & AV_PKT_FLAG_CORRUPT);
	return more;
}

static void count_damage(struct passage *p, const struct demux *demux, int err)
{
	if (p->damaged++ == 0)
		log_warn("%s: damaged, playing on: %s", input_path(demux->input), libav_err_str(err));
}

int passage_read(struct passage *p, struct demux *demux)
{
	int err, more;

	if (!p->filter)
		return read_whole(p, demux);
	for (;;) {
		av_packet_unref(p->packet);
		libav_clear_error();
		err = av_bsf_receive_packet(p->filter, p->packet);
		if (err >= 0)
			return 1;
		if (err == AVERROR_EOF || p->draining)
			return 0;
		if (err != AVERROR(EAGAIN))
			count_damage(p, demux, err);
		more = read_whole(p, demux);
		if (more < 0)
			return more;
		p->draining = !more;
		err = av_bsf_send_packet(p->filter, more ? p->packet : NULL);
		if (err < 0)
			count_damage(p, demux, err);
	}
}

void passage_flush(struct passage *p)
{
	if (p->filter)
		av_bsf_flush(p->filter);
	p->draining = false;
}
