/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Codec and converter nodes in the way of a recording. */
#include "session/record_encode_internal.h"

#include <errno.h>
#include <stdlib.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "session/buffer_ref.h"
#include "session/record_loop_frame.h"

/* How long to wait for the last frames of a node that cannot be told that they are the last. */
#define DRAIN_NS (2 * NS_PER_S)

static uint64_t n_pending(const struct record_encode *encode)
{
	return encode->n_waiting + encode->n_encoding;
}

uint64_t record_encode_pending(const struct record_loop *loop)
{
	uint64_t n = 0;

	for (const struct record_encode *encode = loop->encode; encode; encode = encode->next)
		n += n_pending(encode);
	return n;
}

/* --- the loop --- */

/* Ends the recording with an error of the node rather than the camera. */
static int fail(struct record_encode *encode, enum run_end end, int err)
{
	encode->failed = true;
	encode->loop->failed_node = encode->encoding;
	return record_loop_finish(encode->loop, end, err);
}

/* Ends the recording with an error that a call for the node returned and logged, unless the file has ended
 * it. Returns err. */
static int check(struct record_encode *encode, int err)
{
	if (err >= 0 || err == POOL_EOS || encode->failed || encode->loop->refused)
		return err < 0 ? err : 0;
	return fail(encode, err == POOL_DEVLOST ? END_DISCONNECT : END_ERROR, err);
}

/* Does all work of the node that needs no waiting. */
static int run_node(struct record_encode *encode)
{
	int err = pool_reclaim(encode->m2m->output_pool);

	if (err == 0)
		err = record_encode_take(encode);
	while (err > 0 && encode->m2m->is_draining)
		err = record_encode_take(encode);
	return err < 0 ? err : record_encode_feed(encode);
}

/* Runs the node and those behind it. Returns 0; POOL_EOS: it was drained; or a negative errno, which has
 * ended the recording. */
static int run_nodes(struct record_encode *encode)
{
	int err = 0;

	for (; err == 0 && encode; encode = encode->next)
		err = check(encode, run_node(encode));
	return err;
}

static struct record_encode *last_node(struct record_encode *encode)
{
	while (encode->next)
		encode = encode->next;
	return encode;
}

/* Waits for the camera (NULL: not), the node and those behind it. Returns 0, also when a signal has ended the
 * recording. */
static int wait(struct record_encode *encode, struct pool *camera, int64_t deadline_ns, bool *signalled)
{
	struct record_loop *loop = encode->loop;
	bool is_low = pool_is_low(last_node(encode)->m2m->capture_pool);
	struct pollfd fds[] = {
		{ .fd = camera ? loop->recording->options.signal_fd : -1, .events = POLLIN },
		{ .fd = is_low ? fifo_fd(loop->returned) : -1, .events = POLLIN },
	};
	struct pool *pools[1 + 2 * ENCODING_NODES_MAX];
	unsigned n_pools = 0;
	int err;

	if (camera)
		pools[n_pools++] = camera;
	for (; encode; encode = encode->next) {
		pools[n_pools++] = encode->m2m->output_pool;
		pools[n_pools++] = encode->m2m->capture_pool;
	}
	loop->n_refs -= buffer_ref_return(loop->returned, is_low);
	err = pool_wait(pools, n_pools, fds, 2, deadline_ns);
	*signalled = err == 0 && fds[0].revents;
	return err == POOL_TIMEOUT ? 0 : err;
}

/* --- nodes that stand still --- */

static int64_t stall_deadline(const struct record_encode *encode)
{
	int64_t stall_ns = encode->loop->recording->options.stall_ns;

	return stall_ns && n_pending(encode) ? encode->active_ns + stall_ns : 0;
}

/* The earlier of deadline_ns (0: none) and the time when one of the nodes has stalled. */
static int64_t next_deadline(const struct record_encode *encode, int64_t deadline_ns)
{
	int64_t time_ns = now_ns();

	for (; encode; encode = encode->next) {
		int64_t stall_ns = stall_deadline(encode);

		if (stall_ns > time_ns && (!deadline_ns || stall_ns < deadline_ns))
			deadline_ns = stall_ns;
	}
	return deadline_ns;
}

/* Whether the next node has no free buffer. */
static bool is_blocked(const struct record_encode *encode)
{
	return encode->next && !pool_has_queued(encode->m2m->capture_pool);
}

/* Finds the first node that has given no frame for too long, though it gets frames and the next one has room;
 * NULL: none. Without new frames a node may hold back those that it has. */
static struct record_encode *find_stalled(struct record_encode *encode, bool gets_frames)
{
	int64_t time_ns = now_ns(), half_ns = encode->loop->recording->options.stall_ns / 2;

	for (; encode; encode = encode->next) {
		int64_t deadline_ns = stall_deadline(encode);

		if (deadline_ns && time_ns >= deadline_ns && gets_frames && !is_blocked(encode))
			return encode;
		gets_frames = is_blocked(encode) || time_ns - encode->active_ns <= half_ns;
	}
	return NULL;
}

static int report_stalled(struct record_encode *encode)
{
	log_error("%s: the %s gave no frame for %s s; it has %llu, and %llu wait until it returns a buffer",
		  encode->m2m->node.path, conversion_job_name(encode->m2m->conversion.job),
		  PLAIN_NUMBER((double)encode->loop->recording->options.stall_ns / NS_PER_S, 3),
		  (unsigned long long)encode->n_encoding, (unsigned long long)encode->n_waiting);
	return fail(encode, END_STALL, POOL_TIMEOUT);
}

int record_encode_turn(struct record_loop *loop, int64_t deadline_ns)
{
	struct record_encode *first = loop->encode, *stalled;
	int64_t half_ns = loop->recording->options.stall_ns / 2;
	bool signalled;
	int err = wait(first, loop->recording->setup->pool, next_deadline(first, deadline_ns), &signalled);

	if (signalled)
		return record_loop_finish(loop, END_SIGNAL, 0);
	err = err < 0 ? check(first, err) : run_nodes(first);
	if (err < 0 || loop->done)
		return err;
	stalled = find_stalled(first, now_ns() - loop->last_frame_ns <= half_ns);
	return stalled ? report_stalled(stalled) : 0;
}

int record_encode_add(struct record_loop *loop, struct buffer *buffer, int64_t pts_ns, uint64_t lost)
{
	struct record_encode *encode = loop->encode;
	struct record_frame *frame = record_loop_new_frame(loop, FRAME_WRITTEN, lost);

	if (!frame) {
		pool_release(buffer->pool, buffer);
		return record_loop_lose_for_want_of_memory(loop);
	}
	frame->frame.pts_ns = pts_ns;
	record_encode_enter(encode, frame, buffer);
	record_loop_append(loop, frame);
	return check(encode, record_encode_feed(encode));
}

/* --- start and end --- */

static int open_nodes(struct record_loop *loop)
{
	struct record_encode **next = &loop->encode;
	struct encoding *encoding = loop->recording->setup->encoding;

	for (unsigned i = 0; encoding; i++, encoding = encoding->next) {
		struct record_encode *encode = calloc(1, sizeof *encode);

		if (!encode)
			return record_loop_finish(loop, END_ERROR, log_no_memory());
		*encode = (struct record_encode){ .loop = loop,
						  .index = i,
						  .encoding = encoding,
						  .m2m = &encoding->encoder.m2m,
						  .asked_pts_ns = NO_KEY_ASKED };
		*next = encode;
		next = &encode->next;
	}
	return 0;
}

/* Starts the queues behind the node first, so that its output has room. before: the node that gives it
 * frames; NULL: the camera. */
static int start_node(struct record_encode *encode, struct record_encode *before)
{
	struct pool *failed = NULL;
	int err = encode->next ? start_node(encode->next, encode)
			       : check(encode, pool_start(encode->m2m->capture_pool));

	if (err < 0)
		return err;
	err = pool_link_start(&encode->encoding->link, &failed);
	if (failed == encode->m2m->output_pool)
		return check(encode, err);
	return before ? check(before, err) : err;
}

int record_encode_start(struct record_loop *loop)
{
	int err = open_nodes(loop);
	struct record_encode *last;

	if (err < 0)
		return err;
	last = last_node(loop->encode);
	err = check(last, parameter_sets_open(&last->parameter_sets, &last->encoding->encoder.coded));
	return err < 0 ? err : start_node(loop->encode, NULL);
}

/* Where the node has no drain command, its last frames are waited for. */
static int tell_end(struct record_encode *encode, bool *told)
{
	int err;

	if (encode->n_waiting || encode->restarting || !*told || encode->m2m->is_draining)
		return 0;
	err = m2m_drain(encode->m2m, encode->empty.n_planes ? &encode->empty : NULL);
	if (err == -ENOTTY)
		*told = false;
	return err == -ENOTTY || err == POOL_NOBUF ? 0 : err;
}

/* Drains the node; those before it are drained. Returns 0, even if frames are lost in it, or a negative
 * errno, which has ended the recording. */
static int drain(struct record_encode *encode)
{
	struct record_encode *stalled;
	bool can_tell = true, signalled;
	int err = 0;

	for (struct record_encode *node = encode; node; node = node->next)
		node->active_ns = now_ns();
	while (err == 0 && n_pending(encode)) {
		int64_t deadline_ns;

		err = run_nodes(encode);
		if (err == 0)
			err = check(encode, tell_end(encode, &can_tell));
		if (err < 0)
			break;
		deadline_ns = can_tell || is_blocked(encode) ? 0 : encode->active_ns + DRAIN_NS;
		if (deadline_ns && now_ns() >= deadline_ns)
			break;
		stalled = find_stalled(encode, can_tell);
		if (stalled)
			return report_stalled(stalled);
		if (n_pending(encode))
			err = check(encode,
				    wait(encode, NULL, next_deadline(encode, deadline_ns), &signalled));
	}
	return err == POOL_EOS ? 0 : err;
}

/* Whether neither the node nor one behind it has failed. */
static bool can_drain(const struct record_encode *encode)
{
	while (encode && !encode->failed)
		encode = encode->next;
	return !encode;
}

int record_encode_finish(struct record_loop *loop, int err)
{
	enum run_end end = loop->recording->end;
	bool has_room = end != END_SIZE && end != END_WRITE_ERROR;
	enum frame_result result = has_room ? FRAME_LOST_CODEC : FRAME_SKIPPED;
	int drain_err = 0;

	if (!loop->encode)
		return err;
	for (struct record_encode *encode = loop->encode; encode; encode = encode->next) {
		if (has_room && !loop->refused && can_drain(encode))
			drain_err = drain(encode);
		record_encode_leave_out(encode, RECORD_WAITING, result);
		record_encode_leave_out(encode, RECORD_ENCODING, result);
		err = err < 0 ? err : drain_err;
	}
	record_loop_flush(loop);
	return err;
}

void record_encode_stop(struct record_loop *loop)
{
	for (struct record_encode *encode = loop->encode; encode; encode = encode->next)
		pool_link_stop(&encode->encoding->link);
	pool_stop(last_node(loop->encode)->m2m->capture_pool);
}

static void count_copies(struct ledger *ledger, const struct encoding *encoding)
{
	const struct m2m *m2m = &encoding->encoder.m2m;
	const struct pool_info infos[] = { pool_info(m2m->output_pool), pool_info(m2m->capture_pool) };

	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		ledger->copied += infos[i].n_copied;
		ledger->bytes_copied += infos[i].bytes_copied;
	}
	ledger->copied += encoding->link.n_copied + encoding->converter.n_copied;
	ledger->bytes_copied += encoding->link.bytes_copied + encoding->converter.bytes_copied;
}

void record_encode_close(struct record_loop *loop)
{
	struct record_encode *encode;

	while ((encode = loop->encode)) {
		loop->encode = encode->next;
		count_copies(&loop->recording->ledger, encode->encoding);
		parameter_sets_close(&encode->parameter_sets);
		free(encode);
	}
}
