/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A memory-to-memory node between a file and the output device: opens it and connects its queues. */
#include "session/play_node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/codec_name.h"
#include "base/log.h"
#include "device/format/negotiate.h"
#include "device/inputs/selection.h"
#include "m2m/m2m_find.h"
#include "session/play_format.h"
#include "session/play_node_internal.h"

#define PACKET_BYTES_LEAST (1u << 20) /* size of the largest packet, where the program chooses it */
#define OUTPUT_BUFFERS 4u
#define CAPTURE_BUFFERS 4u /* besides the driver's: one taken, one waiting, and a spare one on each side */

/* --- which node --- */

/* Finds the first node that decodes one of the formats; sets path. */
static int find_decoder_node(const char *codec, const uint32_t *fourccs, unsigned n_fourccs,
			     char path[NODE_PATH_MAX])
{
	struct m2m_node *nodes;
	int n = m2m_find(&nodes), found = -1;

	if (n < 0)
		return n;
	for (int i = 0; i < n && found < 0; i++)
		if (nodes[i].conversion.job == JOB_DECODER &&
		    conversion_find(&nodes[i].conversion.from, fourccs, n_fourccs))
			found = i;
	if (found >= 0)
		snprintf(path, NODE_PATH_MAX, "%s", nodes[found].path);
	else
		log_error("--codec %s: no codec node of this machine decodes it (v4l2q list shows the codec "
			  "nodes); --codec-device sim:type=decoder simulates one",
			  codec);
	free(nodes);
	return found < 0 ? -ENOENT : 0;
}

static int log_no_decoder(const struct m2m *m2m, const char *codec)
{
	char does[CONVERSION_TEXT_MAX];

	log_error("%s: %s needs a decoder for it, and this is %s", m2m->node.path, codec,
		  conversion_text(&m2m->conversion, does));
	return -EMEDIUMTYPE;
}

/* --- OUTPUT --- */

/* The buffers are mapped, for the reader to fill. */
static int open_output(struct play_node *node)
{
	static const struct pool_options options = { .io = "mmap" };
	struct pool_config config = { .min = OUTPUT_BUFFERS, .layout = true };
	struct pool **pool = &node->m2m.output_pool;
	int err = pool_open(pool, &node->m2m.output, &node->taken, &options);

	if (err == 0)
		err = pool_configure(*pool, &config);
	if (err == 0)
		err = pool_start(*pool);
	if (err == 0)
		err = play_buffers_open(&node->buffers, *pool, false, false);
	return err;
}

static int start_node_reader(struct play_node *node, struct reader *reader, enum scaling scaling)
{
	struct reader_target target = {
		.format = node->taken,
		.scaling = scaling,
		.acquire = play_buffers_acquire,
		.opaque = &node->buffers,
	};

	return reader_start(reader, &target);
}

/* --- a decoder --- */

static int check_node_codec(uint32_t fourcc, const char *codec, const struct reader_info *file)
{
	const struct pixfmt *pix = pixfmt_by_fourcc(fourcc);

	if (file->av == AV_PIX_FMT_NONE && pix && pix->codec == file->codec_id)
		return 0;
	log_error("%s holds %s, which --codec %s does not decode", file->path, file->codec, codec);
	return -ERANGE;
}

static int set_coded_format(struct play_node *node, uint32_t fourcc, const struct reader_info *file)
{
	struct video_format wanted = file->format;
	uint64_t bytes = (uint64_t)wanted.width * wanted.height;

	wanted.fourcc = fourcc;
	wanted.pix = pixfmt_by_fourcc(fourcc);
	wanted.n_planes = 1;
	wanted.bytesperline[0] = 0;
	wanted.sizeimage[0] = bytes > PACKET_BYTES_LEAST ? (uint32_t)bytes : PACKET_BYTES_LEAST;
	return m2m_set_format(&node->m2m.output, &wanted, &node->taken);
}

static int feed_one(struct play_node *node, struct reader *reader)
{
	struct frame frame;
	int result = reader_next(reader, &frame);

	if (result > 0)
		return play_node_feed(node, &frame);
	node->is_fed = true;
	return result < 0 ? result : m2m_drain(&node->m2m, NULL);
}

/* Feeds packets until the decoder knows the format of the pictures. */
static int prime(struct play_node *node, struct reader *reader)
{
	struct pool *pool = node->m2m.output_pool;
	struct pollfd signal = { .fd = node->signal_fd, .events = POLLIN };
	int err = 0;

	node->progress_ns = now_ns();
	while (err == 0) {
		play_buffers_recycle(&node->buffers);
		if (!node->is_fed && fifo_level(node->buffers.empty).items)
			err = feed_one(node, reader);
		else
			err = pool_wait(&pool, 1, &signal, 1, play_node_deadline(node));
		if (err == 0 && signal.revents)
			err = POOL_FLUSHING;
		if (err == 0)
			err = pool_reclaim(pool);
	}
	if (err == POOL_TIMEOUT)
		log_error("%s: the decoder finds no picture in %" PRIu64 " packets", node->m2m.node.path,
			  node->n_fed);
	return err == POOL_RES_CHANGE ? 0 : err;
}

/* Crops to the visible part of the pictures, if that starts at the top left, as in practice. */
static void crop_to_visible(struct play_node *node)
{
	struct v4l2_rect visible;

	if (selection_get(&node->m2m.capture, V4L2_SEL_TGT_COMPOSE, &visible) < 0 || visible.left ||
	    visible.top || visible.width > node->given.width || visible.height > node->given.height ||
	    !visible.width || !visible.height)
		return;
	node->given.width = visible.width;
	node->given.height = visible.height;
}

/* The driver now lists the formats for this stream. */
static int read_decoded_format(struct play_node *node, struct reader_info *file)
{
	int err = negotiate_get_format(&node->m2m.capture, &node->given);
	char fourcc[FOURCC_TEXT_MAX];

	if (err < 0)
		return err;
	conversion_read(&node->m2m.node, &node->m2m.conversion);
	crop_to_visible(node);
	if (!node->given.pix || node->given.pix->av == AV_PIX_FMT_NONE) {
		log_error("%s: it decodes to %s, an unknown pixel format", node->m2m.node.path,
			  fourcc_text(node->given.fourcc, fourcc));
		return -ERANGE;
	}
	node->given.fps = file->format.fps;
	file->format.width = node->given.width;
	file->format.height = node->given.height;
	file->av = node->given.pix->av;
	file->sample_aspect = (struct fraction){ 0, 0 }; /* the node cannot scale */
	return 0;
}

int play_node_open_decoder(struct play_node *node, const char *name, const char *codec, struct reader *reader,
			   struct reader_info *file)
{
	uint32_t fourccs[CODEC_FOURCCS_MAX];
	uint32_t fourcc;
	char path[NODE_PATH_MAX];
	unsigned n = codec_name_parse(codec, fourccs);
	int err = n == 0 ? -EINVAL : name ? 0 : find_decoder_node(codec, fourccs, n, path);

	if (err == 0)
		err = m2m_open(&node->m2m, name ? name : path);
	if (err < 0)
		return err;
	fourcc = conversion_find(&node->m2m.conversion.from, fourccs, n);
	if (node->m2m.conversion.job != JOB_DECODER || !fourcc)
		return log_no_decoder(&node->m2m, codec);
	err = check_node_codec(fourcc, codec, file);
	if (err == 0)
		err = set_coded_format(node, fourcc, file);
	if (err == 0)
		err = open_output(node);
	if (err == 0)
		err = start_node_reader(node, reader, SCALING_NONE);
	if (err == 0)
		err = prime(node, reader);
	return err < 0 ? err : read_decoded_format(node, file);
}

/* --- a converter --- */

int play_node_open_converter(struct play_node *node, const char *name, struct reader *reader,
			     enum scaling scaling, const struct reader_info *file)
{
	static const struct negotiate_request any = { .adjust = true };
	int err = m2m_open_converter(&node->m2m, name);

	if (err < 0)
		return err;
	node->scaling = scaling;
	err = play_format_negotiate(&node->m2m.output, file, &any, NULL, &node->taken);
	if (err == 0)
		err = open_output(node);
	return err < 0 ? err : start_node_reader(node, reader, scaling);
}

/* --- CAPTURE, and the output device --- */

/* A decoder determines the size itself. */
static int set_given_format(struct play_node *node, const struct video_format *device)
{
	struct video_format wanted = *device, visible = node->given;
	char asked[FOURCC_TEXT_MAX], got[FOURCC_TEXT_MAX];
	int err = 0;

	if (node->m2m.conversion.job == JOB_CONVERTER)
		err = play_format_check_stretch(node->m2m.node.path, &node->taken, device, node->scaling);
	if (err < 0)
		return err;
	if (node->m2m.conversion.job == JOB_DECODER && negotiate_get_format(&node->m2m.capture, &wanted) == 0)
		wanted.fourcc = device->fourcc;
	if (node->m2m.conversion.job != JOB_DECODER || wanted.fourcc != visible.fourcc) {
		for (uint32_t p = 0; p < MAX_PLANES; p++)
			wanted.bytesperline[p] = wanted.sizeimage[p] = 0;
		err = m2m_set_format(&node->m2m.capture, &wanted, &node->given);
		if (err == 0 && node->m2m.conversion.job == JOB_DECODER)
			crop_to_visible(node);
	}
	if (err < 0 || (node->given.fourcc == device->fourcc && node->given.width == device->width &&
			node->given.height == device->height))
		return err;
	log_error("%s: its output is %s %ux%u, and the output device is set to %s %ux%u", node->m2m.node.path,
		  fourcc_text(node->given.fourcc, got), node->given.width, node->given.height,
		  fourcc_text(device->fourcc, asked), device->width, device->height);
	return -ERANGE;
}

static int open_pools(struct play_node *node, struct setup *setup, const struct setup_options *options)
{
	struct pool_config device = { .min = OUTPUT_BUFFERS, .max = options->max_buffers, .layout = true };
	struct pool_config capture = { .layout = true };
	int err = pool_open(&setup->pool, &setup->device, &setup->format, &node->link.to_options);

	if (options->has_min_buffers)
		device.min = options->min_buffers;
	if (err == 0)
		err = pool_configure(setup->pool, &device);
	if (err == 0)
		err = pool_open(&node->m2m.capture_pool, &node->m2m.capture, &node->given,
				&node->link.from_options);
	if (err < 0)
		return err;
	capture.min =
		pool_info(node->m2m.capture_pool).driver_min + pool_info(setup->pool).min + CAPTURE_BUFFERS;
	return pool_configure(node->m2m.capture_pool, &capture);
}

int play_node_connect(struct play_node *node, struct setup *setup, const struct setup_options *options)
{
	struct pool_link_end from = { .device = &node->m2m.capture, .format = &node->given };
	struct pool_link_end to = { .device = &setup->device,
				    .format = &setup->format,
				    .io = options->io,
				    .import_from = options->import_from };
	int err = set_given_format(node, &setup->format);

	node->is_changing = false;
	node->n_before = node->n_given;
	if (err == 0)
		err = pool_link_choose(&node->link, &from, &to);
	if (err == 0)
		err = open_pools(node, setup, options);
	if (err < 0)
		return err;
	pool_link_connect(&node->link, node->m2m.capture_pool, setup->pool);
	err = pool_link_start(&node->link, NULL);
	if (err == 0)
		err = m2m_go_on_draining(&node->m2m);
	node->link.depth = pool_info(setup->pool).min_latency;
	return err;
}

int play_node_disconnect(struct play_node *node, struct setup *setup, struct reader_info *file)
{
	pool_link_stop(&node->link);
	pool_close(setup->pool);
	pool_close(node->m2m.capture_pool);
	setup->pool = node->m2m.capture_pool = NULL;
	node->link = (struct pool_link){ 0 };
	return read_decoded_format(node, file);
}

/* The caller must have closed the pool of the output device. */
void play_node_close(struct play_node *node)
{
	pool_link_stop(&node->link);
	if (node->m2m.output_pool)
		pool_stop(node->m2m.output_pool);
	if (node->buffers.pool)
		play_buffers_close(&node->buffers);
	m2m_close(&node->m2m);
}
