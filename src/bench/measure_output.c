/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring an output queue: as many frames as there are buffers, queued again and again. */
#include "bench/measure_internal.h"

#include <string.h>
#include "base/clock.h"

#define GREY 0x80 /* mid grey in 8-bit YUV and RGB */

/* buffer->done(): the driver, or write(), has finished with the frame. */
static void frame_done(struct buffer *buffer)
{
	struct measure_frame *frame = buffer->opaque;
	struct measure *measure = frame->measure;
	int64_t now = now_ns();

	measure->idle[measure->n_idle++] = frame;
	measure_add_latency(measure, now - frame->queued_ns);
	measure_add_interval(measure, now, now, 0);
}

/* Writes every byte. The values do not matter: they cost the same. */
static void overwrite_frame(struct measure *measure, struct buffer *buffer, int value)
{
	int64_t start_ns = now_ns();

	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		buffer->planes[p].data_offset = 0;
		memset(buffer->planes[p].data, value, pool_format(measure->pool)->sizeimage[p]);
	}
	measure->touch_ns += now_ns() - start_ns;
}

static int new_frame(struct measure *measure, struct measure_frame **out)
{
	struct measure_frame *frame = &measure->output_frames[measure->n_output_frames];
	struct buffer *buffer;
	int err = pool_acquire(measure->pool, &buffer);

	if (err < 0)
		return err;
	if (measure->n_output_frames == POOL_MAX_BUFFERS) {
		pool_release(measure->pool, buffer);
		return POOL_NOBUF;
	}
	measure->n_output_frames++;
	*frame = (struct measure_frame){ .measure = measure, .buffer = buffer };
	buffer->done = frame_done;
	buffer->opaque = frame;
	overwrite_frame(measure, buffer, GREY);
	*out = frame;
	return 0;
}

int measure_output_frame(struct measure *measure, int64_t deadline_ns)
{
	const struct video_format *format = pool_format(measure->pool);
	struct measure_frame *frame;
	int err = 0;

	if (measure->n_idle > 0)
		frame = measure->idle[--measure->n_idle];
	else
		err = new_frame(measure, &frame);
	if (err < 0)
		return err;
	for (uint32_t p = 0; p < format->n_planes; p++)
		frame->buffer->planes[p].bytesused = format->sizeimage[p];
	if (measure->options.touch)
		overwrite_frame(measure, frame->buffer, (int)(GREY + measure->frames % 2));
	measure_hold_frame(measure);
	frame->queued_ns = now_ns();
	frame->buffer->info.timestamp_ns = frame->queued_ns;
	err = pool_queue(measure->pool, frame->buffer, deadline_ns);
	if (err < 0 && err != POOL_CORRUPT)
		return err;
	measure->ledger.captured++;
	if (err == POOL_CORRUPT)
		measure->ledger.lost_error++;
	else
		measure->frames++;
	if (!measure->streams)
		measure->bytes_moved += format->sizeimage[0];
	return 0;
}

void measure_output_stop(struct measure *measure)
{
	pool_drain(measure->pool, now_ns() + 2 * measure->period_ns + NS_PER_S);
	for (uint32_t i = 0; i < measure->n_idle; i++) {
		measure->idle[i]->buffer->done = NULL;
		pool_release(measure->pool, measure->idle[i]->buffer);
	}
	/* STREAMOFF returns the frames of the driver to the pool. */
	for (uint32_t i = 0; i < measure->n_output_frames; i++)
		measure->output_frames[i].buffer->done = NULL;
	measure->n_idle = measure->n_output_frames = 0;
}
