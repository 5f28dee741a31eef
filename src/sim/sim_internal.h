/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the simulated device share. */
#ifndef SIM_SIM_INTERNAL_H
#define SIM_SIM_INTERNAL_H

#include <stdio.h>
#include "base/video_format.h"
#include "device/colorimetry.h"
#include "device/device.h"
#include "sim/options.h"
#include "sim/test_pattern.h"

#define SIM_MAX_BUFFERS 64 /* what a misbehaving driver may grant; a well-behaved one stops at 32 */
#define SIM_MAX_TIMES 8
#define SIM_MAX_FAILURES 16

/* When a fault happens. Frames and calls are counted from 1. */
struct sim_when {
	uint32_t every; /* each time the count is a multiple of this */
	uint32_t n_at, at[SIM_MAX_TIMES];
};

static inline bool sim_when(const struct sim_when *when, uint64_t count)
{
	if (when->every && count % when->every == 0)
		return true;
	for (uint32_t i = 0; i < when->n_at; i++) {
		if (when->at[i] == count)
			return true;
	}
	return false;
}

/* fail=IOCTL@N:ERRNO:COUNT */
struct sim_failure {
	char name[24];
	uint32_t at, count; /* at 0: every call */
	int err;            /* negative */
	uint32_t n_calls;   /* so far */
};

enum { SIM_CAP_MMAP = 1, SIM_CAP_USERPTR = 2, SIM_CAP_DMABUF = 4, SIM_CAP_RW = 8, SIM_CAP_ORPHAN = 16 };
enum { SIM_DRAW_FULL, SIM_DRAW_MARKS, SIM_DRAW_NONE };
enum { SIM_ADJUST_SIZE = 1, SIM_ADJUST_FORMAT = 2, SIM_ADJUST_FPS = 4 };

/* The keys' values. */
struct sim_options {
	uint32_t width, height, fourcc, planes;
	struct fraction fps; /* 0/1: a frame whenever there is a buffer */
	uint32_t stride, data_offset;
	bool output;
	char *dump;
	uint32_t draw; /* SIM_DRAW_* */

	uint32_t caps, adjust, min_buffers;
	int64_t grant; /* -1: what is asked for */
	bool no_create, no_buffer_caps, busy, querybuf_index, short_plane;
	struct sim_failure failures[SIM_MAX_FAILURES];
	unsigned n_failures;

	struct sim_when error, drop, repeat, empty, empty_ok, short_frame, over, last, bad_index, flush;
	struct sim_when eagain, epipe, eio, unplug, stall, event;
	uint32_t short_bytes;               /* 0: half */
	uint32_t event_width, event_height; /* 0: the same picture goes on */
	uint32_t first_sequence;
	int64_t latency_ns, jitter_ns, lock_ns;
	int64_t watch_ns;      /* so long after the last one went a reader comes; 0: never, nor is it told */
	uint32_t watch_frames; /* and stays for so many frames; 0: for ever */
};

/* Fills in the defaults, then what the text after "sim:" says (NULL or "": nothing). Logs the key that it
 * does not like. */
int sim_options_parse(struct sim_options *options, const char *text);
void sim_options_close(struct sim_options *options);

/* The value of text[0..length) in words, which a NULL name ends; -EINVAL when it is none of them. */
struct sim_word {
	const char *name;
	uint32_t value;
};
int sim_word_value(const struct sim_word *words, const char *text, size_t length, uint32_t *value);
int sim_parse_number(const char *text, uint32_t *value);

enum sim_buffer_state { SIM_DEQUEUED, SIM_QUEUED, SIM_DONE };

struct sim_plane {
	uint32_t length;                 /* of the memory, as the program knows it */
	uint32_t min_length;             /* what a frame needs */
	uint32_t bytesused, data_offset; /* as they are reported, lies included */
	uint8_t *data;                   /* NULL while nothing is attached */
	size_t mapped_bytes;             /* of data; 0: memory of the program, not ours to unmap */
	int fd;                          /* MMAP, DMABUF: the memory itself; -1 */
	int user_fd;                     /* DMABUF: as it was queued */
	unsigned long userptr;           /* USERPTR: as it was queued */
	uint64_t st_dev, st_ino;         /* DMABUF: which memory data maps */
	bool synced;                     /* DMABUF: a true dma-buf, whose caches want to be told */
};

struct sim_buffer {
	uint32_t index;
	enum sim_buffer_state state;
	uint32_t flags, sequence,
		field; /* flags: V4L2_BUF_FLAG_ERROR, _LAST, _KEYFRAME … of the frame inside */
	int64_t timestamp_ns;
	bool bad_index;
	struct sim_plane planes[MAX_PLANES];
};

/* Buffers in a row, first come first served. */
struct sim_line {
	uint32_t first, count;
	struct sim_buffer *buffers[SIM_MAX_BUFFERS];
};
void sim_line_put(struct sim_line *line, struct sim_buffer *buffer);
struct sim_buffer *sim_line_get(struct sim_line *line); /* NULL when it is empty */

struct sim_mapping {
	struct sim_mapping *next;
	void *start;
	size_t length;
	uint64_t generation; /* of the buffers that it shows */
	uint32_t index;
};

#define SIM_MAX_EVENTS 4
struct sim_subscription {
	uint32_t type, id;
};

struct sim_codec;
struct sim {
	struct device *device;
	struct sim_options options;
	int timer_fd, ready_fd; /* both inside device->fd, an epoll descriptor */
	bool is_ready;          /* whether ready_fd says so */
	short awaited;          /* the events that it may say so for */
	int64_t armed_ns;       /* what timer_fd waits for; 0: nothing */

	struct video_format format;
	struct v4l2_colour colour;       /* output: as S_FMT was told it; colorspace 0: it was not */
	uint8_t *background[MAX_PLANES]; /* the still part of the picture; NULL until the first frame */
	struct sim_codec *codec;         /* compressed formats, once streaming */
	uint8_t *still;                  /* draw=none: the one compressed frame */
	uint32_t still_bytes;

	uint32_t memory;     /* V4L2_MEMORY_*; 0: no buffers */
	uint64_t generation; /* counts the allocations, to tell whose a mapping is */
	uint32_t n_buffers;
	struct sim_buffer *buffers[SIM_MAX_BUFFERS];
	struct sim_line queued, done;
	struct sim_buffer *shown; /* output: on the screen until the next one is */
	struct sim_mapping *mappings;

	bool streaming, started;        /* started: enough buffers were queued once */
	bool waiting;                   /* nothing was queued since the stream was off: poll() is told so */
	bool failed;                    /* eio */
	bool ended;                     /* nothing more is made until STREAMOFF */
	bool last_dequeued;             /* DQBUF has nothing but EPIPE to say */
	bool gone;                      /* unplugged */
	bool reading;                   /* read() or write() has the queue to itself */
	struct sim_buffer *file_buffer; /* the one that read() is at, or write() */
	size_t file_bytes;              /* of it that are done */

	int64_t start_ns, last_ns; /* when the stream started, the last timestamp */
	uint64_t tick;             /* the next frame period */
	uint64_t n_repeats;        /* since the stream started */
	uint64_t n_frames, n_dequeued,
		n_eagain; /* since the device was opened; n_eagain: the frame that EAGAIN stood before */

	uint32_t source_width, source_height; /* what QUERY_DV_TIMINGS sees; 0: nothing of the kind */
	int64_t locked_ns;                    /* when the source can be told again */
	struct sim_subscription subscriptions[SIM_MAX_EVENTS];
	unsigned n_subscriptions;
	struct v4l2_event events[SIM_MAX_EVENTS];
	unsigned n_events;
	uint32_t event_sequence;
	bool watched;               /* there is a reader */
	int64_t reader_ns;          /* when the next one comes; 0: not known, or it is there */
	uint64_t reader_goes_after; /* so many frames */
	int32_t controls[16];
	FILE *dump;
};

static inline struct sim *sim_of(struct device *device)
{
	return device->data;
}

static inline bool sim_is_multiplanar(const struct sim *sim)
{
	return sim->options.planes > 0;
}

/* sim_format.c */
int sim_format_init(struct sim *sim);
/* The multi-planar or single-planar picture of a format, and the sizes of its planes. */
int sim_format_resize(struct sim *sim, uint32_t width, uint32_t height); /* there must be no buffers */
int sim_querycap(struct sim *sim, void *argument);
int sim_enum_fmt(struct sim *sim, void *argument);
int sim_g_fmt(struct sim *sim, void *argument);
int sim_try_fmt(struct sim *sim, void *argument);
int sim_s_fmt(struct sim *sim, void *argument);
int sim_g_parm(struct sim *sim, void *argument);
int sim_s_parm(struct sim *sim, void *argument);
int sim_enum_framesizes(struct sim *sim, void *argument);
int sim_enum_frameintervals(struct sim *sim, void *argument);

/* sim_control.c */
void sim_controls_init(struct sim *sim);
int sim_queryctrl(struct sim *sim, void *argument);
int sim_query_ext_ctrl(struct sim *sim, void *argument);
int sim_querymenu(struct sim *sim, void *argument);
int sim_g_ctrl(struct sim *sim, void *argument);
int sim_s_ctrl(struct sim *sim, void *argument);
int sim_g_ext_ctrls(struct sim *sim, void *argument);
int sim_s_ext_ctrls(struct sim *sim, void *argument);
int sim_try_ext_ctrls(struct sim *sim, void *argument);

/* sim_event.c: events, inputs, timings. */
void sim_event_source_change(struct sim *sim);
/* Output: readers come and go. */
void sim_event_catch_up(struct sim *sim);
int sim_subscribe_event(struct sim *sim, void *argument);
int sim_unsubscribe_event(struct sim *sim, void *argument);
int sim_dqevent(struct sim *sim, void *argument);
int sim_enum_input(struct sim *sim, void *argument);
int sim_g_input(struct sim *sim, void *argument);
int sim_s_input(struct sim *sim, void *argument);
int sim_enum_output(struct sim *sim, void *argument);
int sim_g_output(struct sim *sim, void *argument);
int sim_s_output(struct sim *sim, void *argument);
int sim_query_dv_timings(struct sim *sim, void *argument);
int sim_g_dv_timings(struct sim *sim, void *argument);
int sim_s_dv_timings(struct sim *sim, void *argument);

/* sim_queue.c: the rules of videobuf2. */
enum v4l2_buf_type sim_type(const struct sim *sim);
int sim_reqbufs(struct sim *sim, void *argument);
int sim_create_bufs(struct sim *sim, void *argument);
int sim_querybuf(struct sim *sim, void *argument);
int sim_qbuf(struct sim *sim, void *argument);
int sim_dqbuf(struct sim *sim, void *argument);
int sim_expbuf(struct sim *sim, void *argument);
int sim_streamon(struct sim *sim, void *argument);
int sim_streamoff(struct sim *sim, void *argument);
/* n more buffers of the present format; returns how many there are, or a negative errno. */
int sim_queue_allocate(struct sim *sim, uint32_t n, uint32_t memory, const uint32_t *lengths);
void sim_queue_free(struct sim *sim);

/* sim_stream.c: what the rules act on. */
void sim_stream_on(struct sim *sim);
void sim_stream_off(struct sim *sim);
void sim_stream_queue(struct sim *sim, struct sim_buffer *buffer);
/* The first done buffer, out of the line; NULL and *err where there is none to be had. */
struct sim_buffer *sim_stream_dequeue(struct sim *sim, int *err);
/* What poll() on a node would say. */
short sim_stream_revents(const struct sim *sim);
/* Catches up with the time: makes the frames that are due. */
void sim_stream_catch_up(struct sim *sim);
/* Sets the descriptors to what sim_stream_revents() says and to the next frame. */
void sim_stream_arm(struct sim *sim);

/* sim_frame.c: one frame into one buffer. */
void sim_frame_make(struct sim *sim, struct sim_buffer *buffer, uint32_t sequence, int64_t timestamp_ns);
void sim_frame_blank(const struct sim *sim,
		     struct sim_buffer *buffer);                 /* damaged, empty, without number or time */
void sim_frame_show(struct sim *sim, struct sim_buffer *buffer); /* output: what is in it goes into dump= */
/* What can be done before the first frame, which would else be late. */
int sim_frame_prepare(struct sim *sim);
void sim_frame_forget(struct sim *sim); /* background and codec, where the format changes */

/* sim_memory.c */
int sim_memory_allocate(struct sim *sim, struct sim_buffer *buffer, const uint32_t lengths[MAX_PLANES]);
int sim_memory_attach(struct sim *sim, struct sim_buffer *buffer, unsigned plane,
		      const struct v4l2_plane *from);
void sim_memory_release(struct sim_buffer *buffer);
/* Round the device's use of the memory. */
void sim_memory_begin(struct sim_plane *plane);
void sim_memory_end(struct sim_plane *plane);
/* Whether a mapping or an exported descriptor still shows the present buffers. */
bool sim_memory_in_use(const struct sim *sim);
bool sim_memory_mapped(const struct sim *sim, uint32_t index);
uint32_t sim_memory_cookie(uint32_t index, uint32_t plane);
void *sim_memory_map(struct sim *sim, size_t length, int protection, int flags, int64_t cookie, int *err);
int sim_memory_unmap(struct sim *sim, void *start, size_t length);
int sim_memory_export(const struct sim_plane *plane, uint32_t flags); /* a descriptor, or a negative errno */

/* sim_file.c: read() and write(), which work the queue by themselves. Return bytes or a negative errno. */
int sim_file_start(struct sim *sim);
ssize_t sim_file_read(struct sim *sim, void *data, size_t size);
ssize_t sim_file_write(struct sim *sim, const void *data, size_t size);

/* sim_codec.c: MJPEG and H.264 through libavcodec. */
bool sim_codec_available(uint32_t fourcc);
int sim_codec_open(struct sim_codec **codec, const struct video_format *format);
void sim_codec_close(struct sim_codec *codec); /* takes NULL */
/* The compressed frame into data; returns its bytes or a negative errno. */
int sim_codec_encode(struct sim_codec *codec, uint32_t number, uint8_t *data, uint32_t size, bool *key);

/* sim_failure.c: the parser of fail=; whether a call is to fail now, 0 or a negative errno. */
int sim_failure_parse(struct sim_options *options, size_t offset, const char *value);
int sim_failure(struct sim *sim, const char *name);

/* sim.c: whether there is a call of that name for fail=. */
bool sim_call_named(const char *name);

#endif
