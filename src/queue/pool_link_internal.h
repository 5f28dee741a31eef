/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways from one pool to another, for the files pool_link*.c. */
#ifndef QUEUE_POOL_LINK_INTERNAL_H
#define QUEUE_POOL_LINK_INTERNAL_H

#include "queue/pool_internal.h"
#include "queue/pool_link.h"

/* Who allocates the memory of the frames. */
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
	const char *text; /* for the report; %s is the device that exports, or the memory source */
	int (*queue)(struct pool_link *link, struct buffer *frame);
};

/* Whether both devices support this way: queues one buffer of the memory at each that imports it, and takes
 * it back by STREAMOFF. Writes into why[size] what prevents it, nothing if it works. Returns 0 or, logged,
 * -EBUSY, -ENODEV or -ENOMEM. */
int pool_link_try(const struct pool_link_way *way, const struct pool_link_end *from,
		  const struct pool_link_end *to, const char *import_from, char *why, size_t size);

#endif
