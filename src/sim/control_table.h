/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the simulated device's controls. */
#ifndef SIM_CONTROL_TABLE_H
#define SIM_CONTROL_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>

enum { EXPOSURE_AUTO, EXPOSURE_MANUAL };
#define EXPOSURE_UNIT_NS INT64_C(100000) /* of V4L2_CID_EXPOSURE_ABSOLUTE */

/* Ids of the driver's private controls. */
enum {
	CID_RESET = V4L2_CID_USER_BASE + 0xf000,
	CID_TITLE,
	CID_NUMBER,
	CID_OUTPUTS,
	CID_FREQUENCY,
	CID_TABLE,
	CID_AREA,
	CID_STUCK,
	CID_NAMELESS,
	CID_LONG_TABLE /* only with long-table */
};

/* By ascending id, the order that V4L2_CTRL_FLAG_NEXT_CTRL needs. */
extern const struct sim_control {
	uint32_t id, type, flags;
	const char *name;
	int64_t min, max, step, default_value;
	const char *const *menu;     /* NULL entries: the value does not exist */
	bool extra;                  /* only with all-controls */
	uint32_t elem_size, dims[2]; /* of arrays and structs */
	uint32_t m2m; /* kind of memory-to-memory node (SIM_ENCODER) that alone has it; 0: any device */
} sim_controls[];
extern const int sim_n_controls;
#define SIM_CONTROL_BYTES 24 /* size of the largest value, CID_LONG_TABLE aside */

#endif
