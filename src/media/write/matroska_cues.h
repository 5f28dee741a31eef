/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An index in front of a Matroska file while it is being written (Cues, RFC 9559, 5.1.5), so that one that
 * breaks off can be sought in: libavformat writes its own at the end, and this one is made void then. It has
 * room for so many entries, and every second one goes when it is full. Likewise the Duration (5.1.2.10),
 * which libavformat knows at the end.
 *
 * What is not synced reaches the disk in any order, so that after a power cut a Cluster may be missing that
 * the index names. Readers (libavformat, mpv, VLC) take the next Cluster that they find from there on: all
 * that is there can be reached.
 */
#ifndef MEDIA_WRITE_MATROSKA_CUES_H
#define MEDIA_WRITE_MATROSKA_CUES_H

#include <stddef.h>
#include "media/write/avio_file.h"

/* Zero-initialise. */
struct matroska_cues {
	uint8_t *room;   /* what the file has there; NULL: no index */
	int64_t at;      /* the room's offset in the file */
	int64_t segment; /* the position that those of Clusters are counted from */
	int64_t last_ms, interval_ms;
	size_t n;
	size_t changed_from, changed_to; /* the entries that are not in the file yet; none if equal */
	int64_t duration_at;             /* its offset in the file; 0: it has no place */
	int64_t end_ms, duration_ms;     /* of what was added; what the file says of it */
};

/* Writes the room, behind the header that has just been written. Without memory, or behind a header of an
 * unusual size, there is no index. */
void matroska_cues_open(struct matroska_cues *cues, struct avio_file *file);
/* Adds a Cluster that begins with a key frame, unless it comes soon after the last one. */
void matroska_cues_add(struct matroska_cues *cues, int64_t time_ms, int64_t position);
/* Notes the end of a frame, for the Duration. */
void matroska_cues_extend(struct matroska_cues *cues, int64_t end_ms);
/* Writes what was added: to be called when those Clusters are in the file. */
void matroska_cues_write(struct matroska_cues *cues, const struct avio_file *file);
/* Makes the index void. */
void matroska_cues_remove(struct matroska_cues *cues, const struct avio_file *file);
void matroska_cues_close(struct matroska_cues *cues);

#endif
