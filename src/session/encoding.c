/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A node that encodes or converts a recording: opening it, its format, its pools. */
#include "session/encoding.h"

#include <errno.h>
#include <stdlib.h>
#include "base/log.h"
#include "media/frame_decoder.h"

#define RAW_BUFFERS 4u /* in the node and on their way, besides those that the driver needs */
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

int encoding_open(struct encoding **out, const struct m2m_encoder_options *options, struct device *camera,
		  struct negotiate_request *request)
{
	struct encoding *encoding = *out ? *out : calloc(1, sizeof *encoding);
	int err = 0;

	if (!encoding)
		return log_no_memory();
	encoding->options = *options;
	if (!*out)
		err = m2m_encoder_open(&encoding->encoder, options, camera);
	if (err < 0) {
		free(encoding);
		return err;
	}
	*out = encoding;
	choose_format(encoding, camera, request);
	return 0;
}

int encoding_reopen(struct encoding *encoding, const struct m2m_encoder_options *options)
{
	struct m2m_encoder lost = encoding->encoder;
	struct m2m_encoder_options again = *options;
	int err;

	again.device = lost.m2m.node.name;
	err = m2m_encoder_open(&encoding->encoder, &again, NULL);
	if (err < 0)
		encoding->encoder = lost;
	else
		m2m_encoder_close(&lost);
	return err;
}

void encoding_close(struct encoding *encoding)
{
	if (!encoding)
		return;
	encoding_close_pools(encoding);
	m2m_encoder_close(&encoding->encoder);
	free(encoding);
}

/* Of a compressed stream the driver does not tell the range. */
static struct video_format describe_pictures(const struct video_format *camera)
{
	struct video_format pictures = *camera;

	if (video_format_is_compressed(camera) && camera->range == AVCOL_RANGE_UNSPECIFIED)
		pictures.range = frame_decoder_usual_range(camera->pix->codec);
	return pictures;
}

int encoding_set(struct encoding *encoding, const struct video_format *camera)
{
	bool takes = conversion_has(&encoding->encoder.m2m.conversion.from, camera->fourcc);
	struct video_format pictures = describe_pictures(camera);
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

/* Frames of another format or size are written into the node's own buffers. */
int encoding_choose_link(struct encoding *encoding, struct device *camera, const struct video_format *format,
			 const char *io, const char *import_from)
{
	struct pool_link *link = &encoding->link;
	const struct video_format *raw = &encoding->encoder.raw;
	struct pool_link_end from = { camera, format, io, import_from };
	struct pool_link_end to = { .device = &encoding->encoder.m2m.output, .format = raw };
	bool converts = raw->fourcc != format->fourcc;
	struct video_format padded = *raw, pictures = describe_pictures(format);
	int err = 0;

	*link = (struct pool_link){ 0 };
	if (!converts && raw->width == format->width && raw->height == format->height) {
		err = pool_link_choose(link, &from, &to);
	} else {
		padded.range = pictures.range; /* the colours stay the camera's */
		padded.matrix = pictures.matrix;
		err = frame_converter_open(&encoding->converter, format, &padded, SCALING_PAD);
		pool_link_choose_copy(link, &from, &to,
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

static int open_coded(struct m2m_encoder *encoder, uint64_t memory_limit)
{
	struct pool_options options = { .io = "mmap", .memory_limit = memory_limit };
	struct pool_config config = { .layout = true, .copy_enable = true };
	struct m2m *m2m = &encoder->m2m;
	int err = pool_open(&m2m->capture_pool, &m2m->capture, &encoder->coded, &options);

	if (err < 0)
		return err;
	config.min = CODED_BUFFERS + pool_info(m2m->capture_pool).driver_min;
	return pool_configure(m2m->capture_pool, &config);
}

int encoding_open_pools(struct encoding *encoding, struct pool *camera, uint64_t memory_limit)
{
	struct m2m *m2m = &encoding->encoder.m2m;
	int err = pool_open(&m2m->output_pool, &m2m->output, &encoding->encoder.raw,
			    &encoding->link.to_options);

	m2m->is_draining = false; /* as the stream before may have left it */
	if (err == 0)
		err = open_coded(&encoding->encoder, memory_limit);
	if (err == 0)
		pool_link_connect(&encoding->link, camera, m2m->output_pool);
	return err;
}

/* Where the camera fills the node's buffers, there are as many of them. */
int encoding_configure(struct encoding *encoding, uint32_t n_camera)
{
	struct pool *pool = encoding->encoder.m2m.output_pool;
	uint32_t n_raw = RAW_BUFFERS + pool_info(pool).driver_min;
	bool lends = encoding->link.from_options.foreign;
	struct pool_config config = { .min = lends ? n_camera : n_raw,
				      .max = lends ? 0 : n_raw,
				      .least = lends ? n_camera : LEAST_RAW_BUFFERS,
				      .layout = true };

	return pool_configure(pool, &config);
}

uint32_t encoding_raw_buffers(const struct encoding *encoding)
{
	return encoding->link.copies ? 0
				     : RAW_BUFFERS + pool_info(encoding->encoder.m2m.output_pool).driver_min;
}

void encoding_close_pools(struct encoding *encoding)
{
	struct m2m *m2m = &encoding->encoder.m2m;

	if (m2m->capture_pool)
		encoding->coded_info = pool_info(m2m->capture_pool);
	pool_close(m2m->output_pool);
	pool_close(m2m->capture_pool);
	m2m->output_pool = m2m->capture_pool = NULL;
	frame_converter_close(&encoding->converter);
}
