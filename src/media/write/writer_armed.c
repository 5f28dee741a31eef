/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A writer whose file is created later: until then it keeps the last packets of its encoder. The muxer writes
 * its header at once, to memory, as that determines the time base. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/write/writer_internal.h"

struct kept_packet {
	AVPacket *packet;
	int64_t pts, dts; /* for on_packet() */
};

static void free_kept(struct kept_packet *kept)
{
	if (!kept)
		return;
	av_packet_free(&kept->packet);
	free(kept);
}

/* pre_roll's drop(). */
static void drop_packet(void *opaque, void *item)
{
	struct writer *w = opaque;
	struct kept_packet *kept = item;

	if (w->on_dropped)
		w->on_dropped(w->opaque, kept->pts);
	free_kept(kept);
}

unsigned writer_file_flags(const struct writer_options *options)
{
	return (options->overwrite ? AVIO_FILE_OVERWRITE : 0) |
	       (options->expect_taken ? AVIO_FILE_EXPECT_TAKEN : 0);
}

void writer_arm(struct writer *w, const struct writer_options *options)
{
	w->armed = options->armed;
	w->on_dropped = options->on_dropped;
	w->kept = (struct pre_roll){ .length_ns = options->pre_roll_ns,
				     .max_bytes = options->pre_roll_bytes,
				     .drop = drop_packet,
				     .opaque = w };
}

static int64_t time_ns(const struct writer *w, int64_t time)
{
	return av_rescale_q(time, w->muxer.stream->time_base, (AVRational){ 1, (int)NS_PER_S });
}

/* Moves the packet to the pre-roll. */
static int keep_packet(struct writer *w, AVPacket *packet, int64_t pts, int64_t dts)
{
	struct kept_packet *kept = calloc(1, sizeof *kept);
	int err;

	if (kept)
		kept->packet = av_packet_alloc();
	if (!kept || !kept->packet || av_packet_make_refcounted(packet) < 0) {
		free_kept(kept);
		return -ENOMEM;
	}
	av_packet_move_ref(kept->packet, packet);
	kept->pts = pts;
	kept->dts = dts;
	packet = kept->packet;
	err = pre_roll_add(&w->kept, kept, time_ns(w, packet->pts), (uint64_t)packet->size,
			   packet->flags & AV_PKT_FLAG_KEY);
	if (err < 0)
		free_kept(kept);
	return err;
}

static int mux_packet(struct writer *w, AVPacket *packet, int64_t pts, int64_t dts)
{
	int err;

	packet->pts -= w->first_time;
	packet->dts -= w->first_time;
	err = muxer_write_packet(&w->muxer, packet);
	if (err == 0 && w->on_packet)
		w->on_packet(w->opaque, pts, dts);
	return err;
}

int writer_put_packet(struct writer *w, AVPacket *packet, int64_t pts, int64_t dts)
{
	return w->armed ? keep_packet(w, packet, pts, dts) : mux_packet(w, packet, pts, dts);
}

/* Pictures after the first key frame that are shown before it refer to earlier ones (open GOP). */
static int write_kept(struct writer *w)
{
	struct kept_packet *kept;
	bool first = true;
	int err = 0;

	while (err == 0 && (kept = pre_roll_take(&w->kept))) {
		if (first)
			w->first_time = kept->packet->pts;
		first = false;
		if (kept->packet->pts < w->first_time) {
			drop_packet(w, kept);
			continue;
		}
		err = mux_packet(w, kept->packet, kept->pts, kept->dts);
		free_kept(kept);
	}
	return err;
}

int writer_begin(struct writer *w, const struct writer_options *options, int64_t *start_ns)
{
	char *url = strdup(options->url);
	int err = url ? muxer_create_file(&w->muxer, url, writer_file_flags(options)) : -ENOMEM;

	*start_ns = INT64_MIN;
	if (err == -ENOMEM)
		log_no_memory();
	if (url) {
		free(w->url);
		w->url = url;
	}
	if (err < 0)
		return err;
	w->armed = false;
	*start_ns = pre_roll_start_ns(&w->kept);
	w->error = write_kept(w);
	return 0;
}

bool writer_encodes(const struct writer *w)
{
	return w->codec;
}

bool writer_is_armed(const struct writer *w)
{
	return w && w->armed;
}

uint64_t writer_kept_bytes(const struct writer *w)
{
	return w->kept.bytes;
}
