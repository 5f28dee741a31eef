/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device that exists in a table. */
#include "fake_device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"

char fake_error[2000], fake_log[20000];

static void sink(void *opaque, enum log_level level, const char *message)
{
	size_t used = strlen(fake_log);

	(void)opaque;
	if (level == LOG_LEVEL_ERROR)
		snprintf(fake_error, sizeof fake_error, "%s", message);
	snprintf(fake_log + used, sizeof fake_log - used, "%s\n", message);
}

void fake_catch_log(void)
{
	*fake_error = *fake_log = '\0';
	log_set_sink(sink, NULL);
}

/* Native modes, then those that conversion adds. */
static const struct fake_mode *mode_at(const struct fake_device *fake, unsigned index)
{
	const struct fake_mode *mode = fake->modes;

	for (; mode->fourcc; mode++)
		if (index-- == 0)
			return mode;
	for (mode = fake->converts ? fake->emulated : NULL; mode && mode->fourcc; mode++)
		if (index-- == 0)
			return mode;
	return NULL;
}

static const struct fake_mode *find_mode(const struct fake_device *fake, uint32_t fourcc, uint32_t width,
					 uint32_t height)
{
	const struct fake_mode *mode, *best = NULL;

	for (unsigned i = 0; (mode = mode_at(fake, i)); i++) {
		if (mode->fourcc != fourcc)
			continue;
		if (!best || (mode->width == width && mode->height == height))
			best = mode;
	}
	return best ? best : fake->modes;
}

static int s_fmt(struct fake_device *fake, struct v4l2_format *format)
{
	struct v4l2_pix_format *pix = &format->fmt.pix;
	const struct fake_mode *mode = find_mode(fake, pix->pixelformat, pix->width, pix->height);

	fake->n_s_fmt++;
	if (fake->s_fmt_err)
		return fake->s_fmt_err;
	pix->pixelformat = mode->fourcc;
	pix->width = mode->width;
	pix->height = mode->height;
	pix->field = V4L2_FIELD_NONE;
	pix->bytesperline = mode->width * 2;
	pix->sizeimage = mode->width * mode->height * 2;
	fake->pix = *pix;
	fake->fps = mode->fps;
	return 0;
}

static int g_fmt(struct fake_device *fake, struct v4l2_format *format)
{
	if (V4L2_TYPE_IS_MULTIPLANAR(format->type))
		format->fmt.pix_mp = fake->mp;
	else
		format->fmt.pix = fake->pix;
	return fake->g_fmt_err;
}

static int enum_fmt(struct fake_device *fake, struct v4l2_fmtdesc *entry)
{
	const struct fake_mode *mode;
	uint32_t last = 0, n = 0;

	for (unsigned i = 0; (mode = mode_at(fake, i)); i++) {
		if (mode->fourcc != last && n++ == entry->index) {
			entry->pixelformat = mode->fourcc;
			entry->flags = 0;
			for (const struct fake_mode *e = fake->emulated; e && e->fourcc; e++)
				if (e == mode)
					entry->flags = V4L2_FMT_FLAG_EMULATED;
			return 0;
		}
		last = mode->fourcc;
	}
	return EINVAL;
}

static int enum_sizes(struct fake_device *fake, struct v4l2_frmsizeenum *entry)
{
	const struct fake_mode *mode;
	uint32_t n = 0;

	for (unsigned i = 0; (mode = mode_at(fake, i)); i++) {
		if (mode->fourcc != entry->pixel_format || n++ != entry->index)
			continue;
		entry->type = V4L2_FRMSIZE_TYPE_DISCRETE;
		entry->discrete.width = mode->width;
		entry->discrete.height = mode->height;
		return 0;
	}
	return EINVAL;
}

static int enum_intervals(struct fake_device *fake, struct v4l2_frmivalenum *entry)
{
	const struct fake_mode *mode = find_mode(fake, entry->pixel_format, entry->width, entry->height);

	if (entry->index > 0 || !mode->fps || mode->width != entry->width)
		return EINVAL;
	entry->type = V4L2_FRMIVAL_TYPE_DISCRETE;
	entry->discrete = (struct v4l2_fract){ 1, mode->fps };
	return 0;
}

static int parm(struct fake_device *fake, struct v4l2_streamparm *entry)
{
	if (!fake->fps)
		return ENOTTY;
	entry->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	entry->parm.capture.timeperframe = (struct v4l2_fract){ 1, fake->fps };
	return 0;
}

static struct fake_control *find_control(struct fake_device *fake, uint32_t id)
{
	bool next = id & V4L2_CTRL_FLAG_NEXT_CTRL;

	if (next && fake->no_next_ctrl)
		return NULL;
	for (struct fake_control *c = fake->controls; c && c->info.id; c++)
		if (next ? c->info.id > (id & V4L2_CTRL_ID_MASK) : c->info.id == id)
			return c;
	return NULL;
}

static int query_ext_ctrl(struct fake_device *fake, struct v4l2_query_ext_ctrl *query)
{
	struct fake_control *control = find_control(fake, query->id);

	if (fake->no_ext_ctrl)
		return ENOTTY;
	if (!control)
		return EINVAL;
	*query = control->info;
	return 0;
}

static int query_ctrl(struct fake_device *fake, struct v4l2_queryctrl *query)
{
	struct fake_control *control = find_control(fake, query->id);

	if (!control)
		return EINVAL;
	query->id = control->info.id;
	query->type = control->info.type;
	snprintf((char *)query->name, sizeof query->name, "%s", control->info.name);
	query->minimum = (int32_t)control->info.minimum;
	query->maximum = (int32_t)control->info.maximum;
	query->flags = control->info.flags;
	return 0;
}

static int query_menu(struct fake_device *fake, struct v4l2_querymenu *query)
{
	struct fake_control *control = find_control(fake, query->id);

	if (!control || query->index > 3 || !control->menu[query->index])
		return EINVAL;
	snprintf((char *)query->name, sizeof query->name, "%s", control->menu[query->index]);
	return 0;
}

static int g_ctrl(struct fake_device *fake, struct v4l2_control *entry)
{
	struct fake_control *control = find_control(fake, entry->id);

	if (control)
		entry->value = (int32_t)control->value;
	return control ? 0 : EINVAL;
}

static int s_ctrl(struct fake_device *fake, struct v4l2_control *entry)
{
	struct fake_control *control = find_control(fake, entry->id);

	if (!control || control->set_err)
		return control ? control->set_err : EINVAL;
	control->value = control->clamps ? control->info.minimum : entry->value;
	return 0;
}

static int ext_ctrls(struct fake_device *fake, struct v4l2_ext_controls *list, bool set)
{
	struct fake_control *control = find_control(fake, list->controls[0].id);

	if (!control)
		return EINVAL;
	if (set)
		control->value = list->controls[0].value64;
	else
		list->controls[0].value64 = control->value;
	return 0;
}

static int g_ext(struct fake_device *fake, struct v4l2_ext_controls *list)
{
	return ext_ctrls(fake, list, false);
}

static int s_ext(struct fake_device *fake, struct v4l2_ext_controls *list)
{
	return ext_ctrls(fake, list, true);
}

static int enum_input(struct fake_device *fake, struct v4l2_input *input)
{
	if (input->index >= fake->n_inputs)
		return fake->n_inputs ? EINVAL : ENOTTY;
	snprintf((char *)input->name, sizeof input->name, "Camera %u", input->index);
	return 0;
}

static int s_input(struct fake_device *fake, int *input)
{
	if ((uint32_t)*input >= fake->n_inputs)
		return fake->n_inputs ? EINVAL : ENOTTY;
	fake->input = *input;
	return 0;
}

typedef int handler(struct fake_device *fake, void *argument);

static const struct {
	unsigned long request;
	handler *handle;
} handlers[] = {
	{ VIDIOC_G_FMT, (handler *)g_fmt },
	{ VIDIOC_S_FMT, (handler *)s_fmt },
	{ VIDIOC_ENUM_FMT, (handler *)enum_fmt },
	{ VIDIOC_ENUM_FRAMESIZES, (handler *)enum_sizes },
	{ VIDIOC_ENUM_FRAMEINTERVALS, (handler *)enum_intervals },
	{ VIDIOC_G_PARM, (handler *)parm },
	{ VIDIOC_S_PARM, (handler *)parm },
	{ VIDIOC_QUERY_EXT_CTRL, (handler *)query_ext_ctrl },
	{ VIDIOC_QUERYCTRL, (handler *)query_ctrl },
	{ VIDIOC_QUERYMENU, (handler *)query_menu },
	{ VIDIOC_G_CTRL, (handler *)g_ctrl },
	{ VIDIOC_S_CTRL, (handler *)s_ctrl },
	{ VIDIOC_G_EXT_CTRLS, (handler *)g_ext },
	{ VIDIOC_S_EXT_CTRLS, (handler *)s_ext },
	{ VIDIOC_ENUMINPUT, (handler *)enum_input },
	{ VIDIOC_S_INPUT, (handler *)s_input },
};

static int fake_ioctl(struct device *device, unsigned long request, void *argument)
{
	if (request == VIDIOC_QUERYCAP)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++) {
		if (handlers[i].request == request) {
			errno = handlers[i].handle(device->data, argument);
			return errno ? -1 : 0;
		}
	}
	errno = ENOTTY;
	return -1;
}

static int fake_convert(struct device *device, bool on)
{
	struct fake_device *fake = device->data;

	fake->converts = on;
	return fake->emulated ? 0 : -ENOTSUP;
}

static void fake_close(struct device *device)
{
	free(device->path);
	device->path = NULL;
}

static const struct device_ops ops = {
	.scheme = "fake", .close = fake_close, .ioctl = fake_ioctl, .convert = fake_convert
};

void fake_device_open(struct device *device, struct fake_device *fake, enum v4l2_buf_type type)
{
	*device =
		(struct device){ .ops = &ops, .data = fake, .path = strdup("fake"), .fd = -1, .type = type };
	if (fake->modes && !fake->pix.pixelformat) {
		struct v4l2_format format = { .type = type };

		s_fmt(fake, &format);
		fake->n_s_fmt = 0;
	}
}
