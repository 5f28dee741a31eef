/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What writer.c and writer_armed.c share. */
#ifndef MEDIA_WRITE_WRITER_INTERNAL_H
#define MEDIA_WRITE_WRITER_INTERNAL_H

#include "media/write/muxer.h"
#include "media/write/parameter_sets.h"
#include "media/write/pre_roll.h"
#include "media/write/transcoder.h"
#include "media/write/writer.h"

/* Frames that an encoder of a constant rate may hold back. */
#define N_CODED 64

struct writer {
	char *url;
	struct muxer muxer;
	struct frame_packet frame_packet;
	const AVCodec *codec; /* the encoder; NULL: stream copy */
	bool playable;        /* see codec_choice */
	struct transcoder transcoder;
	bool still_jpegs;          /* each packet is opened by itself */
	AVBSFContext *jpeg_tables; /* inserts Huffman tables in them; NULL: there is no such filter */
	bool intra_only;           /* every frame is a key frame */
	bool waiting_for_key;      /* no frame was taken that decoding can start with */
	char *codec_options;
	AVPacket *packet;
	struct file_times times;
	struct {
		int64_t pts, time; /* the encoder's; the file's */
	} coded[N_CODED]; /* by pts, of an encoder whose ticks are frames of a constant rate; a ring */
	int64_t last_coded;
	void (*on_packet)(void *opaque, int64_t pts, int64_t dts);
	void *opaque;
	bool armed;           /* there is no file yet; an encoder's packets are kept */
	struct pre_roll kept; /* struct kept_packet */
	int64_t first_time;   /* of the packet that a file with a pre-roll began with; 0: another file */
	void (*on_dropped)(void *opaque, int64_t pts);
	bool finished;
	int error;
};

unsigned writer_file_flags(const struct writer_options *options);
/* Where the options say so. */
void writer_arm(struct writer *w, const struct writer_options *options);
/* Writes the packet, or keeps it, and unreferences it. pts, dts: by which its frame is known. 0 or a negative
 * errno. */
int writer_put_packet(struct writer *w, AVPacket *packet, int64_t pts, int64_t dts);

#endif
