/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways from one pool to another, for the files of the link. */
#ifndef QUEUE_POOL_LINK_INTERNAL_H
#define QUEUE_POOL_LINK_INTERNAL_H

#include "queue/pool_internal.h"
#include "queue/pool_link.h"

/* Whose memory the frames are in. */
enum pool_link_memory {
	LINK_OF_FROM,   /* the capture pool's */
	LINK_OF_TO,     /* the output pool's */
	LINK_OF_SOURCE, /* a memory source's, imported by both */
	LINK_OF_PAGES,  /* the process's */
	LINK_COPIED,    /* each has its own */
};

struct pool_link_way {
	const char *name;
	const struct io_ops *from, *to; /* NULL: any */
	enum pool_link_memory memory;
	const char *text; /* for the report; %s is whose memory it is */
	int (*queue)(struct pool_link *link, struct buffer *frame);
};

/* Whether both devices take part in this way: one buffer of the memory is queued at each that imports it,
 * which STREAMOFF takes back. Writes into why[size] what stands against it, nothing where they do. Returns 0
 * or, logged, -EBUSY, -ENODEV or -ENOMEM. */
int pool_link_try(const struct pool_link_way *way, const struct pool_link_end *from,
		  const struct pool_link_end *to, const char *import_from, char *why, size_t size);

#endif
