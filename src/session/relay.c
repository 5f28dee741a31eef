/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A relay: opens its two devices, runs its consecutive streams, and ends. */
#include "session/relay.h"

#include <errno.h>
#include <poll.h>
#include "base/clock.h"
#include "base/log.h"
#include "session/reconnect.h"

#define DRAIN_NS (2 * NS_PER_S)

enum status relay_open(struct relay *relay)
{
	struct relay_end *source = &relay->source, *sink = &relay->sink;
	enum status status = setup_device(&source->setup, source->options);

	if (status == STATUS_DONE)
		status = setup_device(&sink->setup, sink->options);
	if (status == STATUS_DONE && relay->options.convert_device)
		status = status_of(STAGE_DEVICE,
				   m2m_open_converter(&relay->node.m2m, relay->options.convert_device));
	if (status == STATUS_DONE)
		status = status_of(STAGE_FORMAT, relay_format_negotiate(relay));
	if (status == STATUS_DONE)
		status = setup_verify(&source->setup, source->options);
	if (status == STATUS_DONE)
		status = setup_verify(&sink->setup, sink->options);
	return status == STATUS_DONE ? relay_queues_open(relay) : status;
}

/* Sets both devices up again after a change of the source. */
static int follow_change(struct relay *relay)
{
	struct setup *source = &relay->source.setup;
	int64_t deadline_ns = relay->options.stall_ns ? now_ns() + relay->options.stall_ns : 0;
	int err = 0;

	relay_queues_close(relay);
	relay->has_source_changed = false;
	if (!relay->source_pool.streams)
		err = reconnect_after_rw(source, relay->source.options);
	if (err == 0 && !relay->sink_pool.streams)
		err = reconnect_after_rw(&relay->sink.setup, relay->sink.options);
	source->request.force = true;
	if (err == 0)
		err = dv_timings_apply(&source->device, relay->options.signal_fd, deadline_ns,
				       &relay->changed_to);
	if (err == 0)
		err = relay_format_negotiate(relay);
	if (err == 0 && relay_queues_open(relay) != STATUS_DONE)
		err = -EIO;
	if (err != -ECANCELED)
		return err;
	relay->end = END_SIGNAL;
	relay->done = true;
	return 0;
}

/* Shows the last frame for as long as the others. With write() the number of frames in the driver is not
 * known. */
static void show_last_frame_of(struct relay *relay)
{
	struct pollfd signal = { .fd = relay->options.signal_fd, .events = POLLIN };
	struct pool *pool = relay->link.to;
	double fps = fraction_value(relay->source.setup.format.fps);
	int periods = pool && pool_info(pool).streams ? 1 : 4;

	if (relay->end == END_SIGNAL || !relay->played || !pool || pool_drain(pool, now_ns() + DRAIN_NS) < 0)
		return;
	poll(&signal, 1, fps > 0 ? (int)(1e3 * periods / fps) + 1 : 0);
}

void relay_update_result(struct relay *relay)
{
	relay->wall_ns = relay->start_ns ? now_ns() - relay->start_ns : 0;
	if (relay->link.from)
		relay_queues_count(relay);
	if (relay->interval_ns.count)
		relay->measured_fps = 1e9 / stats_mean(&relay->interval_ns);
	if (relay->converts || relay->node.link.copies) /* not frames that were dropped later */
		relay->copied = relay->played;
}

int relay_run(struct relay *relay)
{
	int err;

	relay->start_ns = now_ns();
	do {
		err = relay_loop_run(relay);
		if (relay->options.stopping)
			relay->options.stopping(relay->options.observer);
		if (err == 0 && relay->has_source_changed)
			err = follow_change(relay);
	} while (err == 0 && !relay->done);
	relay->source.setup.under_way = relay->sink.setup.under_way = err == 0 || relay->played;
	if (err == 0)
		show_last_frame_of(relay);
	if (!relay->timestamps.has_none)
		rate_truth_judge(&relay->source_rate, &relay->source.setup.device,
				 relay->source.setup.format.fps, &relay->timestamps.rate);
	relay_queues_close(relay);
	rate_truth_judge(&relay->sink_rate, &relay->sink.setup.device, relay->sink.setup.format.fps,
			 &relay->sink_pool.shown);
	relay_update_result(relay);
	relay->state = RUN_ENDED;
	return err;
}

void relay_close(struct relay *relay)
{
	relay_queues_close(relay);
	m2m_close(&relay->node.m2m);
	setup_close(&relay->source.setup);
	setup_close(&relay->sink.setup);
}
