/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses a node that encodes or converts a recording, and sets its formats. */
#include "m2m/m2m_encoder.h"

#include <errno.h>
#include <stdlib.h>
#include "base/array.h"
#include "base/codec_name.h"
#include "base/log.h"
#include "base/text.h"
#include "device/format/enumerate.h"
#include "device/format/frame_rate.h"
#include "device/format/negotiate.h"
#include "device/inputs/selection.h"
#include "m2m/codec_controls.h"
#include "m2m/m2m_find.h"

#define LIST_MAX 400
#define CANDIDATES_MAX 16

/* --- which node --- */

struct common_search {
	const struct conversion_formats *takes;
	unsigned best; /* index into takes; takes->n: none */
};

static int compare_common(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *offered = entry;
	struct common_search *search = opaque;

	for (unsigned i = 0; i < search->best; i++)
		if (search->takes->fourccs[i] == offered->pixelformat)
			search->best = i;
	return 0;
}

static uint32_t find_common(const struct conversion_formats *takes, struct device *camera)
{
	struct common_search search = { takes, takes->n };

	if (camera)
		enumerate_formats(camera, compare_common, &search);
	return search.best < takes->n ? takes->fourccs[search.best] : 0;
}

uint32_t m2m_encoder_common_format(const struct m2m_encoder *encoder, struct device *camera, uint32_t present)
{
	const struct conversion_formats *takes = &encoder->m2m.conversion.from;

	return conversion_has(takes, present) ? present : find_common(takes, camera);
}

static void list_codecs(const struct conversion_formats *gives, char list[LIST_MAX])
{
	char name[CODEC_NAME_MAX];

	for (unsigned i = 0; i < gives->n; i++)
		if (codec_name_text(gives->fourccs[i], name))
			text_join(list, LIST_MAX, ", ", "%s", name);
}

static int report_none(const char *codec, const struct m2m_node *nodes, int n)
{
	char list[LIST_MAX] = "";

	for (int i = 0; i < n; i++)
		if (nodes[i].conversion.job == JOB_ENCODER)
			list_codecs(&nodes[i].conversion.to, list);
	log_error("no codec node of this machine encodes %s (available: %s): name one with --codec-device, "
		  "or an encoder of libavcodec with --codec",
		  codec, *list ? list : "nothing");
	return -ENOENT;
}

/* The first node that takes a format of the camera, else the first that takes a raw format. */
static const struct m2m_node *choose_node(const struct m2m_node *nodes, int n, const uint32_t *fourccs,
					  unsigned n_fourccs, struct device *camera)
{
	const struct m2m_node *first = NULL;

	for (int i = 0; i < n; i++) {
		if (nodes[i].conversion.job != JOB_ENCODER ||
		    !conversion_find(&nodes[i].conversion.to, fourccs, n_fourccs))
			continue;
		if (find_common(&nodes[i].conversion.from, camera))
			return &nodes[i];
		first = first ? first : &nodes[i];
	}
	return first;
}

static int open_default(struct m2m_encoder *encoder, const char *codec, const uint32_t *fourccs, unsigned n,
			struct device *camera)
{
	struct m2m_node *nodes;
	int n_nodes = m2m_find(&nodes), err;
	const struct m2m_node *node;

	if (n_nodes < 0)
		return n_nodes;
	node = choose_node(nodes, n_nodes, fourccs, n, camera);
	err = node ? m2m_open(&encoder->m2m, node->path) : report_none(codec, nodes, n_nodes);
	free(nodes);
	return err;
}

static int check_makes(struct m2m_encoder *encoder, const char *codec)
{
	const struct m2m *m2m = &encoder->m2m;
	char list[LIST_MAX] = "";

	if (m2m->conversion.job == JOB_ENCODER && encoder->fourcc)
		return 0;
	if (m2m->conversion.job == JOB_ENCODER)
		list_codecs(&m2m->conversion.to, list);
	log_error("%s: this node does not encode %s: it %s %s", m2m->node.path, codec,
		  *list ? "encodes" : "is a", *list ? list : conversion_job_name(m2m->conversion.job));
	return -EMEDIUMTYPE;
}

int m2m_encoder_open(struct m2m_encoder *encoder, const struct m2m_encoder_options *options,
		     struct device *camera)
{
	uint32_t fourccs[CODEC_FOURCCS_MAX];
	unsigned n;
	int err;

	*encoder = (struct m2m_encoder){ .m2m.node.fd = -1 };
	if (!options->codec)
		return m2m_open_converter(&encoder->m2m, options->device);
	n = codec_name_parse(options->codec, fourccs);
	if (n == 0)
		return -EINVAL;
	err = options->device ? m2m_open(&encoder->m2m, options->device)
			      : open_default(encoder, options->codec, fourccs, n, camera);
	if (err < 0)
		return err;
	encoder->fourcc = conversion_find(&encoder->m2m.conversion.to, fourccs, n);
	err = check_makes(encoder, options->codec);
	if (err < 0)
		m2m_encoder_close(encoder);
	return err;
}

void m2m_encoder_close(struct m2m_encoder *encoder)
{
	control_values_free(&encoder->named);
	m2m_close(&encoder->m2m);
}

int m2m_encoder_close_keeping_name(struct m2m_encoder *encoder)
{
	control_values_free(&encoder->named);
	return m2m_close_keeping_name(&encoder->m2m);
}

/* --- what it is set to --- */

/* Formats that encoders, in nodes and in libavcodec, commonly take, best first. */
static uint32_t usual_format(const struct conversion_formats *list)
{
	static const uint32_t usual[] = { V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_NV12M,
					  V4L2_PIX_FMT_YUV420M, V4L2_PIX_FMT_YUYV };

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (conversion_has(list, usual[i]))
			return usual[i];
	for (unsigned i = 0; i < list->n; i++) {
		const struct pixfmt *pix = pixfmt_by_fourcc(list->fourccs[i]);

		if (pix && pix->av != AV_PIX_FMT_NONE)
			return list->fourccs[i];
	}
	return list->fourccs[0];
}

uint32_t m2m_encoder_format_from(const struct m2m_encoder *encoder, const struct m2m_encoder *before)
{
	const struct conversion_formats *given = &before->m2m.conversion.to;
	struct conversion_formats both = { 0 };

	for (unsigned i = 0; i < given->n; i++)
		if (conversion_has(&encoder->m2m.conversion.from, given->fourccs[i]))
			both.fourccs[both.n++] = given->fourccs[i];
	return both.n ? usual_format(&both) : 0;
}

/* A coded frame is no larger than the raw one, except for small noisy ones with their headers. */
static int set_coded(struct m2m_encoder *encoder, const struct video_format *camera)
{
	struct video_format wanted = *camera;

	wanted.fourcc = encoder->fourcc;
	wanted.pix = pixfmt_by_fourcc(encoder->fourcc);
	wanted.n_planes = 1;
	wanted.bytesperline[0] = 0;
	wanted.sizeimage[0] = 2 * camera->width * camera->height + 65536;
	wanted.field = V4L2_FIELD_NONE;
	return m2m_set_format(&encoder->m2m.capture, &wanted, &encoder->coded);
}

/* The driver chooses strides and sizes. */
static void set_fourcc(struct video_format *wanted, uint32_t fourcc)
{
	wanted->fourcc = fourcc;
	wanted->pix = pixfmt_by_fourcc(fourcc);
	wanted->n_planes = wanted->pix ? wanted->pix->n_memory_planes : 1;
	for (uint32_t p = 0; p < MAX_PLANES; p++)
		wanted->bytesperline[p] = wanted->sizeimage[p] = 0;
}

/* Requests the camera's own layout if the encoder takes its format, so that buffers can be shared. */
static int set_raw(struct m2m_encoder *encoder, const struct video_format *camera)
{
	struct device *queue = &encoder->m2m.output;
	struct video_format wanted = *camera;
	char fourcc[FOURCC_TEXT_MAX];
	int err;

	if (!conversion_has(&encoder->m2m.conversion.from, camera->fourcc))
		set_fourcc(&wanted, usual_format(&encoder->m2m.conversion.from));
	wanted.field = V4L2_FIELD_NONE;
	err = m2m_set_format(queue, &wanted, &encoder->raw);
	if (err < 0)
		return err;
	if (encoder->raw.fourcc == wanted.fourcc && encoder->raw.width >= camera->width &&
	    encoder->raw.height >= camera->height)
		return 0;
	log_error("%s: the %s does not take %ux%u %s frames, only %ux%u; choose another size with -s",
		  queue->path, conversion_job_name(encoder->m2m.conversion.job), camera->width,
		  camera->height, fourcc_text(wanted.fourcc, fourcc), encoder->raw.width,
		  encoder->raw.height);
	return -ERANGE;
}

/* Encoders round sizes up to whole blocks; sets the visible part as a crop rectangle. */
static void tell_visible(struct m2m_encoder *encoder, const struct video_format *camera)
{
	struct v4l2_rect visible = { 0, 0, camera->width, camera->height };

	if (encoder->raw.width == camera->width && encoder->raw.height == camera->height)
		return;
	if (selection_put(&encoder->m2m.output, V4L2_SEL_TGT_CROP, &visible) < 0)
		log_warn("%s: the %s cannot crop: the file has frames of %ux%u instead of %ux%u",
			 encoder->m2m.node.path, conversion_job_name(encoder->m2m.conversion.job),
			 encoder->raw.width, encoder->raw.height, camera->width, camera->height);
}

/* The format of the pictures: the queue's may be larger, and has no sample aspect ratio. */
static void describe_coded(struct m2m_encoder *encoder, const struct video_format *camera)
{
	struct video_format *coded = &encoder->coded;

	coded->width = camera->width;
	coded->height = camera->height;
	coded->field = camera->field;
	coded->total_lines = camera->total_lines;
	coded->range = camera->range;
	coded->matrix = camera->matrix;
	coded->primaries = camera->primaries;
	coded->transfer = camera->transfer;
	coded->sample_aspect = camera->sample_aspect;
	coded->fps = camera->fps;
}

/* The output of a converter: the user's choice, else the camera's pictures in a usual format. */
static int choose_converted(const struct m2m_encoder *encoder, const struct video_format *camera,
			    const struct m2m_encoder_options *options, struct video_format *wanted)
{
	const struct conversion *conversion = &encoder->m2m.conversion;
	uint32_t named[CANDIDATES_MAX];
	unsigned n = options->pixelformat ? pixfmt_parse(options->pixelformat, named, CANDIDATES_MAX) : 0;
	char does[CONVERSION_TEXT_MAX];

	*wanted = *camera;
	set_fourcc(wanted, options->pixelformat ? conversion_find(&conversion->to, named, n)
						: usual_format(&conversion->to));
	if (!wanted->fourcc) {
		log_error("%s: the converter cannot output %s: it is %s", encoder->m2m.node.path,
			  options->pixelformat, conversion_text(conversion, does));
		return -ERANGE;
	}
	if (options->width) {
		wanted->width = options->width;
		wanted->height = options->height;
	}
	wanted->field = V4L2_FIELD_NONE;
	return 0;
}

/* Scaled pictures have the same content, but keep the camera's fields only at the same height. */
static void describe_converted(struct m2m_encoder *encoder, const struct video_format *camera)
{
	struct video_format *made = &encoder->coded;
	struct fraction aspect = camera->sample_aspect;

	if (aspect.num && aspect.den)
		made->sample_aspect = fraction_reduce((uint64_t)aspect.num * camera->width * made->height,
						      (uint64_t)aspect.den * camera->height * made->width);
	made->field = made->height == camera->height ? camera->field : V4L2_FIELD_NONE;
	made->fps = camera->fps;
}

static int set_converter(struct m2m_encoder *encoder, const struct video_format *camera,
			 const struct m2m_encoder_options *options)
{
	struct video_format wanted, *made = &encoder->coded;
	char asked[FOURCC_TEXT_MAX], given[FOURCC_TEXT_MAX];
	int err = set_raw(encoder, camera);

	if (err < 0)
		return err;
	tell_visible(encoder, camera);
	err = choose_converted(encoder, camera, options, &wanted);
	if (err == 0)
		err = m2m_set_format(&encoder->m2m.capture, &wanted, made);
	if (err < 0)
		return err;
	if (made->fourcc != wanted.fourcc || made->width != wanted.width || made->height != wanted.height) {
		log_error("%s: the converter cannot output %s %ux%u, only %s %ux%u: choose another format "
			  "with --convert-pixelformat, --convert-size",
			  encoder->m2m.node.path, fourcc_text(wanted.fourcc, asked), wanted.width,
			  wanted.height, fourcc_text(made->fourcc, given), made->width, made->height);
		return -ERANGE;
	}
	describe_converted(encoder, camera);
	return 0;
}

static int set_encoder(struct m2m_encoder *encoder, const struct video_format *camera, const char *controls)
{
	struct m2m *m2m = &encoder->m2m;
	struct fraction fps;
	int err = set_coded(encoder, camera);

	if (err == 0)
		err = set_raw(encoder, camera);
	if (err == 0 && camera->fps.den)
		err = frame_rate_set(&m2m->output, camera->fps, &fps);
	if (err < 0)
		return err;
	tell_visible(encoder, camera);
	control_values_free(&encoder->named);
	err = codec_controls_set(&m2m->node, encoder->fourcc, controls, &encoder->named);
	if (err < 0)
		return err;
	/* Setting the raw format may have changed the size of coded buffers. */
	err = negotiate_get_format(&m2m->capture, &encoder->coded);
	if (err < 0)
		return err;
	describe_coded(encoder, camera);
	encoder->can_force_key = codec_controls_can_force_key(&m2m->node);
	return 0;
}

int m2m_encoder_set(struct m2m_encoder *encoder, const struct video_format *camera,
		    const struct m2m_encoder_options *options)
{
	return encoder->m2m.conversion.job == JOB_CONVERTER ? set_converter(encoder, camera, options)
							    : set_encoder(encoder, camera, options->controls);
}
