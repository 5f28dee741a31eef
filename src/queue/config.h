/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many buffers: what is asked for, clamped to what can be. */
#ifndef QUEUE_CONFIG_H
#define QUEUE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#define POOL_MAX_BUFFERS 32u /* VIDEO_MAX_FRAME: what REQBUFS and libv4l2 promise everywhere */
#define POOL_MIN_BUFFERS 2u
#define POOL_UNSET UINT32_MAX /* a field that its caller did not fill in */

struct pool_config {
	uint32_t min, max; /* buffers; max 0: no limit asked for */
	bool layout;       /* the consumer can live with padding, strides of its own, several planes */
	bool copy_enable;  /* the consumer did not say how many it holds: copy when the driver runs low */
};

/* What the clamping depends on. */
struct pool_limits {
	bool reads;        /* rw mode: no buffers, nothing to clamp */
	bool can_allocate; /* CREATE_BUFS works for this memory and nothing is emulated */
	bool alternate;    /* FIELD_ALTERNATE: two buffers make a frame */
	bool layout_needed;
	uint32_t driver_min; /* V4L2_CID_MIN_BUFFERS_FOR_CAPTURE or _OUTPUT; 0: none said */
};

/* Clamps *config in place, logging every alteration. Returns 0 when nothing was altered, 1 when something
 * was, -EINVAL (and nothing altered) when a field is missing. */
int pool_config_clamp(struct pool_config *config, const struct pool_limits *limits);

#endif
