/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated device at work: when which buffer is due. There is no thread. Nothing changes between
 * two calls, so each call first makes what the time since the last one would have made, and the timer
 * wakes the program when the next frame is due.
 */
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "base/clock.h"
#include "sim/sim_internal.h"

void sim_line_put(struct sim_line *line, struct sim_buffer *buffer)
{
	line->buffers[(line->first + line->count++) % SIM_MAX_BUFFERS] = buffer;
}

struct sim_buffer *sim_line_get(struct sim_line *line)
{
	struct sim_buffer *buffer;

	if (!line->count)
		return NULL;
	buffer = line->buffers[line->first];
	line->first = (line->first + 1) % SIM_MAX_BUFFERS;
	line->count--;
	return buffer;
}

/* As in hardware that needs some buffers before it can begin. */
static void start_when_enough(struct sim *sim)
{
	if (!sim->streaming || sim->started || sim->queued.count < sim->options.min_buffers)
		return;
	sim->started = true;
	sim_frame_prepare(sim); /* where it fails, each frame says so */
	sim->start_ns = sim->last_ns = now_ns();
	sim->tick = sim->n_repeats = 0;
}

void sim_stream_on(struct sim *sim)
{
	sim->streaming = true;
	start_when_enough(sim);
}

void sim_stream_off(struct sim *sim)
{
	sim->streaming = sim->started = sim->failed = sim->ended = sim->last_dequeued = false;
	sim->waiting = !sim->options.output;
	sim->queued = sim->done = (struct sim_line){ 0 };
	sim->shown = NULL;
	for (uint32_t i = 0; i < sim->n_buffers; i++)
		sim->buffers[i]->state = SIM_DEQUEUED;
	sim_codec_close(sim->codec); /* a new stream begins with a key frame */
	sim->codec = NULL;
}

void sim_stream_queue(struct sim *sim, struct sim_buffer *buffer)
{
	buffer->state = SIM_QUEUED;
	sim_line_put(&sim->queued, buffer);
	sim->waiting = false;
	start_when_enough(sim);
}

static void finish(struct sim *sim, struct sim_buffer *buffer)
{
	buffer->state = SIM_DONE;
	sim_line_put(&sim->done, buffer);
}

/* What the Nth buffer to leave the device brings about. */
static void after_dequeue(struct sim *sim)
{
	const struct sim_options *o = &sim->options;

	if (sim_when(&o->epipe, sim->n_dequeued))
		sim->last_dequeued = sim->ended = true;
	if (sim_when(&o->eio, sim->n_dequeued))
		sim->failed = true;
	if (sim_when(&o->unplug, sim->n_dequeued))
		sim->gone = true;
}

struct sim_buffer *sim_stream_dequeue(struct sim *sim, int *err)
{
	uint64_t count = sim->n_dequeued + 1;
	struct sim_buffer *buffer;

	*err = !sim->streaming ? -EINVAL : sim->failed ? -EIO : sim->last_dequeued ? -EPIPE : -EAGAIN;
	if (*err != -EAGAIN || !sim->done.count)
		return NULL;
	if (sim_when(&sim->options.eagain, count) && sim->n_eagain != count) {
		sim->n_eagain = count;
		return NULL;
	}
	buffer = sim_line_get(&sim->done);
	buffer->state = SIM_DEQUEUED;
	sim->last_dequeued = buffer->flags & V4L2_BUF_FLAG_LAST;
	sim->n_dequeued = count;
	after_dequeue(sim);
	return buffer;
}

/* write() never waits for a buffer that the device has not seen yet. */
static bool can_write(const struct sim *sim)
{
	return sim->options.output && sim->reading &&
	       sim->queued.count + (sim->shown ? 1 : 0) < sim->n_buffers;
}

short sim_stream_revents(const struct sim *sim)
{
	short in = sim->options.output ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM;
	short revents = sim->n_events ? POLLPRI : 0;

	if (sim->gone)
		return POLLERR | POLLHUP | POLLPRI;
	if (!sim->streaming || sim->failed || sim->waiting)
		return revents | POLLERR;
	if (sim->done.count || sim->last_dequeued || can_write(sim))
		revents |= in;
	return revents;
}

/* Spread evenly enough, and the same in every run. */
static int64_t jitter(const struct sim *sim, uint64_t tick)
{
	uint64_t mixed = (tick + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed ^= mixed >> 29;
	return sim->options.jitter_ns ? (int64_t)(mixed % (uint64_t)sim->options.jitter_ns) : 0;
}

/* When the tick's frame is complete, which is what its timestamp says. */
static int64_t tick_ns(const struct sim *sim, uint64_t tick)
{
	struct fraction fps = sim->format.fps;
	int64_t n = (int64_t)tick + 1, frame_ns = fps.den * NS_PER_S;

	return sim->start_ns + n / fps.num * frame_ns + n % fps.num * frame_ns / fps.num;
}

static int64_t due_ns(const struct sim *sim)
{
	return tick_ns(sim, sim->tick) + sim->options.latency_ns + jitter(sim, sim->tick);
}

static bool is_active(const struct sim *sim)
{
	return sim->started && !sim->ended && !sim->failed && !sim->gone;
}

/* A stalled endpoint, as uvcvideo reports it. */
static void flush(struct sim *sim)
{
	struct sim_buffer *buffer;

	while ((buffer = sim_line_get(&sim->queued))) {
		sim_frame_blank(sim, buffer);
		finish(sim, buffer);
	}
}

static void capture_frame(struct sim *sim, int64_t timestamp_ns)
{
	const struct sim_options *o = &sim->options;
	struct sim_buffer *buffer;

	sim->n_frames++;
	if (sim_when(&o->flush, sim->n_frames)) {
		flush(sim);
		return;
	}
	if (sim_when(&o->repeat, sim->n_frames) && sim->tick)
		sim->n_repeats++;
	buffer = sim_line_get(&sim->queued);
	sim_frame_make(sim, buffer, o->first_sequence + (uint32_t)(sim->tick - sim->n_repeats), timestamp_ns);
	finish(sim, buffer);
	if (sim_when(&o->event, sim->n_frames))
		sim_event_source_change(sim);
	sim->ended = sim_when(&o->stall, sim->n_frames) || buffer->flags & V4L2_BUF_FLAG_LAST;
}

/* A screen shows its picture until there is another one. */
static void show_frame(struct sim *sim)
{
	sim->n_frames++;
	if (sim->shown)
		finish(sim, sim->shown);
	sim->shown = sim_line_get(&sim->queued);
	sim->shown->sequence = (uint32_t)sim->tick;
	sim->shown->bad_index = sim_when(&sim->options.bad_index, sim->n_frames);
	sim_frame_show(sim, sim->shown);
	sim->ended = sim_when(&sim->options.stall, sim->n_frames);
}

/* One frame period passes. */
static void pass_tick(struct sim *sim, int64_t timestamp_ns)
{
	if (sim->queued.count && !sim_when(&sim->options.drop, sim->tick + 1)) {
		if (sim->options.output)
			show_frame(sim);
		else
			capture_frame(sim, timestamp_ns);
		sim->last_ns = timestamp_ns;
	}
	sim->tick++;
}

static void show_or_capture(struct sim *sim)
{
	int64_t now;

	if (!is_active(sim))
		return;
	now = now_ns();
	if (sim->format.fps.num) {
		while (!sim->ended && due_ns(sim) <= now)
			pass_tick(sim, tick_ns(sim, sim->tick));
		return;
	}
	while (!sim->ended && sim->queued.count) {
		now = now_ns();
		/* Timestamps are told in microseconds, and no two frames have the same. */
		pass_tick(sim, now < sim->last_ns + NS_PER_US ? sim->last_ns + NS_PER_US : now);
	}
}

void sim_stream_catch_up(struct sim *sim)
{
	show_or_capture(sim);
	sim_event_catch_up(sim);
}

static void arm_timer(struct sim *sim)
{
	int64_t next_ns = is_active(sim) && sim->format.fps.num && sim->queued.count ? due_ns(sim) : 0;
	struct itimerspec when;

	if (sim->reader_ns && (!next_ns || sim->reader_ns < next_ns))
		next_ns = sim->reader_ns;
	if (next_ns == sim->armed_ns)
		return;
	when = (struct itimerspec){ .it_value = { next_ns / NS_PER_S, next_ns % NS_PER_S } };
	timerfd_settime(sim->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
	sim->armed_ns = next_ns;
}

void sim_stream_arm(struct sim *sim)
{
	bool ready = sim_stream_revents(sim) & (sim->awaited | POLLERR | POLLHUP);
	uint64_t count = 1;

	arm_timer(sim);
	if (ready == sim->is_ready)
		return;
	/* An eventfd of our own can neither overflow nor block here. */
	if (ready && write(sim->ready_fd, &count, sizeof count) == sizeof count)
		sim->is_ready = true;
	else if (!ready && read(sim->ready_fd, &count, sizeof count) == sizeof count)
		sim->is_ready = false;
}
