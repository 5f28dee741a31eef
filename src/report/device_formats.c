/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on formats, sizes and rates. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/pixfmt.h"
#include "base/text.h"
#include "device/format/format_details.h"
#include "device/format/frame_rate.h"
#include "device/format/negotiate.h"
#include "pipeline/bus_code.h"
#include "report/common.h"
#include "report/device_internal.h"

#define RATES_TEXT_MAX 2000

/* NULL: the interval is not valid. */
static const char *rate_text(const struct v4l2_fract *interval, char text[FRACTION_TEXT_MAX])
{
	struct fraction fps = frame_rate_of(interval);

	return fps.den ? fraction_text(fps, text) : NULL;
}

static bool last_is(struct json_object *array, const char *text)
{
	size_t n = json_object_array_length(array);

	return n && strcmp(json_object_get_string(json_object_array_get_idx(array, n - 1)), text) == 0;
}

/* "fps": the discrete rates; "min_fps" and "max_fps" for a continuous or stepwise range. */
static void add_rates(struct json_object *object, struct device *device, uint32_t fourcc, uint32_t width,
		      uint32_t height)
{
	struct json_object *array = json_object_new_array();
	char text[FRACTION_TEXT_MAX];

	for (uint32_t i = 0; i < ENUM_MAX; i++) {
		struct v4l2_frmivalenum interval = {
			.index = i, .pixel_format = fourcc, .width = width, .height = height
		};

		if (device_ioctl(device, VIDIOC_ENUM_FRAMEINTERVALS, &interval) < 0)
			break;
		if (interval.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
			json_add_text(object, "min_fps", rate_text(&interval.stepwise.max, text));
			json_add_text(object, "max_fps", rate_text(&interval.stepwise.min, text));
			break;
		}
		if (!rate_text(&interval.discrete, text))
			continue;
		if (last_is(array, text)) /* an index that the driver ignores */
			break;
		json_object_array_add(array, json_object_new_string(text));
	}
	if (json_object_array_length(array))
		json_object_object_add(object, "fps", array);
	else
		json_object_put(array);
}

static struct json_object *size_json(struct device *device, uint32_t fourcc,
				     const struct v4l2_frmsizeenum *size)
{
	struct json_object *object = json_object_new_object();
	const struct v4l2_frmsize_stepwise *steps = &size->stepwise;
	uint32_t width = size->discrete.width, height = size->discrete.height;

	if (size->type != V4L2_FRMSIZE_TYPE_DISCRETE) {
		json_add_count(object, "min_width", steps->min_width);
		json_add_count(object, "min_height", steps->min_height);
		json_add_count(object, "step_width", steps->step_width);
		json_add_count(object, "step_height", steps->step_height);
		width = steps->max_width;
		height = steps->max_height;
	}
	json_add_count(object, "width", width);
	json_add_count(object, "height", height);
	add_rates(object, device, fourcc, width, height);
	return object;
}

static struct json_object *sizes_json(struct device *device, uint32_t fourcc)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < ENUM_MAX; i++) {
		struct v4l2_frmsizeenum size = { .index = i, .pixel_format = fourcc };

		if (device_ioctl(device, VIDIOC_ENUM_FRAMESIZES, &size) < 0)
			break;
		json_object_array_add(array, size_json(device, fourcc, &size));
		if (size.type != V4L2_FRMSIZE_TYPE_DISCRETE)
			break;
	}
	return array;
}

static struct json_object *format_json(struct device *device, struct v4l2_fmtdesc *desc)
{
	struct json_object *object = json_object_new_object();
	char fourcc[FOURCC_TEXT_MAX];

	desc->description[sizeof desc->description - 1] = '\0';
	json_add_text(object, "pixelformat", fourcc_text(desc->pixelformat, fourcc));
	json_add_text(object, "description", (const char *)desc->description);
	json_add_bool(object, "compressed", desc->flags & V4L2_FMT_FLAG_COMPRESSED);
	json_add_bool(object, "emulated", desc->flags & V4L2_FMT_FLAG_EMULATED);
	json_object_object_add(object, "flags", report_flags_json(format_flag_names, desc->flags));
	json_object_object_add(object, "sizes", sizes_json(device, desc->pixelformat));
	return object;
}

/* Lists the formats with these flags among those in mask. */
static void add_formats(struct json_object *array, struct device *device, uint32_t mask, uint32_t flags)
{
	for (uint32_t i = 0; i < ENUM_MAX; i++) {
		struct v4l2_fmtdesc desc = { .index = i, .type = device->type };

		if (device_ioctl(device, VIDIOC_ENUM_FMT, &desc) < 0)
			break;
		if ((desc.flags & mask) == flags)
			json_object_array_add(array, format_json(device, &desc));
	}
}

static struct json_object *find_format_json(struct json_object *formats, uint32_t pixelformat)
{
	char fourcc[FOURCC_TEXT_MAX];

	fourcc_text(pixelformat, fourcc);
	for (size_t i = 0; i < json_object_array_length(formats); i++) {
		struct json_object *format = json_object_array_get_idx(formats, i);

		if (strcmp(json_text(format, "pixelformat"), fourcc) == 0)
			return format;
	}
	return NULL;
}

/* The media bus codes that the node makes its formats of. */
static void add_bus_codes(struct json_object *formats, struct device *device)
{
	char name[BUS_CODE_TEXT_MAX];
	uint32_t code;

	for (unsigned n = 0; device->caps & V4L2_CAP_IO_MC && bus_code_known(n, &code); n++) {
		for (uint32_t i = 0; i < ENUM_MAX; i++) {
			struct v4l2_fmtdesc desc = { .index = i, .type = device->type, .mbus_code = code };
			struct json_object *format, *codes;

			if (device_ioctl(device, VIDIOC_ENUM_FMT, &desc) < 0)
				break;
			format = find_format_json(formats, desc.pixelformat);
			if (!format)
				continue;
			if (!json_object_object_get_ex(format, "mbus_codes", &codes)) {
				codes = json_object_new_array();
				json_object_object_add(format, "mbus_codes", codes);
			}
			json_object_array_add(codes, json_object_new_string(bus_code_text(code, name)));
		}
	}
}

/* Lists the device's own formats, then those that libv4l2 converts to. */
struct json_object *report_device_formats(struct device *device)
{
	struct json_object *array = json_object_new_array();

	add_formats(array, device, 0, 0);
	add_bus_codes(array, device);
	if (device_is_video(device) && !device->emulated && device_convert(device, true) == 0) {
		add_formats(array, device, V4L2_FMT_FLAG_EMULATED, V4L2_FMT_FLAG_EMULATED);
		device_convert(device, false);
	}
	return array;
}

/* "30/1" is printed as "30". */
static const char *short_rate(const char *rate, char text[FRACTION_TEXT_MAX])
{
	size_t whole = strcspn(rate, "/");

	snprintf(text, FRACTION_TEXT_MAX, "%.*s", strcmp(rate + whole, "/1") == 0 ? (int)whole : -1, rate);
	return text;
}

/* " at 15, 30 fps", or "" if the driver lists none. */
static void rates_text(struct json_object *size, char *text, size_t length)
{
	size_t n;
	struct json_object *rates = json_array(size, "fps", &n);
	char min[FRACTION_TEXT_MAX], max[FRACTION_TEXT_MAX];

	*text = '\0';
	for (size_t i = 0; i < n; i++)
		text_add(text, length, "%s%s", i ? ", " : " at ",
			 short_rate(json_object_get_string(json_object_array_get_idx(rates, i)), max));
	if (*json_text(size, "max_fps"))
		text_add(text, length, " at %s to %s", short_rate(json_text(size, "min_fps"), min),
			 short_rate(json_text(size, "max_fps"), max));
	if (*text)
		text_add(text, length, " fps");
}

static void print_size(struct json_object *size, const char *rates)
{
	printf("    ");
	if (json_int(size, "min_width"))
		printf("%" PRId64 "x%" PRId64 " to ", json_int(size, "min_width"),
		       json_int(size, "min_height"));
	printf("%" PRId64 "x%" PRId64, json_int(size, "width"), json_int(size, "height"));
	if (json_int(size, "step_width") > 1 || json_int(size, "step_height") > 1)
		printf(" in steps of %" PRId64 "x%" PRId64, json_int(size, "step_width"),
		       json_int(size, "step_height"));
	printf("%s\n", rates);
}

/* The rates that several sizes all have; else none. */
static bool common_rates(struct json_object *sizes, size_t n, char *text, size_t length)
{
	char other[RATES_TEXT_MAX];

	if (n < 2)
		return false;
	rates_text(json_object_array_get_idx(sizes, 0), text, length);
	for (size_t i = 1; i < n; i++) {
		rates_text(json_object_array_get_idx(sizes, i), other, sizeof other);
		if (strcmp(other, text) != 0)
			return false;
	}
	return *text;
}

/* The first earlier format that has the same sizes at the same rates; "": none. */
static const char *same_sizes_as(struct json_object *formats, size_t index)
{
	struct json_object *sizes, *others;
	size_t n;

	sizes = json_array(json_object_array_get_idx(formats, index), "sizes", &n);
	for (size_t i = 0; i < index && n; i++) {
		struct json_object *format = json_object_array_get_idx(formats, i);

		others = json_array(format, "sizes", &n);
		if (json_object_equal(sizes, others))
			return json_text(format, "pixelformat");
	}
	return "";
}

static void print_bus_codes(struct json_object *format)
{
	char text[500] = "";
	size_t n;
	struct json_object *codes = json_array(format, "mbus_codes", &n);

	if (n)
		printf("    of %s on the bus\n", report_join(codes, text, sizeof text));
}

/* ", compressed, made by libv4l2" */
static void add_flags(struct json_object *format, char *text, size_t size)
{
	size_t n;
	struct json_object *flags = json_array(format, "flags", &n);

	for (size_t i = 0; i < n; i++) {
		const char *flag = json_object_get_string(json_object_array_get_idx(flags, i));

		text_add(text, size, ", %s", strcmp(flag, "emulated") == 0 ? "made by libv4l2" : flag);
	}
}

static void print_format(struct json_object *formats, size_t index)
{
	struct json_object *format = json_object_array_get_idx(formats, index);
	const char *same = same_sizes_as(formats, index);
	char all[RATES_TEXT_MAX] = "", rates[RATES_TEXT_MAX], flags[300] = "";
	size_t n;
	struct json_object *sizes = json_array(format, "sizes", &n);
	bool alike = !*same && common_rates(sizes, n, all, sizeof all);

	add_flags(format, flags, sizeof flags);
	printf("  %s  %s%s%s%s%s%s\n", json_text(format, "pixelformat"), json_text(format, "description"),
	       flags, alike ? ", each size" : "", alike ? all : "", *same ? ", same sizes as " : "", same);
	for (size_t i = 0; i < n && !*same; i++) {
		struct json_object *size = json_object_array_get_idx(sizes, i);

		rates_text(size, rates, sizeof rates);
		print_size(size, alike ? "" : rates);
	}
	print_bus_codes(format);
}
void report_device_print_formats(struct json_object *formats)
{
	for (size_t i = 0; i < json_object_array_length(formats); i++)
		print_format(formats, i);
}

static void add_details(struct json_object *object, struct device *device)
{
	struct format_details details;
	struct stream_details stream;

	if (format_details_get(device, &details) == 0) {
		json_add_text(object, "field", video_field_name(details.field));
		json_add_text(object, "colorspace", details.colorspace);
		json_add_text(object, "transfer", details.transfer);
		json_add_text(object, "encoding", details.encoding);
		json_add_text(object, "quantization", details.quantization);
		json_add_bool(object, "premultiplied", details.premultiplied);
	}
	if (format_details_get_stream(device, &stream) == 0) {
		json_add_bool(object, "fps_settable", stream.sets_rate);
		json_add_bool(object, "high_quality", stream.high_quality);
		json_add_count(object, "rw_buffers", stream.rw_buffers);
	}
}

struct json_object *report_device_format(struct device *device)
{
	struct video_format format;
	struct json_object *object;

	if (!device_is_video(device) || negotiate_get_format(device, &format) < 0)
		return NULL;
	object = report_format_json(&format);
	add_details(object, device);
	return object;
}

/* "2 planes: 640 bytes a line, 307200 in all; 640, 153600" */
static void print_planes(struct json_object *format)
{
	char text[300] = "";
	size_t n;
	struct json_object *lines = json_array(format, "bytesperline", &n),
			   *sizes = json_array(format, "sizeimage", &n);

	for (size_t i = 0; i < n; i++)
		text_join(text, sizeof text, "; ", "%s%s, %s%s",
			  json_object_get_string(json_object_array_get_idx(lines, i)),
			  i ? "" : " bytes a line",
			  json_object_get_string(json_object_array_get_idx(sizes, i)), i ? "" : " in all");
	report_line(stdout, "", "%" PRId64 " %s: %s", json_int(format, "planes"),
		    json_int(format, "planes") == 1 ? "plane" : "planes", text);
}

static void print_streaming(struct json_object *format)
{
	char text[120] = "";

	if (!json_object_object_get_ex(format, "fps_settable", NULL))
		return;
	text_add(text, sizeof text, "the rate can%s be set",
		 json_is_true(format, "fps_settable") ? "" : "not");
	if (json_is_true(format, "high_quality"))
		text_add(text, sizeof text, "; high quality");
	if (json_int(format, "rw_buffers"))
		text_add(text, sizeof text, "; %" PRId64 " buffers for read() or write()",
			 json_int(format, "rw_buffers"));
	report_line(stdout, "", "%s", text);
}

static void print_format_of(struct json_object *format, const char *label)
{
	char fps[40] = "", rate[FRACTION_TEXT_MAX];

	if (*json_text(format, "fps"))
		snprintf(fps, sizeof fps, " at %s fps", short_rate(json_text(format, "fps"), rate));
	report_line(stdout, label, "%s %" PRId64 "x%" PRId64 "%s", json_text(format, "pixelformat"),
		    json_int(format, "width"), json_int(format, "height"), fps);
	if (*json_text(format, "colorspace"))
		report_line(stdout, "",
			    "field %s; colorspace %s, transfer %s, encoding %s, quantization %s%s",
			    json_text(format, "field"), json_text(format, "colorspace"),
			    json_text(format, "transfer"), json_text(format, "encoding"),
			    json_text(format, "quantization"),
			    json_is_true(format, "premultiplied") ? ", premultiplied by alpha" : "");
	print_planes(format);
	print_streaming(format);
}

void report_device_print_format(struct json_object *format)
{
	print_format_of(format, "set to");
}

void report_device_print_source_format(struct json_object *format)
{
	print_format_of(format, "made of");
}
