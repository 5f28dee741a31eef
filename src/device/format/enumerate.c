/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pixel formats, frame sizes and frame rates that a device lists. */
#include "device/format/enumerate.h"

#include <errno.h>
#include "base/array.h"
#include "base/pixfmt.h"
#include "base/text.h"
#include "device/format/frame_rate.h"

#define LIST_MAX 1024   /* limits the enumeration, for drivers that never end it */
#define NEAREST_SIZES 8 /* listed in messages */

/* Calls an enumeration ioctl with *index 0, 1, 2, … until it fails. */
static int enumerate(struct device *device, unsigned long request, void *entry, uint32_t *index,
		     enumerate_visit *visit, void *opaque)
{
	for (uint32_t i = 0; i < LIST_MAX; i++) {
		int result;

		*index = i;
		result = device_ioctl(device, request, entry);
		if (result == -EINVAL || result == -ENOTTY || result == -ENODATA)
			return 0;
		if (result == 0)
			result = visit(opaque, entry);
		if (result)
			return result;
	}
	return 0;
}

int enumerate_bus_formats(struct device *device, uint32_t code, enumerate_visit *visit, void *opaque)
{
	struct v4l2_fmtdesc entry = { .type = device->type, .mbus_code = code };

	return enumerate(device, VIDIOC_ENUM_FMT, &entry, &entry.index, visit, opaque);
}

int enumerate_formats(struct device *device, enumerate_visit *visit, void *opaque)
{
	return enumerate_bus_formats(device, 0, visit, opaque);
}

static int enumerate_sizes(struct device *device, uint32_t fourcc, enumerate_visit *visit, void *opaque)
{
	struct v4l2_frmsizeenum entry = { .pixel_format = fourcc };

	return enumerate(device, VIDIOC_ENUM_FRAMESIZES, &entry, &entry.index, visit, opaque);
}

static int enumerate_rates(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
			   enumerate_visit *visit, void *opaque)
{
	struct v4l2_frmivalenum entry = { .pixel_format = fourcc, .width = width, .height = height };

	return enumerate(device, VIDIOC_ENUM_FRAMEINTERVALS, &entry, &entry.index, visit, opaque);
}

struct mode {
	uint32_t width, height;
	struct fraction fps;
};

static bool is_in_range(uint32_t value, uint32_t min, uint32_t max, uint32_t step)
{
	return value >= min && value <= max && (step < 2 || (value - min) % step == 0);
}

static int size_matches(void *opaque, const void *entry)
{
	const struct v4l2_frmsizeenum *size = entry;
	const struct v4l2_frmsize_stepwise *range = &size->stepwise;
	const struct mode *mode = opaque;

	if (size->type == V4L2_FRMSIZE_TYPE_DISCRETE)
		return size->discrete.width == mode->width && size->discrete.height == mode->height;
	return is_in_range(mode->width, range->min_width, range->max_width, range->step_width) &&
	       is_in_range(mode->height, range->min_height, range->max_height, range->step_height);
}

static int rate_matches(void *opaque, const void *entry)
{
	const struct v4l2_frmivalenum *interval = entry;
	const struct mode *mode = opaque;
	double fps = fraction_value(mode->fps);

	if (interval->type == V4L2_FRMIVAL_TYPE_DISCRETE)
		return fraction_close(frame_rate_of(&interval->discrete), mode->fps);
	return fps <= fraction_value(frame_rate_of(&interval->stepwise.min)) * 1.01 &&
	       fps >= fraction_value(frame_rate_of(&interval->stepwise.max)) / 1.01;
}

/* Whether the device lists the mode; fps 0/0: at any rate. */
static bool has_mode(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
		     struct fraction fps)
{
	struct mode mode = { .width = width, .height = height, .fps = fps };

	return enumerate_sizes(device, fourcc, size_matches, &mode) > 0 &&
	       (!fps.den || enumerate_rates(device, fourcc, width, height, rate_matches, &mode) > 0);
}

struct text_buffer {
	char *text;
	size_t size;
};

static int add_format(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *format = entry;
	struct text_buffer *list = opaque;
	char name[FOURCC_TEXT_MAX];

	text_join(list->text, list->size, ", ", "%s", fourcc_text(format->pixelformat, name));
	return 0;
}

char *enumerate_formats_text(struct device *device, char *text, size_t size)
{
	struct text_buffer list = { text, size };

	*text = '\0';
	enumerate_formats(device, add_format, &list);
	return text;
}

/* The sizes nearest to the given one, nearest first, or the range of sizes. */
struct nearest_sizes {
	uint32_t width, height;
	unsigned n;
	struct nearest_size {
		uint64_t distance;
		uint32_t width, height;
	} sizes[NEAREST_SIZES];
	struct v4l2_frmsize_stepwise range;
	bool is_range;
};

static uint64_t size_distance(const struct nearest_sizes *nearest, uint32_t width, uint32_t height)
{
	return (uint64_t)(width > nearest->width ? width - nearest->width : nearest->width - width) +
	       (height > nearest->height ? height - nearest->height : nearest->height - height);
}

static int insert_size(void *opaque, const void *entry)
{
	const struct v4l2_frmsizeenum *size = entry;
	struct nearest_sizes *nearest = opaque;
	struct nearest_size found = { .width = size->discrete.width, .height = size->discrete.height };
	unsigned i;

	if (size->type != V4L2_FRMSIZE_TYPE_DISCRETE) {
		nearest->range = size->stepwise;
		nearest->is_range = true;
		return 1;
	}
	found.distance = size_distance(nearest, found.width, found.height);
	if (nearest->n == NEAREST_SIZES && found.distance >= nearest->sizes[NEAREST_SIZES - 1].distance)
		return 0;
	if (nearest->n < NEAREST_SIZES)
		nearest->n++;
	for (i = nearest->n - 1; i > 0 && nearest->sizes[i - 1].distance > found.distance; i--)
		nearest->sizes[i] = nearest->sizes[i - 1];
	nearest->sizes[i] = found;
	return 0;
}

char *enumerate_sizes_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
			   char *text, size_t size)
{
	struct nearest_sizes nearest = { .width = width, .height = height };
	const struct v4l2_frmsize_stepwise *range = &nearest.range;

	*text = '\0';
	enumerate_sizes(device, fourcc, insert_size, &nearest);
	if (nearest.is_range)
		text_add(text, size, "%ux%u to %ux%u in steps of %ux%u", range->min_width, range->min_height,
			 range->max_width, range->max_height, range->step_width ? range->step_width : 1,
			 range->step_height ? range->step_height : 1);
	for (unsigned i = 0; i < nearest.n; i++)
		text_join(text, size, ", ", "%ux%u", nearest.sizes[i].width, nearest.sizes[i].height);
	return text;
}

static int append_rate(void *opaque, const void *entry)
{
	const struct v4l2_frmivalenum *interval = entry;
	struct text_buffer *list = opaque;
	char from[FRACTION_TEXT_MAX], to[FRACTION_TEXT_MAX];

	if (interval->type == V4L2_FRMIVAL_TYPE_DISCRETE)
		text_join(list->text, list->size, ", ", "%s",
			  fraction_text(frame_rate_of(&interval->discrete), from));
	else
		text_join(list->text, list->size, ", ", "%s to %s",
			  fraction_text(frame_rate_of(&interval->stepwise.max), from),
			  fraction_text(frame_rate_of(&interval->stepwise.min), to));
	return interval->type != V4L2_FRMIVAL_TYPE_DISCRETE;
}

char *enumerate_rates_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
			   char *text, size_t size)
{
	struct text_buffer list = { text, size };

	*text = '\0';
	enumerate_rates(device, fourcc, width, height, append_rate, &list);
	return text;
}

/* All formats are listed before the first size is, as some drivers have one cursor for all lists. */
struct format_list {
	uint32_t fourccs[LIST_MAX / 8];
	bool compressed[LIST_MAX / 8];
	unsigned n;
};

static int append_format(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *format = entry;
	struct format_list *formats = opaque;

	if (!(format->flags & V4L2_FMT_FLAG_EMULATED)) {
		formats->compressed[formats->n] = format->flags & V4L2_FMT_FLAG_COMPRESSED;
		formats->fourccs[formats->n++] = format->pixelformat;
	}
	return formats->n == ARRAY_SIZE(formats->fourccs);
}

char *enumerate_other_formats_text(struct device *device, uint32_t fourcc, uint32_t width, uint32_t height,
				   struct fraction fps, char *text, size_t size)
{
	struct format_list formats = { .n = 0 };
	char name[FOURCC_TEXT_MAX];

	*text = '\0';
	enumerate_formats(device, append_format, &formats);
	for (unsigned i = 0; i < formats.n; i++)
		if (formats.fourccs[i] != fourcc && has_mode(device, formats.fourccs[i], width, height, fps))
			text_join(text, size, ", ", "%s", fourcc_text(formats.fourccs[i], name));
	return text;
}

/* For the same reason all sizes are listed before the first rate is. */
struct mode_walk {
	struct enumerated_mode mode, given; /* the current mode; what to take from ranges */
	struct v4l2_frmsize_discrete sizes[LIST_MAX];
	unsigned n_sizes, n_rates;
	enumerate_visit *visit;
	void *opaque;
};

static int append_size(void *opaque, const void *entry)
{
	const struct v4l2_frmsizeenum *size = entry;
	struct mode_walk *walk = opaque;
	struct mode given = { .width = walk->given.width, .height = walk->given.height };
	struct v4l2_frmsize_discrete *next = &walk->sizes[walk->n_sizes++];

	if (size->type == V4L2_FRMSIZE_TYPE_DISCRETE)
		*next = size->discrete;
	else if (given.width && size_matches(&given, size))
		*next = (struct v4l2_frmsize_discrete){ given.width, given.height };
	else
		*next = (struct v4l2_frmsize_discrete){ size->stepwise.max_width, size->stepwise.max_height };
	return size->type != V4L2_FRMSIZE_TYPE_DISCRETE;
}

static int visit_rate(void *opaque, const void *entry)
{
	const struct v4l2_frmivalenum *interval = entry;
	struct mode_walk *walk = opaque;
	struct mode given = { .fps = walk->given.fps };
	int result;

	walk->n_rates++;
	if (interval->type == V4L2_FRMIVAL_TYPE_DISCRETE)
		walk->mode.fps = frame_rate_of(&interval->discrete);
	else if (given.fps.den && rate_matches(&given, interval))
		walk->mode.fps = given.fps;
	else
		walk->mode.fps = frame_rate_of(&interval->stepwise.min);
	result = walk->visit(walk->opaque, &walk->mode);
	return result ? result : interval->type != V4L2_FRMIVAL_TYPE_DISCRETE;
}

static int walk_sizes(struct device *device, struct mode_walk *walk)
{
	int result;

	walk->n_sizes = 0;
	result = enumerate_sizes(device, walk->mode.fourcc, append_size, walk);
	if (walk->n_sizes == 0)
		walk->sizes[walk->n_sizes++] =
			(struct v4l2_frmsize_discrete){ walk->given.width, walk->given.height };
	for (unsigned i = 0; result >= 0 && i < walk->n_sizes; i++) {
		walk->mode.width = walk->sizes[i].width;
		walk->mode.height = walk->sizes[i].height;
		walk->mode.fps = (struct fraction){ 0, 0 };
		walk->n_rates = 0;
		result = enumerate_rates(device, walk->mode.fourcc, walk->mode.width, walk->mode.height,
					 visit_rate, walk);
		if (result >= 0 && walk->n_rates == 0)
			result = walk->visit(walk->opaque, &walk->mode);
	}
	return result;
}

int enumerate_modes(struct device *device, uint32_t width, uint32_t height, struct fraction fps,
		    enumerate_visit *visit, void *opaque)
{
	struct mode_walk walk = {
		.given = { .width = width, .height = height, .fps = fps },
		.visit = visit,
		.opaque = opaque,
	};
	struct format_list formats = { .n = 0 };
	int result = enumerate_formats(device, append_format, &formats);

	for (unsigned i = 0; result >= 0 && i < formats.n; i++) {
		walk.mode = (struct enumerated_mode){ .fourcc = formats.fourccs[i],
						      .compressed = formats.compressed[i] };
		result = walk_sizes(device, &walk);
	}
	return result < 0 ? result : 0;
}
