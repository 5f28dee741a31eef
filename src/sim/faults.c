/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The faults of the simulated device: when they occur, what they do to a frame, and which calls fail.
 *
 * To add one: a field of struct sim_options, a row of sim_keys[] that parses it, and the place where it takes
 * effect. A fault that changes a captured frame is a row of frame_faults[] here; one that changes when and
 * whether buffers are done is a line in stream.c, at sim_faults_due(); one of an ioctl's answer is in that
 * ioctl.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/units.h"
#include "base/clock.h"
#include "sim/sim_internal.h"

bool sim_faults_due(const struct sim_schedule *schedule, uint64_t count)
{
	if (schedule->every && count % schedule->every == 0)
		return true;
	for (uint32_t i = 0; i < schedule->n_at; i++) {
		if (schedule->at[i] == count)
			return true;
	}
	return false;
}

static int parse_count(const char *text, uint32_t *value)
{
	uint64_t number;

	if (parse_uint(text, UINT32_MAX, &number) < 0)
		return -EINVAL;
	*value = (uint32_t)number;
	return 0;
}

#define MAX_ERRNO 4095 /* the highest that a system call returns */

int sim_faults_parse_errno(const char *text, int *err)
{
	uint32_t value = 0;

	if (parse_count(text, &value) < 0) {
		for (value = 1; value <= MAX_ERRNO; value++) {
			const char *name = strerrorname_np((int)value);

			if (name && strcmp(name, text) == 0)
				break;
		}
	}
	if (!value || value > MAX_ERRNO)
		return -EINVAL;
	*err = -(int)value;
	return 0;
}

/* "[QUEUE.]NAME@N:ERRNO[:COUNT]", N "*" for every call. Overwrites the separators in text. */
int sim_faults_parse_call(char *text, struct sim_call_fault *fault)
{
	char *rest = text, *name = strsep(&rest, "@"), *at = strsep(&rest, ":"), *err = strsep(&rest, ":");
	char *call = strchr(name, '.');

	fault->count = 1;
	if (call) {
		*call = '\0';
		fault->queue = strcmp(name, "output") == 0 ? SIM_OF_OUTPUT : SIM_OF_CAPTURE;
		if (fault->queue == SIM_OF_CAPTURE && strcmp(name, "capture") != 0)
			return -EINVAL;
		name = call + 1;
	}
	if (!at || !err || !*name || strlen(name) >= sizeof fault->name)
		return -EINVAL;
	memcpy(fault->name, name, strlen(name) + 1);
	if (strcmp(at, "*") != 0 && (parse_count(at, &fault->at) < 0 || !fault->at))
		return -EINVAL;
	if (rest && (parse_count(rest, &fault->count) < 0 || !fault->count))
		return -EINVAL;
	return sim_faults_parse_errno(err, &fault->err);
}

int sim_faults_queue_call(struct sim *sim, const char *name, uint32_t type)
{
	uint32_t queue = V4L2_TYPE_IS_OUTPUT(type) ? SIM_OF_OUTPUT : SIM_OF_CAPTURE;
	int err = 0;

	for (unsigned i = 0; i < sim->options.n_call_faults; i++) {
		struct sim_call_fault *fault = &sim->options.call_faults[i];

		if (strcmp(fault->name, name) != 0 || (fault->queue && (!type || fault->queue != queue)))
			continue;
		fault->n_calls++;
		/* Unsigned: before the first call that fails the difference is large. */
		if (!fault->at || fault->n_calls - fault->at < fault->count)
			err = fault->err;
	}
	return err;
}

int sim_faults_call(struct sim *sim, const char *name)
{
	return sim_faults_queue_call(sim, name, 0);
}

static void set_error_flag(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->flags |= V4L2_BUF_FLAG_ERROR;
}

static void set_last_flag(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->flags |= V4L2_BUF_FLAG_LAST;
}

static void set_bad_index(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->bad_index = true;
}

static void set_empty(const struct sim *sim, struct sim_buffer *buffer)
{
	for (unsigned i = 0; i < sim->queue.format.n_planes; i++)
		buffer->planes[i].bytesused = 0;
}

void sim_faults_empty_with_error(const struct sim *sim, struct sim_buffer *buffer)
{
	set_empty(sim, buffer);
	set_error_flag(sim, buffer);
}

static void set_too_few_bytes(const struct sim *sim, struct sim_buffer *buffer)
{
	struct sim_plane *plane = &buffer->planes[0];
	uint32_t offset = sim->options.data_offset, payload = plane->bytesused - offset;

	if (sim->options.short_bytes && sim->options.short_bytes < payload)
		payload = sim->options.short_bytes;
	else
		payload /= 2;
	plane->bytesused = offset + payload;
}

static void set_too_many_bytes(const struct sim *sim, struct sim_buffer *buffer)
{
	(void)sim;
	buffer->planes[0].bytesused = buffer->planes[0].length + 4096;
}

/* The order in which they are applied. */
static const struct {
	size_t schedule; /* offset in struct sim_options */
	void (*apply)(const struct sim *sim, struct sim_buffer *buffer);
} frame_faults[] = {
	{ offsetof(struct sim_options, error), set_error_flag },
	{ offsetof(struct sim_options, short_frame), set_too_few_bytes },
	{ offsetof(struct sim_options, over), set_too_many_bytes },
	{ offsetof(struct sim_options, empty_ok), set_empty },
	{ offsetof(struct sim_options, empty), sim_faults_empty_with_error },
	{ offsetof(struct sim_options, last), set_last_flag },
	{ offsetof(struct sim_options, bad_index), set_bad_index },
};

/* How often the fault has occurred up to this count, inclusive. */
static uint64_t times_due(const struct sim_schedule *schedule, uint64_t count)
{
	uint64_t n = schedule->every ? count / schedule->every : 0;

	for (uint32_t i = 0; i < schedule->n_at; i++)
		n += schedule->at[i] <= count;
	return n;
}

int64_t sim_faults_timestamp(const struct sim *sim, int64_t ns)
{
	const struct fraction fps = sim->queue.format.fps;
	int64_t frame_ns = fps.num ? NS_PER_S * fps.den / fps.num : NS_PER_MS;

	ns += (int64_t)times_due(&sim->options.leap, sim->n_frames) *
	      (sim->options.leap_ns ? sim->options.leap_ns : 60 * NS_PER_S);
	switch (sim->options.times) {
	case SIM_TIMES_ZERO:
		return 0;
	case SIM_TIMES_FIRST_ZERO:
		return sim->n_frames == 1 ? 0 : ns;
	case SIM_TIMES_ALIKE:
		return sim->start_ns;
	case SIM_TIMES_SECONDS:
		return ns / NS_PER_S * NS_PER_S;
	case SIM_TIMES_SWAPPED:
		return sim->n_frames % 2 ? ns + frame_ns : ns - frame_ns;
	}
	return ns;
}

void sim_faults_frame(const struct sim *sim, struct sim_buffer *buffer)
{
	for (unsigned i = 0; i < ARRAY_SIZE(frame_faults); i++) {
		const void *schedule = (const char *)&sim->options + frame_faults[i].schedule;

		if (sim_faults_due(schedule, sim->n_frames))
			frame_faults[i].apply(sim, buffer);
	}
}
