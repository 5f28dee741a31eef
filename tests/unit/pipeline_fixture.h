/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulated camera at the end of a media pipeline. */
#ifndef TESTS_PIPELINE_FIXTURE_H
#define TESTS_PIPELINE_FIXTURE_H

#include "pipeline/pipeline.h"
#include "table_test.h"

struct pipeline_fixture {
	struct device device;
	struct pipeline *pipeline;
};

/* The last error and the last message for users since it was opened; "" if there is none. */
extern char pipeline_fixture_error[1000], pipeline_fixture_told[1000];

void pipeline_fixture_open(struct pipeline_fixture *fixture, const char *name);
void pipeline_fixture_close(struct pipeline_fixture *fixture);

#endif
