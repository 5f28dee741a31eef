/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of the simulated device, from the keys of "sim:key=value,…". */
#ifndef SIM_OPTIONS_INTERNAL_H
#define SIM_OPTIONS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>
#include "base/units.h"

#define SIM_MAX_TIMES 8
#define SIM_MAX_CALL_FAULTS 16

/* The frames or calls, counted from 1, at which a fault occurs. */
struct sim_schedule {
	uint32_t every; /* at each multiple of this; 0: none */
	uint32_t n_at, at[SIM_MAX_TIMES];
};

enum { SIM_OF_ANY, SIM_OF_CAPTURE, SIM_OF_OUTPUT }; /* queues that a failing call can be limited to */

/* fail=QUEUE.NAME@AT:ERRNO:COUNT, a call that fails. */
struct sim_call_fault {
	char name[24];
	uint32_t queue;     /* SIM_OF_* */
	uint32_t at, count; /* the first call that fails, and how many do; at 0: every call */
	int err;            /* negative errno */
	uint32_t n_calls;   /* so far */
};

enum { SIM_CAP_MMAP = 1, SIM_CAP_USERPTR = 2, SIM_CAP_DMABUF = 4, SIM_CAP_RW = 8, SIM_CAP_ORPHAN = 16 };
enum { SIM_JPEG_NO_DHT = 1, SIM_JPEG_PADDING = 2, SIM_JPEG_TWO_SOI = 4 };
/* bytesperline and sizeimage for odd sizes: not supported; rows and planes rounded up to whole macropixels;
 * rounded down to bits per pixel. */
enum { SIM_ODD_NONE, SIM_ODD_UP, SIM_ODD_DOWN };
enum { SIM_DRAW_FULL, SIM_DRAW_MARKS, SIM_DRAW_NONE, SIM_DRAW_BLACK };
enum { SIM_SIGNAL_GOOD, SIM_SIGNAL_NONE, SIM_SIGNAL_NO_LOCK, SIM_SIGNAL_RANGE };
/* Timestamps: valid, 0, the first one 0, all equal to the first, in seconds, every two swapped. */
enum {
	SIM_TIMES_GOOD,
	SIM_TIMES_ZERO,
	SIM_TIMES_FIRST_ZERO,
	SIM_TIMES_ALIKE,
	SIM_TIMES_SECONDS,
	SIM_TIMES_SWAPPED
};
/* pipeline=: none, formats that match or differ along it, a disabled link, several possible links, a sensor
 * without a matching format. */
enum {
	SIM_PIPELINE_NONE,
	SIM_PIPELINE_FITS,
	SIM_PIPELINE_MISMATCH,
	SIM_PIPELINE_UNLINKED,
	SIM_PIPELINE_AMBIGUOUS,
	SIM_PIPELINE_STUCK
};
/* routing=, see sim_keys[] */
enum {
	SIM_ROUTING_NONE,
	SIM_ROUTING_NEW,
	SIM_ROUTING_OLD,
	SIM_ROUTING_OFF,
	SIM_ROUTING_DANGLING,
	SIM_ROUTING_UNUSED,
	SIM_ROUTING_REFUSED
};
/* subdevs=, see sim_keys[] */
enum { SIM_SUBDEVS_NO_RATES = 1, SIM_SUBDEVS_COMPOSE = 2 };
/* The kinds of memory-to-memory nodes. */
enum { SIM_NO_M2M, SIM_ENCODER, SIM_DECODER, SIM_CONVERTER };
/* Nodes that carry no pictures. */
enum { SIM_PICTURES, SIM_VBI, SIM_METADATA, SIM_SDR, SIM_RADIO };
enum { SIM_ADJUST_SIZE = 1, SIM_ADJUST_FORMAT = 2, SIM_ADJUST_FPS = 4, SIM_ADJUST_SOURCE = 8 };

/* How the compressed formats are made. */
struct sim_codec_options {
	uint32_t key_interval; /* interval between key frames */
	uint32_t join;         /* the stream begins at this frame, counted from 1; 0: at its start */
	uint32_t jpeg;         /* SIM_JPEG_* */
	bool headers_first;    /* only the first key frame has parameter sets */
	bool is_black;         /* draw=black, for all formats */
};

/* The values of the keys, see sim_keys[] for what they mean. */
struct sim_options {
	uint32_t width, height, fourcc;
	uint32_t planes;       /* 0: the single-planar API */
	struct fraction fps;   /* 0/1: a frame for each buffer queued; 0/0: not given */
	struct fraction claim; /* the rate that the device reports; 0/1: none; 0/0: the true one */
	uint32_t stride, data_offset;
	uint32_t odd;                     /* SIM_ODD_* */
	uint32_t field;                   /* V4L2_FIELD_*; of a capture device */
	struct fraction pixel_aspect;     /* y/x; 0/0: no CROPCAP; 0/1: CROPCAP leaves it empty */
	uint32_t crop_width, crop_height; /* 0: none */
	bool output, no_selection, format_resets;
	uint32_t data;  /* SIM_VBI …; 0: a node of pictures */
	uint32_t m2m;   /* SIM_ENCODER …; 0: a capture or output device */
	uint32_t to;    /* memory-to-memory: format of the CAPTURE queue, where fourcc is OUTPUT's */
	uint32_t align; /* of raw rows, in bytes */
	uint32_t hold;  /* memory-to-memory: frames whose OUTPUT buffers are kept */
	bool reorder, no_commands, forgets_drain;
	int import_error; /* errno of QBUF with a DMA-BUF; 0: none */
	char *dump, *settings, *driver, *root;
	char *node;        /* NULL: each open() creates a device */
	uint32_t inputs;   /* number of inputs or outputs */
	uint32_t draw;     /* SIM_DRAW_* */
	uint32_t times;    /* SIM_TIMES_* */
	uint32_t pipeline; /* SIM_PIPELINE_* */
	uint32_t routing;  /* SIM_ROUTING_* */
	uint32_t subdevs;  /* SIM_SUBDEVS_* */
	struct sim_codec_options codec;
	bool no_key_flags;

	uint32_t caps, adjust; /* SIM_CAP_*, SIM_ADJUST_* */
	uint32_t min_buffers;
	int64_t grant; /* -1: as many as requested */
	bool no_create_bufs, no_buffer_caps, busy, ring, all_controls, long_table, ramp_table,
		querybuf_wrong_index, short_plane;
	struct sim_call_fault call_faults[SIM_MAX_CALL_FAULTS];
	unsigned n_call_faults;

	struct sim_schedule error, drop, repeat, empty, empty_ok, short_frame, over, last, bad_index, flush;
	struct sim_schedule eagain, epipe, eio, unplug, stall, event, leap, usr1;
	uint32_t short_bytes;                 /* 0: half of the frame */
	uint32_t event_width, event_height;   /* 0: a source change of the same size */
	uint32_t signal;                      /* SIM_SIGNAL_* */
	v4l2_std_id standard;                 /* of the signal; 0: no standards */
	bool tuner, compose;                  /* inputs have a tuner; frames fill a part of the buffer */
	uint32_t source_width, source_height; /* 0: as the device is set to */
	int64_t exposure_ns;                  /* 0: no controls of it */
	int32_t drift_ppm;
	bool own_times;
	uint32_t first_sequence;
	int64_t latency_ns, jitter_ns, lock_ns;
	int64_t leap_ns;         /* each time; 0: a minute */
	int64_t replug_ns;       /* after it was unplugged */
	int64_t reader_delay_ns; /* 0: there is no reader, and no event */
	uint32_t reader_frames;  /* after which the reader leaves; 0: it stays */
};

#endif
