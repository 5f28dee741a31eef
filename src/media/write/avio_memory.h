/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file in memory, for libavformat. */
#ifndef MEDIA_WRITE_AVIO_MEMORY_H
#define MEDIA_WRITE_AVIO_MEMORY_H

#include <stdbool.h>
#include <libavformat/avio.h>

struct memory_file {
	uint8_t *data;
	int64_t size, capacity, position;
};

/* Starts reading or writing it at its beginning; NULL when memory is short. memory_file_close() frees the
 * context, the data live on until memory_file_free(). */
AVIOContext *memory_file_open(struct memory_file *file, bool writing);
void memory_file_close(AVIOContext **avio);
void memory_file_free(struct memory_file *file);

#endif
