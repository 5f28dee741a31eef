/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Routes and streams of sub-devices: reading them, and the way that they lead, on the simulated device's. */
#include <stdio.h>
#include <string.h>
#include "pipeline/pipeline.h"
#include "table_test.h"

struct opened {
	struct device device;
	struct pipeline *pipeline;
};

static void open_routed(struct opened *opened, const char *name)
{
	assert_int_equal(device_open(&opened->device, name, DEVICE_CAPTURE), 0);
	assert_int_equal(pipeline_open(&opened->pipeline, &opened->device), 0);
}

static void close_routed(struct opened *opened)
{
	pipeline_close(opened->pipeline);
	device_close(&opened->device);
}

/* Each layout of the ioctl, and a kernel that keeps streams from programs; of a sub-device without routes. */
static void routes_are_read_in_either_layout(void **state)
{
	static const struct {
		const char *device;
		unsigned n;
	} rows[] = { { "sim:pipeline=fits,routing=new", 3 },
		     { "sim:pipeline=fits,routing=old", 3 },
		     { "sim:pipeline=fits,routing=refused", 0 } };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct opened opened;
		struct graph *graph;
		const struct routing *receiver;

		open_routed(&opened, rows[i].device);
		graph = &opened.pipeline->graph;
		assert_int_equal(graph->n_entities, 10);
		receiver = &graph->entities[9].routing;
		assert_int_equal(graph_open_entity(graph, &graph->entities[9]), 0);
		assert_int_equal(receiver->is_known, rows[i].n > 0);
		assert_int_equal(receiver->n, rows[i].n);
		if (receiver->n) {
			assert_false(route_is_active(&receiver->routes[0]));
			assert_true(route_is_active(&receiver->routes[2]));
			assert_int_equal(receiver->routes[2].sink_stream, 1);
			assert_int_equal(receiver->routes[2].source_pad, 1);
		}
		assert_false(graph->entities[0].routing.is_known);
		close_routed(&opened);
	}
}

/* From Sensor B by the second stream of a link, with what else goes by that: the first stream, from Sensor A
 * to the other node. Without streams any way will do. */
static void the_route_follows_the_active_routes(void **state)
{
	static const struct {
		const char *device, *first, *second;
		unsigned n_branches;
	} rows[] = { { "sim:pipeline=fits,routing=new", "\"Sensor B\":0", "\"Receiver\":0/1", 3 },
		     { "sim:pipeline=fits,routing=old", "\"Sensor B\":0", "\"Receiver\":0/1", 3 },
		     { "sim:pipeline=fits,routing=refused", "\"Sensor A\":0", "\"Receiver\":0", 0 } };
	char text[PAD_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct opened opened;
		const struct route *route;

		open_routed(&opened, rows[i].device);
		route = &opened.pipeline->route;
		assert_int_equal(route->n, 5);
		assert_string_equal(graph_pad_text(route->links[0]->source, text), rows[i].first);
		assert_string_equal(graph_pad_text(route->links[1]->sink, text), rows[i].second);
		assert_int_equal(route->n_branches, rows[i].n_branches);
		close_routed(&opened);
	}
}

/* Of a receiver that lists none to the node: from what comes in and goes nowhere yet, beside those that there
 * are.
 */
static void a_route_is_made_up_where_none_is_listed(void **state)
{
	struct subdev_route raw = { 0, 0, 2, 0, V4L2_SUBDEV_ROUTE_FL_ACTIVE, { 0 } };
	struct subdev_routing argument = { V4L2_SUBDEV_FORMAT_ACTIVE, 1, (uintptr_t)&raw, 1, { 0 } };
	struct opened opened;
	struct mismatch mismatch;
	struct graph *graph;
	struct route route;
	char text[200];

	(void)state;
	open_routed(&opened, "sim:pipeline=fits,routing=new");
	graph = &opened.pipeline->graph;
	assert_int_equal(device_ioctl(&graph->entities[9].device, SUBDEV_S_ROUTING, &argument), 0);
	routing_free(&graph->entities[9].routing);
	assert_int_equal(routing_read(&graph->entities[9].routing, &graph->entities[9].device), 0);
	assert_int_equal(route_find(graph, &route), 0);
	mismatch = (struct mismatch){ .kind = MISMATCH_NO_ROUTE, .route = &route };
	assert_string_equal(route_command(&mismatch, text, sizeof text),
			    "media-ctl -d sim-media -R '\"Receiver\" [0/0 -> 2/0 [1], 0/1 -> 1/0 [1]]'");
	close_routed(&opened);
}

/* As media-ctl does, of a sub-device of the simulated one. */
static void run_command(struct opened *opened, const char *command)
{
	struct graph *graph = &opened->pipeline->graph;
	const char *list = strchr(command, '['), *name = strchr(command, '"') + 1;
	struct subdev_route routes[4] = { 0 };
	struct subdev_routing argument = { V4L2_SUBDEV_FORMAT_ACTIVE, 4, (uintptr_t)routes, 0, { 0 } };
	unsigned i = 0;
	int used;

	assert_non_null(list);
	for (list++; argument.n < 4; argument.n++, list += used + (list[used] == ',')) {
		struct subdev_route *one = &routes[argument.n];

		if (sscanf(list, " %u/%u -> %u/%u [%u]%n", &one->sink_pad, &one->sink_stream,
			   &one->source_pad, &one->source_stream, &one->flags, &used) != 5)
			break;
	}
	assert_true(strcmp(list, "]'") == 0 && argument.n > 0);
	while (strncmp(graph->entities[i].name, name, strlen(graph->entities[i].name)) != 0)
		i++;
	assert_int_equal(graph_open_entity(graph, &graph->entities[i]), 0);
	assert_int_equal(device_ioctl(&graph->entities[i].device, SUBDEV_S_ROUTING, &argument), 0);
}

/* What the cure names is all that is missing: the formats are set by then as ever. */
static void the_command_makes_it_whole(void **state)
{
	static const struct {
		const char *device, *cause, *routes;
	} rows[] = {
		{ "sim:pipeline=fits,routing=off", "leads to \"Receiver\":1",
		  "'\"Receiver\" [0/0 -> 1/0 [0], 0/0 -> 2/0 [1], 0/1 -> 1/0 [1]]'" },
		{ "sim:pipeline=fits,routing=dangling",
		  "a route inside \"Deserializer\" begins at \"Deserializer\":1/1, a stream that \"Sensor "
		  "B\":0 does not send",
		  "'\"Deserializer\" [0/0 -> 2/0 [1], 1/0 -> 2/1 [1]]'" },
	};
	static const struct negotiate_request nothing = { 0 };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct obstacle obstacle;
		struct opened opened;

		open_routed(&opened, rows[i].device);
		assert_true(pipeline_explain(&opened.device, "", &obstacle));
		assert_int_equal(obstacle.kind, OBSTACLE_PIPELINE_ROUTE);
		assert_non_null(strstr(obstacle.cause, rows[i].cause));
		assert_non_null(strstr(obstacle.cure, rows[i].routes));
		run_command(&opened, strstr(obstacle.cure, "media-ctl"));
		pipeline_close(opened.pipeline);
		assert_int_equal(pipeline_open(&opened.pipeline, &opened.device), 0);
		assert_int_equal(pipeline_configure(opened.pipeline, &nothing), 0);
		assert_false(pipeline_explain(&opened.device, "", &obstacle));
		close_routed(&opened);
	}
}

static const struct table_test tests[] = {
	{ 0, "routes_are_read_in_either_layout", routes_are_read_in_either_layout, NULL },
	{ 0, "the_route_follows_the_active_routes", the_route_follows_the_active_routes, NULL },
	{ 0, "a_route_is_made_up_where_none_is_listed", a_route_is_made_up_where_none_is_listed, NULL },
	{ 0, "the_command_makes_it_whole", the_command_makes_it_whole, NULL },
};

int main(void)
{
	return table_test_run("routing", tests, N_ELEMENTS(tests));
}
