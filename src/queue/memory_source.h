/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where memory that is not the driver's comes from: our own pages, /dev/udmabuf, a dma-heap, another
 * node's buffers.
 */
#ifndef QUEUE_MEMORY_SOURCE_H
#define QUEUE_MEMORY_SOURCE_H

#include "device/device.h"
#include "queue/buffer.h"

struct memory_source;

/* name: NULL or "auto" (the first that works), "udmabuf", "heap", "heap:NAME", or a video device
 * ("/dev/video2", "sim:…") whose buffers are exported; it is asked for `format`, so that its buffers are
 * large enough. For plain pages (userptr, copies) "pages". On failure it has said why: -ENOENT, -EACCES,
 * -EINVAL, … */
int memory_source_open(struct memory_source **source, const char *name, const struct video_format *format);
void memory_source_close(struct memory_source *source); /* takes NULL; all memory must have been freed */
const char *memory_source_name(const struct memory_source *source);

/* Gives plane->data (mapped, page-aligned), plane->fd (-1 for pages) and plane->length (>= length, whole
 * pages). Contents are undefined. plane->mem_offset is the source's own. -ENOMEM when there is no more;
 * logged only where it is a surprise. */
int memory_alloc(struct memory_source *source, struct plane *plane, uint32_t length);
void memory_free(struct memory_source *source, struct plane *plane);
/* Rounded up, as memory is mapped. */
uint64_t memory_whole_pages(uint64_t bytes);
/* Whether it takes memory only as far as it is written to (plain pages of a compressed format), and gives
 * back what lies behind `bytes`. */
bool memory_is_lazy(const struct memory_source *source);
void memory_trim(struct memory_source *source, struct plane *plane, uint32_t bytes);

#endif
