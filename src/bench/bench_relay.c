/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --relay: a relay for each way, with the same figures as the io modes of one device. */
#include "bench/bench_relay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"
#include "base/text.h"
#include "bench/measure_internal.h"
#include "session/relay.h"

/* One way, while it is measured. */
struct relay_measure {
	struct bench *bench;
	struct bench_run *run;
	struct measure measure;
	uint64_t missed; /* frames of the source that were lost or dropped, so far */
	uint64_t bytes_copied, bytes_played, dropped; /* before the first measured frame */
};

/* --- the devices --- */

/* The report shows the device of the source, which the relay owns. */
static void show_source(struct bench *bench)
{
	const struct setup *source = &bench->relay->source.setup;

	bench->setup = (struct setup){ .device = source->device,
				       .format = source->format,
				       .has_device = source->has_device };
}

/* Opens both devices again for each way, as read() and write() keep the queue until the device is closed. */
static enum status open_devices(struct bench *bench, unsigned way)
{
	struct relay *relay = bench->relay;
	struct relay fresh = { .source = relay->source, .sink = relay->sink };
	enum status status;

	relay_queues_close(relay);
	m2m_close(&relay->node.m2m);
	if ((relay->source.setup.has_device && setup_close_keeping_name(&relay->source.setup) < 0) ||
	    (relay->sink.setup.has_device && setup_close_keeping_name(&relay->sink.setup) < 0))
		return STATUS_FAILED;
	fresh.source.setup = relay->source.setup;
	fresh.sink.setup = relay->sink.setup;
	*relay = fresh;
	relay->options = (struct relay_options){
		.count = bench->options.warmup + bench->options.count,
		.stall_ns = bench->options.stall_ns,
		.signal_fd = bench->options.signal_fd,
		.resume_fd = -1,
		.way = way,
		.convert_device = bench->options.convert_device,
	};
	status = relay_open(relay);
	relay->source.setup.under_way = relay->sink.setup.under_way = status == STATUS_DONE;
	show_source(bench);
	return status;
}

static int plan_ways(struct bench *bench)
{
	bool converts = bench->relay->converts;
	unsigned n = 0;

	while (pool_link_way_name(n))
		n++;
	bench->n_runs = converts ? 1 : n;
	bench->runs = calloc(bench->n_runs, sizeof *bench->runs);
	if (!bench->runs) {
		bench->n_runs = 0;
		return log_no_memory();
	}
	for (unsigned i = 0; i < bench->n_runs; i++)
		snprintf(bench->runs[i].io, sizeof bench->runs[i].io, "%s",
			 converts ? "conversion" : pool_link_way_name(i));
	return 0;
}

enum status bench_relay_open(struct bench *bench)
{
	struct bench_options *options = &bench->options;
	enum status status;

	bench->relay = calloc(1, sizeof *bench->relay);
	if (!bench->relay) {
		log_no_memory();
		return STATUS_FAILED;
	}
	options->source.signal_fd = options->signal_fd;
	options->source.signal_timeout_ns = options->stall_ns;
	bench->relay->source.options = &options->source;
	bench->relay->sink.options = &options->setup;
	status = open_devices(bench, 0);
	return status == STATUS_DONE ? status_of(STAGE_QUEUE, plan_ways(bench)) : status;
}

void bench_relay_close(struct bench *bench)
{
	if (!bench->relay)
		return;
	bench->setup = (struct setup){ 0 };
	relay_close(bench->relay);
	free(bench->relay);
	bench->relay = NULL;
}

/* --- measuring --- */

static uint64_t count_missed(const struct relay *relay)
{
	return ledger_lost(&relay->ledger) + relay->dropped;
}

/* Without those of the pools, which the meter counts. */
static uint64_t bytes_copied_so_far(const struct relay *relay)
{
	return relay->bytes_copied_before + relay->link.bytes_copied + relay->node.link.bytes_copied;
}

static void begin_way(struct relay_measure *m, struct relay *relay)
{
	m->bytes_copied = bytes_copied_so_far(relay);
	m->bytes_played = relay->bytes_played;
	m->dropped = relay->dropped;
	m->missed = relay->dropped;
	ledger_restart(&relay->ledger);
	relay->latency_ns = (struct stats){ 0 };
	relay->n_ahead = 0;
	measure_begin(&m->measure);
}

static void show_way(struct relay_measure *m, uint64_t frames)
{
	char count[64];
	const char *const fields[] = { m->run->io, count };

	if (!m->bench->options.progress || !status_line_due(&m->measure.progress_ns, now_ns()))
		return;
	snprintf(count, sizeof count, "%llu of %llu frames", (unsigned long long)frames,
		 (unsigned long long)m->bench->options.count);
	status_line_show(fields, 2);
}

static void open_meter(struct relay_measure *m, const struct relay *relay)
{
	const struct pool *const pools[] = { relay->source.setup.pool, relay->node.m2m.output_pool,
					     relay->node.m2m.capture_pool, relay->link.to };

	cost_meter_open(&m->measure.meter, pools, ARRAY_SIZE(pools));
}

static void add_queued_frame(void *opaque, const struct frame_info *info)
{
	struct relay_measure *m = opaque;
	struct relay *relay = m->bench->relay;
	uint64_t warmup = m->bench->options.warmup, missed = count_missed(relay);
	int64_t now = relay->last_queue_ns;

	m->measure.flags = info->flags;
	measure_add_interval(&m->measure, now, now, missed - m->missed);
	m->missed = missed;
	if (relay->played == 1)
		open_meter(m, relay);
	if (relay->played == warmup)
		begin_way(m, relay);
	show_way(m, relay->played > warmup ? relay->played - warmup : 0);
}

/* Includes the copies by read() and write(). */
static uint64_t bytes_copied_since(const struct relay_measure *m, const struct relay *relay)
{
	unsigned n = !pool_info(relay->source.setup.pool).streams + !pool_info(relay->link.to).streams;

	return bytes_copied_so_far(relay) - m->bytes_copied + n * (relay->bytes_played - m->bytes_played);
}

static void end_way(void *opaque)
{
	struct relay_measure *m = opaque;
	struct relay *relay = m->bench->relay;
	struct measure *measure = &m->measure;

	if (!measure->measuring)
		return;
	measure->pool = relay->source.setup.pool;
	measure->frames = relay->played - m->bench->options.warmup;
	measure->bytes_moved = bytes_copied_since(m, relay);
	measure->ledger = relay->ledger;
	measure->ledger.lost_queue += relay->dropped - m->dropped;
	measure->ledger.captured = measure->frames; /* for figures per frame */
	measure->latency_ns = relay->latency_ns;
	measure->n_ahead = relay->n_ahead;
	measure->counts_losses = true;
	measure->end = relay->end;
	measure_end(measure);
	m->run->buffers = pool_info(measure->pool).streams ? pool_info(measure->pool).requested.min : 0;
	bench_run_add_sample(m->run, measure);
	cost_meter_close(&measure->meter);
}

static int run_way(struct relay_measure *m)
{
	struct relay *relay = m->bench->relay;
	struct fraction fps = relay->source.setup.format.fps;
	int err;

	relay->options.queued = add_queued_frame;
	relay->options.stopping = end_way;
	relay->options.observer = m;
	m->measure.period_ns = fps.num && fps.den ? NS_PER_S * fps.den / fps.num : 0;
	m->measure.meter.syscalls_fd = m->measure.meter.instructions_fd = -1;
	m->measure.progress_ns = now_ns();
	*m->run->relay = '\0';
	if (relay->options.convert_device)
		text_add(m->run->relay, sizeof m->run->relay, "%s, then ", relay->node.link.text);
	text_add(m->run->relay, sizeof m->run->relay, "%s", relay->link.text);
	err = relay_run(relay);
	m->run->rate = relay->source_rate;
	m->run->output_rate = relay->sink_rate;
	cost_meter_close(&m->measure.meter);
	m->run->interrupted |= relay->end == END_SIGNAL;
	if (err == 0 && relay->end == END_EOS)
		err = -ENODATA;
	if (err == 0 && relay->source_changes)
		err = POOL_RES_CHANGE;
	if (err < 0)
		m->run->error = strdup(err == POOL_RES_CHANGE ? "the video source changed"
				       : err == -ENODATA      ? "the stream ended"
							      : end_name(relay->end));
	return err;
}

int bench_relay_measure(struct bench *bench, size_t index)
{
	struct relay_measure *m = calloc(1, sizeof *m);
	struct bench_run *run = &bench->runs[index];
	struct relay *relay = bench->relay;
	enum status status;

	if (!m)
		return log_no_memory();
	m->bench = bench;
	m->run = run;
	status = open_devices(bench, (unsigned)index + 1);
	if (status == STATUS_DONE) {
		run->err = run_way(m);
	} else if (*relay->link.reasons || *relay->node.link.reasons) {
		run->unsupported =
			strdup(*relay->link.reasons ? relay->link.reasons : relay->node.link.reasons);
		run->err = -ENOTSUP;
	} else {
		bench->status = status;
		run->err = -ENODEV;
	}
	free(m);
	return run->err;
}
