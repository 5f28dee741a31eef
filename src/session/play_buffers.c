/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The buffers of a playback, from empty to displayed and back. */
#include "session/play_buffers.h"

#include "base/log.h"
#include "base/mapping.h"
#include "session/buffer_ref.h"

#define MAX_BUFFERS (2 * POOL_MAX_BUFFERS)
/* More buffers bring no gain. */
#define MAX_BUFFER_BYTES (UINT64_C(256) << 20)
#define DECODER_BUFFERS 16 /* H.264 and HEVC: maximum number of reference frames */
#define FRAMES_AHEAD 6

static unsigned buffers_wanted(const struct pool *pool, bool decoded, unsigned max_ahead)
{
	/* Those of the driver, one waiting for its time, one being filled. */
	unsigned min = pool_info(pool).min_latency + 2;
	unsigned wanted = min + max_ahead - 1 + (decoded ? DECODER_BUFFERS : 0);
	uint64_t affordable = MAX_BUFFER_BYTES / video_format_bytes(pool_format(pool));

	if (wanted > affordable)
		wanted = (unsigned)affordable;
	return wanted > min ? wanted : min;
}

/* Acquires up to `wanted` buffers. */
static int acquire_all(struct play_buffers *b, unsigned wanted)
{
	struct pool_info info = pool_info(b->pool);
	unsigned min = info.streams ? info.min_latency : 1;
	struct buffer *buffer;
	int err = 0;

	while (b->n_buffers < wanted && b->n_buffers < MAX_BUFFERS) {
		err = pool_acquire(b->pool, &buffer);
		if (err < 0)
			break;
		fifo_put(b->empty, buffer, 0);
		b->n_buffers++;
	}
	if (b->n_buffers >= min)
		return 0;
	if (err < 0 && err != POOL_NOBUF)
		return err;
	/* pool_queue() returns none before the driver has min_latency buffers. */
	log_error("%s: memory for %u buffers, %u needed", pool_device(b->pool)->path, b->n_buffers, min);
	return -ENOMEM;
}

/* Frames that wait for their time use buffers that the decoder could have. */
static void share_out(struct play_buffers *b, unsigned max_ahead)
{
	unsigned busy = pool_info(b->pool).min_latency + 1;
	unsigned left = b->n_buffers > busy ? b->n_buffers - busy : 1;

	b->n_ahead = left < max_ahead ? left : max_ahead;
	busy += b->n_ahead;
	b->n_direct = b->n_buffers > busy ? b->n_buffers - busy : 0;
}

int play_buffers_open(struct play_buffers *b, struct pool *pool, bool decoded, bool paced)
{
	/* Without a pace, a few buffers that are reused at once stay in the cache. */
	unsigned max_ahead = paced ? FRAMES_AHEAD : 1;
	int err;

	b->pool = pool;
	err = fifo_open(&b->empty);
	if (err == 0)
		err = fifo_open(&b->returned);
	if (err == 0)
		err = fifo_reserve(b->empty, MAX_BUFFERS);
	if (err == 0)
		err = fifo_reserve(b->returned, MAX_BUFFERS);
	if (err == 0)
		err = acquire_all(b, buffers_wanted(pool, decoded, max_ahead));
	if (err < 0)
		return err;
	share_out(b, max_ahead);
	return 0;
}

void play_buffers_close(struct play_buffers *b)
{
	void *buffer;

	if (b->returned)
		buffer_ref_return(b->returned, true);
	while (b->empty && fifo_try_get(b->empty, &buffer) > 0)
		pool_release(b->pool, buffer);
	fifo_close(b->empty);
	fifo_close(b->returned);
}

int play_buffers_acquire(void *opaque, bool wait, struct frame *frame)
{
	struct play_buffers *b = opaque;
	struct buffer *buffer;
	void *item;
	int result = wait ? fifo_get(b->empty, &item) : fifo_try_get(b->empty, &item);

	if (result <= 0)
		return result == 0 ? -ECANCELED : result;
	buffer = item;
	*frame = (struct frame){ .n_planes = buffer->n_planes };
	frame->memory = buffer_ref_create(buffer, b->returned);
	if (!frame->memory) {
		fifo_put(b->returned, buffer, 0);
		return -ENOMEM;
	}
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		frame->planes[p].data = buffer->planes[p].data;
		/* Decoders write a little beyond the frame: mappings have a page for that. */
		frame->planes[p].bytes = mapping_bytes(buffer->planes[p].length);
	}
	return 0;
}

void play_buffers_cancel(struct play_buffers *b)
{
	fifo_finish(b->empty, -ECANCELED);
}

void play_buffers_recycle(struct play_buffers *b)
{
	void *buffer;

	while (fifo_try_get(b->returned, &buffer) > 0)
		fifo_put(b->empty, buffer, 0);
}

/* buffer->done(): the driver has returned the buffer. */
static void unref_queued(struct buffer *buffer)
{
	AVBufferRef *memory = buffer->opaque;

	buffer->done = NULL;
	av_buffer_unref(&memory);
}

struct buffer *play_buffers_prepare(struct frame *frame)
{
	struct buffer *buffer = buffer_ref_buffer(frame->memory);

	for (unsigned p = 0; p < frame->n_planes; p++) {
		buffer->planes[p].data_offset = 0;
		buffer->planes[p].bytesused = (uint32_t)frame->planes[p].bytes;
	}
	buffer->opaque = frame->memory;
	buffer->done = unref_queued;
	frame->memory = NULL;
	return buffer;
}
