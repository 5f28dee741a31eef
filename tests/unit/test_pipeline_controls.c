/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controls of the sub-devices of a pipeline, by entity or without, on the simulated device's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "pipeline_fixture.h"

#define SIM "sim:size=320x240,pipeline="

static int32_t read_control(const struct pipeline_fixture *opened, unsigned link, uint32_t id)
{
	struct v4l2_control control = { .id = id };

	assert_int_equal(device_ioctl(&opened->pipeline->route.links[link]->source->entity->device,
				      VIDIOC_G_CTRL, &control),
			 0);
	return control.value;
}

static int set_controls(struct pipeline_fixture *opened, const char *assignments)
{
	struct control_value *former = NULL;
	int err = pipeline_set_controls(opened->pipeline, &opened->device, assignments, 0, &former);

	control_values_free(&former);
	return err;
}

static void controls_are_found_by_entity_or_where_one_has_them(void **state)
{
	struct pipeline_fixture opened;

	(void)state;
	pipeline_fixture_open(&opened, SIM "fits");
	assert_int_equal(set_controls(&opened, "exposure=7,'Sensor A/gain'=3,\"debayer a/gain\"=4"), 0);
	assert_int_equal(read_control(&opened, 0, V4L2_CID_EXPOSURE), 7);
	assert_int_equal(read_control(&opened, 0, V4L2_CID_GAIN), 3);
	assert_int_equal(read_control(&opened, 1, V4L2_CID_GAIN), 4);
	pipeline_restore(opened.pipeline);
	assert_int_equal(read_control(&opened, 0, V4L2_CID_EXPOSURE), 0);
	assert_int_equal(read_control(&opened, 1, V4L2_CID_GAIN), 0);
	pipeline_fixture_close(&opened);
}

static int32_t read_entity_control(const struct pipeline_fixture *opened, const char *name, uint32_t id)
{
	struct graph *graph = &opened->pipeline->graph;
	struct v4l2_control control = { .id = id };
	unsigned i = 0;

	while (strcmp(graph->entities[i].name, name) != 0)
		i++;
	assert_int_equal(graph_open_entity(graph, &graph->entities[i]), 0);
	assert_int_equal(device_ioctl(&graph->entities[i].device, VIDIOC_G_CTRL, &control), 0);
	return control.value;
}

static bool is_open(const struct pipeline_fixture *opened, const char *name)
{
	const struct graph *graph = &opened->pipeline->graph;
	unsigned i = 0;

	while (strcmp(graph->entities[i].name, name) != 0)
		i++;
	return entity_is_open(&graph->entities[i]);
}

/* Its node is opened for its own controls alone, as that may move a lens. */
static void a_sensor_has_the_controls_of_its_lens_and_flash(void **state)
{
	struct pipeline_fixture opened;

	(void)state;
	pipeline_fixture_open(&opened, SIM "fits");
	assert_int_equal(set_controls(&opened, "exposure=7"), 0);
	assert_false(is_open(&opened, "Lens A"));
	assert_int_equal(set_controls(&opened, "focus_absolute=300,'Flash A/torch_intensity'=4"), 0);
	assert_int_equal(read_entity_control(&opened, "Lens A", V4L2_CID_FOCUS_ABSOLUTE), 300);
	assert_int_equal(read_entity_control(&opened, "Flash A", V4L2_CID_FLASH_TORCH_INTENSITY), 4);
	pipeline_restore(opened.pipeline);
	assert_int_equal(read_entity_control(&opened, "Lens A", V4L2_CID_FOCUS_ABSOLUTE), 0);
	assert_int_equal(read_entity_control(&opened, "Flash A", V4L2_CID_FLASH_TORCH_INTENSITY), 0);
	pipeline_fixture_close(&opened);
}

/* Sensor B, from which the pictures come by these routes, has neither. */
static void a_lens_of_another_sensor_is_not_meant(void **state)
{
	struct pipeline_fixture opened;

	(void)state;
	pipeline_fixture_open(&opened, SIM "fits,routing=new");
	assert_int_equal(set_controls(&opened, "focus_absolute=300"), -ERANGE);
	assert_non_null(strstr(pipeline_fixture_error, "unknown control 'focus_absolute'"));
	pipeline_fixture_close(&opened);
}

static void a_control_that_no_one_alone_has_is_refused(void **state)
{
	static const struct {
		const char *assignments, *text;
	} rows[] = {
		{ "exposure=7,gain=3", "'Sensor A/gain' or 'Debayer A/gain'" },
		{ "exposure=7,'Lens/focus'=3", "expected one of \"Sensor A\", \"Sensor B\", \"Debayer A\", "
					       "\"Scaler\", \"Lens A\", \"Flash A\"" },
		{ "exposure=7,'Scaler/gain'=3", "unknown control 'gain'" },
		{ "exposure=7,no_such=3", "unknown control 'no_such'" },
		{ "exposure=7,'Sensor A/gain'=300", "expected 0 to 100" },
	};
	struct pipeline_fixture opened;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		pipeline_fixture_open(&opened, SIM "fits");
		assert_int_equal(set_controls(&opened, rows[i].assignments), -ERANGE);
		assert_non_null(strstr(pipeline_fixture_error, rows[i].text));
		assert_int_equal(read_control(&opened, 0, V4L2_CID_EXPOSURE), 0);
		pipeline_fixture_close(&opened);
	}
}

static const struct table_test tests[] = {
	{ 0, "controls_are_found_by_entity_or_where_one_has_them",
	  controls_are_found_by_entity_or_where_one_has_them, NULL },
	{ 0, "a_sensor_has_the_controls_of_its_lens_and_flash",
	  a_sensor_has_the_controls_of_its_lens_and_flash, NULL },
	{ 0, "a_lens_of_another_sensor_is_not_meant", a_lens_of_another_sensor_is_not_meant, NULL },
	{ 0, "a_control_that_no_one_alone_has_is_refused", a_control_that_no_one_alone_has_is_refused, NULL },
};

int main(void)
{
	return table_test_run("pipeline_controls", tests, N_ELEMENTS(tests));
}
