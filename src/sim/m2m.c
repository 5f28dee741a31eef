/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processing of a simulated memory-to-memory node, to the kernel's documentation ("Memory-to-Memory
 * Stateful Video Encoder Interface", "… Decoder Interface") and its v4l2-mem2mem.c. As in stream.c there is
 * no thread: each call first processes what both queues have buffers for.
 */
#include "sim/m2m.h"

#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"

int sim_m2m_create(struct sim *sim)
{
	if (!sim->options.m2m)
		return 0;
	sim->m2m = calloc(1, sizeof *sim->m2m);
	if (!sim->m2m)
		return log_no_memory();
	sim_queue_init(&sim->m2m->output, sim, true);
	return 0;
}

static void close_transcoder(struct sim_m2m *m2m)
{
	sim_transcoder_close(m2m->transcoder);
	m2m->transcoder = NULL;
	m2m->n_put = m2m->n_taken = 0;
}

void sim_m2m_release(struct sim *sim)
{
	if (sim->m2m)
		close_transcoder(sim->m2m);
	free(sim->m2m);
	sim->m2m = NULL;
}

static int ensure_transcoder(struct sim *sim)
{
	struct sim_transcoder_setup setup = { .kind = sim->options.m2m,
					      .from = sim->m2m->output.format,
					      .to = sim->queue.format,
					      .visible = sim->m2m->visible,
					      .repeats = sim->options.draw == SIM_DRAW_NONE };

	if (sim->m2m->transcoder)
		return 0;
	sim_m2m_get_coding(sim, &setup.coding);
	return sim_transcoder_open(&sim->m2m->transcoder, &setup);
}

static void get_payloads(const struct sim_queue *queue, struct sim_buffer *buffer,
			 uint8_t *payloads[MAX_PLANES])
{
	for (unsigned i = 0; i < queue->format.n_planes; i++) {
		payloads[i] = buffer->planes[i].data + buffer->planes[i].data_offset;
		sim_memory_begin_access(&buffer->planes[i]);
	}
}

static void end_access(const struct sim_queue *queue, struct sim_buffer *buffer)
{
	for (unsigned i = 0; i < queue->format.n_planes; i++)
		sim_memory_end_access(&buffer->planes[i]);
}

/* Returns OUTPUT buffers to the program once `hold` others were read after them. */
static void return_output(struct sim_m2m *m2m, uint32_t hold)
{
	while (m2m->held_list.count > hold)
		sim_queue_done(&m2m->output, sim_queue_take(&m2m->held_list));
}

static void remember_origin(struct sim_m2m *m2m, const struct sim_buffer *buffer)
{
	m2m->origins[m2m->n_put % SIM_MAX_ORIGINS] =
		(struct sim_origin){ buffer->timestamp_ns, buffer->timecode, buffer->flags, buffer->field };
}

/* As v4l2_m2m_buf_copy_metadata(); only decoders and converters copy the frame type. */
static void copy_origin(const struct sim *sim, uint64_t number, struct sim_buffer *buffer)
{
	const struct sim_origin *origin = &sim->m2m->origins[number % SIM_MAX_ORIGINS];
	uint32_t kept = V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_TSTAMP_SRC_MASK;

	if (sim->options.m2m != SIM_ENCODER)
		kept |= V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME | V4L2_BUF_FLAG_BFRAME;
	buffer->flags |= origin->flags & kept;
	buffer->timestamp_ns = origin->timestamp_ns;
	buffer->timecode = origin->timecode;
	buffer->field = origin->field;
}

static void send_eos(struct sim *sim)
{
	const struct v4l2_event event = { .type = V4L2_EVENT_EOS };

	sim_event_queue_send(sim, &event);
}

/* Ends the stream of CAPTURE after its last frame. */
static void end_capture_stream(struct sim *sim)
{
	struct sim_m2m *m2m = sim->m2m;

	if (m2m->draining) {
		send_eos(sim);
		close_transcoder(m2m); /* the next stream begins with a key frame */
	}
	m2m->draining = m2m->drained = false;
	m2m->stopped = true;
	return_output(m2m, 0);
}

static void clear_buffer(const struct sim_queue *queue, struct sim_buffer *buffer)
{
	buffer->flags = 0;
	buffer->bad_index = false;
	buffer->field = V4L2_FIELD_NONE;
	buffer->timestamp_ns = 0;
	for (unsigned i = 0; i < queue->format.n_planes; i++) {
		buffer->planes[i].bytesused = 0;
		buffer->planes[i].data_offset = queue->sim->options.data_offset;
	}
}

/* Returns an empty CAPTURE buffer with V4L2_BUF_FLAG_LAST, or notes that the next one queued must be. */
static void give_last(struct sim *sim)
{
	struct sim_buffer *buffer = sim_queue_take(&sim->queue.queued_list);

	sim->m2m->owes_last = !buffer;
	sim->m2m->stopped = true;
	if (!buffer)
		return;
	clear_buffer(&sim->queue, buffer);
	buffer->sequence = sim->m2m->capture_sequence++;
	if (!sim->options.no_commands)
		buffer->flags = V4L2_BUF_FLAG_LAST;
	sim_queue_done(&sim->queue, buffer);
	if (sim->m2m->drained)
		end_capture_stream(sim);
}

/* Fills the CAPTURE buffer with the next frame. 0 or a negative errno. */
static int fill_buffer(struct sim *sim, struct sim_buffer *buffer, const struct sim_transcoded *next)
{
	struct sim_queue *capture = &sim->queue;
	uint8_t *payloads[MAX_PLANES] = { NULL };
	int n;

	get_payloads(capture, buffer, payloads);
	n = sim_transcoder_take(sim->m2m->transcoder, &capture->format, payloads,
				buffer->planes[0].length - buffer->planes[0].data_offset);
	end_access(capture, buffer);
	if (n < 0)
		return n;
	for (unsigned i = 0; i < capture->format.n_planes; i++)
		buffer->planes[i].bytesused = sim_queue_is_coded(capture)
						      ? buffer->planes[i].data_offset + (uint32_t)n
						      : capture->format.sizeimage[i];
	if (!sim->options.no_key_flags || sim->options.m2m == SIM_DECODER)
		buffer->flags |= next->flags;
	return 0;
}

/* Whether this frame is the last of the stream; a decoder knows that only once no more are left. */
static bool is_last(const struct sim *sim)
{
	const struct sim_m2m *m2m = sim->m2m;

	return m2m->draining && !m2m->n_before_stop && m2m->n_taken == m2m->n_put &&
	       sim->options.m2m != SIM_DECODER && !sim->options.no_commands;
}

/* err: why it cannot be, with a negative errno. */
static void give_frame(struct sim *sim, const struct sim_transcoded *next, int err)
{
	struct sim_m2m *m2m = sim->m2m;
	struct sim_buffer *buffer = sim_queue_take(&sim->queue.queued_list);
	bool is_header = sim->options.m2m == SIM_ENCODER && !next->flags;

	clear_buffer(&sim->queue, buffer);
	buffer->sequence = m2m->capture_sequence++;
	sim->n_frames++;
	m2m->n_taken += !is_header;
	copy_origin(sim, next->number, buffer);
	if (err == 0 && (err = fill_buffer(sim, buffer, next)) < 0)
		log_error("sim: frame %u: %s", buffer->sequence, err_str(err));
	if (err < 0)
		sim_faults_empty_with_error(sim, buffer);
	if (!is_header && is_last(sim))
		buffer->flags |= V4L2_BUF_FLAG_LAST;
	sim_faults_frame(sim, buffer);
	sim_queue_done(&sim->queue, buffer);
	return_output(m2m, sim->options.hold);
	sim->stopped = sim_faults_due(&sim->options.stall, sim->n_frames);
	if (buffer->flags & V4L2_BUF_FLAG_LAST)
		end_capture_stream(sim);
}

/* Reads the next OUTPUT buffer. */
static void put_buffer(struct sim *sim)
{
	struct sim_m2m *m2m = sim->m2m;
	struct sim_buffer *buffer = sim_queue_take(&m2m->output.queued_list);
	uint8_t *payloads[MAX_PLANES] = { NULL };
	uint32_t bytes = buffer->planes[0].bytesused - buffer->planes[0].data_offset;
	int err = bytes ? ensure_transcoder(sim) : 0;

	buffer->sequence = m2m->output_sequence++;
	if (m2m->n_before_stop)
		m2m->n_before_stop--;
	get_payloads(&m2m->output, buffer, payloads);
	if (bytes == 0) { /* see no_commands: this is how the stream ends */
		m2m->draining = true;
	} else if (err >= 0) {
		remember_origin(m2m, buffer);
		err = sim_transcoder_put(m2m->transcoder, (const uint8_t *const *)payloads, bytes,
					 m2m->n_put++, m2m->force_key);
		m2m->force_key = false;
	}
	end_access(&m2m->output, buffer);
	if (err < 0) {
		log_error("sim: buffer %u cannot be processed: %s", buffer->index, err_str(err));
		buffer->flags |= V4L2_BUF_FLAG_ERROR;
	}
	sim_queue_add(&m2m->held_list, buffer);
	if (sim->options.m2m != SIM_DECODER) /* which keeps the packet until its picture is given */
		return_output(m2m, sim->options.hold);
	if (err < 0 && sim->options.m2m == SIM_DECODER && m2m->source_known && m2m->n_put)
		give_frame(sim, &(struct sim_transcoded){ .number = m2m->n_put - 1 }, err);
}

/* Until it knows the size of the stream, a decoder reads OUTPUT even without CAPTURE buffers. */
static bool can_put(const struct sim *sim)
{
	const struct sim_m2m *m2m = sim->m2m;

	if (!m2m->output.queued_list.count || (m2m->draining && !m2m->n_before_stop))
		return false;
	return sim->options.m2m == SIM_DECODER && !m2m->source_known
		       ? true
		       : sim->queue.streaming && sim->queue.queued_list.count;
}

static bool source_differs(const struct sim *sim, const struct sim_transcoded *next)
{
	const struct sim_m2m *m2m = sim->m2m;

	return sim->options.m2m == SIM_DECODER && (!m2m->source_known || m2m->visible.width != next->width ||
						   m2m->visible.height != next->height);
}

/* With fps=, gives no more than one frame an interval. */
static bool give_frame_when_due(struct sim *sim, const struct sim_transcoded *next)
{
	const struct fraction fps = sim->options.fps;
	int64_t now = fps.num ? now_ns() : 0;

	if (!sim->queue.streaming || !sim->queue.queued_list.count)
		return false;
	sim->m2m->has_next = now < sim->m2m->next_ns;
	if (sim->m2m->has_next)
		return false;
	if (fps.num)
		sim->m2m->next_ns = now + NS_PER_S * fps.den / fps.num;
	give_frame(sim, next, 0);
	return true;
}

/* Sets CAPTURE to the size of the stream, and ends its stream of another size. */
static void change_source(struct sim *sim, uint32_t width, uint32_t height)
{
	struct sim_m2m *m2m = sim->m2m;
	struct video_format format;

	sim_image_sizes_fill(&sim->queue, sim->queue.format.fourcc, width, height, &format);
	m2m->changing = m2m->source_known || format.width != sim->queue.format.width ||
			format.height != sim->queue.format.height;
	m2m->changing = m2m->changing && sim->queue.streaming;
	m2m->source_known = true;
	m2m->visible = (struct v4l2_rect){ 0, 0, width, height };
	sim->queue.format = format;
	sim_events_source_change(sim);
	if (m2m->changing)
		give_last(sim);
}

/* Takes one step of processing; returns whether there may be more. */
static bool step(struct sim *sim)
{
	struct sim_m2m *m2m = sim->m2m;
	struct sim_transcoded next;
	int result = m2m->transcoder ? sim_transcoder_next(m2m->transcoder, &next) : 0;

	if (result > 0 && source_differs(sim, &next)) {
		change_source(sim, next.width, next.height);
		return true;
	}
	if (result > 0)
		return give_frame_when_due(sim, &next);
	return_output(m2m, sim->options.hold);
	if (m2m->draining && !m2m->n_before_stop) {
		if (m2m->transcoder && result == 0)
			return sim_transcoder_drain(m2m->transcoder) >= 0;
		m2m->drained = true;
		give_last(sim);
		return false;
	}
	if (!can_put(sim))
		return false;
	put_buffer(sim);
	return true;
}

static bool runs(const struct sim *sim)
{
	const struct sim_m2m *m2m = sim->m2m;

	return m2m->output.streaming && !m2m->output.error && !sim->unplugged && !sim->stopped &&
	       !m2m->stopped && (sim->queue.streaming || sim->options.m2m == SIM_DECODER);
}

int64_t sim_m2m_next_ns(const struct sim *sim)
{
	return runs(sim) && sim->m2m->has_next ? sim->m2m->next_ns : 0;
}

void sim_m2m_run(struct sim *sim)
{
	if (sim->m2m->owes_last && sim->queue.queued_list.count)
		give_last(sim);
	sim->m2m->has_next = false;
	while (runs(sim) && step(sim))
		;
}

static bool has_buffers(const struct sim_queue *queue)
{
	for (uint32_t i = 0; i < queue->n_buffers; i++) {
		if (queue->buffers[i]->state != SIM_DEQUEUED)
			return true;
	}
	return false;
}

short sim_m2m_revents(const struct sim *sim, short events)
{
	const struct sim_queue *output = &sim->m2m->output, *capture = &sim->queue;

	if (!(events & (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM)))
		return 0;
	if ((!output->streaming || output->error || !has_buffers(output)) &&
	    (!capture->streaming || capture->error ||
	     (!has_buffers(capture) && !capture->last_buffer_dequeued)))
		return POLLERR;
	return (short)((output->done_list.count ? POLLOUT | POLLWRNORM : 0) |
		       (capture->done_list.count || capture->last_buffer_dequeued ? POLLIN | POLLRDNORM : 0));
}

void sim_m2m_started(struct sim_queue *queue)
{
	struct sim_m2m *m2m = queue->sim->m2m;

	if (sim_queue_is_output(queue)) {
		m2m->output_sequence = 0;
		return;
	}
	m2m->capture_sequence = 0;
	m2m->stopped = m2m->changing = false;
}

/* As v4l2_m2m_update_stop_streaming_state(). */
void sim_m2m_stopping(struct sim_queue *queue)
{
	struct sim *sim = queue->sim;
	struct sim_m2m *m2m = sim->m2m;

	if (!queue->streaming)
		return;
	if (sim_queue_is_output(queue)) {
		m2m->held_list = (struct sim_buffer_list){ 0 };
		m2m->n_before_stop = 0;
		if (sim->options.m2m ==
		    SIM_DECODER) /* a seek: the next packet is from another position in the stream */
			close_transcoder(m2m);
		m2m->drained = m2m->draining;
		if (m2m->draining)
			give_last(sim);
		return;
	}
	m2m->owes_last = m2m->stopped = false;
	m2m->draining = m2m->draining && m2m->changing && !sim->options.forgets_drain;
	if (sim->options.m2m != SIM_DECODER)
		close_transcoder(m2m);
}
