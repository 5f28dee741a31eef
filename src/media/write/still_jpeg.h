/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Turns JPEGs as cameras deliver them for Motion-JPEG into complete files: they lack Huffman tables (those of
 * ITU-T T.81, K.3.3 are implied), begin with a second SOI, or have padding after EOI.
 */
#ifndef MEDIA_WRITE_STILL_JPEG_H
#define MEDIA_WRITE_STILL_JPEG_H

#include <stdbool.h>
#include <libavcodec/bsf.h>

/* Whether the muxer writes each packet to a file of its own. */
bool still_jpeg_wanted(const char *muxer, enum AVCodecID codec);
/* Opens the filter that inserts the tables. 0 or a negative errno. */
int still_jpeg_open(AVBSFContext **tables, const AVCodecParameters *par);
/* Leaves packets unchanged that are complete, or not JPEGs. Sets *copied_bytes if it had to copy. 0 or a
 * negative errno. */
int still_jpeg_repair(AVBSFContext *tables, AVPacket *packet, uint64_t *copied_bytes);

#endif
