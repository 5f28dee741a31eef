/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a relay, and the way from the one to the other. */
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

static int choose_way(struct relay *relay)
{
	struct pool_link_end source = link_end(&relay->source), sink = link_end(&relay->sink);
	char from[FOURCC_TEXT_MAX], to[FOURCC_TEXT_MAX];
	int err;

	relay->link = (struct pool_link){ 0 };
	if (!relay->converts && relay->options.way)
		return pool_link_choose_way(&relay->link, relay->options.way - 1, &source, &sink);
	if (!relay->converts)
		return pool_link_choose(&relay->link, &source, &sink);
	err = frame_converter_open(&relay->converter, source.format, sink.format, relay->options.scaling);
	if (err < 0)
		return err;
	pool_link_choose_copy(&relay->link, &source, &sink, "the devices have no format and size in common");
	relay->link.fill = frame_converter_fill;
	relay->link.fill_opaque = &relay->converter;
	snprintf(relay->link.text, sizeof relay->link.text, "conversion, %s %ux%u to %s %ux%u",
		 fourcc_text(source.format->fourcc, from), source.format->width, source.format->height,
		 fourcc_text(sink.format->fourcc, to), sink.format->width, sink.format->height);
	return 0;
}

static int check_copies(const struct relay *relay)
{
	const struct pool_link *link = &relay->link;

	if (!relay->options.require_zero_copy || !link->copies)
		return 0;
	log_error("--require-zero-copy: from %s to %s there is only a %s: %s",
		  relay->source.setup.device.path, relay->sink.setup.device.path, link->text, link->reasons);
	return -ERANGE;
}

/* As many buffers as the output keeps are missing at the source. */
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
	if (min_buffers && !own.has_min_buffers) {
		own.has_min_buffers = true;
		own.min_buffers = min_buffers;
	}
	return setup_pool(&end->setup, &own);
}

static int open_queues(struct relay *relay)
{
	struct pool_link *link = &relay->link;
	/* The source's buffers are the output's. */
	bool lent = link->from_options.foreign;
	int err = open_queue(&relay->source, &link->from_options, 0, kept_by_output(relay));

	if (err == 0)
		err = open_queue(&relay->sink, &link->to_options,
				 lent ? pool_info(relay->source.setup.pool).requested.min : 0, 0);
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

static void take_pool_info(struct relay *relay)
{
	const struct pool_link *link = &relay->link;

	relay->source_pool = pool_info(link->from);
	relay->sink_pool = pool_info(link->to);
	relay->copied += link->n_copied + relay->source_pool.n_copied + relay->sink_pool.n_copied;
	relay->bytes_copied +=
		link->bytes_copied + relay->source_pool.bytes_copied + relay->sink_pool.bytes_copied;
}

void relay_queues_close(struct relay *relay)
{
	struct pool_link *link = &relay->link;

	if (relay->waiting) {
		pool_release(link->from, relay->waiting);
		relay->waiting = NULL;
		relay->dropped++;
	}
	pool_link_stop(link);
	if (link->from)
		take_pool_info(relay);
	pool_close(relay->source.setup.pool);
	pool_close(relay->sink.setup.pool);
	relay->source.setup.pool = relay->sink.setup.pool = NULL;
	frame_converter_close(&relay->converter);
	relay->link.from = relay->link.to = NULL;
}
