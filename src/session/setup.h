/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a device's name to a configured queue. */
#ifndef SESSION_SETUP_H
#define SESSION_SETUP_H

#include "device/device.h"
#include "device/negotiate.h"
#include "device/settings.h"
#include "pipeline/pipeline.h"
#include "queue/pool.h"
#include "session/end.h"

struct setup_options {
	const char *device; /* see device_open(); NULL: the first node that fits the role */
	enum device_role role;
	bool has_input;
	uint32_t input;       /* capture: of the device's inputs; output: of its outputs */
	const char *controls; /* see pipeline_set_controls(); NULL: none */
	bool no_pipeline;     /* leave the media pipeline in front of the node as it is */
	struct negotiate_request format;
	const char *io, *import_from; /* as in pool_options */
	uint64_t memory_limit;
	/* The user's number of buffers is kept to. Without one the queue asks for as many as the rate and
	 * memory_limit suggest besides those that the driver needs, and may copy frames when it runs low. */
	bool has_min_buffers;
	uint32_t min_buffers, max_buffers; /* max 0: no limit */
};

/* A device with a queue, ready to start. */
struct setup {
	struct device device;       /* closed, it may keep the path, name and info of the one that was open */
	struct video_format format; /* as negotiated */
	struct pool *pool;          /* NULL: none */
	struct pipeline *pipeline;  /* NULL: none, or not needed */
	bool has_device;            /* it is open */
	struct settings before;     /* what the device was set to */
	bool under_way;             /* frames came, or need not: the device keeps what it is set to */
};

/* Opens and configures all of it: device, input, media pipeline, controls, format, queue, in that order. A
 * device that another program streams from is not changed. Returns STATUS_DONE or the status of the step that
 * failed, which has logged why. */
enum status setup_open(struct setup *setup, const struct setup_options *options);
/* Takes a half-open one. Unless the run got under way the device is set back to what it was before. */
void setup_close(struct setup *setup);
/* The same, but setup->device keeps its path and info, for the report, and its name, which setup_open() and
 * setup_device() then open again whatever options->device is. Returns 0 or -ENOMEM (logged). */
int setup_close_keeping_name(struct setup *setup);

/* The steps of setup_open(), for callers that negotiate the format themselves: device, input, media pipeline
 * and controls; then, once setup->format is filled in, the queue. setup_pool() returns 0 or a negative errno,
 * logged. */
enum status setup_device(struct setup *setup, const struct setup_options *options);
int setup_pool(struct setup *setup, const struct setup_options *options);

#endif
