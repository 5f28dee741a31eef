/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on digital video timings and the EDID. */
#include "report/device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"
#include "base/text_file.h"
#include "device/inputs/dv_timings.h"
#include "device/inputs/edid.h"
#include "report/common.h"
#include "report/device_internal.h"

#define CURRENT_COLUMN 12u
#define AVAILABLE_COLUMN 7u
#define TIMINGS_TEXT_MAX 900
#define EDID_LINE_DIGITS 64 /* hexadecimal, of 32 bytes */

/* The members of struct v4l2_bt_timings and their keys. */
static const struct {
	const char *key;
	size_t offset;
} numbers[] = {
#define AT(field) offsetof(struct v4l2_bt_timings, field)
	{ "width", AT(width) }, { "height", AT(height) },         { "hfrontporch", AT(hfrontporch) },
	{ "hsync", AT(hsync) }, { "hbackporch", AT(hbackporch) }, { "vfrontporch", AT(vfrontporch) },
	{ "vsync", AT(vsync) }, { "vbackporch", AT(vbackporch) },
#undef AT
};

/* For the second field; 0 in progressive timings. */
static void add_second_field(struct json_object *object, const struct v4l2_bt_timings *bt)
{
	json_add_count(object, "il_vfrontporch", bt->il_vfrontporch);
	json_add_count(object, "il_vsync", bt->il_vsync);
	json_add_count(object, "il_vbackporch", bt->il_vbackporch);
}

static void add_video_codes(struct json_object *object, const struct v4l2_bt_timings *bt)
{
	char aspect[32];

	if (bt->flags & V4L2_DV_FL_HAS_PICTURE_ASPECT) {
		snprintf(aspect, sizeof aspect, "%u:%u", bt->picture_aspect.numerator,
			 bt->picture_aspect.denominator);
		json_add_text(object, "picture_aspect", aspect);
	}
	if (bt->flags & V4L2_DV_FL_HAS_CEA861_VIC)
		json_add_count(object, "cea861_vic", bt->cea861_vic);
	if (bt->flags & V4L2_DV_FL_HAS_HDMI_VIC)
		json_add_count(object, "hdmi_vic", bt->hdmi_vic);
}

static struct json_object *timings_json(const struct v4l2_dv_timings *timings)
{
	const struct v4l2_bt_timings *bt = &timings->bt;
	struct json_object *object = json_object_new_object();
	char name[DV_TIMINGS_NAME_MAX];

	json_add_text(object, "name", dv_timings_name(bt, name));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		json_add_count(object, numbers[i].key,
			       *(const uint32_t *)(const void *)((const char *)bt + numbers[i].offset));
	if (bt->interlaced)
		add_second_field(object, bt);
	json_add_count(object, "total_width", V4L2_DV_BT_FRAME_WIDTH(bt));
	json_add_count(object, "total_height", V4L2_DV_BT_FRAME_HEIGHT(bt));
	json_add_bool(object, "interlaced", bt->interlaced);
	json_add_text(object, "vsync_polarity", bt->polarities & V4L2_DV_VSYNC_POS_POL ? "+" : "-");
	json_add_text(object, "hsync_polarity", bt->polarities & V4L2_DV_HSYNC_POS_POL ? "+" : "-");
	json_add_count(object, "pixelclock_hz", bt->pixelclock);
	json_add_number(object, "frame_rate", dv_timings_frame_rate(bt), 3);
	json_object_object_add(object, "standards",
			       report_flags_json(dv_timings_standard_names, bt->standards));
	json_object_object_add(object, "flags", report_flags_json(dv_timings_flag_names, bt->flags));
	add_video_codes(object, bt);
	return object;
}

static struct json_object *cap_json(const struct v4l2_bt_timings_cap *bt)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "min_width", bt->min_width);
	json_add_count(object, "max_width", bt->max_width);
	json_add_count(object, "min_height", bt->min_height);
	json_add_count(object, "max_height", bt->max_height);
	json_add_count(object, "min_pixelclock_hz", bt->min_pixelclock);
	json_add_count(object, "max_pixelclock_hz", bt->max_pixelclock);
	json_object_object_add(object, "standards",
			       report_flags_json(dv_timings_standard_names, bt->standards));
	json_object_object_add(object, "capabilities",
			       report_flags_json(dv_timings_cap_names, bt->capabilities));
	return object;
}

struct json_object *report_device_timings(struct device *device)
{
	struct json_object *object = json_object_new_object(), *array = json_object_new_array();
	struct v4l2_dv_timings timings;
	struct v4l2_dv_timings_cap cap;
	int err;

	if (dv_timings_current(device, &timings) == 0)
		json_object_object_add(object, "current", timings_json(&timings));
	err = dv_timings_detected(device, &timings);
	if (err == 0)
		json_object_object_add(object, "detected", timings_json(&timings));
	else
		json_add_text(object, "not_detected", dv_timings_signal_error(err));
	if (dv_timings_cap(device, &cap) == 0)
		json_object_object_add(object, "supported", cap_json(&cap.bt));
	for (uint32_t i = 0; dv_timings_get(device, i, &timings) == 0; i++)
		json_object_array_add(array, timings_json(&timings));
	if (json_object_array_length(array))
		json_object_object_add(object, "available", array);
	else
		json_object_put(array);
	if (json_object_object_length(object))
		return object;
	json_object_put(object);
	return NULL;
}

/* "horizontal 110 + 40+ + 220": front porch, sync pulse with its polarity, back porch. */
static void add_blanking(struct json_object *timings, const char *word, const char *prefix, char *text,
			 size_t size)
{
	static const char *const parts[] = { "frontporch", "sync", "backporch" };
	char direction = *word == 'h' ? 'h' : 'v', key[32], polarity[24];

	snprintf(polarity, sizeof polarity, "%csync_polarity", direction);
	text_add(text, size, "; %s ", word);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(key, sizeof key, "%s%c%s", prefix, direction, parts[i]);
		text_add(text, size, "%s%" PRId64 "%s", i ? " " : "", json_int(timings, key),
			 i == 1 ? json_text(timings, polarity) : "");
	}
}

/* Appends a list of strings to the text. */
static void add_words(struct json_object *timings, const char *key, char *text, size_t size)
{
	char words[300] = "";
	size_t n;

	report_join(json_array(timings, key, &n), words, sizeof words);
	if (n)
		text_add(text, size, "; %s", words);
}

static void add_number(struct json_object *timings, const char *key, const char *word, char *text,
		       size_t size)
{
	if (json_object_object_get_ex(timings, key, NULL))
		text_add(text, size, "; %s %" PRId64, word, json_int(timings, key));
}

/* "1280x720p60: 74.25 MHz, 60 frames a second, total 1650x750; horizontal 110 40+ 220; …" */
static void timings_text(struct json_object *timings, char text[TIMINGS_TEXT_MAX])
{
	const size_t size = TIMINGS_TEXT_MAX;

	snprintf(text, size, "%s: %.10g MHz, %.3f frames a second, total %" PRId64 "x%" PRId64,
		 json_text(timings, "name"), (double)json_int(timings, "pixelclock_hz") / 1e6,
		 json_number(timings, "frame_rate"), json_int(timings, "total_width"),
		 json_int(timings, "total_height"));
	add_blanking(timings, "horizontal", "", text, size);
	add_blanking(timings, "vertical", "", text, size);
	if (json_is_true(timings, "interlaced"))
		add_blanking(timings, "vertical of the second field", "il_", text, size);
	if (*json_text(timings, "picture_aspect"))
		text_add(text, size, "; picture %s", json_text(timings, "picture_aspect"));
	add_number(timings, "cea861_vic", "CEA-861 VIC", text, size);
	add_number(timings, "hdmi_vic", "HDMI VIC", text, size);
	add_words(timings, "standards", text, size);
	add_words(timings, "flags", text, size);
}

static void print_timings(struct json_object *all, const char *key)
{
	char text[TIMINGS_TEXT_MAX];
	struct json_object *timings;

	if (!json_object_object_get_ex(all, key, &timings))
		return;
	timings_text(timings, text);
	printf("  %-9s ", key);
	terminal_wrap(stdout, terminal_width(stdout), CURRENT_COLUMN, text);
}

static void print_cap(struct json_object *all)
{
	struct json_object *cap;
	char standards[100] = "", capabilities[200] = "";
	size_t n;

	if (!json_object_object_get_ex(all, "supported", &cap))
		return;
	report_join(json_array(cap, "standards", &n), standards, sizeof standards);
	report_join(json_array(cap, "capabilities", &n), capabilities, sizeof capabilities);
	printf("  supported %" PRId64 "x%" PRId64 " to %" PRId64 "x%" PRId64 ", %.10g to %.10g MHz, %s; %s\n",
	       json_int(cap, "min_width"), json_int(cap, "min_height"), json_int(cap, "max_width"),
	       json_int(cap, "max_height"), (double)json_int(cap, "min_pixelclock_hz") / 1e6,
	       (double)json_int(cap, "max_pixelclock_hz") / 1e6, capabilities, standards);
}

static void print_available(struct json_object *all)
{
	char text[TIMINGS_TEXT_MAX];
	size_t n;
	struct json_object *array = json_array(all, "available", &n);

	for (size_t i = 0; i < n; i++) {
		timings_text(json_object_array_get_idx(array, i), text);
		printf("  %3zu  ", i);
		terminal_wrap(stdout, terminal_width(stdout), AVAILABLE_COLUMN, text);
	}
}

void report_device_print_timings(struct json_object *timings)
{
	print_timings(timings, "current");
	print_timings(timings, "detected");
	if (*json_text(timings, "not_detected"))
		printf("  detected  none: %s\n", json_text(timings, "not_detected"));
	print_cap(timings);
	print_available(timings);
}

static struct json_object *hex_json(const struct edid *edid)
{
	struct json_object *array = json_object_new_array();
	char line[EDID_BLOCK_BYTES * 2 + 1];

	for (uint32_t block = 0; block < edid->n_blocks; block++) {
		for (unsigned i = 0; i < EDID_BLOCK_BYTES; i++)
			snprintf(line + 2 * i, 3, "%02x", edid->data[block * EDID_BLOCK_BYTES + i]);
		json_object_array_add(array, json_object_new_string(line));
	}
	return array;
}

static void add_decoded(struct json_object *object, const struct edid *edid)
{
	char name[DV_TIMINGS_NAME_MAX];
	struct edid_info info;

	if (!edid_decode(edid, &info))
		return;
	json_add_text(object, "manufacturer", info.manufacturer);
	json_add_count(object, "product", info.product);
	json_add_text(object, "name", *info.name ? info.name : NULL);
	json_add_text(object, "serial", *info.serial ? info.serial : NULL);
	if (info.preferred.width)
		json_add_text(object, "preferred", dv_timings_name(&info.preferred, name));
	json_add_bool(object, "hdmi", info.is_hdmi);
}

struct json_object *report_device_edid(struct device *device)
{
	struct json_object *object = NULL;
	struct edid edid = { 0 };
	char why[EDID_TEXT_MAX];

	if (edid_get(device, &edid) == 0) {
		object = json_object_new_object();
		json_add_count(object, "blocks", edid.n_blocks);
		if (edid.n_blocks)
			json_add_text(object, "error", edid_check(&edid, why));
		add_decoded(object, &edid);
		json_object_object_add(object, "data", hex_json(&edid));
	}
	edid_free(&edid);
	return object;
}

static void print_blocks(struct json_object *edid)
{
	size_t n;
	struct json_object *blocks = json_array(edid, "data", &n);

	for (size_t i = 0; i < n; i++) {
		const char *hex = json_object_get_string(json_object_array_get_idx(blocks, i));

		for (size_t length = strlen(hex), k = 0; k < length; k += EDID_LINE_DIGITS)
			printf("    %.*s\n", EDID_LINE_DIGITS, hex + k);
	}
}

void report_device_print_edid(struct json_object *edid)
{
	static const char *const texts[][2] = { { "manufacturer", "manufacturer" },
						{ "name", "name" },
						{ "serial", "serial" },
						{ "preferred", "prefers" },
						{ "error", "invalid" } };
	int64_t blocks = json_int(edid, "blocks");
	char text[200] = "";

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (*json_text(edid, texts[i][0]))
			text_join(text, sizeof text, ", ", "%s %s", texts[i][1],
				  json_text(edid, texts[i][0]));
	if (json_object_object_get_ex(edid, "product", NULL))
		text_join(text, sizeof text, ", ", "product %" PRId64, json_int(edid, "product"));
	printf("  %" PRId64 " %s%s%s%s\n", blocks, blocks == 1 ? "block" : "blocks",
	       json_is_true(edid, "hdmi") ? ", HDMI" : "", *text ? ": " : "", text);
	print_blocks(edid);
}

static void write_hex(FILE *out, const struct edid *edid)
{
	for (size_t i = 0; i < (size_t)edid->n_blocks * EDID_BLOCK_BYTES; i++)
		fprintf(out, "%02x%c", edid->data[i], i % 16 == 15 ? '\n' : ' ');
}

static int read_edid(const char *name, struct edid *edid)
{
	struct device device = { 0 };
	int err = device_open(&device, name, DEVICE_NODE);

	if (err < 0)
		return err;
	err = edid_get(&device, edid);
	if (err < 0 || !edid->n_blocks) {
		log_error("%s: the selected input or output presents no EDID", name);
		err = -ENODATA;
	}
	device_close(&device);
	return err;
}

int report_device_save_edid(const char *name, const char *file, bool *is_file)
{
	struct edid edid = { 0 };
	FILE *out = NULL;
	int err = read_edid(name, &edid);

	*is_file = err == 0;
	if (err == 0)
		err = text_file_open(&out, file);
	if (err == 0) {
		errno = 0;
		write_hex(out, &edid);
		err = text_file_finish(out, file);
	}
	edid_free(&edid);
	return err;
}
