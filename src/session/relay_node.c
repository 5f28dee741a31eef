/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A converter node between the two devices of a relay: its formats and its pools. */
#include "session/relay_node.h"

#include <errno.h>
#include <linux/videodev2.h>
#include "base/log.h"
#include "device/controls/controls.h"
#include "session/play_format.h"

#define NODE_BUFFERS 4u /* in the node and in transit, besides the driver's minimum */

static int set_queue(struct device *queue, const struct video_format *wanted, struct video_format *got)
{
	char asked[FOURCC_TEXT_MAX], given[FOURCC_TEXT_MAX];
	int err = m2m_set_format(queue, wanted, got);

	if (err < 0 ||
	    (got->fourcc == wanted->fourcc && got->width == wanted->width && got->height == wanted->height))
		return err;
	log_error("%s: the converter does not %s %s %ux%u, but %s %ux%u: choose what it has "
		  "with --pixelformat, --size, --from-pixelformat, --from-size",
		  queue->path, device_is_output(queue) ? "take" : "give", fourcc_text(wanted->fourcc, asked),
		  wanted->width, wanted->height, fourcc_text(got->fourcc, given), got->width, got->height);
	return -ERANGE;
}

int relay_node_take(struct relay_node *node, const struct video_format *source)
{
	return set_queue(&node->m2m.output, source, &node->taken);
}

int relay_node_give(struct relay_node *node, const struct video_format *sink, enum scaling scaling)
{
	int err = play_format_check_stretch(node->m2m.node.path, &node->taken, sink, scaling);

	return err < 0 ? err : set_queue(&node->m2m.capture, sink, &node->given);
}

uint32_t relay_node_keeps(struct relay_node *node)
{
	int32_t n = controls_get(&node->m2m.output, V4L2_CID_MIN_BUFFERS_FOR_OUTPUT);

	return NODE_BUFFERS + (n > 0 ? (uint32_t)n : 0);
}

static int open_node_pool(struct pool **pool, struct device *queue, const struct video_format *format,
			  const struct pool_options *options, uint32_t min)
{
	struct pool_config config = { .layout = true };
	int err = pool_open(pool, queue, format, options);

	if (err < 0)
		return err;
	config.min = min ? min : NODE_BUFFERS + pool_info(*pool).driver_min;
	return pool_configure(*pool, &config);
}

/* Of two pools that share buffers, both must have the same number. */
int relay_node_open_pools(struct relay_node *node, struct pool *source, struct pool_link *link,
			  struct pool *sink)
{
	struct m2m *m2m = &node->m2m;
	uint32_t n_source = pool_info(source).requested.min, n_sink = pool_info(sink).requested.min;
	int err = open_node_pool(&m2m->output_pool, &m2m->output, &node->taken, &node->link.to_options,
				 node->link.from_options.foreign ? n_source : 0);

	if (err == 0)
		err = open_node_pool(&m2m->capture_pool, &m2m->capture, &node->given, &link->from_options,
				     link->from_options.foreign ? n_sink : n_sink + NODE_BUFFERS);
	if (err < 0)
		return err;
	pool_link_connect(&node->link, source, m2m->output_pool);
	pool_link_connect(link, m2m->capture_pool, sink);
	return 0;
}

void relay_node_close_pools(struct relay_node *node)
{
	pool_close(node->m2m.output_pool);
	pool_close(node->m2m.capture_pool);
	node->m2m.output_pool = node->m2m.capture_pool = NULL;
	node->link.from = node->link.to = NULL;
	node->n_inside = 0;
}
