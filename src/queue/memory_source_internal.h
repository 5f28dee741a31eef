/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of memory_sources[], for the files that define them. */
#ifndef QUEUE_MEMORY_SOURCE_INTERNAL_H
#define QUEUE_MEMORY_SOURCE_INTERNAL_H

#include "queue/memory_source.h"

struct pool;

struct memory_source_ops {
	const char *name; /* as the user writes it; NULL: a video device, by its own name */
	bool automatic;   /* "auto" tries it */
	/* argument: what follows "name:", or NULL; a video device: the whole name, and it logs its errors. */
	int (*open)(struct memory_source *memory, const char *argument, const struct video_format *format);
	void (*close)(struct memory_source *memory); /* NULL: close the file descriptor */
	/* Sets data, length and fd of the buffer's plane p, which is zero but for fd -1, and mem_offset where
	 * free() needs it. Planes come in their order. Returns 0 or a negative errno; free() gets the plane
	 * then, too, as far as it is filled in. */
	int (*alloc)(struct memory_source *memory, struct buffer *buffer, uint32_t p, uint32_t length);
	void (*free)(struct memory_source *memory, struct plane *plane); /* NULL: unmap, close plane->fd */
};

struct memory_source {
	const struct memory_source_ops *ops;
	char *name;
	int fd;                       /* of the device that allocates; -1: none */
	struct memory_device *device; /* of memory_source_device */
	struct memory_pool *pool;     /* of memory_source_pool */
	uint32_t n_allocated;         /* planes */
	bool lazy;
};

extern const struct memory_source_ops memory_source_device; /* in memory_device.c */

/* Opens a source of this row; argument as for its open(). Returns as memory_source_open(), not logged. */
int memory_source_open_row(struct memory_source **memory, const struct memory_source_ops *ops,
			   const char *name, const char *argument, const struct video_format *format);

/* The buffers of an output pool in an io mode that exports them, which must be active and outlive the source:
 * planes[0].mem_offset / MAX_PLANES is the index of the one that a buffer's planes are. The pool has them
 * back once the source is closed. */
int memory_source_open_pool(struct memory_source **memory, struct pool *lender,
			    const struct video_format *format);

#endif
