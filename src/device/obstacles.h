/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can keep a device from delivering frames: cause and cure, in the same words wherever it is met. The
 * failing call reports it; capture, play and bench log it, doctor collects it.
 */
#ifndef DEVICE_OBSTACLES_H
#define DEVICE_OBSTACLES_H

enum obstacle_kind {
	/* the node */
	OBSTACLE_NO_NODES,
	OBSTACLE_NO_ROLE,
	OBSTACLE_ABSENT,
	OBSTACLE_ABSENT_OTHERS,
	OBSTACLE_NO_DRIVER,
	OBSTACLE_UNBOUND,
	OBSTACLE_GONE,
	OBSTACLE_PERMISSION_GROUP,
	OBSTACLE_PERMISSION_ACL,
	OBSTACLE_PERMISSION_OWNER,
	OBSTACLE_FILE,
	OBSTACLE_FILE_LEFT,
	OBSTACLE_FOLDER,
	OBSTACLE_NOT_V4L2,
	OBSTACLE_OTHER_JOB,
	OBSTACLE_OTHER_JOB_OTHERS,
	OBSTACLE_OTHER_TYPE,
	OBSTACLE_CODEC,
	OBSTACLE_CODEC_UNUSED,
	OBSTACLE_BUSY,
	OBSTACLE_BUSY_UNKNOWN,
	/* the video source */
	OBSTACLE_NO_SIGNAL,
	OBSTACLE_NO_LOCK,
	OBSTACLE_SIGNAL_RANGE,
	OBSTACLE_TIMINGS,
	OBSTACLE_NO_PRODUCER,
	OBSTACLE_NO_PRODUCER_EXCLUSIVE,
	/* the format */
	OBSTACLE_NO_FORMAT,
	OBSTACLE_FORMAT_REFUSED,
	OBSTACLE_FORMAT_CHANGED,
	OBSTACLE_NO_RATE,
	/* buffers and the start of the stream */
	OBSTACLE_NO_MEMORY,
	OBSTACLE_FEW_BUFFERS,
	OBSTACLE_BUFFERS_REFUSED,
	OBSTACLE_BUFFER_REFUSED,
	OBSTACLE_IMPORT_REFUSED,
	OBSTACLE_START_REFUSED,
	OBSTACLE_BANDWIDTH,
	OBSTACLE_PIPELINE,
	OBSTACLE_PIPELINE_UNSEEN, /* reported by the driver, not visible at the pads */
	OBSTACLE_PIPELINE_MISMATCH,
	OBSTACLE_PIPELINE_LINK,
	OBSTACLE_PIPELINE_ROUTE, /* inside a sub-device, none is active, or one for a missing stream */
	OBSTACLE_PIPELINE_UNSET,
	OBSTACLE_NO_LINK,
	OBSTACLE_UNRESPONSIVE,
	/* the frames */
	OBSTACLE_NO_FRAMES,
	OBSTACLE_UNUSABLE_FRAMES,
	OBSTACLE_TAKES_NONE, /* output */
	OBSTACLE_DAMAGED,
	OBSTACLE_DARK,
	OBSTACLE_RATE,
	OBSTACLE_EXPOSURE,
	OBSTACLE_TIMESTAMPS,
	OBSTACLE_KERNEL,
	/* the connection */
	OBSTACLE_USB2,
	OBSTACLE_SUSPENDED,
	N_OBSTACLES,
};

#define OBSTACLE_TEXT_MAX 2000

struct obstacle {
	enum obstacle_kind kind;
	char cause[OBSTACLE_TEXT_MAX], cure[OBSTACLE_TEXT_MAX];
};

/* Fills in *obstacle. a and b replace %1 and %2 in the texts of the kind; NULL: "". */
void obstacle_set(struct obstacle *obstacle, enum obstacle_kind kind, const char *a, const char *b);
/* The same, and logs the error "DEVICE: CAUSE; CURE", or passes it to the sink. */
void obstacle_report(const char *device, enum obstacle_kind kind, const char *a, const char *b);
/* Reports an obstacle that is filled in. */
void obstacle_pass(const char *device, const struct obstacle *obstacle);
/* OBSTACLE_FEW_BUFFERS: the driver granted another number than can be used. */
void obstacle_report_buffers(const char *device, unsigned granted, unsigned needed);
/* The string for the kind in JSON, such as "busy". */
const char *obstacle_name(enum obstacle_kind kind);
/* The cause of a kind whose text has no details. */
const char *obstacle_cause(enum obstacle_kind kind);

/* Passes what is reported to a function instead of the log; NULL: back to the log. Applies to this thread. */
typedef void obstacle_sink(void *opaque, const struct obstacle *obstacle);
void obstacle_set_sink(obstacle_sink *sink, void *opaque);

/* The obstacle that an errno of VIDIOC_STREAMON usually stands for, such as USB bandwidth for ENOSPC, on a
 * device with these capabilities; N_OBSTACLES: none. */
enum obstacle_kind obstacle_of_streamon(int err, unsigned caps);
/* The obstacle that an errno of VIDIOC_QUERY_DV_TIMINGS stands for: no signal, or none that can be used. */
enum obstacle_kind obstacle_of_signal(int err);

#endif
