/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sub-devices of the simulated device: the formats of their pads, and their controls. */
#include <errno.h>
#include <string.h>
#include <linux/media.h>
#include <linux/media-bus-format.h>
#include "base/array.h"
#include "sim/media_internal.h"

#define MIN_SIDE 16u
#define MAX_SIDE 4096u
#define MAX_CODES 4

static const uint32_t sensor_codes[MAX_CODES] = { MEDIA_BUS_FMT_RGB888_1X24, MEDIA_BUS_FMT_SBGGR8_1X8,
						  MEDIA_BUS_FMT_SRGGB8_1X8 };
static const uint32_t stuck_codes[MAX_CODES] = { MEDIA_BUS_FMT_RGB888_1X24 };
static const uint32_t bayer_codes[MAX_CODES] = { MEDIA_BUS_FMT_SRGGB8_1X8, MEDIA_BUS_FMT_SBGGR8_1X8 };
static const uint32_t picture_codes[MAX_CODES] = { MEDIA_BUS_FMT_RGB888_1X24, MEDIA_BUS_FMT_YUYV8_1X16,
						   MEDIA_BUS_FMT_UYVY8_1X16 };
static const struct {
	uint32_t width, height;
} sensor_sizes[] = { { 640, 480 }, { 1280, 720 } };

static bool is_sensor(int pad)
{
	return pad == SIM_PAD_SENSOR_A || pad == SIM_PAD_SENSOR_B;
}

/* Ended by 0. The code of the scaler's source pad is that of its sink. */
static const uint32_t *codes_of(const struct sim_media *media, int pad)
{
	if (is_sensor(pad))
		return media->kind == SIM_PIPELINE_STUCK ? stuck_codes : sensor_codes;
	if (pad >= SIM_PAD_DESERIALIZER_A)
		return sensor_codes;
	return pad == SIM_PAD_DEBAYER_SINK ? bayer_codes : picture_codes;
}

static bool has_code(const struct sim_media *media, int pad, uint32_t code)
{
	const uint32_t *codes = codes_of(media, pad);

	while (*codes && *codes != code)
		codes++;
	return *codes;
}

static uint32_t clamp_side(uint32_t side)
{
	return side < MIN_SIDE ? MIN_SIDE : side > MAX_SIDE ? MAX_SIDE : side;
}

static void set_sensor_size(struct v4l2_mbus_framefmt *format)
{
	bool large = format->width > sensor_sizes[0].width || format->height > sensor_sizes[0].height;

	format->width = sensor_sizes[large].width;
	format->height = sensor_sizes[large].height;
}

/* A route leaves the format unchanged. */
static void set_routed_format(struct sim_pads *pads, int pad, struct v4l2_mbus_framefmt *format)
{
	int opposite = sim_routing_opposite(pads, pad);

	if (opposite >= 0 && sim_media_pads[pad].flags & MEDIA_PAD_FL_SOURCE)
		*format = pads->formats[opposite];
	else if (opposite >= 0)
		pads->formats[opposite] = *format;
}

/* Copies the size of a sink to the source: a debayer keeps it, a scaler may change it. */
static void set_pad_format(const struct sim_media *media, struct sim_pads *pads, int pad,
			   struct v4l2_mbus_framefmt *format)
{
	struct v4l2_mbus_framefmt *formats = pads->formats;

	if (!has_code(media, pad, format->code))
		format->code = codes_of(media, pad)[0];
	format->width = clamp_side(format->width);
	format->height = clamp_side(format->height);
	format->field = V4L2_FIELD_NONE;
	if (is_sensor(pad))
		set_sensor_size(format);
	set_routed_format(pads, pad, format);
	if (pad == SIM_PAD_DEBAYER_SOURCE) {
		format->width = formats[SIM_PAD_DEBAYER_SINK].width;
		format->height = formats[SIM_PAD_DEBAYER_SINK].height;
	}
	if (pad == SIM_PAD_SCALER_SOURCE)
		format->code = formats[SIM_PAD_SCALER_SINK].code;
	if (pad == SIM_PAD_SCALER_SOURCE && media->subdevs & SIM_SUBDEVS_COMPOSE) {
		format->width = pads->compose.width;
		format->height = pads->compose.height;
	}
	formats[pad] = *format;
	if (pad == SIM_PAD_SCALER_SINK) {
		formats[SIM_PAD_SCALER_SOURCE] = *format;
		pads->crop = (struct v4l2_rect){ .width = format->width, .height = format->height };
		pads->compose = pads->crop;
	} else if (pad == SIM_PAD_DEBAYER_SINK) {
		formats[SIM_PAD_DEBAYER_SOURCE].width = format->width;
		formats[SIM_PAD_DEBAYER_SOURCE].height = format->height;
	}
}

void sim_subdev_init(struct sim_media *media, const struct video_format *format)
{
	struct v4l2_mbus_framefmt raw = { .code = MEDIA_BUS_FMT_SBGGR8_1X8, .width = 640, .height = 480 };
	struct v4l2_mbus_framefmt picture = raw, sent = raw;

	picture.code = sim_media_bus_code(format->fourcc);
	for (int pad = SIM_PAD_SENSOR_A; pad <= SIM_PAD_DEBAYER_SINK; pad++)
		set_pad_format(media, &media->active, pad, &raw);
	for (int pad = SIM_PAD_DESERIALIZER_A; pad < SIM_N_PADS; pad++)
		set_pad_format(media, &media->active, pad, &raw);
	for (int pad = SIM_PAD_DEBAYER_SOURCE; pad <= SIM_PAD_SCALER_SOURCE; pad++) {
		if (pad == SIM_PAD_SCALER_SOURCE) {
			picture.width = media->active.compose.width = format->width;
			picture.height = media->active.compose.height = format->height;
		}
		set_pad_format(media, &media->active, pad, &picture);
	}
	sent.code = MEDIA_BUS_FMT_RGB888_1X24;
	if (media->kind == SIM_PIPELINE_MISMATCH || media->kind == SIM_PIPELINE_STUCK)
		set_pad_format(media, &media->active, SIM_PAD_SENSOR_A, &sent);
}

/* The pads that a call refers to: active, or the TRY formats of the open node. */
static struct sim_pads *pads_of(struct sim_part *part, uint32_t which)
{
	if (which != V4L2_SUBDEV_FORMAT_TRY)
		return &part->media->active;
	return &part->try_pads;
}

static int enum_code(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_subdev_mbus_code_enum *code = argument;
	int pad = sim_routing_pad(part, pads_of(part, code->which), code->pad, code->SUBDEV_STREAM);
	const uint32_t *codes = pad < 0 ? NULL : codes_of(part->media, pad);

	(void)set;
	/* Some drivers list no codes of a pad that has only one. */
	if (!codes || pad == SIM_PAD_SCALER_SOURCE || code->index >= MAX_CODES || !codes[code->index])
		return -EINVAL;
	code->code = codes[code->index];
	return 0;
}

static int enum_size(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_subdev_frame_size_enum *size = argument;
	int pad = sim_routing_pad(part, pads_of(part, size->which), size->pad, size->SUBDEV_STREAM);

	(void)set;
	if (pad < 0 || !has_code(part->media, pad, size->code) ||
	    size->index >= (is_sensor(pad) ? ARRAY_SIZE(sensor_sizes) : 1))
		return -EINVAL;
	size->min_width = size->min_height = MIN_SIDE;
	size->max_width = size->max_height = MAX_SIDE;
	if (is_sensor(pad)) {
		size->min_width = size->max_width = sensor_sizes[size->index].width;
		size->min_height = size->max_height = sensor_sizes[size->index].height;
	}
	return 0;
}

static void compose(struct sim_pads *pads, struct v4l2_rect *rect, bool set)
{
	struct v4l2_mbus_framefmt *source = &pads->formats[SIM_PAD_SCALER_SOURCE];

	if (set) {
		source->width = pads->compose.width = clamp_side(rect->width);
		source->height = pads->compose.height = clamp_side(rect->height);
	}
	*rect = pads->compose;
}

static int selection(const struct sim_media *media, struct sim_pads *pads, int pad,
		     struct v4l2_subdev_selection *argument, bool set)
{
	const struct v4l2_mbus_framefmt *sink = &pads->formats[SIM_PAD_SCALER_SINK];
	struct v4l2_rect *crop = &pads->crop, whole = { .width = sink->width, .height = sink->height };
	bool is_crop = argument->target == V4L2_SEL_TGT_CROP;

	if (pad == SIM_PAD_SCALER_SINK && argument->target == V4L2_SEL_TGT_COMPOSE &&
	    media->subdevs & SIM_SUBDEVS_COMPOSE) {
		compose(pads, &argument->r, set);
		return 0;
	}
	if (pad != SIM_PAD_SCALER_SINK ||
	    !(is_crop || (!set && argument->target == V4L2_SEL_TGT_CROP_BOUNDS)))
		return -EINVAL;
	if (set && argument->r.left >= 0 && argument->r.top >= 0 &&
	    (uint32_t)argument->r.left + argument->r.width <= whole.width &&
	    (uint32_t)argument->r.top + argument->r.height <= whole.height)
		*crop = argument->r;
	argument->r = is_crop ? *crop : whole;
	return 0;
}

/* The rates of a sensor, by its size. */
static const struct {
	uint32_t n, fps[3];
} sensor_rates[ARRAY_SIZE(sensor_sizes)] = { { 3, { 15, 30, 60 } }, { 2, { 15, 30 } } };

static bool has_rates(const struct sim_part *part)
{
	return part->entity <= SIM_SENSOR_B && !(part->media->subdevs & SIM_SUBDEVS_NO_RATES);
}

static int enum_rate(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_subdev_frame_interval_enum *rate = argument;
	bool large = rate->width == sensor_sizes[1].width;

	(void)set;
	if (!has_rates(part))
		return -ENOTTY;
	if (rate->pad || !has_code(part->media, SIM_PAD_SENSOR_A, rate->code) ||
	    rate->width != sensor_sizes[large].width || rate->height != sensor_sizes[large].height ||
	    rate->index >= sensor_rates[large].n)
		return -EINVAL;
	rate->interval = (struct v4l2_fract){ 1, sensor_rates[large].fps[rate->index] };
	return 0;
}

/* The sensor's rate that is nearest. */
static uint32_t nearest_sensor_rate(const struct sim_part *part, uint64_t num, uint64_t den)
{
	bool large = part->media->active.formats[part->entity].width == sensor_sizes[1].width;
	const uint32_t *rates = sensor_rates[large].fps;
	unsigned best = 0;

	for (unsigned i = 1; i < sensor_rates[large].n; i++)
		if (2 * num >= (rates[i - 1] + rates[i]) * den)
			best = i;
	return rates[best];
}

static int sensor_interval(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_subdev_frame_interval *rate = argument;
	struct sim_media *media = part->media;
	const struct v4l2_fract asked = rate->interval;

	if (!has_rates(part))
		return -ENOTTY;
	if (rate->pad)
		return -EINVAL;
	if (set && asked.numerator && asked.denominator)
		media->fps =
			(struct fraction){ nearest_sensor_rate(part, asked.denominator, asked.numerator), 1 };
	else if (set)
		media->fps = media->initial_fps;
	rate->interval = (struct v4l2_fract){ media->fps.den, media->fps.num };
	return 0;
}

static const struct control {
	uint32_t id;
	const char *name;
	int32_t max;
	uint32_t entities; /* bit mask of those that have it */
} controls[SIM_N_SUBDEV_CONTROLS] = {
	{ V4L2_CID_GAIN, "Gain", 100, 1 << SIM_SENSOR_A | 1 << SIM_SENSOR_B | 1 << SIM_DEBAYER },
	{ V4L2_CID_EXPOSURE, "Exposure", 1000, 1 << SIM_SENSOR_A | 1 << SIM_SENSOR_B },
	{ V4L2_CID_FOCUS_ABSOLUTE, "Focus, Absolute", 1023, 1 << SIM_LENS },
	{ V4L2_CID_FLASH_TORCH_INTENSITY, "Torch Intensity", 100, 1 << SIM_FLASH },
};

static bool entity_has_control(int entity, unsigned index)
{
	return controls[index].entities >> entity & 1;
}

static int query_control(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_query_ext_ctrl *query = argument;
	bool next = query->id & (V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
	uint32_t id = query->id & ~(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
	const struct control *found = NULL;

	(void)set;
	for (unsigned i = 0; i < SIM_N_SUBDEV_CONTROLS; i++) {
		const struct control *control = &controls[i];

		if (entity_has_control(part->entity, i) && (next ? control->id > id : control->id == id) &&
		    (!found || control->id < found->id))
			found = control;
	}
	if (!found)
		return -EINVAL;
	*query = (struct v4l2_query_ext_ctrl){ .id = found->id,
					       .type = V4L2_CTRL_TYPE_INTEGER,
					       .maximum = found->max,
					       .step = 1,
					       .elems = 1,
					       .elem_size = sizeof(int32_t) };
	strcpy(query->name, found->name);
	return 0;
}

static int control_value(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_control *control = argument;

	for (unsigned i = 0; i < SIM_N_SUBDEV_CONTROLS; i++) {
		int32_t *value = &part->media->controls[part->entity][i];

		if (controls[i].id != control->id || !entity_has_control(part->entity, i))
			continue;
		if (set)
			*value = control->value < 0                 ? 0
				 : control->value > controls[i].max ? controls[i].max
								    : control->value;
		control->value = *value;
		return 0;
	}
	return -EINVAL;
}

static int pad_format(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_subdev_format *format = argument;
	struct sim_media *media = part->media;
	struct sim_pads *pads = pads_of(part, format->which);
	int pad = sim_routing_pad(part, pads, format->pad, format->SUBDEV_STREAM);

	if (pad < 0)
		return -EINVAL;
	if (set && media->format_resets && is_sensor(pad) && format->which == V4L2_SUBDEV_FORMAT_ACTIVE)
		media->fps = media->initial_fps;
	if (set)
		set_pad_format(media, pads, pad, &format->format);
	else
		format->format = pads->formats[pad];
	return 0;
}

static int pad_selection(struct sim_part *part, void *argument, bool set)
{
	struct v4l2_subdev_selection *rectangle = argument;
	struct sim_pads *pads = pads_of(part, rectangle->which);
	int pad = sim_routing_pad(part, pads, rectangle->pad, rectangle->SUBDEV_STREAM);

	return pad < 0 ? pad : selection(part->media, pads, pad, rectangle, set);
}

static const struct subdev_call {
	unsigned long request;
	int (*run)(struct sim_part *part, void *argument, bool set);
	bool set;
} subdev_calls[] = {
	{ VIDIOC_SUBDEV_G_FMT, pad_format, false },
	{ VIDIOC_SUBDEV_S_FMT, pad_format, true },
	{ VIDIOC_SUBDEV_G_SELECTION, pad_selection, false },
	{ VIDIOC_SUBDEV_S_SELECTION, pad_selection, true },
	{ VIDIOC_SUBDEV_G_FRAME_INTERVAL, sensor_interval, false },
	{ VIDIOC_SUBDEV_S_FRAME_INTERVAL, sensor_interval, true },
	{ VIDIOC_SUBDEV_ENUM_FRAME_INTERVAL, enum_rate, false },
	{ VIDIOC_SUBDEV_ENUM_MBUS_CODE, enum_code, false },
	{ VIDIOC_SUBDEV_ENUM_FRAME_SIZE, enum_size, false },
	{ VIDIOC_SUBDEV_QUERYCAP, sim_routing_querycap, false },
	{ SUBDEV_S_CLIENT_CAP, sim_routing_client_cap, true },
	{ SUBDEV_G_ROUTING, sim_routing_routes, false },
	{ SUBDEV_S_ROUTING, sim_routing_routes, true },
	{ SUBDEV_G_ROUTING_6_3, sim_routing_routes_6_3, false },
	{ SUBDEV_S_ROUTING_6_3, sim_routing_routes_6_3, true },
	{ VIDIOC_QUERY_EXT_CTRL, query_control, false },
	{ VIDIOC_G_CTRL, control_value, false },
	{ VIDIOC_S_CTRL, control_value, true },
};

int sim_subdev_ioctl(struct sim_part *part, unsigned long request, void *argument)
{
	for (size_t i = 0; i < ARRAY_SIZE(subdev_calls); i++) {
		const struct subdev_call *call = &subdev_calls[i];

		if (call->request == request)
			return call->run(part, argument, call->set);
	}
	return -ENOTTY;
}
