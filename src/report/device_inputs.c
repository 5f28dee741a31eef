/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on inputs, or outputs, with their tuners and audio. */
#include <inttypes.h>
#include <stdio.h>
#include "base/json.h"
#include "base/terminal.h"
#include "base/text.h"
#include "device/inputs/inputs.h"
#include "device/inputs/standards.h"
#include "device/inputs/tuner.h"
#include "report/common.h"
#include "report/device_internal.h"

#define DETAILS_COLUMN 5

static struct json_object *input_json(const struct device *device, const struct input *input, bool is_current)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "index", input->index);
	json_add_text(object, "name", input->name);
	json_add_bool(object, "current", is_current);
	json_add_text(object, "type", inputs_type_name(device, input->type));
	/* For others, drivers report nothing, or something wrong. */
	if (is_current && !device_is_output(device))
		json_object_object_add(object, "status",
				       report_flags_json(inputs_status_names, input->status));
	json_object_object_add(object, "capabilities",
			       report_flags_json(inputs_capability_names, input->capabilities));
	json_object_object_add(object, "standards", report_flags_json(standards_names, input->std));
	if (input->type == V4L2_INPUT_TYPE_TUNER) /* equal to V4L2_OUTPUT_TYPE_MODULATOR */
		json_add_count(object, "tuner", input->tuner);
	json_add_count(object, "audioset", input->audioset);
	return object;
}

static struct json_object *read_all(struct device *device)
{
	struct json_object *array = json_object_new_array();
	int current = inputs_current(device);
	struct input input;

	for (uint32_t i = 0; inputs_get(device, i, &input); i++)
		json_object_array_add(array, input_json(device, &input, (int)i == current));
	return array;
}

struct json_object *report_device_inputs(struct device *device)
{
	return device_is_output(device) ? NULL : read_all(device);
}

struct json_object *report_device_outputs(struct device *device)
{
	return device_is_output(device) ? read_all(device) : NULL;
}

static void print_input_details(struct json_object *input)
{
	char text[600] = "", standards[400] = "";
	size_t n;

	report_join(json_array(input, "standards", &n), standards, sizeof standards);
	if (n)
		text_add(text, sizeof text, "takes %s", standards);
	if (json_object_object_get_ex(input, "tuner", NULL))
		text_add(text, sizeof text, "%stuner %" PRId64, *text ? "; " : "", json_int(input, "tuner"));
	if (json_int(input, "audioset"))
		text_add(text, sizeof text, "%ssound inputs or outputs 0x%" PRIx64, *text ? "; " : "",
			 (uint64_t)json_int(input, "audioset"));
	if (!*text)
		return;
	printf("%*s", DETAILS_COLUMN, "");
	terminal_wrap(stdout, terminal_width(stdout), DETAILS_COLUMN, text);
}

static void print_input(struct json_object *input)
{
	char status[200] = "", capabilities[200] = "";
	size_t n;

	report_join(json_array(input, "status", &n), status, sizeof status);
	report_join(json_array(input, "capabilities", &n), capabilities, sizeof capabilities);
	printf("  %" PRId64 "  %s%s, %s%s%s%s%s\n", json_int(input, "index"), json_text(input, "name"),
	       json_is_true(input, "current") ? " (selected)" : "", json_text(input, "type"),
	       *capabilities ? ", has " : "", capabilities, *status ? ": " : "", status);
	print_input_details(input);
}

void report_device_print_inputs(struct json_object *inputs)
{
	for (size_t i = 0; i < json_object_array_length(inputs); i++)
		print_input(json_object_array_get_idx(inputs, i));
}

struct json_object *report_device_audio(struct device *device)
{
	struct json_object *array = json_object_new_array(), *object;
	int current = tuner_audio_current(device);
	char name[TUNER_AUDIO_NAME_MAX];

	for (uint32_t i = 0; tuner_audio_name(device, i, name); i++) {
		object = json_object_new_object();
		json_add_count(object, "index", i);
		json_add_text(object, "name", name);
		json_add_bool(object, "current", (int)i == current);
		json_object_array_add(array, object);
	}
	return array;
}

void report_device_print_audio(struct json_object *audio)
{
	for (size_t i = 0; i < json_object_array_length(audio); i++) {
		struct json_object *one = json_object_array_get_idx(audio, i);

		printf("  %" PRId64 "  %s%s\n", json_int(one, "index"), json_text(one, "name"),
		       json_is_true(one, "current") ? " (selected)" : "");
	}
}

static struct json_object *bands_json(struct device *device, const struct tuner *tuner, uint32_t index)
{
	struct json_object *array = json_object_new_array(), *object;
	struct tuner_band band;

	for (uint32_t i = 0; i < ENUM_MAX && tuner_band(device, tuner, index, i, &band); i++) {
		object = json_object_new_object();
		json_add_number(object, "min_mhz", band.min_hz / 1e6, 6);
		json_add_number(object, "max_mhz", band.max_hz / 1e6, 6);
		json_object_object_add(object, "modulation",
				       report_flags_json(tuner_modulation_names, band.modulation));
		json_object_object_add(object, "capabilities",
				       report_flags_json(tuner_capability_names, band.capabilities));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *tuner_json(struct device *device, const struct tuner *tuner, uint32_t index)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "index", index);
	json_add_text(object, "name", tuner->name);
	json_add_text(object, "type", tuner_type_name(tuner->type));
	json_object_object_add(object, "capabilities",
			       report_flags_json(tuner_capability_names, tuner->capabilities));
	json_add_number(object, "min_mhz", tuner->min_hz / 1e6, 6);
	json_add_number(object, "max_mhz", tuner->max_hz / 1e6, 6);
	if (tuner->hz > 0)
		json_add_number(object, "mhz", tuner->hz / 1e6, 6);
	json_object_object_add(object, "subchannels",
			       report_flags_json(tuner_subchannel_names, tuner->subchannels));
	json_object_object_add(object, "bands", bands_json(device, tuner, index));
	if (tuner_is_modulator(device))
		return object;
	json_add_text(object, "audio_mode", tuner_audio_mode_name(tuner->audio_mode));
	json_add_count(object, "signal_percent", (tuner->signal * 100 + 32767) / 65535);
	json_add_int(object, "afc", tuner->afc);
	return object;
}

struct json_object *report_device_tuners(struct device *device)
{
	struct json_object *array = json_object_new_array();
	struct tuner tuner;

	for (uint32_t i = 0; i < ENUM_MAX && tuner_get(device, i, &tuner); i++)
		json_object_array_add(array, tuner_json(device, &tuner, i));
	return array;
}

static void print_bands(struct json_object *tuner)
{
	size_t n, n_words;
	struct json_object *bands = json_array(tuner, "bands", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *band = json_object_array_get_idx(bands, i);
		char modulation[60] = "", capabilities[300] = "";

		report_join(json_array(band, "modulation", &n_words), modulation, sizeof modulation);
		report_join(json_array(band, "capabilities", &n_words), capabilities, sizeof capabilities);
		printf("     band %.10g to %.10g MHz: %s%s%s\n", json_number(band, "min_mhz"),
		       json_number(band, "max_mhz"), modulation, *modulation && *capabilities ? "; " : "",
		       capabilities);
	}
}

static void print_tuner(struct json_object *tuner)
{
	char capabilities[300] = "", subchannels[100] = "", frequency[64] = "", signal[64] = "";
	size_t n;

	report_join(json_array(tuner, "capabilities", &n), capabilities, sizeof capabilities);
	report_join(json_array(tuner, "subchannels", &n), subchannels, sizeof subchannels);
	if (json_number(tuner, "mhz") > 0)
		snprintf(frequency, sizeof frequency, ", at %.10g MHz", json_number(tuner, "mhz"));
	if (*json_text(tuner, "audio_mode"))
		snprintf(signal, sizeof signal, ", signal %" PRId64 " %%, AFC %" PRId64,
			 json_int(tuner, "signal_percent"), json_int(tuner, "afc"));
	printf("  %" PRId64 "  %s, %s, %.10g to %.10g MHz%s%s\n", json_int(tuner, "index"),
	       json_text(tuner, "name"), json_text(tuner, "type"), json_number(tuner, "min_mhz"),
	       json_number(tuner, "max_mhz"), frequency, signal);
	printf("     can do %s\n", *capabilities ? capabilities : "nothing more");
	if (*subchannels || *json_text(tuner, "audio_mode"))
		printf("     sound: %s%s%s\n", *subchannels ? subchannels : "none",
		       *json_text(tuner, "audio_mode") ? ", set to " : "", json_text(tuner, "audio_mode"));
	print_bands(tuner);
}

void report_device_print_tuners(struct json_object *tuners)
{
	for (size_t i = 0; i < json_object_array_length(tuners); i++)
		print_tuner(json_object_array_get_idx(tuners, i));
}
