/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames from one pool into another, in the cheapest way. */
#include "queue/pool_link.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/picture.h"
#include "base/text.h"
#include "queue/memory_source_internal.h"
#include "queue/pool_link_internal.h"
#include "queue/spare.h"

/* --- queueing: a function a way --- */

static void give_back(struct buffer *frame)
{
	pool_release(frame->pool, frame);
}

static int queue_shared(struct pool_link *link, struct buffer *frame)
{
	frame->done = give_back;
	return pool_try_queue(link->to, frame);
}

static void give_lent_back(struct buffer *lent)
{
	struct buffer *frame = lent->opaque;

	lent->done = NULL;
	pool_release(frame->pool, frame);
}

/* The capture buffer's memory is that of a buffer of the output, which is queued. */
static int queue_lent(struct pool_link *link, struct buffer *frame)
{
	struct buffer *lent = &link->to->allocator.buffers[frame->planes[0].mem_offset / MAX_PLANES];

	for (uint32_t p = 0; p < lent->n_planes; p++) {
		lent->planes[p].bytesused = frame->planes[p].bytesused;
		lent->planes[p].data_offset = frame->planes[p].data_offset;
	}
	lent->info = frame->info;
	lent->done = give_lent_back;
	lent->opaque = frame;
	return pool_try_queue(link->to, lent);
}

static int fill_copy(struct pool_link *link, const struct buffer *frame, struct buffer *to, uint64_t *copied)
{
	to->info = frame->info;
	return link->fill ? link->fill(link->fill_opaque, frame, to)
			  : buffer_copy(to, &link->to->format, frame, &link->from->format, copied);
}

static int queue_copy(struct pool_link *link, struct buffer *frame)
{
	struct buffer *to;
	uint64_t copied = 0;
	int err = pool_acquire(link->to, &to);

	if (err == POOL_NOBUF)
		return err;
	if (err == 0) {
		err = fill_copy(link, frame, to, &copied);
		if (err < 0) { /* such as a compressed frame that is larger than the output's buffers */
			pool_release(link->to, to);
			err = POOL_CORRUPT;
		} else {
			err = pool_try_queue(link->to, to);
		}
	}
	if (err == POOL_NOBUF) { /* write() would wait */
		pool_release(link->to, to);
		return err;
	}
	link->n_copied += copied > 0;
	link->bytes_copied += copied;
	pool_release(link->from, frame);
	return err;
}

/* --- the ways --- */

static const struct pool_link_way ways[] = {
	{ "dmabuf-source", &io_dmabuf, &io_import, LINK_OF_FROM, "dmabuf, exported by %s", queue_shared },
	{ "dmabuf-output", &io_import, &io_dmabuf, LINK_OF_TO, "dmabuf, exported by %s", queue_lent },
	{ "dmabuf-import", &io_import, &io_import, LINK_OF_SOURCE, "dmabuf, memory from %s", queue_shared },
	{ "userptr", &io_userptr, &io_userptr, LINK_OF_PAGES, "userptr", queue_shared },
	{ "copy", NULL, NULL, LINK_COPIED, "copy", queue_copy },
};

static bool is_asked(const char *io, const struct io_ops *way)
{
	return !io || !strcmp(io, "auto") || (way && !strcmp(io, way->name));
}

/* Why frames cannot be passed on in the same memory, in text; "": they can. */
static void compare_layouts(const struct video_format *from, const struct video_format *to, char *why,
			    size_t size)
{
	struct picture_layout in, out;
	bool raw = video_format_layout(from, &in) == 0 && video_format_layout(to, &out) == 0;

	if (from->fourcc != to->fourcc || from->width != to->width || from->height != to->height)
		text_add(why, size, "the formats differ");
	else if (raw ? !picture_same_layout(&in, &out) : from->n_planes != to->n_planes)
		text_add(why, size, "rows of %u bytes in %u plane(s), there of %u in %u",
			 from->bytesperline[0], from->n_planes, to->bytesperline[0], to->n_planes);
}

/* The memory source that the user asked for; NULL: any. */
static const char *asked_source(const struct pool_link_end *from, const struct pool_link_end *to)
{
	return to->import_from ? to->import_from : from->import_from;
}

static const char *name_of_memory(const struct pool_link_way *way, const struct pool_link_end *from,
				  const struct pool_link_end *to)
{
	return way->memory == LINK_OF_FROM ? from->device->path
	       : way->memory == LINK_OF_TO ? to->device->path
	       : asked_source(from, to)    ? asked_source(from, to)
					   : "the first source that works";
}

static void set_way(struct pool_link *link, const struct pool_link_way *way, const struct pool_link_end *from,
		    const struct pool_link_end *to)
{
	bool linked =
		way->memory == LINK_OF_FROM || way->memory == LINK_OF_PAGES || way->memory == LINK_OF_SOURCE;

	link->way = way;
	link->copies = way->memory == LINK_COPIED;
	link->from_options = (struct pool_options){ .io = way->from ? way->from->name : from->io,
						    .import_from = asked_source(from, to),
						    .foreign = way->memory == LINK_OF_TO };
	link->to_options = (struct pool_options){ .io = way->to ? way->to->name : to->io,
						  .import_from = to->import_from,
						  .foreign = linked };
	snprintf(link->text, sizeof link->text, way->text, name_of_memory(way, from, to));
}

static bool is_way_asked_for(const struct pool_link_way *way, const struct pool_link_end *from,
			     const struct pool_link_end *to)
{
	bool sourced = way->memory == LINK_OF_SOURCE, source_asked = asked_source(from, to);

	return is_asked(from->io, way->from) && is_asked(to->io, way->to) && sourced == source_asked;
}

void pool_link_choose_copy(struct pool_link *link, const struct pool_link_end *from,
			   const struct pool_link_end *to, const char *why)
{
	set_way(link, &ways[ARRAY_SIZE(ways) - 1], from, to);
	text_add(link->reasons, sizeof link->reasons, "%s", why);
}

/* Adds to the reasons why the devices cannot use this way; link->way then stays NULL. */
static int choose_if_possible(struct pool_link *link, const struct pool_link_way *way,
			      const struct pool_link_end *from, const struct pool_link_end *to)
{
	char why[POOL_LINK_REASONS_MAX / 2] = "";
	int err = pool_link_try(way, from, to, asked_source(from, to), why, sizeof why);

	if (err < 0)
		return err;
	set_way(link, way, from, to);
	if (!*why)
		return 0;
	text_join(link->reasons, sizeof link->reasons, "; ", "%s: %s", link->text, why);
	link->way = NULL;
	return 0;
}

/* Chooses the first of the ways that share memory; link->way stays NULL if none is possible. */
static int choose_shared(struct pool_link *link, const struct pool_link_end *from,
			 const struct pool_link_end *to)
{
	int err = 0;

	for (size_t i = 0; ways[i].memory != LINK_COPIED && err == 0 && !link->way; i++)
		if (is_way_asked_for(&ways[i], from, to))
			err = choose_if_possible(link, &ways[i], from, to);
	return err;
}

int pool_link_choose(struct pool_link *link, const struct pool_link_end *from, const struct pool_link_end *to)
{
	char why[POOL_LINK_TEXT_MAX] = "";
	int err;

	compare_layouts(from->format, to->format, why, sizeof why);
	err = *why ? 0 : choose_shared(link, from, to);
	if (err < 0)
		return err;
	if (!link->way && !*why && !*link->reasons)
		text_add(why, sizeof why, "the io modes asked for share no memory");
	if (!link->way)
		pool_link_choose_copy(link, from, to, why);
	log_verbose("from %s to %s: %s%s%s%s", from->device->path, to->device->path, link->text,
		    *link->reasons ? " (" : "", link->reasons, *link->reasons ? ")" : "");
	return 0;
}

const char *pool_link_way_name(unsigned way)
{
	return way < ARRAY_SIZE(ways) ? ways[way].name : NULL;
}

int pool_link_choose_way(struct pool_link *link, unsigned way, const struct pool_link_end *from,
			 const struct pool_link_end *to)
{
	char why[POOL_LINK_TEXT_MAX] = "";
	int err = 0;

	compare_layouts(from->format, to->format, why, sizeof why);
	if (ways[way].memory == LINK_COPIED)
		set_way(link, &ways[way], from, to);
	else if (!*why)
		err = choose_if_possible(link, &ways[way], from, to);
	else
		text_add(link->reasons, sizeof link->reasons, "%s", why);
	return err < 0 || link->way ? err : -ENOTSUP;
}

/* --- running --- */

void pool_link_connect(struct pool_link *link, struct pool *from, struct pool *to)
{
	link->from = from;
	link->to = to;
	from->lends = !link->copies || from->m2m;
	if (!link->copies) {
		pool_set_cpu_access(from, false);
		pool_set_cpu_access(to, false);
	}
}

static int start_pool(struct pool *pool, struct pool **failed)
{
	int err = pool_start(pool);

	if (err < 0 && failed)
		*failed = pool;
	return err;
}

int pool_link_start(struct pool_link *link, struct pool **failed)
{
	int err = start_pool(link->to, failed);

	if (err == 0 && link->way->memory == LINK_OF_TO)
		err = memory_source_open_pool(&link->from->import_memory, link->to, &link->from->format);
	return err < 0 ? err : start_pool(link->from, failed);
}

int pool_link_queue(struct pool_link *link, struct buffer *frame)
{
	if (link->depth && link->to->n_queued >= link->depth)
		return POOL_NOBUF;
	return link->way->queue(link, frame);
}

void pool_link_stop(struct pool_link *link)
{
	if (!link->from)
		return;
	pool_stop(link->to); /* returns all frames to the pool that owns them */
	pool_stop(link->from);
	if (link->way->memory != LINK_OF_TO)
		return;
	spare_free_all(link->from);
	memory_source_close(link->from->import_memory);
	link->from->import_memory = NULL;
}
