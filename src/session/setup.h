/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a device's name to a configured queue. */
#ifndef SESSION_SETUP_H
#define SESSION_SETUP_H

#include "device/device.h"
#include "device/format/negotiate.h"
#include "device/inputs/dv_timings.h"
#include "pipeline/pipeline.h"
#include "queue/pool.h"
#include "session/encoding.h"
#include "session/end.h"
#include "session/settings.h"

struct setup_options {
	const char *device; /* see device_open(); NULL: the first node that fits the role */
	enum device_role role;
	/* NULL: as the device is. */
	const char *input;            /* see inputs_select(); output: of the device's outputs */
	const char *dv_timings;       /* see dv_timings_select() */
	const char *standard;         /* see standards_select() */
	uint64_t frequency_hz;        /* see tuner_tune(); 0: as it is */
	const struct edid *edid;      /* for a receiver to present */
	const char *controls;         /* see pipeline_set_controls() */
	const char *profile_controls; /* the same, a line each: those that cannot be set are told */
	const char *want;             /* see want_apply() */
	bool no_pipeline;             /* leave the media pipeline in front of the node as it is */
	int signal_fd;                /* ends the wait for a source's signal when it is readable; -1: none */
	int64_t signal_timeout_ns;    /* how long to wait for it; 0: as long as it takes */
	struct negotiate_request format;
	struct m2m_encoder_options nodes[ENCODING_NODES_MAX]; /* that convert and encode, in this order */
	unsigned n_nodes;
	const char *io, *import_from; /* as in pool_options */
	uint64_t memory_limit;
	bool has_pre_roll; /* for which a part of it is kept */
	int64_t pre_roll_ns;
	/* The user's number of buffers is kept to. Without one the queue asks for as many as the rate and
	 * memory_limit suggest besides those that the driver needs, and may copy frames when it runs low. */
	bool has_min_buffers;
	uint32_t min_buffers, max_buffers; /* max 0: no limit */
	uint32_t extra_buffers;            /* besides: those that another device keeps */
	bool foreign;                      /* as in pool_options */
};

/* A device with a queue, ready to start. */
struct setup {
	struct device device;       /* closed, it may keep the path, name and info of the one that was open */
	struct video_format format; /* as negotiated */
	struct encoding *encoding;  /* the first node; NULL: none */
	struct pool *pool;          /* NULL: none */
	struct pipeline *pipeline;  /* NULL: none, or not needed */
	bool has_device;            /* it is open */
	struct negotiate_request request; /* that of the options, and what follows from the other ones */
	char wanted[FOURCC_TEXT_MAX];     /* its pixel format, where a wish chose it */
	struct {
		uint32_t input;
		struct v4l2_dv_timings timings;
		v4l2_std_id standard;
	} chosen;               /* where the options name one */
	struct settings before; /* what the device was set to */
	bool under_way;         /* frames came, or need not: the device keeps what it is set to */
};

/* Opens and configures all of it: device, input, EDID, timings, media pipeline, controls, format, queue, in
 * that order. A device that another program streams from is not changed. Returns STATUS_DONE or the status of
 * the step that failed, which has logged why. */
enum status setup_open(struct setup *setup, const struct setup_options *options);
/* Closes what setup_pool() opened. */
void setup_close_pools(struct setup *setup);
/* Takes a half-open one. Unless the run got under way the device is set back to what it was before. */
void setup_close(struct setup *setup);
/* The same, but setup->device keeps its path and info, for the report, and its name, which setup_open() and
 * setup_device() then open again whatever options->device is. Returns 0 or -ENOMEM (logged). */
int setup_close_keeping_name(struct setup *setup);

/* Steps of setup_open() that a change of the source repeats: the choice of a mode that is wished for, and the
 * media pipeline, also its rate, as the request is then. Return 0 or a negative errno, logged. */
int setup_mode(struct setup *setup, const struct setup_options *options, struct negotiate_request *request);
int setup_pipeline(struct setup *setup, const struct setup_options *options,
		   struct negotiate_request *request);
/* The steps of setup_open(), for callers that negotiate the format themselves, by setup->request: the device
 * and what is set before the format; format and crop, after which the former is read back (or setup_verify()
 * alone, once setup->format is filled in); the nodes; the queue. setup_pool() returns 0 or a negative
 * errno, logged. */
enum status setup_device(struct setup *setup, const struct setup_options *options);
enum status setup_format(struct setup *setup, const struct setup_options *options);
enum status setup_verify(struct setup *setup, const struct setup_options *options);
enum status setup_encoding(struct setup *setup, const struct setup_options *options);
int setup_pool(struct setup *setup, const struct setup_options *options);
/* What the frames are that go to a file: a node's, or the device's. */
const struct video_format *setup_file_format(const struct setup *setup);

#endif
