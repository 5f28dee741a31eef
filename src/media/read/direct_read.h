/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads raw frames from the file straight into the target's buffers. A demuxer allocates the data of a
 * packet and has avio_read() fill it. Where the packet is a frame as the target takes it, its bytes
 * are read into a buffer of the target instead, which becomes packet->buf once the demuxer returns the
 * packet. Only the first bytes of the frame, which libavformat read along with the header before it,
 * are copied: at most DIRECT_READ_HEADER_BYTES.
 *
 * libavformat does not say what a read is for. So the first frame is read the usual way, and direct
 * reading begins only if that read was the packet that came out next; and in each container a check
 * of its own tells whether a read is a frame.
 */
#ifndef MEDIA_READ_DIRECT_READ_H
#define MEDIA_READ_DIRECT_READ_H

#include <libavformat/avformat.h>
#include "media/read/target.h"

/* The longest read that a demuxer parsing a header is given. */
#define DIRECT_READ_HEADER_BYTES 4096
/* The header of a Matroska block: track number (one byte, up to 127), timestamp, flags. RFC 9559, section 10.
 */
#define DIRECT_READ_BLOCK_BYTES 4

/* All zero: off. */
struct direct_read {
	const struct target *target;
	AVStream *stream;
	bool (*is_frame)(struct direct_read *direct, int64_t position); /* NULL: every read of the size is */
	size_t frame_bytes;                                             /* 0: off */
	bool suspended;                                                 /* while the demuxer seeks */
	bool verified;                                                  /* a read matched a packet */
	struct frame buffer; /* that is read into; memory NULL: none */
	uint8_t *data;       /* address that the demuxer passed for byte `skip` of the frame; NULL: none */
	size_t skip;         /* bytes of the frame that the demuxer has read already */
	int next_sample;     /* index entry to begin the search with */
	uint8_t block[DIRECT_READ_BLOCK_BYTES]; /* header of the first frame's block */
	uint8_t recent[DIRECT_READ_HEADER_BYTES + DIRECT_READ_BLOCK_BYTES]; /* data read last, not directly */
	size_t n_recent;
	struct frame packet_buffer; /* the buffer that is the last packet's memory, and */
	AVBufferRef *packet_memory; /* a reference to it until direct_read_take(); NULL: none */
};

/* container: AVInputFormat.name. Stays off where the container is not known to read whole frames, or where
 * the target's frames have padding. Target and stream must outlive it. */
void direct_read_open(struct direct_read *direct, const struct target *target, const char *container,
		      AVStream *stream);
void direct_read_close(struct direct_read *direct);

/* Call before a read of *bytes to `data` at this position in the file. Returns the address to read all
 * *bytes to instead, having waited for a buffer; or NULL: read to `data`, up to *bytes, which may have
 * been reduced. */
uint8_t *direct_read_begin(struct direct_read *direct, uint8_t *data, int *bytes, int64_t position);
/* Call after it, with n_read of `bytes`, or a negative errno. */
void direct_read_end(struct direct_read *direct, int bytes, int n_read);
/* These bytes were read to the address that the demuxer gave. */
void direct_read_note(struct direct_read *direct, const uint8_t *data, size_t bytes);
/* The position in the file has changed. */
void direct_read_discontinuity(struct direct_read *direct);

/* Makes the data that were read directly the memory of the packet that the demuxer returned next (NULL: it
 * returned none). Returns false if the packet may contain memory that was never written, and must be
 * dropped. */
bool direct_read_attach(struct direct_read *direct, AVPacket *packet);

/* If the frame decoded from the last packet lies in the target's buffer, fills in *out, with a new reference,
 * and returns 1. Returns 0 if not, having moved the frame out of the buffer; -ENOMEM, logged. */
int direct_read_take(struct direct_read *direct, AVFrame *frame, struct frame *out);

#endif
