/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Media pipelines: reading the graph, finding what does not fit, and setting it up, on the simulated
 * device's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "device/format/want.h"
#include "pipeline_fixture.h"

/* What each pad of the route is set to, the node, and the other node that gets the sensor's pictures. */
static void read_state(struct pipeline_fixture *opened, char *text, size_t size)
{
	const struct route *route = &opened->pipeline->route;
	char set[NODE_FORMAT_TEXT_MAX];
	struct node_format node;
	int n = 0;

	for (unsigned i = 0; i < route->n; i++) {
		const struct pad *pads[] = { route->links[i]->source, route->links[i]->sink };

		for (unsigned k = 0; k < 2 && entity_is_open(pads[k]->entity); k++) {
			struct v4l2_mbus_framefmt format;
			char pad[PAD_TEXT_MAX], is[PAD_FORMAT_TEXT_MAX];

			if (pads[k] == route->unrouted) /* no stream has one */
				continue;
			assert_int_equal(pad_get_format(pads[k], V4L2_SUBDEV_FORMAT_ACTIVE, &format), 0);
			n += snprintf(text + n, size - (size_t)n, "%s %s%s\n", graph_pad_text(pads[k], pad),
				      pad_format_text(&format, is),
				      link_is_enabled(route->links[i]) ? "" : " (off)");
		}
	}
	assert_int_equal(node_format_get(&opened->device, &node), 0);
	n += snprintf(text + n, size - (size_t)n, "%ux%u", node.width, node.height);
	for (unsigned i = 0; i < route->n_branches; i++) {
		if (route->branches[i]->sink->entity->interface != MEDIA_INTF_T_V4L_VIDEO)
			continue;
		assert_int_equal(node_format_get(&route->branches[i]->sink->entity->device, &node), 0);
		n += snprintf(text + n, size - (size_t)n, ", raw %s", node_format_text(&node, set));
	}
}

static char *pipeline_mismatch(struct pipeline *pipeline, char text[MISMATCH_TEXT_MAX])
{
	struct mismatch mismatch;

	assert_int_equal(route_check(&pipeline->route, pipeline->video, &mismatch), 0);
	return route_mismatch_text(&mismatch, text);
}

static void the_graph_leads_from_the_node_to_the_sensor(void **state)
{
	struct pipeline_fixture opened;
	const struct route *route;
	char text[PAD_TEXT_MAX];

	(void)state;
	pipeline_fixture_open(&opened, "sim:pipeline=fits");
	route = &opened.pipeline->route;
	assert_int_equal(route->n, 3);
	assert_string_equal(graph_pad_text(route->links[0]->source, text), "\"Sensor A\":0");
	assert_string_equal(graph_pad_text(route->links[1]->source, text), "\"Debayer A\":1");
	assert_string_equal(graph_pad_text(route->links[2]->sink, text), "\"Capture\":0");
	pipeline_fixture_close(&opened);
}

static void a_node_in_no_graph_has_no_pipeline(void **state)
{
	struct pipeline_fixture opened;

	(void)state;
	pipeline_fixture_open(&opened, "sim");
	assert_null(opened.pipeline);
	pipeline_fixture_close(&opened);
}

static void what_may_not_be_looked_at_is_left_as_it_is(void **state)
{
	struct pipeline_fixture opened;

	(void)state;
	pipeline_fixture_open(&opened, "sim:pipeline=fits,fail=open_media@1:EACCES");
	assert_null(opened.pipeline);
	assert_string_equal(pipeline_fixture_error, "");
	pipeline_fixture_close(&opened);
}

static void the_first_mismatch_is_named(void **state)
{
	static const struct {
		const char *device, *text;
	} rows[] = {
		{ "sim:pipeline=fits", "" },
		{ "sim:pipeline=mismatch", "\"Debayer A\":0 wants SBGGR8_1X8 640x480, \"Sensor A\":0 sends "
					   "RGB888_1X24 640x480" },
		{ "sim:pipeline=unlinked", "the link from \"Debayer A\":1 to \"Scaler\":0 is not enabled" },
		{ "sim:pipeline=ambiguous", "no link to \"Debayer A\" is enabled, and several could be: from "
					    "\"Sensor A\":0 \"Sensor B\":0" },
		{ "sim:pipeline=fits,routing=new", "" },
		{ "sim:pipeline=fits,routing=off",
		  "no active route inside \"Receiver\" leads to \"Receiver\":1" },
		{ "sim:pipeline=mismatch,routing=new",
		  "\"Deserializer\":0 wants SBGGR8_1X8 640x480, \"Sensor "
		  "A\":0 sends RGB888_1X24 640x480" },
	};
	char text[MISMATCH_TEXT_MAX];
	struct pipeline_fixture opened;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		pipeline_fixture_open(&opened, rows[i].device);
		assert_string_equal(pipeline_mismatch(opened.pipeline, text), rows[i].text);
		pipeline_fixture_close(&opened);
	}
}

static void a_node_that_differs_from_what_it_is_sent_is_named(void **state)
{
	struct node_format other = { V4L2_PIX_FMT_UYVY, 64, 48 };
	const struct v4l2_mbus_framefmt sent = { .field = V4L2_FIELD_NONE };
	char text[MISMATCH_TEXT_MAX];
	struct pipeline_fixture opened;

	(void)state;
	pipeline_fixture_open(&opened, "sim:pipeline=fits,size=320x240");
	assert_int_equal(node_format_set(&opened.device, VIDIOC_S_FMT, &sent, &other), 0);
	assert_string_equal(pipeline_mismatch(opened.pipeline, text),
			    "\"Capture\":0 wants UYVY 64x48, \"Scaler\":1 sends YUYV8_1X16 320x240");
	pipeline_fixture_close(&opened);
}

struct setting {
	const char *device;
	struct negotiate_request request;
	int result;
	const char *after; /* a part of read_state(); on failure, of the error */
};

/* Whatever is set is set back, also when it is set twice. */
static void fits_what_is_asked_for_and_is_set_back(void **state)
{
	const struct setting *row = *state;
	char before[1000], after[1000], text[MISMATCH_TEXT_MAX];
	struct node_format node;
	struct pipeline_fixture opened;

	pipeline_fixture_open(&opened, row->device);
	read_state(&opened, before, sizeof before);
	assert_int_equal(node_format_get(&opened.device, &node), 0);
	assert_int_equal(pipeline_configure(opened.pipeline, &row->request), row->result);
	read_state(&opened, after, sizeof after);
	if (row->result == 0) {
		assert_string_equal(pipeline_mismatch(opened.pipeline, text), "");
		assert_non_null(strstr(after, row->after));
		assert_int_equal(pipeline_configure(opened.pipeline, &row->request), 0);
	} else {
		assert_non_null(strstr(pipeline_fixture_error, row->after));
		assert_string_equal(after, before);
	}
	pipeline_restore(opened.pipeline);
	assert_int_equal(node_format_set(&opened.device, VIDIOC_S_FMT,
					 &(struct v4l2_mbus_framefmt){ .field = V4L2_FIELD_NONE }, &node),
			 0);
	read_state(&opened, after, sizeof after);
	assert_string_equal(after, before);
	pipeline_fixture_close(&opened);
}

#define SIM "sim:size=320x240,pipeline="
#define SETTING(...)                                                                                         \
	&(const struct setting)                                                                              \
	{                                                                                                    \
		__VA_ARGS__                                                                                  \
	}

static void what_fits_already_is_not_touched(void **state)
{
	const struct negotiate_request request = { .width = 320, .height = 240, .pixelformat = "YUYV" };
	struct pipeline_fixture opened;

	(void)state;
	pipeline_fixture_open(&opened, SIM "fits");
	assert_int_equal(pipeline_configure(opened.pipeline, &request), 0);
	assert_false(opened.pipeline->is_saved);
	pipeline_fixture_close(&opened);
}

static void a_command_names_rectangles_too(void **state)
{
	const struct negotiate_request request = { .width = 800, .height = 600 };
	struct pipeline_fixture opened;
	char text[1000];

	(void)state;
	pipeline_fixture_open(&opened, "sim:size=320x240,subdevs=compose,pipeline=fits");
	assert_int_equal(pipeline_configure(opened.pipeline, &request), 0);
	pipeline_command(opened.pipeline, text, sizeof text);
	assert_non_null(strstr(text, "\"Scaler\":0 [fmt:YUYV8_1X16/1280x720 crop:(0,0)/1280x720 "
				     "compose:(0,0)/800x600]"));
	pipeline_fixture_close(&opened);
}

/* The rate that is set, and afterwards the former one. */
struct rate_setting {
	const char *device;
	struct negotiate_request request;
	int result;
	struct fraction got;
	const char *error; /* a part of it */
};

static void the_sensor_is_set_to_a_rate_and_back(void **state)
{
	const struct rate_setting *row = *state;
	struct fraction before, got;
	struct pipeline_fixture opened;

	pipeline_fixture_open(&opened, row->device);
	before = pipeline_rate(opened.pipeline);
	assert_int_equal(pipeline_configure(opened.pipeline, &row->request), 0);
	assert_int_equal(pipeline_set_rate(opened.pipeline, &row->request, &got), row->result);
	assert_int_equal(got.num, row->got.num);
	assert_int_equal(got.den, row->got.den);
	if (row->result < 0)
		assert_non_null(strstr(pipeline_fixture_error, row->error));
	pipeline_restore(opened.pipeline);
	got = pipeline_rate(opened.pipeline);
	assert_int_equal(got.num, before.num);
	assert_int_equal(got.den, before.den);
	pipeline_fixture_close(&opened);
}

#define RATE_SETTING(...)                                                                                    \
	&(const struct rate_setting)                                                                         \
	{                                                                                                    \
		__VA_ARGS__                                                                                  \
	}

/* Of a sensor whose S_FMT sets it to 60 fps. */
static void another_format_leaves_the_rate(void **state)
{
	static const struct negotiate_request nothing = { 0 };
	const char *device = *state;
	struct v4l2_fract interval = { 1, 15 };
	struct fraction got;
	struct pipeline_fixture opened;
	int err;

	pipeline_fixture_open(&opened, device);
	assert_int_equal(pad_set_interval(opened.pipeline->route.links[0]->source, &interval), 0);
	err = pipeline_configure(opened.pipeline, &nothing);
	if (err == 0)
		assert_int_equal(pipeline_set_rate(opened.pipeline, &nothing, &got), 0);
	else
		assert_int_equal(err, -EIO);
	assert_int_equal(pipeline_rate(opened.pipeline).num, 15);
	pipeline_restore(opened.pipeline);
	assert_int_equal(pipeline_rate(opened.pipeline).num, 15);
	pipeline_fixture_close(&opened);
}

struct wish {
	const char *device, *wish;
	struct negotiate_request request;
	int result;
	const char *text; /* why it is this mode, or the error: a part of it */
};

static void a_wish_chooses_what_comes_out(void **state)
{
	const struct wish *row = *state;
	struct negotiate_request request = row->request;
	char fourcc[FOURCC_TEXT_MAX], text[MISMATCH_TEXT_MAX];
	struct fraction got;
	struct pipeline_fixture opened;

	pipeline_fixture_open(&opened, row->device);
	pipeline_fixture_told[0] = '\0';
	assert_int_equal(
		want_apply(&opened.device, pipeline_modes, opened.pipeline, row->wish, &request, fourcc),
		row->result);
	assert_non_null(strstr(row->result < 0 ? pipeline_fixture_error : pipeline_fixture_told, row->text));
	if (row->result == 0) {
		assert_int_equal(pipeline_configure(opened.pipeline, &request), 0);
		assert_int_equal(pipeline_set_rate(opened.pipeline, &request, &got), 0);
		assert_string_equal(pipeline_mismatch(opened.pipeline, text), "");
	}
	pipeline_fixture_close(&opened);
}

#define WISH(...)                                                                                            \
	&(const struct wish)                                                                                 \
	{                                                                                                    \
		__VA_ARGS__                                                                                  \
	}

static const struct table_test tests[] = {
	{ 0, "the_graph_leads_from_the_node_to_the_sensor", the_graph_leads_from_the_node_to_the_sensor,
	  NULL },
	{ 0, "a_node_in_no_graph_has_no_pipeline", a_node_in_no_graph_has_no_pipeline, NULL },
	{ 0, "what_may_not_be_looked_at_is_left_as_it_is", what_may_not_be_looked_at_is_left_as_it_is, NULL },
	{ 0, "the_first_mismatch_is_named", the_first_mismatch_is_named, NULL },
	{ 0, "a_node_that_differs_from_what_it_is_sent_is_named",
	  a_node_that_differs_from_what_it_is_sent_is_named, NULL },
	{ 0, "what_fits_already_is_not_touched", what_fits_already_is_not_touched, NULL },
	{ 0, "nothing_asked_mends_the_mismatch", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "mismatch", { 0 }, 0, "\"Sensor A\":0 SBGGR8_1X8 640x480") },
	{ 0, "another_node_gets_what_the_sensor_sends", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "mismatch", { .width = 1280, .height = 720 }, 0, "raw BA81 1280x720") },
	{ 0, "nothing_asked_enables_the_only_link", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "unlinked", { 0 }, 0, "\"Debayer A\":1 YUYV8_1X16 640x480\n") },
	{ 0, "a_size_is_scaled_from_the_nearest_larger_mode", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "fits", { .width = 800, .height = 600 }, 0, "\"Debayer A\":0 SBGGR8_1X8 1280x720") },
	{ 0, "a_size_is_that_of_the_scalers_compose_rectangle", fits_what_is_asked_for_and_is_set_back,
	  SETTING("sim:size=320x240,subdevs=compose,pipeline=mismatch", { .width = 800, .height = 600 }, 0,
		  "\"Scaler\":1 YUYV8_1X16 800x600") },
	{ 0, "a_command_names_rectangles_too", a_command_names_rectangles_too, NULL },
	{ 0, "a_size_comes_from_the_mode_that_has_it", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "mismatch", { .width = 1280, .height = 720 }, 0, "\"Scaler\":0 YUYV8_1X16 1280x720") },
	{ 0, "a_pixel_format_chooses_the_codes", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "fits", { .pixelformat = "RGB3" }, 0, "\"Scaler\":1 RGB888_1X24 320x240") },
	{ 0, "a_size_that_cannot_come_out_is_refused", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "mismatch", { .width = 5000, .height = 240 }, -ERANGE,
		  "\"Capture\":0 takes YUYV 4096x240, where \"Scaler\":1 sends YUYV8_1X16 4096x240") },
	{ 0, "with_adjust_the_nearest_is_taken", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "mismatch", { .width = 5000, .height = 240, .adjust = true }, 0, "4096x240") },
	{ 0, "a_sensor_that_fits_nothing_is_refused", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "stuck", { 0 }, -EPIPE,
		  "wants SRGGB8_1X8 640x480, \"Sensor A\":0 sends RGB888_1X24 640x480") },
	{ 0, "links_that_could_both_be_meant_are_refused", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "ambiguous", { 0 }, -ENOLINK, "from \"Sensor A\":0 \"Sensor B\":0") },
	{ 0, "a_size_goes_by_its_stream", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "fits,routing=new", { .width = 1280, .height = 720 }, 0,
		  "\"Receiver\":0/1 SBGGR8_1X8 1280x720\n\"Receiver\":1 SBGGR8_1X8 1280x720") },
	{ 0, "other_streams_of_the_same_link_keep_their_size", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "fits,routing=old", { .width = 1280, .height = 720 }, 0, "raw BA81 640x480") },
	{ 0, "other_streams_of_the_same_link_are_made_to_fit", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "mismatch,routing=new", { 0 }, 0, "raw RGB3 640x480") },
	{ 0, "a_stream_that_nothing_takes_is_left_alone", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "mismatch,routing=unused", { .width = 1280, .height = 720 }, 0,
		  "\"Receiver\":1 SBGGR8_1X8 1280x720") },
	{ 0, "a_stream_that_is_not_sent_is_named", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "fits,routing=dangling", { 0 }, -ENOLINK,
		  "begins at \"Deserializer\":1/1, a stream that") },
	{ 0, "a_route_that_is_missing_is_named", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "fits,routing=off", { 0 }, -ENOLINK,
		  "leads to \"Receiver\":1; set the routes inside it, such as by media-ctl -d sim-media -R "
		  "'\"Receiver\" [0/0 -> 1/0 [0], 0/0 -> 2/0 [1], 0/1 -> 1/0 [1]]'") },
	{ 0, "the_rate_is_the_sensors", the_sensor_is_set_to_a_rate_and_back,
	  RATE_SETTING(SIM "fits,fps=15", { .fps = { 60, 1 } }, 0, { 60, 1 }, NULL) },
	{ 0, "a_rate_chooses_the_mode_that_has_it", fits_what_is_asked_for_and_is_set_back,
	  SETTING(SIM "fits", { .width = 800, .height = 600, .fps = { 60, 1 } }, 0,
		  "\"Debayer A\":0 SBGGR8_1X8 640x480") },
	{ 0, "a_rate_that_the_sensor_lacks_is_refused", the_sensor_is_set_to_a_rate_and_back,
	  RATE_SETTING(SIM "fits", { .fps = { 25, 1 } }, -ERANGE, { 30, 1 },
		       "asked for 25/1 fps, got 30/1 fps from \"Sensor A\":0 (rates: 15/1, 30/1, 60/1)") },
	{ 0, "with_adjust_another_rate_is_taken", the_sensor_is_set_to_a_rate_and_back,
	  RATE_SETTING(SIM "fits", { .fps = { 25, 1 }, .adjust = true }, 0, { 30, 1 }, NULL) },
	{ 0, "a_rate_that_nothing_has_is_refused", the_sensor_is_set_to_a_rate_and_back,
	  RATE_SETTING(SIM "fits,subdevs=no-rates", { .fps = { 25, 1 } }, -ERANGE, { 0, 0 },
		       "asked for 25/1 fps, but nothing in its media pipeline has a frame rate to set; leave "
		       "--fps out") },
	{ 0, "without_a_request_the_rate_stays", another_format_leaves_the_rate,
	  SIM "mismatch,fps=60,format-resets" },
	{ 0, "a_pipeline_that_cannot_be_set_keeps_its_rate", another_format_leaves_the_rate,
	  SIM "mismatch,fps=60,format-resets,fail=s_fmt@1:EIO" },
	{ 0, "the_fastest_mode_of_the_sensor", a_wish_chooses_what_comes_out,
	  WISH(SIM "mismatch,fps=30", "fps", { 0 }, 0, "want fps: RGB3 640x480 at 60 fps, the best of 15") },
	{ 0, "the_largest_mode_of_the_sensor", a_wish_chooses_what_comes_out,
	  WISH(SIM "fits", "size", { .pixelformat = "YUYV" }, 0, "YUYV 1280x720 at 30 fps, the best of 5") },
	{ 0, "a_given_size_is_the_scalers", a_wish_chooses_what_comes_out,
	  WISH(SIM "fits", "fps", { .width = 320, .height = 200, .pixelformat = "UYVY" }, 0,
	       "UYVY 320x200 at 60 fps, the best of 3") },
	{ 0, "a_sensor_that_lists_no_rates", a_wish_chooses_what_comes_out,
	  WISH(SIM "fits,subdevs=no-rates", "size", { 0 }, 0, "1280x720, the best of 6") },
	{ 0, "a_wish_that_nothing_meets", a_wish_chooses_what_comes_out,
	  WISH(SIM "fits", "size,60fps,800x600", { 0 }, -ERANGE, "none of 15 modes meets it; nearest: ") },
};

int main(void)
{
	return table_test_run("pipeline", tests, N_ELEMENTS(tests));
}
