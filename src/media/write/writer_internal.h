/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by writer.c and writer_armed.c. */
#ifndef MEDIA_WRITE_WRITER_INTERNAL_H
#define MEDIA_WRITE_WRITER_INTERNAL_H

#include "media/write/muxer.h"
#include "media/write/parameter_sets.h"
#include "media/write/pre_roll.h"
#include "media/write/transcoder.h"
#include "media/write/writer.h"

/* Frames that an encoder of a constant rate may delay. */
#define N_CODED 64

struct writer {
	char *url;
	struct muxer muxer;
	struct frame_packet frame_packet;
	const AVCodec *codec; /* the encoder; NULL: stream copy */
	bool playable;        /* see codec_choice */
	struct transcoder transcoder;
	bool still_jpegs;          /* each packet becomes a file of its own */
	AVBSFContext *jpeg_tables; /* inserts missing Huffman tables; NULL: the filter does not exist */
	bool intra_only;           /* every frame is a key frame */
	bool waiting_for_key;      /* no frame was taken yet at which decoding can start */
	char *codec_options;
	AVPacket *packet;
	struct file_times times;
	struct {
		int64_t pts, time; /* in the encoder's time base; in the file's */
	} coded[N_CODED];          /* ring by pts, for an encoder with a time base of 1/rate */
	int64_t last_coded;
	void (*on_packet)(void *opaque, int64_t pts, int64_t dts);
	void *opaque;
	bool armed;           /* there is no file yet; an encoder's packets are kept */
	struct pre_roll kept; /* struct kept_packet */
	int64_t first_time;   /* time of the first packet of a file with a pre-roll; 0: other files */
	void (*on_dropped)(void *opaque, int64_t pts);
	bool finished;
	int error;
};

unsigned writer_file_flags(const struct writer_options *options);
/* Arms the writer if the options say so. */
void writer_arm(struct writer *w, const struct writer_options *options);
/* Writes the packet, or keeps it, and unreferences it. pts, dts: for on_packet(). 0 or a negative errno. */
int writer_put_packet(struct writer *w, AVPacket *packet, int64_t pts, int64_t dts);

#endif
