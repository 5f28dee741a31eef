/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Joins two pools: frames of the one, a capture pool, go into the other, an output pool of another device or
 * of a codec's OUTPUT queue, in the cheapest way that both devices can do. Order of use: pool_link_choose();
 * pool_open() for both with the io modes chosen; pool_link_connect(), pool_link_start(); pool_dequeue() of
 * the one, pool_link_queue() and pool_reclaim() of the other; pool_link_stop().
 */
#ifndef QUEUE_POOL_LINK_H
#define QUEUE_POOL_LINK_H

#include "queue/pool.h"

/* A device, its negotiated format, and what the user asks for (NULL, "auto": what is cheapest). */
struct pool_link_end {
	struct device *device;
	const struct video_format *format;
	const char *io, *import_from; /* as in pool_options */
};

#define POOL_LINK_TEXT_MAX 128
#define POOL_LINK_REASONS_MAX 600

struct pool_link_way;

/* Zero to begin with. */
struct pool_link {
	/* By pool_link_choose(). */
	const struct pool_link_way *way;
	struct pool_options from_options, to_options; /* io, import_from, foreign: for pool_open() */
	bool copies;                                  /* frames are copied, once */
	char text[POOL_LINK_TEXT_MAX];                /* "dmabuf, exported by /dev/video0"; "copy" */
	char reasons[POOL_LINK_REASONS_MAX]; /* why not a cheaper way, of each; "": this is the first */

	/* May be set before pool_link_start(): the most frames that the output holds; 0: all that it can. */
	uint32_t depth;
	/* The same: in place of the copy, fills a buffer of the output pool, setting its payload. Returns 0
	 * or a negative errno, logged. */
	int (*fill)(void *opaque, const struct buffer *from, struct buffer *to);
	void *fill_opaque;

	struct pool *from, *to;
	uint64_t n_copied, bytes_copied; /* besides those of the pools themselves */
};

/* Finds the cheapest way by trying: both devices must be idle, their formats set, and no pool open. Only
 * buffers of one picture and layout are shared. Returns 0; or -EBUSY, -ENODEV or -ENOMEM, logged. */
int pool_link_choose(struct pool_link *link, const struct pool_link_end *from,
		     const struct pool_link_end *to);
/* The ways in the order of cost, each with the name that bench has for it; NULL beyond the last, which is the
 * copy. */
const char *pool_link_way_name(unsigned way);
/* This way and no other. Returns as pool_link_choose(), or -ENOTSUP, not logged, with link->reasons. */
int pool_link_choose_way(struct pool_link *link, unsigned way, const struct pool_link_end *from,
			 const struct pool_link_end *to);
/* For those who convert frames: they are written into the output's buffers, by link->fill(). */
void pool_link_choose_copy(struct pool_link *link, const struct pool_link_end *from,
			   const struct pool_link_end *to, const char *why);
/* Takes two pools that were opened with the link's options and configured; they stay the caller's. */
void pool_link_connect(struct pool_link *link, struct pool *from, struct pool *to);
/* Starts both. Returns 0 or a negative errno of pool_start(), with *failed, which may be NULL, set to the
 * pool that it is of. */
int pool_link_start(struct pool_link *link, struct pool **failed);
/* Gives a frame of pool_dequeue() to the output, without waiting; its buffer goes back to its pool when the
 * output is done with it. Returns 0; POOL_NOBUF: the output has all that it can, and the frame stays the
 * caller's; or as pool_try_queue(), with the frame given back. POOL_CORRUPT: the frame was lost. */
int pool_link_queue(struct pool_link *link, struct buffer *buffer);
/* Stops both pools, which may be closed then in any order. No frame may be HELD but by the output. Takes a
 * link that is not connected. */
void pool_link_stop(struct pool_link *link);

#endif
