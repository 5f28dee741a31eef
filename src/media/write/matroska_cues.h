/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An index in front of a Matroska file while it is being written (Cues, RFC 9559, 5.1.5), so that players can
 * seek in a file that breaks off: libavformat writes its own index at the end, and this one is then voided.
 * It has a fixed number of entries; when it is full, every second one is dropped. The Duration (5.1.2.10),
 * which libavformat knows only at the end, is updated as well. Data that are not synced reach the disk in any
 * order, so that after a power failure a Cluster in the index may be missing. Readers (libavformat, mpv, VLC)
 * then continue at the next Cluster that they find.
 */
#ifndef MEDIA_WRITE_MATROSKA_CUES_H
#define MEDIA_WRITE_MATROSKA_CUES_H

#include <stddef.h>
#include "media/write/avio_file.h"

/* Zero-initialise. */
struct matroska_cues {
	uint8_t *room;   /* content of the reserved space in the file; NULL: no index */
	int64_t at;      /* its file offset */
	int64_t segment; /* the offset that Cluster positions are relative to */
	int64_t last_ms, interval_ms;
	size_t n;
	size_t changed_from, changed_to; /* range of entries that are not in the file yet; empty if equal */
	int64_t duration_at;             /* its file offset; 0: there is no space for it */
	int64_t end_ms, duration_ms;     /* of the frames added; in the file */
};

/* Writes the reserved space behind the header that has just been written. Without memory, or behind a header
 * of an unusual size, there is no index. */
void matroska_cues_open(struct matroska_cues *cues, struct avio_file *file);
/* Adds a Cluster that begins with a key frame, unless it comes soon after the last one. */
void matroska_cues_add(struct matroska_cues *cues, int64_t time_ms, int64_t position);
/* Notes the end of a frame, for the Duration. */
void matroska_cues_extend(struct matroska_cues *cues, int64_t end_ms);
/* Writes the entries added: call it once their Clusters are in the file. */
void matroska_cues_write(struct matroska_cues *cues, const struct avio_file *file);
/* Voids the index. */
void matroska_cues_remove(struct matroska_cues *cues, const struct avio_file *file);
void matroska_cues_close(struct matroska_cues *cues);

#endif
