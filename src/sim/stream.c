/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stream of the simulated device: which queued buffer is done when. There is no thread: each call first
 * makes the frames that have become due since the last call, and a timer makes the descriptor readable when
 * the next one is due.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "base/clock.h"
#include "sim/m2m.h"

/* As vb2_start_streaming(), which is called once min_queued_buffers are queued. */
static void start_when_enough_queued(struct sim *sim)
{
	if (!sim->queue.streaming || sim->started || sim->queue.queued_list.count < sim->options.min_buffers)
		return;
	sim->started = true;
	sim_frame_prepare(sim); /* an error is reported by sim_frame_capture(), which tries again */
	sim->start_ns = sim->last_timestamp_ns = now_ns();
	sim->period = sim->n_repeats = 0;
}

void sim_stream_start(struct sim_queue *queue)
{
	queue->streaming = true;
	if (queue->sim->m2m)
		sim_m2m_started(queue);
	else
		start_when_enough_queued(queue->sim);
}

void sim_stream_stop(struct sim_queue *queue)
{
	struct sim *sim = queue->sim;

	if (sim->m2m)
		sim_m2m_stopping(queue);
	queue->streaming = queue->error = queue->last_buffer_dequeued = false;
	queue->waiting_for_buffers = !sim_queue_is_output(queue);
	queue->queued_list = queue->done_list = (struct sim_buffer_list){ 0 };
	for (uint32_t i = 0; i < queue->n_buffers; i++)
		queue->buffers[i]->state = SIM_DEQUEUED;
	sim->started = sim->stopped = false;
	sim->displayed = NULL;
	sim_codec_close(sim->codec); /* a new stream begins with a key frame */
	sim->codec = NULL;
}

void sim_stream_queue(struct sim_queue *queue, struct sim_buffer *buffer)
{
	buffer->state = SIM_QUEUED;
	if (!queue->sim->options.ring)
		sim_queue_add(&queue->queued_list, buffer);
	queue->waiting_for_buffers = false;
	if (!queue->sim->m2m)
		start_when_enough_queued(queue->sim);
}

/* Faults that occur after the Nth DQBUF. */
static void apply_dequeue_faults(struct sim *sim)
{
	const struct sim_options *o = &sim->options;

	if (sim_faults_due(&o->epipe, sim->n_dequeued))
		sim->queue.last_buffer_dequeued = sim->stopped = true;
	if (sim_faults_due(&o->eio, sim->n_dequeued)) {
		sim->queue.error = true;
		if (sim->m2m)
			sim->m2m->output.error = true;
	}
	if (sim_faults_due(&o->unplug, sim->n_dequeued))
		sim->unplugged = true;
}

static struct sim_buffer *take_done(struct sim_queue *queue)
{
	struct sim_buffer *buffer = sim_queue_take(&queue->done_list);

	buffer->state = SIM_DEQUEUED;
	return buffer;
}

struct sim_buffer *sim_stream_dequeue(struct sim_queue *queue, int *err)
{
	struct sim *sim = queue->sim;
	uint64_t count = sim->n_dequeued + 1;
	struct sim_buffer *buffer;

	*err = !queue->streaming             ? -EINVAL
	       : queue->error                ? -EIO
	       : queue->last_buffer_dequeued ? -EPIPE
					     : -EAGAIN;
	if (*err != -EAGAIN || !queue->done_list.count)
		return NULL;
	if (sim->m2m && sim_queue_is_output(queue)) /* faults count the frames of CAPTURE */
		return take_done(queue);
	if (sim_faults_due(&sim->options.eagain, count) && sim->eagain_frame != count) {
		sim->eagain_frame = count;
		return NULL;
	}
	buffer = take_done(queue);
	queue->last_buffer_dequeued = !sim_queue_is_output(queue) && buffer->flags & V4L2_BUF_FLAG_LAST;
	sim->n_dequeued = count;
	apply_dequeue_faults(sim);
	return buffer;
}

/* write() needs no done buffer while some were never used. */
static bool has_unused_buffer(const struct sim *sim)
{
	return sim->options.output && sim->queue.fileio &&
	       sim->queue.queued_list.count + (sim->displayed ? 1 : 0) < sim->queue.n_buffers;
}

short sim_stream_revents(const struct sim_file *file, short events)
{
	const struct sim *sim = file->sim;
	short frames = sim->options.output ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM;
	short revents = file->n_events ? POLLPRI : 0;

	if (sim->unplugged)
		return POLLERR | POLLHUP | POLLPRI;
	if (sim->m2m)
		return revents | sim_m2m_revents(sim, events);
	if (!(events & frames)) /* vb2_core_poll() looks no further */
		return revents;
	if (!sim->queue.streaming || sim->queue.error || sim->queue.waiting_for_buffers)
		return revents | POLLERR;
	if (sim->queue.done_list.count || sim->queue.last_buffer_dequeued || has_unused_buffer(sim))
		revents |= frames;
	return revents;
}

/* Uniformly distributed over [0, jitter_ns), and the same in every run. */
static int64_t period_jitter_ns(const struct sim *sim, uint64_t period)
{
	uint64_t mixed = (period + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed ^= mixed >> 29;
	return sim->options.jitter_ns ? (int64_t)(mixed % (uint64_t)sim->options.jitter_ns) : 0;
}

/* Frame intervals per frame: a camera with a long exposure time lowers its rate. */
static int64_t intervals_a_frame(const struct sim *sim)
{
	struct fraction fps = sim->queue.format.fps;
	int64_t exposed = sim_controls_exposure_ns(sim) * fps.num;

	return exposed ? (exposed - 1) / (fps.den * NS_PER_S) + 1 : 1;
}

/* The end of the period, which is the timestamp of its frame. */
static int64_t period_end_ns(const struct sim *sim, uint64_t period)
{
	struct fraction fps = sim->queue.format.fps;
	int64_t n = ((int64_t)period + 1) * intervals_a_frame(sim), second_ns = fps.den * NS_PER_S;
	int64_t rate = (int64_t)fps.num * sim_fields_per_frame(sim);
	int64_t passed_ns = n / rate * second_ns + n % rate * second_ns / rate;

	return sim->start_ns + passed_ns - passed_ns / 1000000 * sim->options.drift_ppm;
}

static int64_t next_due_ns(const struct sim *sim)
{
	return period_end_ns(sim, sim->period) + sim->options.latency_ns + period_jitter_ns(sim, sim->period);
}

/* A device that drops every frame fills no buffer. */
static bool makes_frames(const struct sim *sim)
{
	return sim->options.drop.every != 1 && sim_dv_timings_has_picture(sim) && sim->started &&
	       !sim->stopped && !sim->queue.error && !sim->unplugged;
}

/* As uvcvideo returns all buffers when an endpoint stalls. */
static void return_all_empty(struct sim *sim)
{
	struct sim_buffer *buffer;

	while ((buffer = sim_queue_take(&sim->queue.queued_list))) {
		sim_frame_clear(sim, buffer);
		sim_queue_done(&sim->queue, buffer);
	}
}

static bool can_make_frame(const struct sim *sim)
{
	if (!sim->options.ring)
		return sim->queue.queued_list.count;
	return sim->queue.done_list.count < (sim->queue.format.fps.num ? sim->queue.n_buffers : 1);
}

static struct sim_buffer *next_buffer_to_fill(struct sim *sim)
{
	return sim->options.ring ? sim->queue.buffers[sim->n_frames % sim->queue.n_buffers]
				 : sim_queue_take(&sim->queue.queued_list);
}

static void capture_frame(struct sim *sim, int64_t timestamp_ns)
{
	const struct sim_options *o = &sim->options;
	uint64_t number;
	struct sim_buffer *buffer;

	sim->n_frames++;
	if (sim_faults_due(&o->flush, sim->n_frames)) {
		return_all_empty(sim);
		return;
	}
	if (sim_faults_due(&o->repeat, sim->n_frames) && sim->period)
		sim->n_repeats++;
	buffer = next_buffer_to_fill(sim);
	buffer->field = sim_fields_of_buffer(sim, sim->period);
	number = (sim->period - sim->n_repeats) / sim_fields_per_frame(sim);
	sim_frame_capture(sim, buffer, o->first_sequence + (uint32_t)number, timestamp_ns);
	sim_queue_done(&sim->queue, buffer);
	if (sim_faults_due(&o->usr1, sim->n_frames))
		kill(getpid(), SIGUSR1);
	if (sim_faults_due(&o->event, sim->n_frames))
		sim_dv_timings_source_change(sim);
	sim->stopped = sim_faults_due(&o->stall, sim->n_frames) || buffer->flags & V4L2_BUF_FLAG_LAST;
}

/* A display keeps the buffer that it shows until it gets the next one. */
static void display_frame(struct sim *sim, int64_t timestamp_ns)
{
	sim->n_frames++;
	if (sim->displayed)
		sim_queue_done(&sim->queue, sim->displayed);
	sim->displayed = sim_queue_take(&sim->queue.queued_list);
	sim->displayed->sequence = (uint32_t)sim->period;
	if (sim->options.own_times)
		sim->displayed->timestamp_ns = timestamp_ns;
	sim->displayed->bad_index = sim_faults_due(&sim->options.bad_index, sim->n_frames);
	sim_frame_display(sim, sim->displayed);
	sim->stopped = sim_faults_due(&sim->options.stall, sim->n_frames);
}

static void finish_period(struct sim *sim, int64_t timestamp_ns)
{
	if (can_make_frame(sim) && !sim_faults_due(&sim->options.drop, sim->period + 1)) {
		if (sim->options.output)
			display_frame(sim, timestamp_ns);
		else
			capture_frame(sim, timestamp_ns);
		sim->last_timestamp_ns = timestamp_ns;
	}
	sim->period++;
}

static void make_due_frames(struct sim *sim)
{
	int64_t now;

	if (!makes_frames(sim))
		return;
	now = now_ns();
	if (sim->queue.format.fps.num) {
		while (!sim->stopped && next_due_ns(sim) <= now)
			finish_period(sim, period_end_ns(sim, sim->period));
		return;
	}
	while (!sim->stopped && can_make_frame(sim)) {
		now = now_ns();
		/* struct v4l2_buffer has microseconds, and no two frames may have the same timestamp. */
		finish_period(sim, now < sim->last_timestamp_ns + NS_PER_US
					   ? sim->last_timestamp_ns + NS_PER_US
					   : now);
	}
}

void sim_stream_catch_up(struct sim *sim)
{
	if (sim->m2m)
		sim_m2m_run(sim);
	else
		make_due_frames(sim);
	sim_events_update_reader(sim);
}

static void update_timer(struct sim *sim)
{
	int64_t next_ns = 0;
	struct itimerspec when;

	if (sim->m2m)
		next_ns = sim_m2m_next_ns(sim);
	else if (makes_frames(sim) && sim->queue.format.fps.num && can_make_frame(sim))
		next_ns = next_due_ns(sim);
	if (sim->reader_arrives_ns && (!next_ns || sim->reader_arrives_ns < next_ns))
		next_ns = sim->reader_arrives_ns;
	if (next_ns == sim->timer_ns)
		return;
	when = (struct itimerspec){ .it_value = { next_ns / NS_PER_S, next_ns % NS_PER_S } };
	timerfd_settime(sim->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
	sim->timer_ns = next_ns;
}

static void update_ready_fd(struct sim_file *file)
{
	bool ready = sim_stream_revents(file, file->poll_events) & (file->poll_events | POLLERR | POLLHUP);
	uint64_t count = 1;

	if (ready == file->is_ready || file->ready_fd < 0)
		return;
	/* The counter goes between 0 and 1, so that neither call can fail with EAGAIN. */
	if (ready && write(file->ready_fd, &count, sizeof count) == sizeof count)
		file->is_ready = true;
	else if (!ready && read(file->ready_fd, &count, sizeof count) == sizeof count)
		file->is_ready = false;
}

void sim_stream_update_fds(struct sim *sim)
{
	update_timer(sim);
	for (struct sim_file *file = sim->files; file; file = file->next)
		update_ready_fd(file);
}
