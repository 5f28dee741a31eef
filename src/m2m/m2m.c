/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A memory-to-memory node: opening it, the formats of its queues, and the end of its stream. */
#include "m2m/m2m.h"

#include <errno.h>
#include "base/log.h"
#include "device/format/colorimetry.h"
#include "device/format/negotiate.h"
#include "device/node_errors.h"

/* --- opening --- */

int m2m_open(struct m2m *m2m, const char *name)
{
	int err;

	*m2m = (struct m2m){ .node.fd = -1, .output.fd = -1, .capture.fd = -1 };
	err = device_open(&m2m->node, name, DEVICE_NODE);
	if (err == 0 && !nodes_is_m2m(m2m->node.caps)) {
		log_error("%s: %s is not a codec or converter: it does not both take and return frames "
			  "(v4l2q list shows the nodes that do)",
			  m2m->node.path, (const char *)m2m->node.info.card);
		err = -EMEDIUMTYPE;
	}
	if (err == 0)
		err = device_open_queue(&m2m->output, &m2m->node, DEVICE_OUTPUT);
	if (err == 0)
		err = device_open_queue(&m2m->capture, &m2m->node, DEVICE_CAPTURE);
	if (err < 0) {
		m2m_close(m2m);
		return err;
	}
	conversion_read(&m2m->node, &m2m->conversion);
	return 0;
}

static void close_queues(struct m2m *m2m)
{
	pool_close(m2m->output_pool);
	pool_close(m2m->capture_pool);
	m2m->output_pool = m2m->capture_pool = NULL;
	device_close(&m2m->output);
	device_close(&m2m->capture);
}

int m2m_open_converter(struct m2m *m2m, const char *name)
{
	char does[CONVERSION_TEXT_MAX];
	int err = m2m_open(m2m, name);

	if (err < 0 || m2m->conversion.job == JOB_CONVERTER)
		return err;
	log_error("%s: --convert-device needs a converter of raw frames, and this is %s", m2m->node.path,
		  conversion_text(&m2m->conversion, does));
	m2m_close(m2m);
	return -EMEDIUMTYPE;
}

void m2m_close(struct m2m *m2m)
{
	close_queues(m2m);
	device_close(&m2m->node);
	*m2m = (struct m2m){ .node.fd = -1, .output.fd = -1, .capture.fd = -1 };
}

int m2m_close_keeping_name(struct m2m *m2m)
{
	close_queues(m2m);
	return device_close_keeping_name(&m2m->node);
}

/* --- formats --- */

static void set_multiplanar(const struct video_format *wanted, struct v4l2_pix_format_mplane *mp)
{
	mp->pixelformat = wanted->fourcc;
	mp->width = wanted->width;
	mp->height = wanted->height;
	mp->field = wanted->field;
	mp->num_planes = (uint8_t)wanted->n_planes;
	for (uint32_t p = 0; p < wanted->n_planes; p++) {
		mp->plane_fmt[p] = (struct v4l2_plane_pix_format){ .sizeimage = wanted->sizeimage[p],
								   .bytesperline = wanted->bytesperline[p] };
	}
}

static void set_singleplanar(const struct video_format *wanted, struct v4l2_pix_format *pix)
{
	pix->pixelformat = wanted->fourcc;
	pix->width = wanted->width;
	pix->height = wanted->height;
	pix->field = wanted->field;
	pix->bytesperline = wanted->bytesperline[0];
	pix->sizeimage = wanted->sizeimage[0];
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
}

int m2m_set_format(struct device *queue, const struct video_format *wanted, struct video_format *got)
{
	struct v4l2_format format;
	int err;

	negotiate_get_v4l2_format(
		queue, &format); /* if the queue has no format yet, *wanted has all that is needed */
	format.type = queue->type;
	if (device_is_multiplanar(queue))
		set_multiplanar(wanted, &format.fmt.pix_mp);
	else
		set_singleplanar(wanted, &format.fmt.pix);
	colorimetry_to_v4l2(wanted, &format);
	err = device_ioctl(queue, VIDIOC_S_FMT, &format);
	if (err < 0)
		return err == -EBUSY && !device_is_simulated(queue)
			       ? node_error_report(queue->path, err, DEVICE_NODE, queue->caps)
			       : device_error(queue, "VIDIOC_S_FMT", err);
	err = negotiate_get_format(queue, got);
	got->fps = wanted->fps;
	return err;
}

/* --- the end of the stream --- */

static int command_stop(struct m2m *m2m)
{
	struct v4l2_encoder_cmd encoder = { .cmd = V4L2_ENC_CMD_STOP };
	struct v4l2_decoder_cmd decoder = { .cmd = V4L2_DEC_CMD_STOP };

	if (m2m->conversion.job == JOB_DECODER)
		return device_ioctl(&m2m->node, VIDIOC_DECODER_CMD, &decoder);
	return device_ioctl(&m2m->node, VIDIOC_ENCODER_CMD, &encoder);
}

static const char *stop_name(const struct m2m *m2m)
{
	return m2m->conversion.job == JOB_DECODER ? "VIDIOC_DECODER_CMD" : "VIDIOC_ENCODER_CMD";
}

/* For drivers without the command: they stop at an empty buffer. */
static int queue_empty(struct m2m *m2m, struct buffer *buffer)
{
	if (!buffer && pool_acquire(m2m->output_pool, &buffer) < 0)
		return -ENOTTY;
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		buffer->planes[p].bytesused = buffer->planes[p].data_offset = 0;
	buffer->info = (struct frame_info){ 0 };
	return pool_try_queue(m2m->output_pool, buffer);
}

int m2m_drain(struct m2m *m2m, struct buffer *empty)
{
	int err;

	if (m2m->is_draining)
		return 0;
	if (m2m->conversion.job == JOB_CONVERTER) /* a converter would take the empty buffer for a frame */
		return -ENOTTY;
	err = command_stop(m2m);
	if (err == -ENOTTY || err == -EINVAL)
		err = queue_empty(m2m, empty);
	else if (err < 0)
		device_error(&m2m->node, stop_name(m2m), err);
	m2m->is_draining = err == 0;
	return err;
}

/* Those that remember it say EBUSY; those without the command got an empty buffer, which is in OUTPUT. */
int m2m_go_on_draining(struct m2m *m2m)
{
	int err = m2m->is_draining ? command_stop(m2m) : 0;

	if (err == -EBUSY || err == -ENOTTY || err == -EINVAL)
		return 0;
	return err < 0 ? device_error(&m2m->node, stop_name(m2m), err) : 0;
}

/* STREAMOFF and STREAMON of CAPTURE works with all drivers. */
int m2m_restart(struct m2m *m2m)
{
	int err = pool_pause(m2m->capture_pool);

	m2m->is_draining = false;
	return err < 0 ? err : pool_resume(m2m->capture_pool);
}
