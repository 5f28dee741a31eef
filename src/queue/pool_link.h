/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Joins two pools: passes frames of a capture pool to an output pool of another device, or of a codec's
 * OUTPUT queue, in the cheapest way that both devices support. Order of use: pool_link_choose(); pool_open()
 * for both with the options chosen; pool_link_connect(), pool_link_start(); pool_dequeue() on the one,
 * pool_link_queue() and pool_reclaim() on the other; pool_link_stop().
 */
#ifndef QUEUE_POOL_LINK_H
#define QUEUE_POOL_LINK_H

#include "queue/pool.h"

/* A device, its negotiated format, and the options of the user (NULL, "auto": the cheapest). */
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
	struct pool_options from_options, to_options; /* for pool_open(): io, import_from, foreign */
	bool copies;                                  /* frames are copied, once */
	char text[POOL_LINK_TEXT_MAX];                /* "dmabuf, exported by /dev/video0"; "copy" */
	char reasons[POOL_LINK_REASONS_MAX]; /* why each cheaper way is not possible; "": this is the cheapest
					      */

	/* May be set before pool_link_start(): the most frames that the output may hold; 0: no limit. */
	uint32_t depth;
	/* May be set likewise: replaces the copy. Fills a buffer of the output pool and sets its payload.
	 * Returns 0 or a negative errno, logged. */
	int (*fill)(void *opaque, const struct buffer *from, struct buffer *to);
	void *fill_opaque;

	struct pool *from, *to;
	uint64_t n_copied, bytes_copied; /* in addition to those of the pools */
};

/* Finds the cheapest way by trying: both devices must be idle, with their formats set and no pool open.
 * Buffers are shared only if both formats have the same picture and layout. Returns 0; or -EBUSY, -ENODEV or
 * -ENOMEM, logged. */
int pool_link_choose(struct pool_link *link, const struct pool_link_end *from,
		     const struct pool_link_end *to);
/* The names of the ways for bench, from the cheapest to the last, which is the copy; NULL past it. */
const char *pool_link_way_name(unsigned way);
/* Chooses only this way. Returns as pool_link_choose(), or -ENOTSUP, not logged, with link->reasons. */
int pool_link_choose_way(struct pool_link *link, unsigned way, const struct pool_link_end *from,
			 const struct pool_link_end *to);
/* For frames that must be converted: link->fill() writes them to the output's buffers. */
void pool_link_choose_copy(struct pool_link *link, const struct pool_link_end *from,
			   const struct pool_link_end *to, const char *why);
/* Takes two pools that were opened with the link's options and configured. The caller closes them. */
void pool_link_connect(struct pool_link *link, struct pool *from, struct pool *to);
/* Starts both pools. Returns 0 or a negative errno of pool_start(), with *failed, unless NULL, set to the
 * pool. */
int pool_link_start(struct pool_link *link, struct pool **failed);
/* Passes a frame of pool_dequeue() to the output, without waiting; its buffer is released to its pool when
 * the output is done with it. Returns 0; POOL_NOBUF if the output has no room: the frame is then still the
 * caller's; or as pool_try_queue(), with the frame released. POOL_CORRUPT: the frame was lost. */
int pool_link_queue(struct pool_link *link, struct buffer *buffer);
/* Stops both pools, which can then be closed in any order. Only the output may hold frames. Accepts a link
 * that is not connected. */
void pool_link_stop(struct pool_link *link);

#endif
