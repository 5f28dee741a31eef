/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulated camera at the end of a media pipeline. */
#include "pipeline_fixture.h"

#include <stdio.h>
#include "base/log.h"

char pipeline_fixture_error[1000], pipeline_fixture_told[1000];

static void keep_message(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	if (level == LOG_LEVEL_ERROR)
		snprintf(pipeline_fixture_error, sizeof pipeline_fixture_error, "%s", message);
	if (level == LOG_LEVEL_INFO)
		snprintf(pipeline_fixture_told, sizeof pipeline_fixture_told, "%s", message);
}

void pipeline_fixture_open(struct pipeline_fixture *fixture, const char *name)
{
	pipeline_fixture_error[0] = pipeline_fixture_told[0] = '\0';
	log_set_sink(keep_message, NULL);
	assert_int_equal(device_open(&fixture->device, name, DEVICE_CAPTURE), 0);
	assert_int_equal(pipeline_open(&fixture->pipeline, &fixture->device), 0);
}

void pipeline_fixture_close(struct pipeline_fixture *fixture)
{
	pipeline_close(fixture->pipeline);
	device_close(&fixture->device);
	log_set_sink(NULL, NULL);
}
