/* Raw pictures, read from the file straight into the memory that they are shown from.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A demuxer has the bytes of a packet read into memory of its own. Those of a raw picture are the target's
 * picture as it is: so they are read into a blank instead, and when the demuxer hands the packet out, the
 * blank is made its memory. Only what came along with the header before it, less than LANDING_HEAD_BYTES, is
 * copied. */
#ifndef MEDIA_LANDING_H
#define MEDIA_LANDING_H

#include <libavcodec/packet.h>
#include "media/fit.h"

/* As many bytes as a demuxer that looks for a header may be given at once. */
#define LANDING_HEAD_BYTES 4096

/* All zero: nothing lands. */
struct landing {
	const struct fit *fit;
	size_t bytes;       /* of each packet; 0: off */
	struct frame blank; /* that is being read into; memory NULL: none */
	uint8_t *wanted;    /* where the demuxer believes its bytes from `from` on to be */
	size_t from;
	struct frame landed; /* the blank of the packet that was handed out last, */
	AVBufferRef *memory; /* which holds it as long as it is not taken; NULL: there is none */
};

/* For pictures that are the target's as they are. The fit must live as long as the landing. Leaves it off
 * where the target's pictures cannot be read into blanks in one piece. */
void landing_open(struct landing *landing, const struct fit *fit);
void landing_close(struct landing *landing);

/* The demuxer wants `*bytes` read to `wanted`: where to read them to instead, all of them; NULL: as it wants,
 * at most `*bytes`, which may have become less. Waits for a blank. */
uint8_t *landing_begin(struct landing *landing, uint8_t *wanted, int *bytes);
/* So many were read. */
void landing_end(struct landing *landing, int bytes, int read);
/* The packet that the demuxer handed out after that; NULL: none. */
void landing_claim(struct landing *landing, AVPacket *packet);

/* Whether the decoder's picture lies in the blank of the last packet: then 1, and it is `picture` (memory is
 * a new reference). 0: it does not, and the blank is free again; -ENOMEM. */
int landing_take_picture(struct landing *landing, AVFrame *frame, struct frame *picture);

#endif
