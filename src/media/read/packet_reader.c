/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads compressed packets as a device takes them, in place of decoder and scaler. */
#include "media/read/packet_reader.h"

#include <errno.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "media/libav.h"

/* V4L2's H.264 and HEVC formats are byte streams with start codes and parameter sets in band (ITU-T H.264 and
 * H.265, Annex B); ISO/IEC 14496-15 and Matroska store lengths, and the parameter sets in the header. */
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

/* Finds the format by its FourCC if libavcodec does not know the codec (FWHT). */
static const struct pixfmt *find_packet_format(const AVCodecParameters *parameters)
{
	return parameters->codec_id == AV_CODEC_ID_NONE ? pixfmt_by_fourcc(parameters->codec_tag)
							: pixfmt_find(AV_PIX_FMT_NONE, parameters->codec_id);
}

int packet_reader_open(struct packet_reader *p, const struct demuxer *demuxer)
{
	const AVCodecParameters *parameters = demuxer->stream->codecpar;
	const AVBitStreamFilter *filter = find_filter(parameters->codec_id);
	int err = -ENOMEM;

	p->path = avio_input_name(demuxer->input);
	p->pix = find_packet_format(parameters);
	if (!p->pix) {
		log_error("%s: no device takes %s: leave out --codec copy", p->path,
			  avcodec_get_name(parameters->codec_id));
		return -EINVAL;
	}
	libav_clear_error();
	p->packet = av_packet_alloc();
	if (p->packet)
		err = filter ? libav_bsf_open(&p->filter, filter, parameters, demuxer->stream->time_base) : 0;
	if (err >= 0)
		return 0;
	log_error("%s: %s", p->path, libav_err_str(err));
	return err == -ENOMEM ? err : -EBADMSG;
}

void packet_reader_close(struct packet_reader *p)
{
	av_bsf_free(&p->filter);
	av_packet_free(&p->packet);
}

/* Skips truncated packets, which a device may not decode. */
static int read_complete_packet(struct packet_reader *p, struct demuxer *demuxer)
{
	int more;

	do {
		av_packet_unref(p->packet);
		more = demuxer_read(demuxer, p->packet);
	} while (more > 0 && p->packet->flags & AV_PKT_FLAG_CORRUPT);
	return more;
}

static void count_filter_error(struct packet_reader *p, int err)
{
	if (p->n_damaged++ == 0)
		log_warn("%s: damaged, continuing: %s", p->path, libav_err_str(err));
}

int packet_reader_read(struct packet_reader *p, struct demuxer *demuxer)
{
	int err, more;

	if (!p->filter)
		return read_complete_packet(p, demuxer);
	for (;;) {
		av_packet_unref(p->packet);
		libav_clear_error();
		err = av_bsf_receive_packet(p->filter, p->packet);
		if (err >= 0)
			return 1;
		if (err == AVERROR_EOF || p->draining)
			return 0;
		if (err != AVERROR(EAGAIN))
			count_filter_error(p, err);
		more = read_complete_packet(p, demuxer);
		if (more < 0)
			return more;
		p->draining = !more;
		err = av_bsf_send_packet(p->filter, more ? p->packet : NULL);
		if (err < 0)
			count_filter_error(p, err);
	}
}

int packet_reader_copy(const struct packet_reader *p, const struct target *target, struct frame *out)
{
	const AVPacket *packet = p->packet;
	uint32_t room = target->format.sizeimage[0];
	int err = (uint32_t)packet->size > room ? -EMSGSIZE : target_acquire(target, true, out);

	if (err == -EMSGSIZE)
		log_error("%s: a packet of %d bytes does not fit into a buffer of the device, which has %u",
			  p->path, packet->size, room);
	if (err < 0)
		return err;
	memcpy(out->planes[0].data, packet->data, (size_t)packet->size);
	out->n_planes = 1;
	out->planes[0].bytes = (size_t)packet->size;
	out->copied_bytes = (uint64_t)packet->size;
	return 0;
}

void packet_reader_flush(struct packet_reader *p)
{
	if (p->filter)
		av_bsf_flush(p->filter);
	p->draining = false;
}
