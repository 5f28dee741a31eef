/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A codec or converter node in the way of a recording. */
#include "session/record_encode_internal.h"

#include <errno.h>
#include <stdlib.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "session/buffer_ref.h"
#include "session/record_loop_frame.h"

/* How long to wait for the last frames of a node that cannot be told that they are the last. */
#define DRAIN_NS (2 * NS_PER_S)

uint64_t record_encode_pending(const struct record_loop *loop)
{
	return loop->encode ? loop->encode->n_waiting + loop->encode->n_encoding : 0;
}

/* --- the loop --- */

/* Ends the recording: the camera is not to blame. */
static int fail(struct record_encode *encode, enum run_end end, int err)
{
	encode->failed = encode->loop->node_failed = true;
	return record_loop_finish(encode->loop, end, err);
}

/* By the error of a call for the node, which has logged. */
static int fail_by(struct record_encode *encode, int err)
{
	return fail(encode, err == POOL_DEVLOST ? END_DISCONNECT : END_ERROR, err);
}

/* Errors of the file have ended the recording already. */
static int check(struct record_encode *encode, int err)
{
	return err >= 0 || encode->loop->done ? (err < 0 ? err : 0) : fail_by(encode, err);
}

/* What can be done without waiting. */
static int run_node(struct record_encode *encode)
{
	int err = pool_reclaim(encode->m2m->output_pool);

	if (err == 0)
		err = record_encode_take(encode);
	while (err > 0 && encode->m2m->is_draining)
		err = record_encode_take(encode);
	return err < 0 ? err : record_encode_feed(encode);
}

/* Returns 0, also where a signal ends the recording. */
static int wait(struct record_encode *encode, struct pool *const *pools, unsigned n_pools,
		int64_t deadline_ns, bool *signalled)
{
	struct record_loop *loop = encode->loop;
	bool is_low = pool_is_low(encode->m2m->capture_pool);
	struct pollfd fds[] = {
		{ .fd = signalled ? loop->recording->options.signal_fd : -1, .events = POLLIN },
		{ .fd = is_low ? fifo_fd(loop->returned) : -1, .events = POLLIN },
	};
	int err;

	loop->n_refs -= buffer_ref_return(loop->returned, is_low);
	err = pool_wait(pools, n_pools, fds, 2, deadline_ns);
	if (signalled)
		*signalled = err == 0 && fds[0].revents;
	return err == POOL_TIMEOUT ? 0 : err;
}

static int64_t stall_deadline(const struct record_encode *encode)
{
	int64_t stall_ns = encode->loop->recording->options.stall_ns;

	return stall_ns && record_encode_pending(encode->loop) ? encode->active_ns + stall_ns : 0;
}

static int report_node_stall(struct record_encode *encode)
{
	log_error("%s: the %s gave no frame for %.3g s; it has %llu, and %llu wait until it returns a buffer",
		  encode->m2m->node.path, conversion_job_name(encode->m2m->conversion.job),
		  (double)encode->loop->recording->options.stall_ns / NS_PER_S,
		  (unsigned long long)encode->n_encoding, (unsigned long long)encode->n_waiting);
	return fail(encode, END_STALL, POOL_TIMEOUT);
}

/* Where the camera gives nothing either, the frames that the node still has do not tell. */
static int check_stall(struct record_encode *encode)
{
	int64_t deadline_ns = stall_deadline(encode), time_ns = now_ns();
	int64_t half_ns = encode->loop->recording->options.stall_ns / 2;

	if (!deadline_ns || time_ns < deadline_ns || time_ns - encode->loop->last_frame_ns > half_ns)
		return 0;
	return report_node_stall(encode);
}

int record_encode_turn(struct record_loop *loop, int64_t deadline_ns)
{
	struct record_encode *encode = loop->encode;
	struct pool *pools[] = { loop->recording->setup->pool, encode->m2m->output_pool,
				 encode->m2m->capture_pool };
	int64_t stall_ns = stall_deadline(encode);
	bool signalled;
	int err;

	if (stall_ns > now_ns() && (!deadline_ns || stall_ns < deadline_ns))
		deadline_ns = stall_ns;
	err = wait(encode, pools, 3, deadline_ns, &signalled);
	if (signalled)
		return record_loop_finish(loop, END_SIGNAL, 0);
	if (err == 0)
		err = run_node(encode);
	err = check(encode, err);
	return err < 0 || loop->done ? err : check_stall(encode);
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
	frame->copied = buffer->copied || encode->encoding->link.copies;
	frame->raw = buffer;
	frame->stage = RECORD_WAITING;
	if (record_encode_pending(loop) == 0)
		encode->active_ns = now_ns();
	encode->n_waiting++;
	record_loop_append(loop, frame);
	return check(encode, record_encode_feed(encode));
}

/* --- start and end --- */

int record_encode_start(struct record_loop *loop)
{
	struct encoding *encoding = loop->recording->setup->encoding;
	struct record_encode *encode = calloc(1, sizeof *encode);
	struct pool *failed = NULL;
	int err;

	if (!encode)
		return record_loop_finish(loop, END_ERROR, log_no_memory());
	*encode = (struct record_encode){ .loop = loop,
					  .encoding = encoding,
					  .m2m = &encoding->encoder.m2m,
					  .asked_pts_ns = NO_KEY_ASKED };
	loop->encode = encode;
	err = parameter_sets_open(&encode->parameter_sets, &encoding->encoder.coded);
	if (err == 0)
		err = pool_start(encode->m2m->capture_pool);
	if (err < 0)
		return fail_by(encode, err);
	err = pool_link_start(&encoding->link, &failed);
	return err < 0 && failed == encode->m2m->output_pool ? fail_by(encode, err) : err;
}

/* Where the node cannot be told that it has all, its last frames are waited for. */
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

static int drain(struct record_encode *encode)
{
	struct pool *pools[] = { encode->m2m->output_pool, encode->m2m->capture_pool };
	bool can_tell = true;
	int err = 0;

	encode->active_ns = now_ns();
	while (encode->n_waiting || encode->n_encoding) {
		int64_t deadline_ns = stall_deadline(encode);

		if (!can_tell)
			deadline_ns = encode->active_ns + DRAIN_NS;
		err = run_node(encode);
		if (err == 0)
			err = tell_end(encode, &can_tell);
		if (err < 0)
			return err == POOL_EOS ? 0 : err;
		if (deadline_ns && now_ns() >= deadline_ns)
			return can_tell ? report_node_stall(encode) : 0;
		if (encode->n_waiting || encode->n_encoding)
			err = wait(encode, pools, 2, deadline_ns, NULL);
		if (err < 0)
			return err;
	}
	return 0;
}

int record_encode_finish(struct record_loop *loop, int err)
{
	struct record_encode *encode = loop->encode;
	enum run_end end = loop->recording->end;
	bool has_room = end != END_SIZE && end != END_WRITE_ERROR;
	int drain_err = 0;

	if (!encode)
		return err;
	if (!encode->failed && has_room && encode->m2m->capture_pool)
		drain_err = drain(encode);
	if (drain_err < 0 && !encode->failed && !loop->refused)
		fail_by(encode, drain_err);
	record_encode_leave_out(encode, RECORD_WAITING, has_room ? FRAME_LOST_CODEC : FRAME_SKIPPED);
	record_encode_leave_out(encode, RECORD_ENCODING, has_room ? FRAME_LOST_CODEC : FRAME_SKIPPED);
	record_loop_flush(encode->loop);
	return err < 0 ? err : drain_err;
}

void record_encode_stop(struct record_loop *loop)
{
	pool_link_stop(&loop->encode->encoding->link);
	pool_stop(loop->encode->m2m->capture_pool);
}

void record_encode_close(struct record_loop *loop)
{
	struct record_encode *encode = loop->encode;
	struct ledger *ledger = &loop->recording->ledger;
	const struct encoding *encoding = encode->encoding;
	const struct pool_info infos[] = { pool_info(encode->m2m->output_pool),
					   pool_info(encode->m2m->capture_pool) };

	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		ledger->copied += infos[i].n_copied;
		ledger->bytes_copied += infos[i].bytes_copied;
	}
	ledger->copied += encoding->link.n_copied + encoding->converter.n_copied;
	ledger->bytes_copied += encoding->link.bytes_copied + encoding->converter.bytes_copied;
	parameter_sets_close(&encode->parameter_sets);
	free(encode);
	loop->encode = NULL;
}
