/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes files of their own of JPEGs as cameras deliver them for Motion-JPEG: without Huffman tables (those of
 * ITU-T T.81, K.3.3 are meant), with another SOI before the first, and with padding after EOI.
 */
#ifndef MEDIA_WRITE_STILL_JPEG_H
#define MEDIA_WRITE_STILL_JPEG_H

#include <stdbool.h>
#include <libavcodec/bsf.h>

/* Whether the muxer makes each packet something that is opened by itself. */
bool still_jpeg_wanted(const char *muxer, enum AVCodecID codec);
/* Opens the filter that inserts the tables. 0 or a negative errno. */
int still_jpeg_open(AVBSFContext **tables, const AVCodecParameters *par);
/* Leaves packets that are whole, or no JPEGs, as they are. Sets *copied_bytes where it had to copy. 0 or a
 * negative errno. */
int still_jpeg_repair(AVBSFContext *tables, AVPacket *packet, uint64_t *copied_bytes);

#endif
