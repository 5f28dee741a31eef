/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by pipeline.c and pipeline_rate.c. */
#ifndef PIPELINE_PIPELINE_INTERNAL_H
#define PIPELINE_PIPELINE_INTERNAL_H

#include "pipeline/pipeline.h"

/* Saves the rate before anything is set, once. */
void pipeline_save_rate(struct pipeline *pipeline);
/* Restores the rate if it differs. */
void pipeline_restore_rate(const struct pipeline *pipeline);

#endif
