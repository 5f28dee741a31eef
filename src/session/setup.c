/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a device's name to a configured queue. */
#include "session/setup.h"

#include "base/array.h"
#include "device/inputs.h"

static int select_input(struct setup *setup, const struct setup_options *options)
{
	return options->has_input ? inputs_select(&setup->device, options->input) : 0;
}

static int open_pipeline(struct setup *setup, const struct setup_options *options)
{
	bool needed = !options->no_pipeline || options->controls;

	return needed ? pipeline_open(&setup->pipeline, &setup->device) : 0;
}

static int configure_pipeline(struct setup *setup, const struct setup_options *options)
{
	return setup->pipeline && !options->no_pipeline
		       ? pipeline_configure(setup->pipeline, &options->format)
		       : 0;
}

static int set_controls(struct setup *setup, const struct setup_options *options)
{
	return options->controls ? pipeline_set_controls(setup->pipeline, &setup->device, options->controls,
							 options->format.adjust, &setup->before.controls)
				 : 0;
}

/* What is set before the format is negotiated, in this order: each may change what comes after it. A sensor's
 * mode sets the ranges of its controls, some of which, such as flips, then change what it sends. */
static const struct step {
	enum stage stage;
	int (*run)(struct setup *setup, const struct setup_options *options);
} steps[] = {
	{ STAGE_CONTROL, select_input },        { STAGE_PIPELINE, open_pipeline },
	{ STAGE_PIPELINE, configure_pipeline }, { STAGE_CONTROL, set_controls },
	{ STAGE_PIPELINE, configure_pipeline },
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
	err = pool_check_idle(&setup->device, options->io);
	if (err < 0)
		return status_of(STAGE_QUEUE, err);
	settings_save(&setup->before, &setup->device);
	for (size_t i = 0; i < ARRAY_SIZE(steps) && status == STATUS_DONE; i++)
		status = status_of(steps[i].stage, steps[i].run(setup, options));
	return status;
}

#define AUTO_MS UINT64_C(150)
#define AUTO_LEAST 4u
#define AUTO_MOST 16u

/* Buffers for AUTO_MS of frames, beyond AUTO_LEAST only within a quarter of the memory for frames: a queue
 * that has to grow while frames come loses some of them. */
static uint32_t auto_buffers(const struct video_format *format, uint64_t memory_limit)
{
	uint64_t num = format->fps.num, den = 1000 * (uint64_t)format->fps.den;
	uint64_t n = den ? (AUTO_MS * num + den - 1) / den : 0, bytes = video_format_bytes(format);

	if (memory_limit && bytes && n > memory_limit / 4 / bytes)
		n = memory_limit / 4 / bytes;
	return n < AUTO_LEAST ? AUTO_LEAST : n > AUTO_MOST ? AUTO_MOST : (uint32_t)n;
}

int setup_pool(struct setup *setup, const struct setup_options *options)
{
	struct pool_options pool = {
		.io = options->io,
		.import_from = options->import_from,
		.memory_limit = options->memory_limit,
	};
	struct pool_config config = {
		.min = options->min_buffers,
		.max = options->max_buffers,
		.layout = true,
		.copy_enable = !options->has_min_buffers,
	};
	int err = pool_open(&setup->pool, &setup->device, &setup->format, &pool);

	if (err < 0)
		return err;
	if (!options->has_min_buffers) {
		uint32_t driver_min = pool_info(setup->pool).driver_min;

		config.min = auto_buffers(&setup->format, options->memory_limit) + driver_min;
		config.least = AUTO_LEAST + driver_min;
	}
	return pool_configure(setup->pool, &config);
}

enum status setup_open(struct setup *setup, const struct setup_options *options)
{
	enum status status = setup_device(setup, options);

	if (status == STATUS_DONE)
		status = status_of(STAGE_FORMAT,
				   negotiate_format(&setup->device, &options->format, &setup->format));
	return status == STATUS_DONE ? status_of(STAGE_QUEUE, setup_pool(setup, options)) : status;
}

static void close_pipeline(struct setup *setup)
{
	pipeline_close(setup->pipeline);
	setup->pipeline = NULL;
}

void setup_close(struct setup *setup)
{
	pool_close(setup->pool);
	setup->pool = NULL;
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
	pool_close(setup->pool);
	setup->pool = NULL;
	close_pipeline(setup);
	setup->has_device = false;
	return device_close_keeping_name(&setup->device);
}
