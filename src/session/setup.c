/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a device's name to a configured queue. */
#include "session/setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/log_capture.h"
#include "device/controls/controls_set.h"
#include "device/format/want.h"
#include "device/inputs/crop.h"
#include "device/inputs/inputs.h"
#include "device/inputs/standards.h"
#include "device/inputs/tuner.h"
#include "session/pre_roll_memory.h"

static struct signal_wait signal_limit(const struct setup_options *options)
{
	return (struct signal_wait){
		.cancel_fd = options->signal_fd,
		.deadline_ns = options->signal_timeout_ns ? now_ns() + options->signal_timeout_ns : 0,
	};
}

static int choose_input(struct setup *setup, const struct setup_options *options)
{
	int err = options->input ? inputs_select(&setup->device, options->input, &setup->chosen.input) : 0;

	if (err == 0)
		err = settings_save_source(&setup->before, &setup->device, options->edid);
	return err;
}

static int verify_input(struct setup *setup, const struct setup_options *options)
{
	return options->input ? inputs_verify(&setup->device, setup->chosen.input) : 0;
}

static int set_edid(struct setup *setup, const struct setup_options *options)
{
	return options->edid ? edid_set(&setup->device, options->edid, options->format.adjust) : 0;
}

static int set_timings(struct setup *setup, const struct setup_options *options)
{
	const struct signal_wait wait = signal_limit(options);

	if (!options->dv_timings)
		return 0;
	setup->request.force = true;
	return dv_timings_select(&setup->device, options->dv_timings, &wait, &setup->chosen.timings);
}

static int verify_timings(struct setup *setup, const struct setup_options *options)
{
	return options->dv_timings ? dv_timings_verify(&setup->device, &setup->chosen.timings) : 0;
}

static int set_standard(struct setup *setup, const struct setup_options *options)
{
	const struct signal_wait wait = signal_limit(options);

	if (!options->standard)
		return 0;
	setup->request.force = true;
	return standards_select(&setup->device, options->standard, &wait, &setup->chosen.standard);
}

static int verify_standard(struct setup *setup, const struct setup_options *options)
{
	return options->standard ? standards_verify(&setup->device, setup->chosen.standard) : 0;
}

static int set_frequency(struct setup *setup, const struct setup_options *options)
{
	return options->frequency_hz
		       ? tuner_tune(&setup->device, (double)options->frequency_hz, options->format.adjust)
		       : 0;
}

static int open_pipeline(struct setup *setup, const struct setup_options *options)
{
	bool needed = !options->no_pipeline || options->controls || options->profile_controls;

	return needed ? pipeline_open(&setup->pipeline, &setup->device) : 0;
}

/* NULL: there is none, or it is not to be changed. */
static struct pipeline *pipeline_to_set(const struct setup *setup, const struct setup_options *options)
{
	return options->no_pipeline ? NULL : setup->pipeline;
}

int setup_pipeline(struct setup *setup, const struct setup_options *options,
		   struct negotiate_request *request)
{
	struct pipeline *pipeline = pipeline_to_set(setup, options);
	int err = pipeline ? pipeline_configure(pipeline, request) : 0;

	return err < 0 || !pipeline ? err : pipeline_set_rate(pipeline, request, &request->pipeline_fps);
}

static int configure_pipeline(struct setup *setup, const struct setup_options *options)
{
	return setup_pipeline(setup, options, &setup->request);
}

static int set_listed(struct setup *setup, const struct setup_options *options, const char *list,
		      unsigned how)
{
	if (options->format.adjust)
		how |= CONTROLS_ADJUST;
	return list ? pipeline_set_controls(setup->pipeline, &setup->device, list, how,
					    &setup->before.controls)
		    : 0;
}

static int set_controls(struct setup *setup, const struct setup_options *options)
{
	return set_listed(setup, options, options->controls, 0);
}

/* Sets the controls of a profile one by one: it may be another device's, and controls may depend on each
 * other or on the format. Called before the format is set and, with `told`, after it, to report failures. */
static int set_profile(struct setup *setup, const struct setup_options *options, bool told)
{
	char *copy = options->profile_controls ? strdup(options->profile_controls) : NULL;
	char *rest = copy, *line;
	int err = options->profile_controls && !copy ? log_no_memory() : 0;

	while (err == 0 && (line = strsep(&rest, "\n"))) {
		struct log_capture captured;

		log_capture_begin(&captured);
		err = set_listed(setup, options, line, 0);
		log_capture_end(&captured, LOG_LEVEL_VERBOSE);
		if (err < 0 && told)
			log_warn("profile: cannot be set: %s", captured.first_error);
		err = err == -ENODEV || err == -ENOMEM ? err : 0;
	}
	free(copy);
	return err;
}

static int set_profile_controls(struct setup *setup, const struct setup_options *options)
{
	return set_profile(setup, options, false);
}

int setup_mode(struct setup *setup, const struct setup_options *options, struct negotiate_request *request)
{
	struct pipeline *pipeline = pipeline_to_set(setup, options);

	return options->want ? want_apply(&setup->device, pipeline ? pipeline_modes : NULL, pipeline,
					  options->want, request, setup->wanted)
			     : 0;
}

static int choose_mode(struct setup *setup, const struct setup_options *options)
{
	return setup_mode(setup, options, &setup->request);
}

static int verify_crop(struct setup *setup, const struct setup_options *options)
{
	const struct negotiate_request *format = &options->format;
	int err = 0;

	if (format->crop.width)
		err = crop_verify(&setup->device, V4L2_SEL_TGT_CROP, &format->crop);
	if (err == 0 && format->compose.width)
		err = crop_verify(&setup->device, V4L2_SEL_TGT_COMPOSE, &format->compose);
	return err;
}

/* The steps before the format is negotiated, in the order that drivers require: each may change the settings
 * below it. The mode of a sensor sets the ranges of its controls, some of which, such as flips, then change
 * its format. verify: checks later that the setting is still in effect. */
static const struct step {
	enum stage stage;
	int (*set)(struct setup *setup, const struct setup_options *options);
	int (*verify)(struct setup *setup, const struct setup_options *options);
} steps[] = {
	{ STAGE_CONTROL, choose_input, verify_input },
	{ STAGE_CONTROL, set_edid, NULL }, /* it reads back itself */
	{ STAGE_CONTROL, set_timings, verify_timings },
	{ STAGE_CONTROL, set_standard, verify_standard },
	{ STAGE_CONTROL, set_frequency, NULL }, /* it reads back itself */
	{ STAGE_PIPELINE, open_pipeline, NULL },
	{ STAGE_PIPELINE, configure_pipeline, NULL },
	{ STAGE_CONTROL, set_profile_controls, NULL },
	{ STAGE_CONTROL, set_controls, NULL },
	{ STAGE_CONTROL, choose_mode, NULL },
	{ STAGE_PIPELINE, configure_pipeline, NULL },
	{ STAGE_CONTROL, NULL, verify_crop }, /* set with the format, between size and rate */
};

enum status setup_device(struct setup *setup, const struct setup_options *options)
{
	enum status status = STATUS_DONE;
	struct device closed = setup->device;
	int err = device_open(&setup->device, closed.name ? closed.name : options->device, options->role);

	if (err < 0) {
		setup->device = closed;
		return status_of(STAGE_DEVICE, err);
	}
	device_close(&closed);
	setup->has_device = true;
	setup->device.explain_pipeline = pipeline_explain;
	err = pool_check_idle(&setup->device, options->io);
	if (err < 0)
		return status_of(STAGE_QUEUE, err);
	settings_save(&setup->before, &setup->device);
	setup->request = options->format;
	for (size_t i = 0; i < ARRAY_SIZE(steps) && status == STATUS_DONE; i++)
		if (steps[i].set)
			status = status_of(steps[i].stage, steps[i].set(setup, options));
	if (status == STATUS_DONE && options->n_nodes)
		status = status_of(STAGE_DEVICE,
				   encoding_open(&setup->encoding, options->nodes, options->n_nodes,
						 &setup->device, &setup->request));
	return status;
}

enum status setup_verify(struct setup *setup, const struct setup_options *options)
{
	enum status status = status_of(STAGE_CONTROL, set_profile(setup, options, true));

	/* The format, or a later control in the list, may have changed them; and options precede the profile.
	 */
	if (status == STATUS_DONE)
		status = status_of(STAGE_CONTROL,
				   set_listed(setup, options, options->controls, CONTROLS_AGAIN));
	for (size_t i = 0; i < ARRAY_SIZE(steps) && status == STATUS_DONE; i++)
		if (steps[i].verify && !options->format.adjust)
			status = status_of(steps[i].stage, steps[i].verify(setup, options));
	return status;
}

#define AUTO_MS UINT64_C(150)
#define AUTO_LEAST 4u
#define AUTO_MOST 16u

/* Buffers for AUTO_MS of frames; more than AUTO_LEAST only in a quarter of --memory. A queue that grows only
 * when frames come loses some of them. */
static uint32_t auto_buffers(const struct video_format *format, uint64_t memory_limit)
{
	uint64_t num = format->fps.num, den = 1000 * (uint64_t)format->fps.den;
	uint64_t n = den ? (AUTO_MS * num + den - 1) / den : 0, bytes = video_format_bytes(format);

	if (memory_limit && bytes && n > memory_limit / 4 / bytes)
		n = memory_limit / 4 / bytes;
	return n < AUTO_LEAST ? AUTO_LEAST : n > AUTO_MOST ? AUTO_MOST : (uint32_t)n;
}

enum status setup_encoding(struct setup *setup, const struct setup_options *options)
{
	enum status status = STATUS_DONE;

	if (!setup->encoding)
		return status;
	status = status_of(STAGE_FORMAT, encoding_set(setup->encoding, &setup->format));
	if (status == STATUS_DONE)
		status = status_of(STAGE_QUEUE,
				   encoding_choose_link(setup->encoding, &setup->device, &setup->format,
							options->io, options->import_from));
	return status;
}

const struct video_format *setup_file_format(const struct setup *setup)
{
	return setup->encoding ? &encoding_last(setup->encoding)->encoder.coded : &setup->format;
}

/* The part of --memory for the queue. */
static uint64_t memory_for_queue(const struct setup *setup, const struct setup_options *options)
{
	uint64_t memory = options->memory_limit;

	return options->has_pre_roll ? memory - pre_roll_memory_reserved(setup_file_format(setup),
									 options->pre_roll_ns, memory)
				     : memory;
}

static struct pool_options pool_options(const struct setup *setup, const struct setup_options *options)
{
	struct pool_options pool = { .io = options->io,
				     .import_from = options->import_from,
				     .foreign = options->foreign };

	if (setup->encoding)
		pool = setup->encoding->link.from_options;
	pool.memory_limit = memory_for_queue(setup, options);
	return pool;
}

int setup_pool(struct setup *setup, const struct setup_options *options)
{
	struct pool_options pool = pool_options(setup, options);
	struct encoding *encoding = setup->encoding;
	struct pool_config config = {
		.min = options->min_buffers,
		.max = options->max_buffers,
		.least = options->least_buffers,
		.layout = true,
		/* Frames must stay in the driver's buffers if they are shared with the encoder. */
		.copy_enable = !options->has_min_buffers && !(encoding && !encoding->link.copies),
	};
	int err = pool_open(&setup->pool, &setup->device, &setup->format, &pool);

	if (err == 0 && encoding)
		err = encoding_open_pools(encoding, setup->pool, pool.memory_limit);
	if (err < 0)
		return err;
	if (!options->has_min_buffers) {
		uint32_t driver_min = pool_info(setup->pool).driver_min + options->extra_buffers;

		if (encoding)
			driver_min += encoding_raw_buffers(encoding);
		config.min = auto_buffers(&setup->format, pool.memory_limit) + driver_min;
		config.least = AUTO_LEAST + driver_min;
	}
	err = pool_configure(setup->pool, &config);
	return err == 0 && encoding ? encoding_configure(encoding, config.min) : err;
}

enum status setup_format(struct setup *setup, const struct setup_options *options)
{
	int err = negotiate_format(&setup->device, &setup->request, &setup->format);

	return err < 0 ? status_of(STAGE_FORMAT, err) : setup_verify(setup, options);
}

enum status setup_open(struct setup *setup, const struct setup_options *options)
{
	enum status status = setup_device(setup, options);

	if (status == STATUS_DONE)
		status = setup_format(setup, options);
	if (status == STATUS_DONE)
		status = setup_encoding(setup, options);
	return status == STATUS_DONE ? status_of(STAGE_QUEUE, setup_pool(setup, options)) : status;
}

/* The pools of the nodes come first, as they may hold buffers of the camera's. */
void setup_close_pools(struct setup *setup)
{
	if (setup->encoding)
		encoding_close_pools(setup->encoding);
	pool_close(setup->pool);
	setup->pool = NULL;
}

static void close_pipeline(struct setup *setup)
{
	pipeline_close(setup->pipeline);
	setup->pipeline = NULL;
}

void setup_close(struct setup *setup)
{
	setup_close_pools(setup);
	encoding_close(setup->encoding);
	setup->encoding = NULL;
	if (setup->has_device && !setup->under_way) {
		settings_restore(&setup->before, &setup->device);
		pipeline_restore(setup->pipeline);
	}
	close_pipeline(setup);
	settings_free(&setup->before);
	device_close(&setup->device);
	setup->has_device = false;
}

int setup_close_keeping_name(struct setup *setup)
{
	setup_close_pools(setup);
	close_pipeline(setup);
	setup->has_device = false;
	return device_close_keeping_name(&setup->device);
}
