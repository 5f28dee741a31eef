/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files about a pipeline share. */
#ifndef PIPELINE_PIPELINE_INTERNAL_H
#define PIPELINE_PIPELINE_INTERNAL_H

#include "pipeline/pipeline.h"

/* Remembers the rate before anything is set, once. */
void pipeline_save_rate(struct pipeline *pipeline);
/* Sets it back, where it is another. */
void pipeline_restore_rate(const struct pipeline *pipeline);

#endif
