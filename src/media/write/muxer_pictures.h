/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Picture files, whose names libavformat makes from their numbers. */
#ifndef MEDIA_WRITE_MUXER_PICTURES_H
#define MEDIA_WRITE_MUXER_PICTURES_H

#include "media/write/muxer.h"

/* -EEXIST, logged, if the first picture's file exists; otherwise 0. flags: of avio_file_open(). */
int muxer_pictures_check_first(const struct muxer *m, unsigned flags);
/* Whether the muxer names pictures by something other than their numbers. */
bool muxer_pictures_have_own_names(const struct muxer *m);
/* 0 or a negative errno. */
int muxer_pictures_set_options(const struct muxer *m, AVDictionary **options);
/* Gives the picture of a series its number. */
void muxer_pictures_number(struct muxer *m, AVPacket *packet);
/* Waits until all pictures written are on the disk. 0 or a negative errno. */
int muxer_pictures_sync(const struct muxer *m);

#endif
