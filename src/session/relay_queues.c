/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a relay, and the way between them. */
#include <errno.h>
#include <stdio.h>
#include <linux/videodev2.h>
#include "base/log.h"
#include "device/controls/controls.h"
#include "session/relay.h"

static struct pool_link_end link_end(struct relay_end *end)
{
	return (struct pool_link_end){ &end->setup.device, &end->setup.format, end->options->io,
				       end->options->import_from };
}

static int choose_link(const struct relay *relay, struct pool_link *link, const struct pool_link_end *from,
		       const struct pool_link_end *to)
{
	unsigned way = relay->options.way;

	*link = (struct pool_link){ 0 };
	return way ? pool_link_choose_way(link, way - 1, from, to) : pool_link_choose(link, from, to);
}

static int choose_ways_through_node(struct relay *relay, const struct pool_link_end *source,
				    const struct pool_link_end *sink)
{
	struct relay_node *node = &relay->node;
	struct pool_link_end capture = { .device = &node->m2m.capture, .format = &node->given };
	struct pool_link_end output = { .device = &node->m2m.output, .format = &node->taken };
	int err = choose_link(relay, &node->link, source, &output);

	return err < 0 ? err : choose_link(relay, &relay->link, &capture, sink);
}

static int choose_way(struct relay *relay)
{
	struct pool_link_end source = link_end(&relay->source), sink = link_end(&relay->sink);
	char from[FOURCC_TEXT_MAX], to[FOURCC_TEXT_MAX];
	int err;

	if (relay->options.convert_device)
		return choose_ways_through_node(relay, &source, &sink);
	if (!relay->converts)
		return choose_link(relay, &relay->link, &source, &sink);
	relay->link = (struct pool_link){ 0 };
	err = frame_converter_open(&relay->converter, source.format, sink.format, relay->options.scaling);
	if (err < 0)
		return err;
	pool_link_choose_copy(&relay->link, &source, &sink, relay->why);
	relay->link.fill = frame_converter_fill;
	relay->link.fill_opaque = &relay->converter;
	snprintf(relay->link.text, sizeof relay->link.text, "conversion, %s %ux%u to %s %ux%u",
		 fourcc_text(source.format->fourcc, from), source.format->width, source.format->height,
		 fourcc_text(sink.format->fourcc, to), sink.format->width, sink.format->height);
	return 0;
}

static int check_link_copies(const struct relay *relay, const struct pool_link *link, const char *from,
			     const char *to)
{
	if (!relay->options.require_zero_copy || !link->copies)
		return 0;
	log_error("--require-zero-copy: from %s to %s there is only a %s: %s", from, to, link->text,
		  link->reasons);
	return -ERANGE;
}

static int check_copies(const struct relay *relay)
{
	const char *from = relay->source.setup.device.path, *to = relay->sink.setup.device.path;
	const char *node = relay->options.convert_device ? relay->node.m2m.node.path : NULL;
	int err = node ? check_link_copies(relay, &relay->node.link, from, node) : 0;

	return err < 0 ? err : check_link_copies(relay, &relay->link, node ? node : from, to);
}

/* The source lacks as many buffers as the output holds. */
static uint32_t kept_by_output(struct relay *relay)
{
	int32_t n = controls_get(&relay->sink.setup.device, V4L2_CID_MIN_BUFFERS_FOR_OUTPUT);

	return n > (int32_t)POOL_MIN_BUFFERS ? (uint32_t)n : POOL_MIN_BUFFERS;
}

static int open_queue(struct relay_end *end, const struct pool_options *pool, uint32_t min_buffers,
		      uint32_t extra_buffers)
{
	struct setup_options own = *end->options;

	own.io = pool->io;
	own.import_from = pool->import_from;
	own.foreign = pool->foreign;
	own.extra_buffers = extra_buffers;
	if (min_buffers && (!own.has_min_buffers || own.min_buffers < min_buffers)) {
		own.has_min_buffers = true;
		own.min_buffers = min_buffers;
		own.least_buffers = pool->foreign ? POOL_MIN_BUFFERS : 0;
	}
	return setup_pool(&end->setup, &own);
}

static int open_queues(struct relay *relay)
{
	bool has_node = relay->options.convert_device;
	struct pool_link *link = &relay->link, *first = has_node ? &relay->node.link : link;
	/* The source fills the output's buffers, or the output imports the source's: both have the same
	 * number. */
	bool shared = !has_node && (link->from_options.foreign || link->to_options.foreign);
	int err = open_queue(&relay->source, &first->from_options, 0,
			     has_node ? relay_node_keeps(&relay->node) : kept_by_output(relay));

	if (err == 0)
		err = open_queue(&relay->sink, &link->to_options,
				 shared ? pool_info(relay->source.setup.pool).requested.min : 0, 0);
	if (err == 0 && has_node)
		return relay_node_open_pools(&relay->node, relay->source.setup.pool, link,
					     relay->sink.setup.pool);
	if (err == 0)
		pool_link_connect(link, relay->source.setup.pool, relay->sink.setup.pool);
	return err;
}

enum status relay_queues_open(struct relay *relay)
{
	enum status status = status_of(relay->converts ? STAGE_FORMAT : STAGE_QUEUE, choose_way(relay));

	if (status == STATUS_DONE)
		status = status_of(STAGE_FORMAT, check_copies(relay));
	return status == STATUS_DONE ? status_of(STAGE_QUEUE, open_queues(relay)) : status;
}

void relay_queues_count(struct relay *relay)
{
	const struct pool_link *link = &relay->link;

	relay->source_pool = pool_info(relay->source.setup.pool);
	relay->sink_pool = pool_info(link->to);
	relay->copied = relay->copied_before + link->n_copied + relay->source_pool.n_copied +
			relay->sink_pool.n_copied;
	relay->bytes_copied = relay->bytes_copied_before + link->bytes_copied +
			      relay->node.link.bytes_copied + relay->source_pool.bytes_copied +
			      relay->sink_pool.bytes_copied;
}

static void drop_buffer_of(struct relay *relay, struct buffer **frame)
{
	if (!*frame)
		return;
	pool_release((*frame)->pool, *frame);
	*frame = NULL;
	relay->dropped++;
}

void relay_queues_close(struct relay *relay)
{
	struct pool_link *link = &relay->link;

	drop_buffer_of(relay, &relay->waiting);
	drop_buffer_of(relay, &relay->node.converted);
	relay->dropped += relay->node.n_inside;
	pool_link_stop(link);
	pool_link_stop(&relay->node.link);
	if (link->from)
		relay_queues_count(relay);
	relay->copied_before = relay->copied;
	relay->bytes_copied_before = relay->bytes_copied;
	pool_close(relay->source.setup.pool);
	pool_close(relay->sink.setup.pool);
	relay->source.setup.pool = relay->sink.setup.pool = NULL;
	relay_node_close_pools(&relay->node);
	frame_converter_close(&relay->converter);
	relay->link.from = relay->link.to = NULL;
}
