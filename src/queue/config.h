/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many buffers a pool asks for, and clamping that to what the queue and the driver can do. */
#ifndef QUEUE_CONFIG_H
#define QUEUE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#define POOL_MAX_BUFFERS 32u /* VIDEO_MAX_FRAME */
#define POOL_MIN_BUFFERS 2u
#define POOL_UNSET UINT32_MAX /* a field that was not filled in */

struct pool_config {
	uint32_t min, max;    /* buffers; max 0: no limit */
	uint32_t most_queued; /* foreign frames queued at a time; 0: no limit */
	uint32_t least;       /* the least of min with imported memory: the start fails with fewer; 0: min */
	bool layout;          /* the consumer accepts padding, any strides and several planes */
	bool copy_enable; /* copy when the driver runs low: the number of buffers that the consumer holds is
			     not known */
};

/* What clamping depends on. */
struct pool_limits {
	bool reads;          /* io mode rw: no buffers, nothing to clamp */
	bool can_allocate;   /* CREATE_BUFS works for this memory */
	bool alternate;      /* V4L2_FIELD_ALTERNATE: two buffers make a frame */
	bool layout_needed;  /* the format has padding, unusual strides or several planes */
	uint32_t driver_min; /* V4L2_CID_MIN_BUFFERS_FOR_CAPTURE or _OUTPUT; 0: not known */
};

/* Clamps *config in place. Returns 0 if nothing was altered; 1 if something was, logged; -EINVAL, with
 * nothing altered, if a field is unset. */
int config_clamp(struct pool_config *config, const struct pool_limits *limits);

#endif
