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
	const char *device; /* see device_open(); NULL: the first node of the role */
	enum device_role role;
	/* NULL: no change */
	const char *input;            /* see inputs_select(); of an output device: the output */
	const char *dv_timings;       /* see dv_timings_select() */
	const char *standard;         /* see standards_select() */
	uint64_t frequency_hz;        /* see tuner_tune(); 0: no change */
	const struct edid *edid;      /* to be presented by a receiver */
	const char *controls;         /* see pipeline_set_controls() */
	const char *profile_controls; /* the same, one a line; failures are only logged */
	const char *want;             /* see want_apply() */
	bool no_pipeline;             /* do not set the media pipeline in front of the node */
	int signal_fd;                /* readable: end the wait for a source's signal; -1: none */
	int64_t signal_timeout_ns;    /* the longest wait for it; 0: no limit */
	struct negotiate_request format;
	struct m2m_encoder_options nodes[ENCODING_NODES_MAX]; /* that convert and encode, in this order */
	unsigned n_nodes;
	const char *io, *import_from; /* as in pool_options */
	uint64_t memory_limit;
	bool has_pre_roll; /* part of the memory is reserved for it */
	int64_t pre_roll_ns;
	/* Uses the user's number of buffers. Without one, the queue requests as many as rate and memory_limit
	 * suggest, in addition to the driver's minimum, and may copy frames when it runs low. */
	bool has_min_buffers;
	uint32_t min_buffers, max_buffers; /* max 0: no limit */
	uint32_t least_buffers;            /* of min_buffers, as in pool_config */
	uint32_t extra_buffers;            /* in addition: those that another device holds */
	bool foreign;                      /* as in pool_options */
};

/* A device with a queue, ready to start. */
struct setup {
	struct device device;             /* after it was closed, it may keep its path, name and info */
	struct video_format format;       /* as negotiated */
	struct encoding *encoding;        /* first node; NULL: none */
	struct pool *pool;                /* NULL: none */
	struct pipeline *pipeline;        /* NULL: none, or not needed */
	bool has_device;                  /* it is open */
	struct negotiate_request request; /* of the options, completed from other options */
	char wanted[FOURCC_TEXT_MAX];     /* pixel format chosen by --want */
	struct {
		uint32_t input;
		struct v4l2_dv_timings timings;
		v4l2_std_id standard;
	} chosen;               /* what the options select */
	struct settings before; /* settings of the device before the run */
	bool under_way;         /* the device keeps its settings, as frames came or are not required */
};

/* Opens and configures everything, in this order: device, input, EDID, timings, media pipeline, controls,
 * format, queue. Does not change a device from which another program streams. Returns STATUS_DONE or the
 * status of the step that failed, which has logged why. */
enum status setup_open(struct setup *setup, const struct setup_options *options);
/* Closes the pools of setup_pool(). */
void setup_close_pools(struct setup *setup);
/* Accepts a half-open one. Restores the settings of the device unless the run got under way. */
void setup_close(struct setup *setup);
/* The same, but setup->device keeps its path and info, for the report, and its name, which setup_open() and
 * setup_device() then open again in place of options->device. Returns 0 or -ENOMEM (logged). */
int setup_close_keeping_name(struct setup *setup);

/* Steps of setup_open() that are repeated when the source changes: --want, and the media pipeline with its
 * rate, for the current request. Return 0 or a negative errno, logged. */
int setup_mode(struct setup *setup, const struct setup_options *options, struct negotiate_request *request);
int setup_pipeline(struct setup *setup, const struct setup_options *options,
		   struct negotiate_request *request);
/* The steps of setup_open(), for callers that negotiate the format themselves, by setup->request: opens the
 * device and makes the settings before the format; sets format and crop, and reads the settings back (or
 * setup_verify() alone, once setup->format is filled in); opens the nodes; opens the queue. setup_pool()
 * returns 0 or a negative errno, logged. */
enum status setup_device(struct setup *setup, const struct setup_options *options);
enum status setup_format(struct setup *setup, const struct setup_options *options);
enum status setup_verify(struct setup *setup, const struct setup_options *options);
enum status setup_encoding(struct setup *setup, const struct setup_options *options);
int setup_pool(struct setup *setup, const struct setup_options *options);
/* The format of the frames for the file: a node's, or the device's. */
const struct video_format *setup_file_format(const struct setup *setup);

#endif
