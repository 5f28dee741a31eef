/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is not the driver's, for the import modes and for copies. */
#ifndef QUEUE_MEMORY_SOURCE_H
#define QUEUE_MEMORY_SOURCE_H

#include "queue/buffer.h"

struct memory_source;

/* name: NULL or "auto" (the first that can be opened), "udmabuf", "heap", "heap:NAME", or the name of a video
 * device ("/dev/video2", "sim:…"). `format` says how large the frames are. Returns 0 or a negative errno,
 * logged. */
int memory_source_open(struct memory_source **memory, const char *name, const struct video_format *format);
/* Pages of the process, which have no file descriptor: for io mode userptr, copies and read(). */
int memory_source_open_pages(struct memory_source **memory, const struct video_format *format);
void memory_source_close(struct memory_source *memory); /* takes NULL; all planes must have been freed */
const char *memory_source_name(const struct memory_source *memory);

/* Allocates the planes of a buffer, at least format->sizeimage[] bytes each: plane->data is mapped, not
 * cleared and page-aligned, plane->length is a whole number of pages, plane->fd is the dmabuf (pages: -1).
 * Returns 0 or a negative errno with nothing allocated; -ENOMEM is not logged. */
int memory_source_alloc(struct memory_source *memory, struct buffer *buffer,
			const struct video_format *format);
/* Takes a buffer without memory. */
void memory_source_free(struct memory_source *memory, struct buffer *buffer);

/* Whether the kernel allocates the memory only as far as it is written to: pages of a compressed format,
 * whose frames are much smaller than sizeimage. */
bool memory_source_is_lazy(const struct memory_source *memory);
/* Gives the pages behind the first `bytes` back to the kernel, where the memory is lazy. */
void memory_source_trim(struct memory_source *memory, struct plane *plane, uint32_t bytes);

#endif
