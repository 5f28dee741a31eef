/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop of a relay: waits for both devices, takes buffers back from the output, and queues the newest
 * frame. */
#include <errno.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"
#include "base/units.h"
#include "device/inputs/dv_timings.h"
#include "device/obstacles.h"
#include "session/relay.h"

/* Ends the relay; returns err. */
static int finish_relay(struct relay *relay, enum run_end end, int err)
{
	relay->end = end;
	relay->done = true;
	return err;
}

static const char *source_path(const struct relay *relay)
{
	return relay->source.setup.device.path;
}

static void report_relay_progress(struct relay *relay, enum run_state state)
{
	enum run_state former = relay->state;

	relay->state = relay->played ? state : RUN_STARTING;
	if (relay->options.progress &&
	    (status_line_due(&relay->progress_ns, now_ns()) || former != relay->state))
		relay->options.progress(relay->options.progress_opaque);
}

/* --- the source's frames --- */

static void replace_by_newer(struct relay *relay, struct buffer **waiting, struct buffer *frame)
{
	if (*waiting) {
		frame_converter_skip(&relay->converter, *waiting);
		pool_release((*waiting)->pool, *waiting);
		relay->dropped++;
	}
	*waiting = frame;
}

/* The frame did not reach the device or the node: it was counted as lost if it could not be decoded, else it
 * is dropped. */
static void count_refused(struct relay *relay)
{
	uint64_t n = relay->converter.n_undecodable;

	relay->converter.n_undecodable = 0;
	relay->ledger.lost_codec += n;
	relay->dropped += !n;
}

static void count_read(struct relay *relay, const struct frame_info *info)
{
	uint64_t lost = ledger_add(&relay->ledger, info);

	if (relay->suspension.stopped_ns)
		suspension_count(&relay->suspension, source_path(relay), lost,
				 pool_info(relay->source.setup.pool).allocated);
}

static int take_source_frame(struct relay *relay, struct buffer *frame)
{
	const struct frame_info *info = &frame->info;

	count_read(relay, info);
	relay->last_read_ns = info->dequeue_ns;
	capture_timestamps_add(&relay->timestamps, info);
	if (info->flags & V4L2_BUF_FLAG_ERROR) {
		relay->ledger.lost_error++;
		pool_release(frame->pool, frame);
		return 0;
	}
	relay->read++;
	relay->stamp_is_good = device_clock_is_monotonic(info->flags) && relay->timestamps.last_is_believed;
	replace_by_newer(relay, &relay->waiting, frame);
	return 0;
}

/* The stream must be restarted even if the timings turn out to be the same (kernel documentation,
 * V4L2_EVENT_SOURCE_CHANGE). */
static int follow_source(struct relay *relay)
{
	struct setup *setup = &relay->source.setup;
	char change[DV_TIMINGS_TEXT_MAX];
	int64_t deadline_ns = relay->options.stall_ns ? now_ns() + relay->options.stall_ns : 0;
	int err = pool_pause(setup->pool);

	report_relay_progress(relay, RUN_WAITING);
	if (err == 0)
		err = dv_timings_wait(&setup->device, relay->options.signal_fd, deadline_ns,
				      &relay->changed_to);
	if (err == 0)
		err = dv_timings_compare(&setup->device, &setup->format, &relay->changed_to, change);
	if (err > 0) {
		log_warn("%s: the video source changed from %s: setting up both devices again",
			 source_path(relay), change);
		relay->source_changes++;
		relay->has_source_changed = true;
		return 0;
	}
	if (err == 0) {
		log_warn("%s: the video source was interrupted: restarting the stream", source_path(relay));
		relay->source_interruptions++;
		relay->last_read_ns = now_ns();
		err = pool_resume(setup->pool);
	}
	return err;
}

static int end_by_source(struct relay *relay, int err)
{
	enum run_end end = err == POOL_EOS        ? END_EOS
			   : err == POOL_FLUSHING ? END_SIGNAL
			   : err == POOL_TIMEOUT  ? END_STALL
			   : err == POOL_DEVLOST  ? END_DISCONNECT
						  : END_ERROR;

	return finish_relay(relay, end, end == END_EOS || end == END_SIGNAL ? 0 : err);
}

static bool is_under_way(const struct relay *relay)
{
	return relay->waiting || relay->node.n_inside || relay->node.converted;
}

static int read_source_frame(struct relay *relay)
{
	struct pool *pool = relay->source.setup.pool;
	struct frame_info info;
	struct buffer *frame;
	int err = pool_has_queued(pool) ? pool_dequeue(pool, POOL_PAST, &frame, &info) : POOL_TIMEOUT;

	if (err == 0)
		return take_source_frame(relay, frame);
	if (err == POOL_RES_CHANGE)
		err = follow_source(relay);
	if (err == POOL_TIMEOUT || err == POOL_WAKE || err == 0 || (err == POOL_EOS && is_under_way(relay)))
		return 0;
	if (err != POOL_CORRUPT && err != POOL_NOBUF)
		return end_by_source(relay, err);
	count_read(relay, &info);
	relay->ledger.lost_error += err == POOL_CORRUPT;
	relay->ledger.lost_queue += err == POOL_NOBUF;
	return 0;
}

/* As a conversion takes time, takes the newest of the frames that have come meanwhile. At most as many as
 * there are buffers, as the source may fill them as fast as they are released. */
static int read_source_frames(struct relay *relay)
{
	uint32_t left = relay->converts ? pool_info(relay->source.setup.pool).allocated : 1;
	uint64_t read;
	int err;

	do {
		read = relay->ledger.captured;
		err = read_source_frame(relay);
	} while (err == 0 && --left && relay->ledger.captured != read && !relay->done &&
		 !relay->has_source_changed);
	return err;
}

/* --- the output --- */

static int end_by_sink(struct relay *relay, int err)
{
	const char *path = relay->sink.setup.device.path;

	if (err == POOL_EOS || err == POOL_RES_CHANGE)
		log_error("%s: %s", path,
			  err == POOL_EOS ? "the driver ended the stream"
					  : "the device changed its resolution");
	return finish_relay(relay, err == POOL_DEVLOST ? END_DISCONNECT : END_ERROR, err);
}

static void count_played_frame(struct relay *relay, const struct frame_info *info)
{
	int64_t now = now_ns(), latency_ns = latency_between(info->timestamp_ns, now);
	uint64_t converted = relay->converts ? video_format_bytes(&relay->sink.setup.format) : 0;

	if (relay->played++ == 0) {
		relay->first_queue_ns = now;
		relay->first_frame_ns = now - relay->start_ns;
	} else {
		stats_add(&relay->interval_ns, now - relay->last_queue_ns);
	}
	relay->bytes_played += converted ? converted : info->bytes;
	relay->bytes_copied_before += converted;
	if (relay->stamp_is_good && latency_ns >= 0) /* vivid delivers frames ahead of their time */
		stats_add(&relay->latency_ns, latency_ns);
	relay->n_ahead += relay->stamp_is_good && latency_ns < 0;
	relay->last_queue_ns = now;
	if (relay->options.queued)
		relay->options.queued(relay->options.observer, info);
}

static int queue_to_output(struct relay *relay, struct buffer **waiting)
{
	struct frame_info info = (*waiting)->info; /* the driver may have the buffer again afterwards */
	int err = pool_link_queue(&relay->link, *waiting);

	if (err == POOL_NOBUF)
		return 0;
	*waiting = NULL;
	if (err < 0) /* the link has released it */
		count_refused(relay);
	if (err < 0 && err != POOL_CORRUPT)
		return end_by_sink(relay, err);
	if (err == 0)
		count_played_frame(relay, &info);
	if (relay->options.count && relay->played == relay->options.count)
		return finish_relay(relay, END_COUNT, 0);
	return 0;
}

/* --- the node --- */

static int end_by_node(struct relay *relay, int err)
{
	if (err == POOL_EOS || err == POOL_RES_CHANGE)
		log_error("%s: the converter ended its stream", relay->node.m2m.node.path);
	return finish_relay(relay, err == POOL_DEVLOST ? END_DISCONNECT : END_ERROR, err);
}

/* Passes the newest frame of the source to the node. */
static int feed_converter(struct relay *relay)
{
	int err = pool_link_queue(&relay->node.link, relay->waiting);

	if (err == POOL_NOBUF)
		return 0;
	relay->waiting = NULL;
	relay->dropped += err < 0;
	relay->node.n_inside += err == 0;
	return err == 0 || err == POOL_CORRUPT ? 0 : end_by_node(relay, err);
}

static int take_converted_frame(struct relay *relay)
{
	struct relay_node *node = &relay->node;
	struct frame_info info;
	struct buffer *frame;
	int err = pool_dequeue(node->m2m.capture_pool, POOL_PAST, &frame, &info);

	if (err == POOL_TIMEOUT || err == POOL_WAKE || err == POOL_NOBUF)
		return 0;
	if (err < 0 && err != POOL_CORRUPT)
		return end_by_node(relay, err);
	node->n_inside -= node->n_inside > 0;
	if (err == 0 && !(info.flags & V4L2_BUF_FLAG_ERROR)) {
		replace_by_newer(relay, &node->converted, frame);
		return 0;
	}
	if (err == 0)
		pool_release(frame->pool, frame);
	relay->dropped++;
	return 0;
}

static int run_converter(struct relay *relay)
{
	int err = pool_reclaim(relay->node.m2m.output_pool);

	if (err < 0)
		return end_by_node(relay, err);
	err = take_converted_frame(relay);
	if (err == 0 && !relay->done && relay->node.converted)
		err = queue_to_output(relay, &relay->node.converted);
	return err;
}

/* --- with a node or without --- */

static int reclaim_frames(struct relay *relay)
{
	int err = pool_reclaim(relay->link.to);

	if (err < 0)
		return end_by_sink(relay, err);
	return relay->options.convert_device ? run_converter(relay) : 0;
}

static int queue_waiting(struct relay *relay)
{
	return relay->options.convert_device ? feed_converter(relay)
					     : queue_to_output(relay, &relay->waiting);
}

/* --- waiting --- */

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
	return !a_ns || (b_ns && b_ns < a_ns) ? b_ns : a_ns;
}

static int64_t duration_end_ns(const struct relay *relay)
{
	int64_t duration_ns = relay->options.duration_ns;

	return duration_ns && relay->first_queue_ns ? relay->first_queue_ns + duration_ns : 0;
}

static int64_t stall_end_ns(const struct relay *relay)
{
	int64_t stall_ns = relay->options.stall_ns;
	int64_t since_ns = is_under_way(relay) ? earlier(relay->last_read_ns, relay->last_queue_ns)
					       : relay->last_read_ns;

	return stall_ns ? since_ns + stall_ns : 0;
}

/* Ends the relay after its duration, or if a device has stalled. */
static int check_deadlines(struct relay *relay, int64_t now)
{
	int64_t end_ns = duration_end_ns(relay), stall_ns = relay->options.stall_ns;
	char text[64];

	if (end_ns && now >= end_ns)
		return finish_relay(relay, END_DURATION, 0);
	if (!stall_ns || now < stall_end_ns(relay))
		return 0;
	snprintf(text, sizeof text, "%s s", PLAIN_NUMBER((double)stall_ns / NS_PER_S, 3));
	if (now >= relay->last_read_ns + stall_ns && pool_has_queued(relay->source.setup.pool))
		obstacle_report(source_path(relay), OBSTACLE_NO_FRAMES, text, NULL);
	else if (relay->options.convert_device && !relay->node.converted)
		log_error("%s: the converter gave no frame for %s, and has %llu", relay->node.m2m.node.path,
			  text, (unsigned long long)relay->node.n_inside);
	else
		obstacle_report(relay->sink.setup.device.path, OBSTACLE_TAKES_NONE, NULL, NULL);
	return finish_relay(relay, END_STALL, POOL_TIMEOUT);
}

/* Waits for at most a second, for the progress line. */
static int wait_for_devices(struct relay *relay)
{
	struct pool *pools[] = { relay->source.setup.pool, relay->link.to, relay->node.m2m.output_pool,
				 relay->node.m2m.capture_pool };
	unsigned n_pools = relay->options.convert_device ? 4 : 2;
	struct pollfd signal = { .fd = relay->options.signal_fd, .events = POLLIN };
	int64_t deadline_ns = earlier(duration_end_ns(relay), stall_end_ns(relay));
	int err;

	if (relay->options.progress)
		deadline_ns = earlier(deadline_ns, now_ns() + NS_PER_S);
	err = pool_wait(pools, n_pools, &signal, 1, deadline_ns);
	if (signal.revents)
		return finish_relay(relay, END_SIGNAL, 0);
	return err == 0 || err == POOL_TIMEOUT ? 0 : end_by_source(relay, err);
}

static int relay_turn(struct relay *relay)
{
	int err = wait_for_devices(relay);
	int64_t now = now_ns();

	if (suspension_check(&relay->suspension, now)) /* not a stall of the devices */
		relay->last_read_ns = relay->last_queue_ns = now;
	if (err == 0 && !relay->done)
		err = reclaim_frames(relay);
	if (err == 0 && !relay->done && relay->waiting)
		err = queue_waiting(relay);
	if (err == 0 && !relay->done)
		err = read_source_frames(relay);
	if (err == 0 && !relay->done && relay->waiting)
		err = queue_waiting(relay);
	if (err == 0 && !relay->done)
		err = check_deadlines(relay, now);
	report_relay_progress(relay, RUN_RUNNING);
	return err;
}

int relay_loop_run(struct relay *relay)
{
	struct pool *source = relay->source.setup.pool, *failed = NULL;
	int err;

	capture_timestamps_begin(&relay->timestamps, pool_format(source)->fps, pool_info(source).streams,
				 now_ns());
	err = pool_link_start(&relay->link, &failed);
	if (err == 0 && relay->options.convert_device)
		err = pool_link_start(&relay->node.link, &failed);
	if (err < 0)
		return failed == relay->link.to ? end_by_sink(relay, err)
		       : failed == source       ? end_by_source(relay, err)
						: end_by_node(relay, err);
	/* One frame that is shown and one that is next; more would add latency. */
	relay->link.depth = pool_info(relay->link.to).min_latency;
	relay->node.link.depth = relay->link.depth;
	relay->last_read_ns = relay->last_queue_ns = relay->progress_ns = now_ns();
	relay->suspension =
		(struct suspension){ .resume_fd = relay->options.resume_fd, .awake_ns = relay->last_read_ns };
	while (err == 0 && !relay->done && !relay->has_source_changed)
		err = relay_turn(relay);
	return err;
}
