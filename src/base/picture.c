/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies pictures between a device's layout and libavutil's, or another device's. */
#include "base/picture.h"

#include <string.h>

#define MAX_GROUP 16

/* The positions of a group's bytes, and the number of groups that are complete in a row on both sides. */
struct group {
	unsigned n, places[MAX_GROUP];
	uint32_t whole;
};

static struct group get_group(const struct picture_plane *plane)
{
	struct group g = { 0 };

	for (const char *c = plane->order; *c && g.n < MAX_GROUP; c++)
		g.places[g.n++] = (unsigned)(*c <= '9' ? *c - '0' : *c - 'a' + 10);
	g.whole = plane->row_bytes / plane->group_bytes;
	if (g.whole > plane->full_row_bytes / g.n)
		g.whole = plane->full_row_bytes / g.n;
	return g;
}

/* Fills the end of a row by repeating its last group. */
static void extend_row(uint8_t *row, size_t from, size_t to, size_t group_bytes)
{
	for (size_t i = from; i < to; i++)
		row[i] = row[i - group_bytes];
}

static void load_row(const struct picture_plane *plane, const struct group *g, const uint8_t *from,
		     uint8_t *to)
{
	for (uint32_t i = 0; i < g->whole; i++, from += plane->group_bytes, to += g->n)
		for (unsigned b = 0; b < g->n; b++)
			to[b] = from[g->places[b]];
	for (uint32_t b = 0, done = g->whole * g->n; done + b < plane->full_row_bytes; b++) {
		bool there = g->whole * plane->group_bytes + g->places[b] < plane->row_bytes;

		to[b] = there ? from[g->places[b]] : *(to + b - g->n);
	}
}

static void store_row(const struct picture_plane *plane, const struct group *g, const uint8_t *from,
		      uint8_t *to)
{
	for (uint32_t i = 0; i < g->whole; i++, from += g->n, to += plane->group_bytes)
		for (unsigned b = 0; b < g->n; b++)
			to[g->places[b]] = from[b];
	for (uint32_t b = 0, done = g->whole * g->n; done + b < plane->full_row_bytes; b++)
		if (g->whole * plane->group_bytes + g->places[b] < plane->row_bytes)
			to[g->places[b]] = from[b];
}

static void load_plane(const struct picture_plane *plane, const uint8_t *payload, uint8_t *data,
		       ptrdiff_t linesize)
{
	struct group group = plane->order ? get_group(plane) : (struct group){ 0 };

	for (uint32_t y = 0; y < plane->full_rows; y++, data += linesize) {
		const uint8_t *row = payload + picture_row(plane, y < plane->rows ? y : plane->rows - 1);

		if (plane->order) {
			load_row(plane, &group, row, data);
		} else {
			memcpy(data, row, plane->row_bytes);
			extend_row(data, plane->row_bytes, plane->full_row_bytes, plane->group_bytes);
		}
	}
}

void picture_load(const struct picture_layout *layout, const uint8_t *const payloads[MAX_PLANES],
		  uint8_t *const data[4], const int linesize[4])
{
	for (unsigned i = 0; i < layout->n_planes; i++)
		load_plane(&layout->planes[i], payloads[layout->planes[i].memory_plane], data[i],
			   linesize[i]);
}

static void store_plane(const struct picture_plane *plane, uint8_t *payload, const uint8_t *data,
			ptrdiff_t linesize, bool fill)
{
	struct group group = plane->order ? get_group(plane) : (struct group){ 0 };

	for (uint32_t y = 0; y < plane->rows; y++, data += linesize) {
		uint8_t *row = payload + picture_row(plane, y);

		if (fill)
			memset(row, 255, plane->row_bytes);
		if (plane->order)
			store_row(plane, &group, data, row);
		else
			memcpy(row, data, plane->row_bytes);
	}
}

/* Whether all planes share the same bytes. */
static bool is_interleaved(const struct picture_layout *layout)
{
	return layout->n_planes > 1 && layout->planes[0].order && layout->planes[1].order;
}

void picture_store(const struct picture_layout *layout, uint8_t *const payloads[MAX_PLANES],
		   const uint8_t *const data[4], const int linesize[4])
{
	for (unsigned i = 0; i < layout->n_planes; i++)
		store_plane(&layout->planes[i], payloads[layout->planes[i].memory_plane], data[i],
			    linesize[i], i == 0 && is_interleaved(layout));
}

static void copy_plane(const struct picture_plane *to, uint8_t *to_payload, const struct picture_plane *from,
		       const uint8_t *from_payload)
{
	uint32_t bytes = to->row_bytes < from->row_bytes ? to->row_bytes : from->row_bytes;

	for (uint32_t y = 0; y < to->rows; y++) {
		uint8_t *row = to_payload + picture_row(to, y);

		memcpy(row, from_payload + picture_row(from, y < from->rows ? y : from->rows - 1), bytes);
		extend_row(row, bytes, to->row_bytes, to->group_bytes);
	}
}

uint64_t picture_copy(const struct picture_layout *to, uint8_t *const to_payloads[MAX_PLANES],
		      const struct picture_layout *from, const uint8_t *const from_payloads[MAX_PLANES])
{
	unsigned n = is_interleaved(to) ? 1 : to->n_planes;
	uint64_t copied = 0;

	for (unsigned i = 0; i < n; i++) {
		copy_plane(&to->planes[i], to_payloads[to->planes[i].memory_plane], &from->planes[i],
			   from_payloads[from->planes[i].memory_plane]);
		copied += (uint64_t)to->planes[i].rows * to->planes[i].row_bytes;
	}
	return copied;
}

bool picture_same_layout(const struct picture_layout *a, const struct picture_layout *b)
{
	for (unsigned i = 0; i < a->n_planes; i++) {
		const struct picture_plane *p = &a->planes[i], *q = &b->planes[i];

		if (p->memory_plane != q->memory_plane || p->offset != q->offset || p->stride != q->stride ||
		    p->row_bytes != q->row_bytes || p->rows != q->rows)
			return false;
	}
	return true;
}
