/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The io modes: one row each, in a file of its own. The rest of the program asks these rows what a mode can
 * do. */
#ifndef QUEUE_IO_H
#define QUEUE_IO_H

#include "queue/allocator.h"

struct pool;

struct io_ops {
	const char *name;        /* as the user writes it */
	enum v4l2_memory memory; /* of the streaming ioctls; 0: rw */
	bool streams;            /* QBUF and DQBUF; else read() and write(), and no buffers of the driver's */
	bool imports; /* the memory is the program's: all buffers requested are needed, and a frame can leave
			 the queue with its memory */
	bool exports; /* needs EXPBUF */
	bool native_only; /* not for a pixel format that libv4l2 converts */

	/* Streaming modes. attach() gives a buffer's planes their memory before its first use: 0 or a
	 * negative errno, logged. detach() takes it away again, also from a buffer whose attach() failed. */
	int (*attach)(struct pool *pool, struct buffer *buffer);
	void (*detach)(struct pool *pool, struct buffer *buffer);
	/* Where the memory is, for QBUF. NULL: the driver knows by the index. */
	void (*set_memory)(struct v4l2_plane *v4l2_plane, const struct plane *plane);

	/* rw. start() is part of pool_start(): 0 or a negative errno, logged. The others wait until
	 * deadline_ns (CLOCK_MONOTONIC; 0: no limit) and return 0 or as pool_dequeue(). read_frame() sets
	 * *buffer to a spare; or, without memory, to pool->reserve, which must not be delivered. */
	int (*start)(struct pool *pool);
	int (*read_frame)(struct pool *pool, int64_t deadline_ns, struct buffer **buffer);
	int (*write_frame)(struct pool *pool, int64_t deadline_ns, const struct buffer *buffer);
};

extern const struct io_ops io_mmap, io_userptr, io_dmabuf, io_import, io_rw;

#define N_IO_MODES 5
extern const struct io_ops *const io_modes[N_IO_MODES];
/* "auto" and the names of io_modes in their order, ended by NULL: the choices of an option. */
extern const char *const io_choices[N_IO_MODES + 2];

const struct io_ops *io_find(const char *name); /* NULL: no such io mode */
/* Returns why the device does not support the mode with this format, or NULL. The allocator must have been
 * probed. */
const char *io_unsupported(const struct io_ops *io, const struct allocator *allocator);

#endif
