/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring an output queue: the same few frames go round and round. */
#include "bench/measure_internal.h"

#include <string.h>
#include "base/clock.h"

#define GREY 0x80 /* of nearly every raw format */

/* The driver, or write(), is done with the frame. */
static void came_back(struct buffer *buffer)
{
	struct measure_slot *slot = buffer->opaque;
	struct measure *measure = slot->measure;
	int64_t now = now_ns();

	measure->ready[measure->n_ready++] = slot;
	measure_latency(measure, now - slot->queued_ns);
	measure_interval(measure, now, 0, 0);
}

/* Bytes are what costs, and these cost as much as any others. */
static void paint(struct measure *measure, struct buffer *buffer, int value)
{
	int64_t start_ns = now_ns();

	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		buffer->planes[p].data_offset = 0;
		memset(buffer->planes[p].data, value, pool_format(measure->pool)->sizeimage[p]);
	}
	measure->touch_ns += now_ns() - start_ns;
}

static int new_slot(struct measure *measure, struct measure_slot **out)
{
	struct measure_slot *slot = &measure->slots[measure->n_slots];
	struct buffer *buffer;
	int err = pool_acquire(measure->pool, &buffer);

	if (err < 0)
		return err;
	if (measure->n_slots == POOL_MAX_BUFFERS) {
		pool_release(measure->pool, buffer);
		return POOL_NOBUF;
	}
	measure->n_slots++;
	*slot = (struct measure_slot){ .measure = measure, .buffer = buffer };
	buffer->done = came_back;
	buffer->opaque = slot;
	paint(measure, buffer, GREY);
	*out = slot;
	return 0;
}

int measure_output_turn(struct measure *measure, int64_t deadline_ns)
{
	const struct video_format *format = pool_format(measure->pool);
	struct measure_slot *slot;
	int err = 0;

	if (measure->n_ready > 0)
		slot = measure->ready[--measure->n_ready];
	else
		err = new_slot(measure, &slot);
	if (err < 0)
		return err;
	for (uint32_t p = 0; p < format->n_planes; p++)
		slot->buffer->planes[p].bytesused = format->sizeimage[p];
	if (measure->options.touch)
		paint(measure, slot->buffer, (int)(GREY + measure->frames % 2));
	measure_wait(measure);
	slot->queued_ns = now_ns();
	slot->buffer->info.timestamp_ns = slot->queued_ns;
	err = pool_queue(measure->pool, slot->buffer, deadline_ns);
	if (err < 0 && err != POOL_CORRUPT)
		return err;
	measure->ledger.captured++;
	if (err == POOL_CORRUPT)
		measure->ledger.lost_error++;
	else
		measure->frames++;
	if (!pool_info(measure->pool).streams)
		measure->bytes_moved += format->sizeimage[0];
	return 0;
}

void measure_output_end(struct measure *measure)
{
	pool_drain(measure->pool, now_ns() + 2 * measure->period_ns + NS_PER_S);
	for (uint32_t i = 0; i < measure->n_ready; i++) {
		measure->ready[i]->buffer->done = NULL;
		pool_release(measure->pool, measure->ready[i]->buffer);
	}
	/* What the driver still has, STREAMOFF brings straight to the pool. */
	for (uint32_t i = 0; i < measure->n_slots; i++)
		measure->slots[i].buffer->done = NULL;
	measure->n_ready = measure->n_slots = 0;
}
