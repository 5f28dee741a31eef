/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device that exists in a table: for tests of what is negotiated with one. */
#ifndef TESTS_FAKE_DEVICE_H
#define TESTS_FAKE_DEVICE_H

#include "device/device.h"

struct fake_mode {
	uint32_t fourcc, width, height, fps;
};

struct fake_control {
	struct v4l2_query_ext_ctrl info;
	int64_t value;
	int set_err; /* errno of S_CTRL; 0: it is set */
	bool clamps; /* makes something else of what is set, silently */
	const char *menu[4];
};

/* Keeps to its modes as a driver does: an unknown format becomes the first mode's, a size the nearest of the
 * format. */
struct fake_device {
	const struct fake_mode *modes;    /* ended by fourcc 0 */
	const struct fake_mode *emulated; /* what conversion adds; NULL: no conversion */
	struct fake_control *controls;    /* ended by id 0 */
	struct v4l2_pix_format pix;
	uint32_t fps;             /* 0: no rates */
	int s_fmt_err, g_fmt_err; /* errno */
	bool converts, no_ext_ctrl, no_next_ctrl;
	uint32_t n_inputs;
	int input;
	unsigned n_s_fmt;
	struct v4l2_pix_format_mplane mp; /* what a multi-planar one answers */
};

/* An open device of the type over the table. */
void fake_device_open(struct device *device, struct fake_device *fake, enum v4l2_buf_type type);

/* The last error and all messages, as log_set_sink() caught them. */
extern char fake_error[2000], fake_log[20000];
void fake_catch_log(void);

#endif
