/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An output queue over the simulated display. */
#include "display.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE "size=98x66"

void display_open(struct stand *stand, const char *io, const char *keys, uint32_t field)
{
	struct pool_config config = { .min = N_BUFFERS, .max = N_BUFFERS };
	char name[200], lender[200];
	struct pool_options options = { .io = io, .import_from = lender };

	memset(stand, 0, sizeof *stand);
	trace_log_open(&stand->log);
	snprintf(name, sizeof name, "sim:type=output," SIZE ",fps=0,%s", keys);
	snprintf(lender, sizeof lender, "sim:" SIZE "%s", strstr(keys, "planes=3") ? ",planes=3" : "");
	assert_int_equal(device_open(&stand->device, name, DEVICE_OUTPUT), 0);
	free(stand->device.path);
	stand->device.path = strdup(STAND);
	assert_int_equal(format_get(&stand->device, &stand->format), 0);
	stand->format.field = field;
	assert_int_equal(stand_open_pool(stand, &options), 0);
	assert_int_equal(pool_configure(&stand->pool, &config), 0);
	stand_mark(stand);
	assert_int_equal(pool_start(&stand->pool), 0);
}

struct buffer *display_blank(struct stand *stand)
{
	struct buffer *buffer = NULL;

	assert_int_equal(pool_acquire(&stand->pool, &buffer), 0);
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		memset(buffer->planes[p].data, 0x80, stand->format.sizeimage[p]);
		buffer->planes[p].bytesused = stand->format.sizeimage[p];
	}
	return buffer;
}

int display_show(struct stand *stand, struct buffer *buffer)
{
	return pool_process(&stand->pool, &buffer);
}

bool display_shape(unsigned i, const char **io, const char **keys)
{
	*io = stand_modes[i % 4];
	*keys = i / 4 ? "planes=3" : "";
	if (i == 8) {
		*io = stand_modes[4];
		*keys = "";
	}
	return i <= 8;
}

const char *display_stop(unsigned i)
{
	return i == 8 ? "" : i == 0 ? "munmap*4 REQBUFS(0)" : i == 4 ? "munmap*12 REQBUFS(0)" : "REQBUFS(0)";
}
