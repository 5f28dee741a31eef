/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Raw pictures, read from the file straight into the memory that they are shown from. A demuxer has
 * the bytes of a packet read into memory of its own. Those of a raw picture are the target's picture
 * as it is: so they are read into a blank instead, and when the demuxer hands the packet out, the
 * blank is made its memory. Only what came along with the header before it, less than
 * LANDING_HEAD_BYTES, is copied.
 *
 * The demuxer's own memory is not filled then. So the first picture is read the ordinary way, and the
 * others land only if that one came out just where it was read to, and if what is read next is one
 * more of the kind.
 */
#ifndef MEDIA_READ_DIRECT_READ_H
#define MEDIA_READ_DIRECT_READ_H

#include <libavformat/avformat.h>
#include "media/read/scaler.h"

/* As many bytes as a demuxer that looks for a header may be given at once. */
#define LANDING_HEAD_BYTES 4096
#define LANDING_BLOCK_BYTES 4 /* Matroska's header of a block: track, time, flags */

/* All zero: nothing lands. */
struct landing {
	const struct fit *fit;
	AVStream *stream;
	bool (*is_picture)(struct landing *landing, int64_t at); /* NULL: all of the size are */
	size_t bytes;                                            /* of each packet; 0: off */
	bool held;                                               /* nothing lands for now */
	bool proven;                                             /* a packet came out where it was read to */
	struct frame blank; /* that is being read into; memory NULL: none */
	uint8_t *wanted;    /* where the demuxer believes its bytes from `from` on to be; NULL: nowhere yet */
	size_t from;
	int n_samples;                                          /* of the index, up to the last picture */
	uint8_t block[LANDING_BLOCK_BYTES];                     /* before the first picture */
	uint8_t seen[LANDING_HEAD_BYTES + LANDING_BLOCK_BYTES]; /* what was read last into no blank */
	size_t n_seen;
	struct frame landed; /* the blank of the packet that was handed out last, */
	AVBufferRef *memory; /* which holds it as long as it is not taken; NULL: there is none */
};

/* For pictures that are the target's as they are. The fit must live as long as the landing, and the stream as
 * long as is read. Leaves it off where the target's pictures cannot be read into blanks in one piece, or the
 * container (libavformat's names) is not one of those that do so. */
void landing_open(struct landing *landing, const struct fit *fit, const char *container, AVStream *stream);
void landing_close(struct landing *landing);

/* The demuxer wants `*bytes` read to `wanted`, from `at` in the file on: where to read them to instead, all
 * of them; NULL: as it wants, at most `*bytes`, which may have become less. Waits for a blank. */
uint8_t *landing_begin(struct landing *landing, uint8_t *wanted, int *bytes, int64_t at);
/* So many were read. */
void landing_end(struct landing *landing, int bytes, int read);
/* These were read as the demuxer wanted. */
void landing_seen(struct landing *landing, const uint8_t *data, size_t bytes);
/* What is read next does not follow what was read last. */
void landing_moved(struct landing *landing);
/* The packet that the demuxer handed out after that; NULL: none. False: it may have been made of memory that
 * was not filled, and must not be shown. */
bool landing_claim(struct landing *landing, AVPacket *packet);

/* Whether the decoder's picture lies in the blank of the last packet: then 1, and it is `picture` (memory is
 * a new reference). 0: it does not, and the blank is free again; -ENOMEM. */
int landing_take_picture(struct landing *landing, AVFrame *frame, struct frame *picture);

#endif
