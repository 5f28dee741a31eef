/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file side of a recording: the writers, one after another, and the frame log. sink_open() is
 * called before the file thread starts, all else by that thread or after it ended.
 */
#ifndef SESSION_RECORD_FILE_H
#define SESSION_RECORD_FILE_H

#include "queue/buffer.h"
#include "session/record.h"

/* What crosses from the device loop to the file thread. */
enum fate { FATE_WRITTEN, FATE_ERROR, FATE_QUEUE, FATE_WRITER, FATE_SKIPPED };

struct item {
	struct frame frame; /* memory NULL: only a line in the frame log */
	struct frame_info info;
	enum fate fate; /* what became of it before it got here; FATE_WRITTEN: nothing yet */
	uint64_t lost;  /* frames that the driver lost before it */
	bool copied;    /* the queue copied it */
};

struct sink;

/* Opens the first file and the frame log. Failures have been logged. */
int sink_open(struct sink **sink, struct recording *recording);
/* Writes the item and frees it, whatever comes of it. */
int sink_take(struct sink *sink, struct item *item);
/* Counts the item as lost by the writer, and frees it. */
void sink_lose(struct sink *sink, struct item *item);
void item_free(struct item *item);
/* Finalises the file, if one is open; the next frame begins another. NULL: nothing to do. Returns the first
 * error of all. */
int sink_cut(struct sink *sink);
/* Finalises the file; moves what it knows into recording->files. Returns the first error. Takes NULL. */
int sink_close(struct sink *sink);
/* Frames that had to be copied to be written, though the queue had not copied them. */
uint64_t sink_repacked(const struct sink *sink, uint64_t *bytes);

#endif
