/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A memory-to-memory node between a file and the output device: passes frames through it. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"
#include "session/buffer_ref.h"
#include "session/play_node_internal.h"

/* H.264 and HEVC: the most pictures that are coded before one that precedes them */
#define MAX_REORDER 16u

/* --- times --- */

static bool is_converter(const struct play_node *node)
{
	return node->m2m.conversion.job == JOB_CONVERTER;
}

/* If all entries are used, the oldest is overwritten: its picture will not come. */
static void keep_time(struct play_node *node, const struct frame *frame)
{
	struct play_node_time *time = &node->times[0];

	for (unsigned i = 1; i < PLAY_NODE_TIMES && time->used; i++)
		if (!node->times[i].used || node->times[i].number < time->number)
			time = &node->times[i];
	*time = (struct play_node_time){ .used = true,
					 .number = ++node->n_fed,
					 .pts_ns = frame->pts_ns,
					 .duration_ns = frame->duration_ns,
					 .copied_bytes = is_converter(node) ? frame->copied_bytes : 0 };
}

/* Packets come in decoding order but with increasing times, pictures in presentation order: the next picture
 * gets the first time left. Times far before it are dropped: their pictures are lost. */
static void set_time(struct play_node *node, const struct frame_info *info, struct frame *frame)
{
	uint64_t number = (uint64_t)(info->timestamp_ns / NS_PER_US);
	struct play_node_time *first = NULL;

	for (unsigned i = 0; i < PLAY_NODE_TIMES; i++) {
		struct play_node_time *time = &node->times[i];

		if (time->used && number <= node->n_fed && time->number + MAX_REORDER < number)
			time->used = false;
		if (time->used && (!first || time->number < first->number))
			first = time;
	}
	if (!first)
		return;
	first->used = false;
	frame->pts_ns = first->pts_ns;
	frame->duration_ns = first->duration_ns;
	frame->copied_bytes = first->copied_bytes;
}

/* --- into the node --- */

int play_node_feed(struct play_node *node, struct frame *frame)
{
	struct buffer *buffer = play_buffers_prepare(frame);

	keep_time(node, frame);
	buffer->info = (struct frame_info){ .timestamp_ns = (int64_t)node->n_fed * NS_PER_US };
	node->progress_ns = now_ns();
	return pool_try_queue(node->m2m.output_pool, buffer);
}

/* A converter has no drain command and needs none, as it returns a frame for each. Decoders without the
 * command take an empty buffer; the reader has all buffers, so it is one of the reader's. */
static int finish_feeding(struct play_node *node, int result)
{
	struct frame empty;
	int err = 0;

	node->is_fed = true;
	node->read_error = result;
	if (node->m2m.conversion.job == JOB_DECODER)
		err = m2m_drain(&node->m2m, NULL);
	if (err != -ENOTTY)
		return err;
	node->is_fed = play_buffers_acquire(&node->buffers, false, &empty) == 0; /* else tried again */
	return node->is_fed ? m2m_drain(&node->m2m, play_buffers_prepare(&empty)) : 0;
}

/* Feeds all frames that the reader has delivered. */
static int feed_all(struct play_node *node)
{
	int err = pool_reclaim(node->m2m.output_pool);
	void *item;

	play_buffers_recycle(&node->buffers);
	if (err == POOL_RES_CHANGE) {
		node->is_changing = true;
		err = 0;
	}
	while (err == 0 && !node->is_fed) {
		int result = fifo_try_get(node->frames, &item);

		if (result == -EAGAIN)
			return 0;
		if (result <= 0)
			return finish_feeding(node, result);
		err = play_node_feed(node, item);
		free(item);
	}
	return err;
}

/* --- out of it --- */

/* play_node_queue() clears opaque, and the link then owns the buffer. */
static void release_unqueued(void *opaque, uint8_t *data)
{
	struct buffer *buffer = (struct buffer *)data;

	(void)opaque;
	if (buffer->opaque)
		pool_release(buffer->pool, buffer);
}

static int make_frame(struct play_node *node, struct buffer *buffer, const struct frame_info *info,
		      struct frame **out)
{
	struct frame *frame = calloc(1, sizeof *frame);

	buffer->opaque = node;
	if (frame)
		frame->memory =
			av_buffer_create((uint8_t *)buffer, sizeof *buffer, release_unqueued, NULL, 0);
	if (!frame || !frame->memory) {
		free(frame);
		pool_release(node->m2m.capture_pool, buffer);
		return log_no_memory();
	}
	frame->n_planes = buffer->n_planes;
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		frame->planes[p].data = plane_payload(&buffer->planes[p]);
		frame->planes[p].bytes = plane_payload_bytes(&buffer->planes[p]);
	}
	set_time(node, info, frame);
	if (node->link.copies)
		frame->copied_bytes += info->bytes;
	node->n_given++;
	*out = frame;
	return 1;
}

/* A change of resolution ends the stream of CAPTURE, as draining does. */
static int end_of_stream(struct play_node *node)
{
	if (node->is_changing && node->n_given == node->n_before) {
		log_error("%s: it keeps changing the format that it is set to", node->m2m.node.path);
		return -EIO;
	}
	if (node->is_changing)
		return POOL_RES_CHANGE;
	return node->is_fed ? node->read_error : POOL_EOS;
}

static bool has_given_all(const struct play_node *node)
{
	return node->is_fed && is_converter(node) && node->n_given + node->n_empty >= node->n_fed;
}

int play_node_next(struct play_node *node, struct frame **frame)
{
	struct frame_info info;
	struct buffer *buffer;
	int err = feed_all(node);

	if (err == 0)
		err = pool_reclaim(node->link.to);
	while (err == 0) {
		err = pool_dequeue(node->m2m.capture_pool, POOL_PAST, &buffer, &info);
		if (err == 0 || err == POOL_CORRUPT)
			node->progress_ns = now_ns();
		node->n_empty += err == POOL_CORRUPT;
		node->n_damaged += err == POOL_CORRUPT || (err == 0 && info.flags & V4L2_BUF_FLAG_ERROR);
		if (err == 0)
			return make_frame(node, buffer, &info, frame);
		if (err == POOL_CORRUPT) /* its time is no other picture's */
			set_time(node, &info, &(struct frame){ 0 });
		if (err == POOL_RES_CHANGE)
			node->is_changing = true;
		if (err == POOL_CORRUPT || err == POOL_RES_CHANGE)
			err = 0;
	}
	if (err == POOL_EOS || (err == POOL_TIMEOUT && has_given_all(node)))
		return end_of_stream(node);
	return err == POOL_TIMEOUT || err == POOL_NOBUF ? -EAGAIN : err;
}

/* Whether no more can be fed, or there is no more. */
static bool is_full(struct play_node *node)
{
	return node->is_fed || !fifo_level(node->buffers.empty).items;
}

int play_node_wait(struct play_node *node, struct pollfd *fds, unsigned n_fds, int timeout_ms)
{
	struct pool *pools[] = { node->m2m.capture_pool, node->m2m.output_pool, node->link.to };
	int64_t now = now_ns(), deadline_ns = play_node_deadline(node);
	int err = pool_wait(pools, 3, fds, n_fds, now + timeout_ms * NS_PER_MS);

	if (err == POOL_TIMEOUT && deadline_ns && is_full(node) && now > deadline_ns)
		log_error("%s: the node has stopped responding", node->m2m.node.path);
	else if (err == POOL_TIMEOUT)
		return 0;
	return err;
}

int play_node_queue(struct play_node *node, struct frame *frame, int64_t due_ns, int64_t deadline_ns)
{
	struct buffer *buffer = buffer_ref_buffer(frame->memory);
	struct pollfd signal = { .fd = node->signal_fd, .events = POLLIN };
	int err;

	node->progress_ns = now_ns();
	buffer->opaque = NULL;
	av_buffer_unref(&frame->memory);
	buffer->info.timestamp_ns = due_ns;
	while ((err = pool_link_queue(&node->link, buffer)) == POOL_NOBUF) {
		err = pool_wait(&node->link.to, 1, &signal, 1, deadline_ns);
		if (err == 0 && signal.revents)
			err = POOL_FLUSHING;
		if (err == 0)
			err = pool_reclaim(node->link.to);
		if (err < 0) {
			pool_release(buffer->pool, buffer);
			return err;
		}
	}
	return err;
}
