/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffers that the driver allocates: what memory types it takes, how many it grants, adding one,
 * freeing all. Rules: kernel documentation, "Streaming I/O", "ioctl VIDIOC_REQBUFS", "ioctl
 * VIDIOC_CREATE_BUFS", "ioctl VIDIOC_QUERYBUF", "ioctl VIDIOC_EXPBUF".
 */
#ifndef QUEUE_ALLOCATOR_H
#define QUEUE_ALLOCATOR_H

#include <stdbool.h>
#include <linux/videodev2.h>
#include "device/device.h"
#include "queue/buffer.h"
#include "queue/config.h"

struct allocator {
	struct device *device;
	const struct video_format *format;
	struct buffer buffers[POOL_MAX_BUFFERS]; /* by index */
	uint32_t allocated;                      /* bit i: the driver has allocated buffers[i] */
	uint32_t count;                          /* number of bits in it */
	uint32_t max_count;                      /* highest count since the last start; kept by the stop */
	struct buffer *free_first, *free_last;   /* free list, first in, first out */
	enum v4l2_memory memory;
	uint32_t reqbufs_memories, create_memories; /* bit (1 << memory): REQBUFS, CREATE_BUFS take it */
	bool can_allocate;                          /* CREATE_BUFS may be tried: it has not failed yet */
	bool can_orphan;                            /* V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS */
	bool no_create;                             /* set by the owner: never CREATE_BUFS */
	bool active, orphaned;
};

void allocator_init(struct allocator *allocator, struct device *device, const struct video_format *format);

/* Returns -EBUSY when another program uses the queue, which REQBUFS(0) then tells without changing anything,
 * else 0. */
int allocator_check_idle(struct device *device);
/* Probes the memory types by REQBUFS(0) and CREATE_BUFS(0). Returns 0, or -EBUSY when another program uses
 * the queue. */
int allocator_probe(struct allocator *allocator);
bool allocator_supports(const struct allocator *allocator, enum v4l2_memory memory);
bool allocator_can_create(const struct allocator *allocator, enum v4l2_memory memory);

/* REQBUFS(n) and QUERYBUF of each buffer. Returns the number granted, which may be less or more than n; or a
 * negative errno with everything undone: -EINVAL (n is 0), -EBUSY (already active), else logged. */
int allocator_start(struct allocator *allocator, uint32_t n, enum v4l2_memory memory);
/* CREATE_BUFS(1). Any failure clears can_allocate. Returns the buffer, which is not in the free list; or
 * NULL.
 */
struct buffer *allocator_grow(struct allocator *allocator);

/* The free list, first in, first out. allocator_acquire() returns NULL when it is empty. */
struct buffer *allocator_acquire(struct allocator *allocator);
/* The free buffer that last imported this memory, else one that has imported none, else NULL: the kernel
 * keeps memory attached and mapped for as long as it comes with the same index. */
struct buffer *allocator_acquire_for(struct allocator *allocator, const uint8_t *memory);
void allocator_release(struct allocator *allocator, struct buffer *buffer);
uint32_t allocator_n_free(const struct allocator *allocator);

/* EXPBUF of all planes into plane->fd, each mapped at plane->data. Returns 0 or a negative errno, logged,
 * with the planes done so far left for allocator_unexport(). */
int allocator_export(struct allocator *allocator, struct buffer *buffer);
void allocator_unexport(struct buffer *buffer);

/* REQBUFS(0), when active. The memory must be detached. -EBUSY: not all buffers are free; nothing is done. */
int allocator_stop(struct allocator *allocator);
/* REQBUFS(0) with memory still mapped, after STREAMOFF. -ENOTSUP: the driver cannot do that. */
int allocator_orphan(struct allocator *allocator);

#endif
