/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The io modes: one row each; the process loop calls through it. */
#ifndef QUEUE_IO_H
#define QUEUE_IO_H

#include "queue/pool.h"

struct io_ops {
	const char *name;        /* as the user writes it */
	enum v4l2_memory memory; /* 0: none, rw */
	bool imports; /* the memory is ours: fewer buffers than asked for fail, and a frame can leave with its
			 memory */
	bool native_only; /* not for formats that libv4l2 makes */
	/* Memory for a buffer before its first use, and its end. detach takes a half-attached one. Both NULL:
	 * rw. */
	int (*attach)(struct pool *pool, struct buffer *buffer);
	void (*detach)(struct pool *pool, struct buffer *buffer);
	/* Puts the plane's memory into the struct that QBUF takes; NULL: the driver knows it by index. */
	void (*describe)(const struct plane *plane, struct v4l2_plane *out);
	int (*start)(struct pool *pool); /* before the first frame; NULL: nothing to do */
	int (*put)(struct pool *pool, struct buffer *buffer);         /* QBUF; NULL: rw */
	int (*get)(struct pool *pool, struct buffer **buffer);        /* poll, DQBUF; or poll, read */
	int (*write)(struct pool *pool, const struct buffer *buffer); /* rw: poll, write */
};

/* attach, detach for memory out of pool->source. */
int import_attach(struct pool *pool, struct buffer *buffer);
void import_detach(struct pool *pool, struct buffer *buffer);

/* By its name; NULL: there is no such. io_names() is the list for messages. */
const struct io_ops *io_find(const char *name);
const char *io_names(void);

extern const struct io_ops io_mmap, io_userptr, io_dmabuf, io_import, io_rw;

#endif
