/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controls of a codec node, by v4l2-ctl's names or by short names with the same meaning on every node. */
#ifndef M2M_CODEC_CONTROLS_H
#define M2M_CODEC_CONTROLS_H

#include "device/controls/control_values.h"

/* Sets what a recording needs, if the node has it (parameter sets before each key frame, no B frames), then
 * "NAME=VALUE,…". NAME: as in controls_set(), or bitrate (4M, 500k), gop, profile, level, qp, quality, which
 * stand for the controls of the codec with that FourCC. The former values of the controls named are added to
 * *former. Returns as controls_set(), and -ERANGE, logged, if B frames cannot be disabled. options NULL:
 * none. */
int codec_controls_set(struct device *node, uint32_t fourcc, const char *options,
		       struct control_value **former);
/* Whether a key frame can be requested. */
bool codec_controls_can_force_key(struct device *node);
/* Makes the next frame that the node encodes a key frame. Returns 0 or a negative errno, not logged. */
int codec_controls_force_key(struct device *node);

#endif
