/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nodes that encode or convert a recording: opens them, sets their formats, configures their pools. */
#include "session/encoding.h"

#include <errno.h>
#include <stdlib.h>
#include "base/log.h"

#define RAW_BUFFERS 4u /* in the node and in transit, besides the driver's minimum */
#define LEAST_RAW_BUFFERS 2u
#define CODED_BUFFERS 8u /* the file may be behind */

static void choose_format(struct encoding *encoding, struct device *camera, struct negotiate_request *request)
{
	struct video_format present;
	uint32_t fourcc;

	if (request->pixelformat || negotiate_get_format(camera, &present) < 0)
		return;
	fourcc = m2m_encoder_common_format(&encoding->encoder, camera, present.fourcc);
	if (!fourcc || fourcc == present.fourcc)
		return;
	request->pixelformat = fourcc_text(fourcc, encoding->pixelformat);
	log_verbose("%s: asked for %s, which %s takes", camera->path, encoding->pixelformat,
		    encoding->encoder.m2m.node.path);
}

/* Chooses the format between two nodes. */
static void choose_node_format(struct encoding *before)
{
	struct encoding *encoding = before->next;
	uint32_t fourcc = m2m_encoder_format_from(&encoding->encoder, &before->encoder);

	if (fourcc && !before->options.pixelformat)
		before->options.pixelformat = fourcc_text(fourcc, encoding->pixelformat);
}

static int open_encoding(struct encoding **out, const struct m2m_encoder_options *options,
			 struct device *camera)
{
	struct encoding *encoding = *out ? *out : calloc(1, sizeof *encoding);
	int err = 0;

	if (!encoding)
		return log_no_memory();
	encoding->options = *options;
	if (!*out)
		err = m2m_encoder_open(&encoding->encoder, options, camera);
	if (err < 0)
		free(encoding);
	else
		*out = encoding;
	return err;
}

int encoding_open(struct encoding **first, const struct m2m_encoder_options *options, unsigned n_options,
		  struct device *camera, struct negotiate_request *request)
{
	struct encoding **encoding = first;
	struct device *before = camera;

	for (unsigned i = 0; i < n_options; i++) {
		int err = open_encoding(encoding, &options[i], before);

		if (err < 0)
			return err;
		before = &(*encoding)->encoder.m2m.capture;
		encoding = &(*encoding)->next;
	}
	choose_format(*first, camera, request);
	for (struct encoding *node = *first; node->next; node = node->next)
		choose_node_format(node);
	return 0;
}

int encoding_reopen(struct encoding *encoding)
{
	struct m2m_encoder lost = encoding->encoder;
	struct m2m_encoder_options again = encoding->options;
	int err;

	again.device = lost.m2m.node.name;
	err = m2m_encoder_open(&encoding->encoder, &again, NULL);
	if (err < 0)
		encoding->encoder = lost;
	else
		m2m_encoder_close(&lost);
	return err;
}

void encoding_close(struct encoding *first)
{
	encoding_close_pools(first);
	while (first) {
		struct encoding *next = first->next;

		m2m_encoder_close(&first->encoder);
		free(first);
		first = next;
	}
}

static int set_node(struct encoding *encoding, const struct video_format *camera)
{
	bool takes = conversion_has(&encoding->encoder.m2m.conversion.from, camera->fourcc);
	struct video_format pictures = frame_converter_pictures(camera);
	char fourcc[FOURCC_TEXT_MAX];

	if (!takes &&
	    (!camera->pix || (camera->pix->av == AV_PIX_FMT_NONE && !video_format_is_compressed(camera)))) {
		log_error("%s: the %s needs frames that are raw, or that libavcodec decodes, and the device "
			  "delivers %s: choose another format with -p",
			  encoding->encoder.m2m.node.path,
			  conversion_job_name(encoding->encoder.m2m.conversion.job),
			  fourcc_text(camera->fourcc, fourcc));
		return -ERANGE;
	}
	if (camera->field == FIELD_ALTERNATE) {
		log_error("%s: the %s needs frames, and the device delivers fields in turn",
			  encoding->encoder.m2m.node.path,
			  conversion_job_name(encoding->encoder.m2m.conversion.job));
		return -ERANGE;
	}
	return m2m_encoder_set(&encoding->encoder, &pictures, &encoding->options);
}

int encoding_set(struct encoding *first, const struct video_format *camera)
{
	int err = 0;

	for (struct encoding *encoding = first; err == 0 && encoding; encoding = encoding->next) {
		err = set_node(encoding, camera);
		camera = &encoding->encoder.coded;
	}
	return err;
}

/* Frames of another format or size are converted into the node's own buffers. */
static int choose_node_link(struct encoding *encoding, const struct pool_link_end *from)
{
	struct pool_link *link = &encoding->link;
	const struct video_format *raw = &encoding->encoder.raw, *format = from->format;
	struct pool_link_end to = { .device = &encoding->encoder.m2m.output, .format = raw };
	bool converts = raw->fourcc != format->fourcc;
	struct video_format padded = *raw, pictures = frame_converter_pictures(format);
	int err = 0;

	*link = (struct pool_link){ 0 };
	if (!converts && raw->width == format->width && raw->height == format->height) {
		err = pool_link_choose(link, from, &to);
	} else {
		padded.range = pictures.range; /* the colours stay the camera's */
		padded.matrix = pictures.matrix;
		err = frame_converter_open(&encoding->converter, format, &padded, SCALING_PAD);
		pool_link_choose_copy(link, from, &to,
				      video_format_is_compressed(format) ? "compressed frames are decoded"
				      : converts                         ? "the formats differ"
									 : "the node pads the picture");
		link->fill = frame_converter_fill;
		link->fill_opaque = &encoding->converter;
	}
	if (err == 0 && link->copies && !encoding->said_copies)
		log_info("%s: frames are %s into the node's memory (%s)", to.device->path,
			 converts ? "converted" : "copied", link->reasons);
	encoding->said_copies = link->copies;
	return err;
}

int encoding_choose_link(struct encoding *first, struct device *camera, const struct video_format *format,
			 const char *io, const char *import_from)
{
	struct pool_link_end from = { camera, format, io, import_from };
	int err = 0;

	for (struct encoding *encoding = first; err == 0 && encoding; encoding = encoding->next) {
		err = choose_node_link(encoding, &from);
		from = (struct pool_link_end){ .device = &encoding->encoder.m2m.capture,
					       .format = &encoding->encoder.coded };
	}
	return err;
}

static int open_encoding_pools(struct encoding *encoding, struct pool *from, uint64_t memory_limit)
{
	struct pool_options options = { .io = "mmap" };
	struct m2m *m2m = &encoding->encoder.m2m;
	int err = pool_open(&m2m->output_pool, &m2m->output, &encoding->encoder.raw,
			    &encoding->link.to_options);

	m2m->is_draining = false; /* the previous stream may have left it set */
	if (encoding->next)
		options = encoding->next->link.from_options;
	options.memory_limit = memory_limit;
	if (err == 0)
		err = pool_open(&m2m->capture_pool, &m2m->capture, &encoding->encoder.coded, &options);
	if (err == 0)
		pool_link_connect(&encoding->link, from, m2m->output_pool);
	return err;
}

int encoding_open_pools(struct encoding *first, struct pool *camera, uint64_t memory_limit)
{
	int err = 0;

	for (struct encoding *encoding = first; err == 0 && encoding; encoding = encoding->next) {
		err = open_encoding_pools(encoding, camera, memory_limit);
		camera = encoding->encoder.m2m.capture_pool;
	}
	return err;
}

/* Where the camera fills the node's buffers, or the node imports the camera's, both pools have the same
 * number. */
static int configure_output(const struct encoding *encoding, uint32_t n_camera)
{
	struct pool *pool = encoding->encoder.m2m.output_pool;
	uint32_t n_raw = RAW_BUFFERS + pool_info(pool).driver_min;
	bool lends = encoding->link.from_options.foreign, copies = encoding->link.copies;
	struct pool_config config = { .min = copies ? n_raw : n_camera,
				      .max = copies ? n_raw : 0,
				      .most_queued = lends ? 0 : n_raw,
				      .least = lends ? n_camera : LEAST_RAW_BUFFERS,
				      .layout = true };

	return pool_configure(pool, &config);
}

/* Sets *n to the number of buffers requested. The queue need neither grow nor copy: the node waits until the
 * next one returns buffers. */
static int configure_capture(const struct encoding *encoding, uint32_t *n)
{
	struct pool *pool = encoding->encoder.m2m.capture_pool;
	const struct encoding *next = encoding->next;
	struct pool_config config = { .layout = true, .copy_enable = !next };

	*n = pool_info(pool).driver_min + (next ? RAW_BUFFERS + encoding_raw_buffers(next) : CODED_BUFFERS);
	config.min = *n;
	config.max = next ? *n : 0;
	return pool_configure(pool, &config);
}

int encoding_configure(struct encoding *first, uint32_t n_camera)
{
	int err = 0;

	for (struct encoding *encoding = first; err == 0 && encoding; encoding = encoding->next) {
		err = configure_output(encoding, n_camera);
		if (err == 0)
			err = configure_capture(encoding, &n_camera);
	}
	return err;
}

uint32_t encoding_raw_buffers(const struct encoding *encoding)
{
	return encoding->link.copies ? 0
				     : RAW_BUFFERS + pool_info(encoding->encoder.m2m.output_pool).driver_min;
}

static void close_pools(struct encoding *encoding)
{
	struct m2m *m2m = &encoding->encoder.m2m;

	if (m2m->capture_pool)
		encoding->coded_info = pool_info(m2m->capture_pool);
	pool_close(m2m->output_pool);
	pool_close(m2m->capture_pool);
	m2m->output_pool = m2m->capture_pool = NULL;
	frame_converter_close(&encoding->converter);
}

void encoding_close_pools(struct encoding *first)
{
	for (struct encoding *encoding = first; encoding; encoding = encoding->next)
		close_pools(encoding);
}
