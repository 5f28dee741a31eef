/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controls of a codec node, by v4l2-ctl's names or short ones that mean the same on every node. */
#ifndef M2M_CODEC_CONTROLS_H
#define M2M_CODEC_CONTROLS_H

#include "device/controls/control_values.h"

/* Sets what a recording needs, where the node has it (parameter sets before the first key frame and each
 * later one, no B frames), and then "NAME=VALUE,…": names as in controls_set(), or bitrate (4M, 500k), gop,
 * profile, level, qp and quality, which become the controls for the codec of that FourCC. The values that
 * those named had are added to *former. Returns as controls_set(), and -ERANGE, logged, where B frames stay
 * on. options NULL: none. */
int codec_controls_set(struct device *node, uint32_t fourcc, const char *options,
		       struct control_value **former);
/* Whether a key frame can be asked for. */
bool codec_controls_can_force_key(struct device *node);
/* The next frame that the node begins becomes one. Returns 0 or a negative errno, not logged. */
int codec_controls_force_key(struct device *node);

#endif
