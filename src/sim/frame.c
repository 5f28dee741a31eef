/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the simulated device does to one buffer: a frame into it, or out of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "sim/sim_internal.h"

void sim_frame_forget(struct sim *sim)
{
	for (unsigned i = 0; i < MAX_PLANES; i++) {
		free(sim->background[i]);
		sim->background[i] = NULL;
	}
	sim_codec_close(sim->codec);
	sim->codec = NULL;
	free(sim->still);
	sim->still = NULL;
}

static uint32_t payload_bytes(const struct sim *sim, unsigned plane)
{
	return sim->format.sizeimage[plane] - sim->options.data_offset;
}

/* The still part of the picture is drawn but once, since a memcpy() is cheaper. */
static int prepare_background(struct sim *sim)
{
	if (sim->background[0] || sim->options.draw != SIM_DRAW_FULL)
		return 0;
	for (unsigned i = 0; i < sim->format.n_planes; i++) {
		sim->background[i] = calloc(1, payload_bytes(sim, i));
		if (!sim->background[i]) {
			sim_frame_forget(sim);
			return -ENOMEM;
		}
	}
	return sim_test_pattern_background(&sim->format, sim->background);
}

int sim_frame_prepare(struct sim *sim)
{
	if (sim->options.output)
		return 0;
	if (sim->format.pix->av != AV_PIX_FMT_NONE)
		return prepare_background(sim);
	return sim->codec ? 0 : sim_codec_open(&sim->codec, &sim->format);
}

static int draw_raw(struct sim *sim, struct sim_buffer *buffer, uint32_t number)
{
	uint8_t *planes[MAX_PLANES] = { NULL };

	for (unsigned i = 0; i < sim->format.n_planes; i++) {
		planes[i] = buffer->planes[i].data + sim->options.data_offset;
		if (sim->options.draw == SIM_DRAW_FULL)
			memcpy(planes[i], sim->background[i], payload_bytes(sim, i));
		buffer->planes[i].bytesused = sim->format.sizeimage[i];
	}
	if (sim->options.draw == SIM_DRAW_NONE)
		return 0;
	return sim->options.draw == SIM_DRAW_MARKS ? sim_test_pattern_marks(&sim->format, number, planes)
						   : sim_test_pattern_foreground(&sim->format, number, planes);
}

/* A key frame that is delivered again and again. */
static int draw_still(struct sim *sim, uint8_t *data, uint32_t size)
{
	bool key;
	int n;

	if (!sim->still) {
		n = sim_codec_encode(sim->codec, 0, data, size, &key);
		if (n < 0)
			return n;
		if (!(sim->still = malloc((size_t)n)))
			return -ENOMEM;
		memcpy(sim->still, data, (size_t)n);
		sim->still_bytes = (uint32_t)n;
	} else {
		memcpy(data, sim->still, sim->still_bytes);
	}
	return (int)sim->still_bytes;
}

static int draw_compressed(struct sim *sim, struct sim_buffer *buffer, uint32_t number)
{
	struct sim_plane *plane = &buffer->planes[0];
	uint32_t offset = sim->options.data_offset;
	uint8_t *data = plane->data + offset;
	bool key = true;
	int n;

	if (sim->options.draw == SIM_DRAW_NONE)
		n = draw_still(sim, data, payload_bytes(sim, 0));
	else
		n = sim_codec_encode(sim->codec, number, data, payload_bytes(sim, 0), &key);
	if (n < 0)
		return n;
	plane->bytesused = offset + (uint32_t)n;
	buffer->flags |= key ? V4L2_BUF_FLAG_KEYFRAME : V4L2_BUF_FLAG_PFRAME;
	return 0;
}

static void set_bytesused(const struct sim *sim, struct sim_buffer *buffer, uint32_t bytes)
{
	for (unsigned i = 0; i < sim->format.n_planes; i++)
		buffer->planes[i].bytesused = bytes;
}

void sim_frame_blank(const struct sim *sim, struct sim_buffer *buffer)
{
	buffer->flags = V4L2_BUF_FLAG_ERROR;
	buffer->sequence = 0;
	buffer->timestamp_ns = 0;
	buffer->field = V4L2_FIELD_NONE;
	set_bytesused(sim, buffer, 0);
}

/* The faults, one function each. */
static void damage(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->flags |= V4L2_BUF_FLAG_ERROR;
}

static void make_empty(const struct sim *sim, struct sim_buffer *buffer)
{
	set_bytesused(sim, buffer, 0);
}

static void make_empty_and_damaged(const struct sim *sim, struct sim_buffer *buffer)
{
	make_empty(sim, buffer);
	damage(sim, buffer);
}

static void shorten(const struct sim *sim, struct sim_buffer *buffer)
{
	struct sim_plane *plane = &buffer->planes[0];
	uint32_t offset = sim->options.data_offset, payload = plane->bytesused - offset;

	if (sim->options.short_bytes && sim->options.short_bytes < payload)
		payload = sim->options.short_bytes;
	else
		payload /= 2;
	plane->bytesused = offset + payload;
}

static void exaggerate(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->planes[0].bytesused = buffer->planes[0].length + 4096;
}

static void mark_last(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->flags |= V4L2_BUF_FLAG_LAST;
}

static void misname(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->bad_index = true;
}

static const struct {
	size_t when; /* in struct sim_options */
	void (*apply)(const struct sim *sim, struct sim_buffer *buffer);
} faults[] = {
	{ offsetof(struct sim_options, error), damage },
	{ offsetof(struct sim_options, short_frame), shorten },
	{ offsetof(struct sim_options, over), exaggerate },
	{ offsetof(struct sim_options, empty_ok), make_empty },
	{ offsetof(struct sim_options, empty), make_empty_and_damaged },
	{ offsetof(struct sim_options, last), mark_last },
	{ offsetof(struct sim_options, bad_index), misname },
};

static void apply_faults(const struct sim *sim, struct sim_buffer *buffer)
{
	for (unsigned i = 0; i < ARRAY_SIZE(faults); i++) {
		const void *when = (const char *)&sim->options + faults[i].when;

		if (sim_when(when, sim->n_frames))
			faults[i].apply(sim, buffer);
	}
}

void sim_frame_make(struct sim *sim, struct sim_buffer *buffer, uint32_t sequence, int64_t timestamp_ns)
{
	bool raw = sim->format.pix->av != AV_PIX_FMT_NONE;
	int err;

	buffer->flags = 0;
	buffer->bad_index = false;
	buffer->sequence = sequence;
	buffer->timestamp_ns = timestamp_ns;
	buffer->field = sim->format.field;
	for (unsigned i = 0; i < sim->format.n_planes; i++) {
		buffer->planes[i].data_offset = sim->options.data_offset;
		sim_memory_begin(&buffer->planes[i]);
	}
	err = sim_frame_prepare(sim);
	if (err == 0)
		err = raw ? draw_raw(sim, buffer, sequence) : draw_compressed(sim, buffer, sequence);
	for (unsigned i = 0; i < sim->format.n_planes; i++)
		sim_memory_end(&buffer->planes[i]);
	if (err < 0) {
		log_error("%s: cannot make frame %u: %s", sim->device->path, sequence, err_str(err));
		make_empty_and_damaged(sim, buffer);
	}
	apply_faults(sim, buffer);
}

void sim_frame_show(struct sim *sim, struct sim_buffer *buffer)
{
	for (unsigned i = 0; sim->dump && i < sim->format.n_planes; i++) {
		struct sim_plane *plane = &buffer->planes[i];
		size_t bytes = plane->bytesused - plane->data_offset;

		sim_memory_begin(plane);
		if (fwrite(plane->data + plane->data_offset, 1, bytes, sim->dump) != bytes) {
			log_error("%s: dump: %s", sim->options.dump, err_str(-errno));
			fclose(sim->dump);
			sim->dump = NULL;
		}
		sim_memory_end(plane);
	}
}
