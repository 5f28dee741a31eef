/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sections of 'v4l2q list -d DEV'. */
#ifndef REPORT_DEVICE_INTERNAL_H
#define REPORT_DEVICE_INTERNAL_H

#include <json-c/json.h>
#include "device/device.h"

/* Limits enumerations, for drivers that never end them. */
#define ENUM_MAX 512u

/* Each section is read into an object or an array, NULL if it does not apply, and printed from that; empty
 * arrays are not printed. */
struct json_object *report_device_format(struct device *device);
void report_device_print_format(struct json_object *format);
void report_device_print_source_format(struct json_object *format);
struct json_object *report_device_data(struct device *device); /* VBI, metadata and SDR nodes */
void report_device_print_data(struct json_object *data);
struct json_object *report_device_io(struct device *device);
void report_device_print_io(struct json_object *io);
void report_device_print_source_io(struct json_object *io);
struct json_object *report_device_formats(struct device *device);
void report_device_print_formats(struct json_object *formats);
struct json_object *report_device_inputs(struct device *device);
struct json_object *report_device_outputs(struct device *device);
void report_device_print_inputs(struct json_object *inputs); /* or outputs */
struct json_object *report_device_audio(struct device *device);
void report_device_print_audio(struct json_object *audio);
struct json_object *report_device_tuners(struct device *device);
void report_device_print_tuners(struct json_object *tuners);
struct json_object *report_device_standards(struct device *device);
void report_device_print_standards(struct json_object *standards);
struct json_object *report_device_timings(struct device *device);
void report_device_print_timings(struct json_object *timings);
struct json_object *report_device_edid(struct device *device);
void report_device_print_edid(struct json_object *edid);
struct json_object *report_device_selections(struct device *device);
void report_device_print_selections(struct json_object *selections);
struct json_object *report_device_controls(struct device *device);
void report_device_print_controls(struct json_object *controls);
struct json_object *report_device_pipeline(struct device *device);
void report_device_print_pipeline(struct json_object *pipeline);

#endif
