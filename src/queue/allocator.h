/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver's buffers: what kinds it has, getting them, giving them back. Rules: kernel
 * documentation, "Streaming I/O", VIDIOC_REQBUFS, VIDIOC_CREATE_BUFS, VIDIOC_QUERYBUF.
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
	struct buffer buffers[POOL_MAX_BUFFERS];
	uint32_t count; /* buffers that the kernel holds for us */
	uint32_t most;  /* of count since the last start: the report comes after the stop */
	uint32_t used;  /* bit i: buffers[i] is one of them */
	struct buffer *free_first, *free_last;
	enum v4l2_memory memory;
	uint32_t reqbufs_works, create_works; /* bit (1 << memory): as probed */
	bool can_allocate;                    /* CREATE_BUFS has not failed in this run */
	bool can_orphan;
	bool no_create; /* CREATE_BUFS must not be used (emulated format) */
	bool active, orphaned;
};

void allocator_init(struct allocator *allocator, struct device *device, const struct video_format *format);

/* Asks the driver which memories it takes, by REQBUFS(0) and CREATE_BUFS(0). Returns 0, or -EBUSY when
 * another holds the queue. */
int allocator_probe(struct allocator *allocator);
bool allocator_has(const struct allocator *allocator, enum v4l2_memory memory);
/* CREATE_BUFS works for it. */
bool allocator_creates(const struct allocator *allocator, enum v4l2_memory memory);

/* REQBUFS and QUERYBUF. Returns the number granted, which may be less or more than n; or a negative errno,
 * having undone everything and, where the driver is to blame, having logged why. */
int allocator_start(struct allocator *allocator, uint32_t n, enum v4l2_memory memory);
/* One buffer more by CREATE_BUFS. Any failure ends growing until the next start. Returns the buffer (off the
 * free FIFO), or NULL. */
struct buffer *allocator_grow(struct allocator *allocator);

struct buffer *allocator_take(struct allocator *allocator);              /* the first free one; NULL: none */
void allocator_give(struct allocator *allocator, struct buffer *buffer); /* back to the free FIFO */
uint32_t allocator_n_free(const struct allocator *allocator);

/* EXPBUF of a plane into plane->fd (O_CLOEXEC|O_RDWR), the caller's to close. Logs its failure. */
int allocator_export(struct allocator *allocator, struct buffer *buffer, uint32_t plane);

/* REQBUFS(0). Memory must be detached and all buffers free, else -EBUSY and nothing is done. Inactive: 0. */
int allocator_stop(struct allocator *allocator);
/* REQBUFS(0) with memory still mapped by those who hold it; needs can_orphan and streaming off. */
int allocator_orphan(struct allocator *allocator);

#endif
