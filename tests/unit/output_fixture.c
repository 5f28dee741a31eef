/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An output queue over the simulated display. */
#include "output_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE "size=98x66"

void output_fixture_open(struct pool_fixture *fixture, const char *io, const char *keys, uint32_t field)
{
	struct pool_config config = { .min = N_BUFFERS, .max = N_BUFFERS };
	char name[200], lender[200];
	struct pool_options options = { .io = io, .import_from = lender };

	memset(fixture, 0, sizeof *fixture);
	trace_log_open(&fixture->log);
	snprintf(name, sizeof name, "sim:type=output," SIZE ",fps=0,%s", keys);
	snprintf(lender, sizeof lender, "sim:" SIZE "%s", strstr(keys, "planes=3") ? ",planes=3" : "");
	assert_int_equal(device_open(&fixture->device, name, DEVICE_OUTPUT), 0);
	free(fixture->device.path);
	fixture->device.path = strdup(FIXTURE_DEVICE);
	assert_int_equal(negotiate_get_format(&fixture->device, &fixture->format), 0);
	fixture->format.field = field;
	assert_int_equal(pool_fixture_open_pool(fixture, &options), 0);
	assert_int_equal(pool_configure(fixture->pool, &config), 0);
	pool_fixture_mark(fixture);
	assert_int_equal(pool_start(fixture->pool), 0);
}

struct buffer *output_fixture_buffer(struct pool_fixture *fixture)
{
	struct buffer *buffer = NULL;

	assert_int_equal(pool_acquire(fixture->pool, &buffer), 0);
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		memset(buffer->planes[p].data, 0x80, fixture->format.sizeimage[p]);
		buffer->planes[p].bytesused = fixture->format.sizeimage[p];
	}
	return buffer;
}

int output_fixture_queue(struct pool_fixture *fixture, struct buffer *buffer)
{
	return pool_queue(fixture->pool, buffer, fixture->deadline_ns);
}

bool output_fixture_mode(unsigned i, const char **io, const char **keys)
{
	*io = pool_fixture_modes[i % 4];
	*keys = i / 4 ? "planes=3" : "";
	if (i == 8) {
		*io = pool_fixture_modes[4];
		*keys = "";
	}
	return i <= 8;
}

const char *output_fixture_stop_calls(unsigned i)
{
	return i == 8 ? "" : i == 0 ? "munmap*4 REQBUFS(0)" : i == 4 ? "munmap*12 REQBUFS(0)" : "REQBUFS(0)";
}
