/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last seconds of a stream, kept for a file that may begin later. */
#include "media/write/pre_roll.h"

#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

#define FIRST_ITEMS 64

struct pre_roll_item {
	void *item;
	int64_t pts_ns;
	uint64_t bytes;
	bool key;
};

static struct pre_roll_item *item_at(const struct pre_roll *p, size_t i)
{
	return &p->items[(p->first + i) % p->n_allocated];
}

static int grow(struct pre_roll *p)
{
	size_t n = p->n_allocated ? 2 * p->n_allocated : FIRST_ITEMS;
	struct pre_roll_item *items = calloc(n, sizeof *items);

	if (!items)
		return log_no_memory();
	for (size_t i = 0; i < p->n_items; i++)
		items[i] = *item_at(p, i);
	free(p->items);
	p->items = items;
	p->first = 0;
	p->n_allocated = n;
	return 0;
}

void *pre_roll_take(struct pre_roll *p)
{
	struct pre_roll_item *item;

	if (p->n_items == 0)
		return NULL;
	item = item_at(p, 0);
	p->bytes -= item->bytes;
	p->first = (p->first + 1) % p->n_allocated;
	p->n_items--;
	return item->item;
}

static void drop(struct pre_roll *p, size_t n)
{
	while (n-- > 0)
		p->drop(p->opaque, pre_roll_take(p));
}

/* The index of the first key frame after `from` items, or n_items. */
static size_t find_key(const struct pre_roll *p, size_t from)
{
	while (from < p->n_items && !item_at(p, from)->key)
		from++;
	return from;
}

static void warn_of_memory(struct pre_roll *p)
{
	char bytes[BYTES_TEXT_MAX];

	if (!p->trimmed)
		log_warn("the pre-roll needs more than %s, its share of --memory: it is shorter than %.6g s",
			 bytes_text(p->max_bytes, bytes), (double)p->length_ns / NS_PER_S);
	p->trimmed = true;
}

static void trim(struct pre_roll *p)
{
	size_t next;

	while ((next = find_key(p, 1)) < p->n_items &&
	       item_at(p, next)->pts_ns <= p->newest_ns - p->length_ns)
		drop(p, next);
	while (p->bytes > p->max_bytes) {
		warn_of_memory(p);
		drop(p, find_key(p, 1));
	}
	drop(p, find_key(p, 0));
}

int pre_roll_add(struct pre_roll *p, void *item, int64_t pts_ns, uint64_t bytes, bool key)
{
	int err = p->n_items == p->n_allocated ? grow(p) : 0;

	if (err < 0)
		return err;
	if (p->n_items == 0 || pts_ns > p->newest_ns)
		p->newest_ns = pts_ns;
	*item_at(p, p->n_items++) = (struct pre_roll_item){ item, pts_ns, bytes, key };
	p->bytes += bytes;
	trim(p);
	return 0;
}

int64_t pre_roll_start_ns(const struct pre_roll *p)
{
	return p->n_items ? item_at(p, 0)->pts_ns : INT64_MIN;
}

void pre_roll_clear(struct pre_roll *p)
{
	drop(p, p->n_items);
}

void pre_roll_close(struct pre_roll *p)
{
	pre_roll_clear(p);
	free(p->items);
	p->items = NULL;
	p->n_allocated = p->first = 0;
}
