/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One frame of the simulated device: into a buffer (capture), or out of one (output). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "sim/sim_internal.h"
#include "sim/test_pattern.h"

void sim_frame_discard(struct sim *sim)
{
	for (unsigned i = 0; i < MAX_PLANES; i++) {
		free(sim->background[i]);
		free(sim->whole[i]);
		sim->background[i] = sim->whole[i] = NULL;
	}
	sim_codec_close(sim->codec);
	sim->codec = NULL;
	free(sim->packet);
	sim->packet = NULL;
}

static uint32_t payload_bytes(const struct sim *sim, unsigned plane)
{
	return sim->queue.format.sizeimage[plane] - sim->options.data_offset;
}

/* Draws the part of the test pattern that does not move once, as copying it is faster. */
static int prepare_background(struct sim *sim)
{
	bool black = sim->options.draw == SIM_DRAW_BLACK;
	bool full = sim->options.draw == SIM_DRAW_FULL && !sim_fields_are_apart(sim);

	if (sim->background[0] || (!full && !black))
		return 0;
	for (unsigned i = 0; i < sim->queue.format.n_planes; i++) {
		sim->background[i] = calloc(1, payload_bytes(sim, i));
		if (!sim->background[i]) {
			sim_frame_discard(sim);
			return -ENOMEM;
		}
	}
	return black ? sim_test_pattern_black(&sim->queue.format, sim->background)
		     : sim_test_pattern_background(&sim->queue.format, sim->background);
}

int sim_frame_prepare(struct sim *sim)
{
	if (sim->options.output)
		return 0;
	if (sim->queue.format.pix->av != AV_PIX_FMT_NONE)
		return prepare_background(sim);
	sim->options.codec.is_black = sim->options.draw == SIM_DRAW_BLACK;
	return sim->codec ? 0 : sim_codec_open(&sim->codec, &sim->queue.format, &sim->options.codec);
}

static int draw_raw(struct sim *sim, struct sim_buffer *buffer, uint32_t number)
{
	uint8_t *planes[MAX_PLANES] = { NULL };

	for (unsigned i = 0; i < sim->queue.format.n_planes; i++) {
		planes[i] = buffer->planes[i].data + sim->options.data_offset;
		if (sim->background[i])
			memcpy(planes[i], sim->background[i], payload_bytes(sim, i));
		buffer->planes[i].bytesused = sim->queue.format.sizeimage[i];
	}
	if (sim->options.draw == SIM_DRAW_NONE || sim->options.draw == SIM_DRAW_BLACK)
		return 0;
	if (sim_fields_are_apart(sim))
		return sim_fields_draw(sim, number, buffer->field, planes);
	return sim->options.draw == SIM_DRAW_MARKS
		       ? sim_test_pattern_marks(&sim->queue.format, number, planes)
		       : sim_test_pattern_foreground(&sim->queue.format, number, planes);
}

/* Copies the same key frame each time. */
static int copy_packet(struct sim *sim, uint8_t *data, uint32_t size)
{
	bool key;
	int n;

	if (!sim->packet) {
		n = sim_codec_encode(sim->codec, 0, data, size, &key);
		if (n < 0)
			return n;
		sim->packet = malloc((size_t)n);
		if (!sim->packet)
			return -ENOMEM;
		memcpy(sim->packet, data, (size_t)n);
		sim->packet_bytes = (uint32_t)n;
	} else {
		memcpy(data, sim->packet, sim->packet_bytes);
	}
	return (int)sim->packet_bytes;
}

static int draw_compressed(struct sim *sim, struct sim_buffer *buffer, uint32_t number)
{
	struct sim_plane *plane = &buffer->planes[0];
	uint32_t offset = sim->options.data_offset;
	uint8_t *data = plane->data + offset;
	bool key = true;
	int n;

	if (sim->options.draw == SIM_DRAW_NONE)
		n = copy_packet(sim, data, payload_bytes(sim, 0));
	else
		n = sim_codec_encode(sim->codec, number, data, payload_bytes(sim, 0), &key);
	if (n < 0)
		return n;
	plane->bytesused = offset + (uint32_t)n;
	if (!sim->options.no_key_flags)
		buffer->flags |= key ? V4L2_BUF_FLAG_KEYFRAME : V4L2_BUF_FLAG_PFRAME;
	return 0;
}

void sim_frame_clear(const struct sim *sim, struct sim_buffer *buffer)
{
	buffer->flags = 0;
	buffer->sequence = 0;
	buffer->timestamp_ns = 0;
	buffer->field = V4L2_FIELD_NONE;
	sim_faults_empty_with_error(sim, buffer);
}

void sim_frame_capture(struct sim *sim, struct sim_buffer *buffer, uint32_t sequence, int64_t timestamp_ns)
{
	bool raw = sim->queue.format.pix->av != AV_PIX_FMT_NONE;
	int err;

	buffer->flags = 0;
	buffer->bad_index = false;
	buffer->sequence = sequence;
	buffer->timestamp_ns = sim_faults_timestamp(sim, timestamp_ns);
	for (unsigned i = 0; i < sim->queue.format.n_planes; i++) {
		buffer->planes[i].data_offset = sim->options.data_offset;
		sim_memory_begin_access(&buffer->planes[i]);
	}
	err = sim_frame_prepare(sim);
	if (err == 0)
		err = raw ? draw_raw(sim, buffer, sequence) : draw_compressed(sim, buffer, sequence);
	for (unsigned i = 0; i < sim->queue.format.n_planes; i++)
		sim_memory_end_access(&buffer->planes[i]);
	if (err < 0) {
		log_error("sim: drawing frame %u failed: %s", sequence, err_str(err));
		sim_faults_empty_with_error(sim, buffer);
	}
	sim_faults_frame(sim, buffer);
}

void sim_frame_display(struct sim *sim, struct sim_buffer *buffer)
{
	for (unsigned i = 0; sim->dump_file && i < sim->queue.format.n_planes; i++) {
		struct sim_plane *plane = &buffer->planes[i];
		size_t bytes = plane->bytesused - plane->data_offset;

		sim_memory_begin_access(plane);
		if (fwrite(plane->data + plane->data_offset, 1, bytes, sim->dump_file) != bytes) {
			log_error("sim: dump=%s: %s", sim->options.dump, err_str(-errno));
			fclose(sim->dump_file);
			sim->dump_file = NULL;
		}
		sim_memory_end_access(plane);
	}
}
