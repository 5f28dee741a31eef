/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result of a recording so far, for the progress line and the status. */
#include "base/clock.h"
#include "session/record_loop.h"

static void update_high_water(struct fifo_level *high_water, struct fifo_level level)
{
	if (level.max_items > high_water->max_items)
		high_water->max_items = level.max_items;
	if (level.max_bytes > high_water->max_bytes)
		high_water->max_bytes = level.max_bytes;
}

/* Adds the copies of the present pool, whose counters started at 0. */
static void count_pool_copies(struct record_loop *loop)
{
	struct ledger *ledger = &loop->recording->ledger;
	struct pool_info info = pool_info(loop->recording->setup->pool);

	ledger->copied += info.n_copied - loop->counted.n_copied;
	ledger->bytes_copied += info.bytes_copied - loop->counted.bytes_copied;
	loop->counted = loop->recording->pool_info = info;
}

void record_loop_update_result(struct record_loop *loop)
{
	struct recording *recording = loop->recording;
	const struct capture_timestamps *timestamps = &loop->timestamps;
	struct ledger *ledger = &recording->ledger;
	uint64_t written = ledger->written, copied;

	if (loop->frames) {
		recording->backlog = fifo_level(loop->frames);
		update_high_water(&recording->high_water, recording->backlog);
		count_pool_copies(loop);
	}
	recording->latency_ns = timestamps->latency_stats;
	recording->interval_ns = timestamps->interval_stats;
	recording->n_timestamps_replaced = timestamps->n_replaced;
	capture_timestamps_faults(timestamps, recording->timestamp_faults);
	if (timestamps->last.pts_ns > 0)
		recording->measured_fps =
			(double)timestamps->interval_stats.count * NS_PER_S / (double)timestamps->last.pts_ns;
	copied = ledger->copied;
	ledger->zero_copy = written > copied ? written - copied : 0;
	recording->wall_ns = now_ns() - loop->start_ns;
}

void record_loop_report_progress(struct record_loop *loop, enum run_state state)
{
	struct recording *recording = loop->recording;

	if (!recording->options.progress)
		return;
	record_loop_update_result(loop);
	recording->last_frame_ns = loop->last_frame_ns;
	recording->n_files_so_far = loop->file ? record_file_current(loop->file, &recording->current) : 0;
	if (state == RUN_RUNNING && recording->options.has_pre_roll && !recording->current.path)
		state = RUN_ARMED;
	recording->state = state;
	recording->options.progress(recording->options.progress_opaque);
	output_file_free(&recording->current);
}
