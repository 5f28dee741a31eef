/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the simulated device share. */
#ifndef SIM_SIM_INTERNAL_H
#define SIM_SIM_INTERNAL_H

#include <stdio.h>
#include "base/video_format.h"
#include "device/device.h"
#include "device/format/colorimetry.h"
#include "sim/options_internal.h"

#define SIM_MAX_BUFFERS 64 /* the most that grant= can ask for; a conforming driver stops at 32 */
#define SIM_EDID_BLOCK 128
/* The states of vb2_buffer that a program can distinguish. */
enum sim_buffer_state { SIM_DEQUEUED, SIM_QUEUED, SIM_DONE };

struct sim_plane {
	uint32_t length;                 /* of the memory, as reported to the program */
	uint32_t min_length;             /* the size of a frame */
	uint32_t bytesused, data_offset; /* as reported, faults included */
	uint8_t *data;                   /* NULL while no memory is attached */
	size_t mapped_bytes;             /* of data; 0: memory of the program, not to be unmapped */
	int fd;                          /* MMAP, DMABUF: of the memory; -1: none */
	int user_fd;                     /* DMABUF: the descriptor that was queued */
	unsigned long userptr;           /* USERPTR: the address that was queued */
	uint64_t st_dev, st_ino;         /* DMABUF: identity of the memory that data maps */
	bool needs_sync;                 /* DMABUF: it takes DMA_BUF_IOCTL_SYNC */
};

struct sim_buffer {
	uint32_t index;
	enum sim_buffer_state state;
	uint32_t flags; /* V4L2_BUF_FLAG_ERROR, _LAST, _KEYFRAME … of the frame in it */
	uint32_t sequence, field;
	int64_t timestamp_ns;
	struct v4l2_timecode timecode; /* output */
	bool bad_index;                /* DQBUF reports another index */
	struct sim_plane planes[MAX_PLANES];
};

/* A list of buffers, first in, first out. */
struct sim_buffer_list {
	uint32_t first, count;
	struct sim_buffer *buffers[SIM_MAX_BUFFERS];
};

#define SIM_MAX_EVENTS 32
struct sim_subscription {
	uint32_t type, id, flags;
};

struct sim;

/* One open() of a device, as the kernel's v4l2_fh. */
struct sim_file {
	struct sim_file *next; /* next one of the device */
	struct sim *sim;
	struct device *device; /* NULL: closed, but with buffers still mapped */
	unsigned n_mappings;
	int ready_fd;      /* with timer_fd watched by device->fd, an epoll descriptor */
	bool is_ready;     /* ready_fd is readable */
	short poll_events; /* events that make ready_fd readable */
	uint32_t priority; /* V4L2_PRIORITY_* */
	struct sim_subscription subscriptions[SIM_MAX_EVENTS];
	unsigned n_subscriptions;
	struct v4l2_event events[SIM_MAX_EVENTS]; /* at most one for each subscription */
	unsigned n_events;
	uint32_t event_sequence;
};

struct sim_codec;
struct sim_m2m;
struct sim_media;

/* A queue of buffers. Fields with an equivalent in vb2_queue have its name. */
struct sim_queue {
	struct sim *sim;
	enum v4l2_buf_type type;
	uint32_t first_offset; /* of the offsets for mmap(), as DST_QUEUE_OFF_BASE */
	struct video_format format;
	struct v4l2_colorimetry colour; /* output: as set by S_FMT; colorspace 0: not set */
	struct sim_file *owner;         /* NULL: nobody */

	uint32_t memory;     /* V4L2_MEMORY_*; 0: no buffers */
	uint64_t generation; /* number of the buffer set, to match mappings */
	uint32_t n_buffers;
	struct sim_buffer *buffers[SIM_MAX_BUFFERS];
	struct sim_buffer_list queued_list, done_list;
	bool streaming;
	bool waiting_for_buffers;  /* no buffer queued since STREAMON: poll() reports POLLERR */
	bool error;                /* eio=: QBUF and DQBUF fail with EIO */
	bool last_buffer_dequeued; /* DQBUF fails with EPIPE */
	bool fileio;               /* read() or write() uses the queue */
};

/* A simulated device. */
struct sim {
	struct sim *next;         /* list of the devices with node= */
	struct sim *const *named; /* its head */
	struct sim_file *files;   /* open, or with buffers mapped */
	struct sim_options options;
	struct sim_media *media; /* NULL: it is in no media graph */
	int timer_fd;
	int64_t timer_ns; /* when timer_fd expires; 0: disarmed */

	struct sim_queue queue;          /* memory-to-memory: CAPTURE */
	struct sim_m2m *m2m;             /* NULL: a capture or output device */
	uint8_t *background[MAX_PLANES]; /* of the test pattern; NULL until the first frame */
	uint8_t *whole[MAX_PLANES]; /* the whole frame that fields are taken from; NULL until the first frame
				     */
	struct sim_codec *codec;    /* compressed formats, while streaming */
	uint8_t *packet;            /* draw=none: the compressed frame that each buffer gets */
	uint32_t packet_bytes;

	struct sim_buffer *displayed;     /* output: on the screen until the next frame */
	bool started;                     /* as many buffers as the driver needs were queued */
	bool stopped;                     /* no more frames until STREAMOFF */
	bool unplugged;                   /* all calls fail with ENODEV */
	struct sim_buffer *fileio_buffer; /* in use by read() or write(); NULL: none */
	size_t fileio_bytes;              /* bytes of it that were read */

	int64_t start_ns, last_timestamp_ns; /* of the stream */
	uint64_t period;                     /* index of the next frame period since start_ns */
	uint64_t n_repeats;                  /* number of repeated sequence numbers since start_ns */
	uint64_t n_frames, n_dequeued; /* since a program opened the device while no other had it open */
	uint64_t eagain_frame;         /* the frame before which DQBUF last failed with EAGAIN */

	uint32_t detected_width, detected_height; /* for QUERY_DV_TIMINGS; 0: no DV timings at all */
	struct v4l2_dv_timings set_timings;       /* width 0: none yet */
	v4l2_std_id standard;                     /* 0: none */
	uint8_t edid[2 * SIM_EDID_BLOCK];
	uint32_t edid_blocks;
	struct v4l2_rect crop;        /* width 0: none */
	struct v4l2_rect compose;     /* width 0: the whole frame */
	uint32_t frequency;           /* tuner frequency, in units of 62.5 kHz */
	int64_t signal_locked_ns;     /* QUERY_DV_TIMINGS fails with ENOLCK until then */
	bool has_reader;              /* output: a program reads the frames from the device */
	int64_t reader_arrives_ns;    /* 0: there is one, or nothing streams */
	uint64_t reader_leaves_after; /* n_frames at which it leaves */
	int input;                    /* selected; output: the output */
	uint8_t control_values[1024]; /* in the order of the table in controls.c */
	uint8_t long_table[4096];     /* of CID_LONG_TABLE */
	FILE *dump_file, *settings_file;
};

static inline struct sim_file *sim_file_of(const struct device *device)
{
	return device->data;
}

static inline struct sim *sim_of(const struct device *device)
{
	return sim_file_of(device)->sim;
}

static inline bool sim_is_multiplanar(const struct sim *sim)
{
	return sim->options.planes > 0;
}

static inline bool sim_queue_is_multiplanar(const struct sim_queue *queue)
{
	return V4L2_TYPE_IS_MULTIPLANAR(queue->type);
}

static inline bool sim_queue_is_output(const struct sim_queue *queue)
{
	return V4L2_TYPE_IS_OUTPUT(queue->type);
}

/* options.c: sets the defaults, then the values in `text`, the part after "sim:"; NULL, "": none. Returns 0,
 * -EINVAL or -ENOMEM; a wrong key or value is logged. sim_options_close() frees the options' memory. */
int sim_options_parse(struct sim_options *options, const char *text);
void sim_options_close(struct sim_options *options);

/* node.c: open() and close(), see struct device_ops. */
int sim_node_open(struct device *device, const char *keys);
void sim_node_close(struct device *device);
bool sim_node_is_back(const char *keys);
/* Forgets the parent's devices, in a child process. */
void sim_node_forget_all(void);
/* Frees a closed file if none of its buffers is mapped any more. */
void sim_node_release_unmapped(struct sim_file *file);

/* calls.c: the ioctls by request and by name. */
/* Runs the ioctl as the kernel's video_usercopy() does: on a copy of the argument, which is unchanged if the
 * call fails. Returns 0 or a negative errno. */
int sim_calls_run(struct sim_file *file, unsigned long request, void *argument);
/* data_node.c: sim_calls_run() for a node without pictures. */
int sim_data_node_call(struct sim *sim, unsigned long request, void *argument);
bool sim_calls_has_name(const char *name); /* of an ioctl or another call */

/* faults.c: whether a fault that has the schedule occurs at the count. */
bool sim_faults_due(const struct sim_schedule *schedule, uint64_t count);
/* By name or by number; *err is negative. 0 or -EINVAL. */
int sim_faults_parse_errno(const char *text, int *err);
/* "[QUEUE.]NAME@N:ERRNO[:COUNT]", N "*" for every call. Overwrites the separators in text. 0 or -EINVAL. */
int sim_faults_parse_call(char *text, struct sim_call_fault *fault);
/* Counts the call; returns the negative errno that fail= sets for it, or 0. */
int sim_faults_call(struct sim *sim, const char *name);
int sim_faults_queue_call(struct sim *sim, const char *name, uint32_t type); /* of a queue; type 0: of none */
/* The timestamp of frame sim->n_frames, whose time is `ns`. */
int64_t sim_faults_timestamp(const struct sim *sim, int64_t ns);
/* Applies the faults that are due at frame sim->n_frames to its buffer. */
void sim_faults_frame(const struct sim *sim, struct sim_buffer *buffer);
/* Marks the frame as damaged and empty. */
void sim_faults_empty_with_error(const struct sim *sim, struct sim_buffer *buffer);

/*
 * All functions with a void pointer below are ioctls, see calls.c: they take the ioctl's argument
 * and return 0 or a negative errno.
 */

/* image_sizes.c: sets the format to that size. */
void sim_image_sizes_fill(const struct sim_queue *queue, uint32_t fourcc, uint32_t width, uint32_t height,
			  struct video_format *format);

/* v4l2_format.c */
void sim_v4l2_format_fill(const struct sim_queue *queue, const struct video_format *format,
			  const struct v4l2_colorimetry *set, struct v4l2_format *out);
struct v4l2_colorimetry sim_v4l2_format_colour(const struct sim_queue *queue, const struct v4l2_format *from);
uint32_t sim_v4l2_format_packet(const struct sim_queue *queue,
				const struct v4l2_format *from); /* sizeimage */

/* formats.c: capabilities, formats, frame sizes and intervals. */
int sim_formats_init(struct sim *sim); /* from the options; -EINVAL where they do not fit, logged */
/* Changes the size of the current format. There must be no buffers. */
int sim_formats_resize(struct sim *sim, uint32_t width, uint32_t height);
int sim_formats_querycap(struct sim *sim, void *argument);
int sim_formats_enum_fmt(struct sim_queue *queue, void *argument);
int sim_formats_g_fmt(struct sim_queue *queue, void *argument);
int sim_formats_try_fmt(struct sim_queue *queue, void *argument);
int sim_formats_s_fmt(struct sim_queue *queue, void *argument);
int sim_formats_g_parm(struct sim_queue *queue, void *argument);
int sim_formats_s_parm(struct sim_queue *queue, void *argument);
int sim_formats_cropcap(struct sim *sim, void *argument);
int sim_formats_enum_framesizes(struct sim *sim, void *argument);
int sim_formats_enum_frameintervals(struct sim *sim, void *argument);

/* controls.c */
void sim_controls_init(struct sim *sim);
/* Writes " NAME=VALUE" of each that can be set. */
void sim_controls_print(const struct sim *sim, FILE *file);
int sim_controls_queryctrl(struct sim *sim, void *argument);
int sim_controls_query_ext_ctrl(struct sim *sim, void *argument);
int sim_controls_querymenu(struct sim *sim, void *argument);
int sim_controls_g_ctrl(struct sim *sim, void *argument);
int sim_controls_s_ctrl(struct sim_file *file, void *argument);
int sim_controls_g_ext_ctrls(struct sim *sim, void *argument);
int sim_controls_s_ext_ctrls(struct sim_file *file, void *argument);
int sim_controls_try_ext_ctrls(struct sim *sim, void *argument);

/* The camera's exposure time, if it limits the frame rate; else 0. */
int64_t sim_controls_exposure_ns(const struct sim *sim);
/* Whether there is a control with that id, and the event with its value; type 0: no value. */
bool sim_controls_has(const struct sim *sim, uint32_t id);
struct v4l2_event sim_controls_initial_event(const struct sim *sim, uint32_t id);

/* event_queue.c: of one open() */
struct sim_subscription *sim_event_queue_subscription(struct sim_file *file, uint32_t type, uint32_t id);
void sim_event_queue_add(struct sim_file *file, const struct v4l2_event *event); /* subscribed to */
void sim_event_queue_remove(struct sim_file *file, unsigned index);
/* Sends the event to all files that subscribed to it. V4L2_EVENT_CTRL goes to the program that set the
 * control only if it asked for feedback. */
void sim_event_queue_send(struct sim *sim, const struct v4l2_event *event);
void sim_event_queue_send_control(struct sim *sim, const struct sim_file *setter,
				  const struct v4l2_event *event);

/* events.c: V4L2_EVENT_SOURCE_CHANGE for the programs that subscribed to it. */
void sim_events_source_change(struct sim *sim);
/* Output: updates has_reader when the reader is due to come or leave. */
void sim_events_update_reader(struct sim *sim);
int sim_events_subscribe(struct sim_file *file, void *argument);
int sim_events_unsubscribe(struct sim_file *file, void *argument);
int sim_events_dqevent(struct sim_file *file, void *argument);

/* priority.c: which program may change the device. */
int sim_priority_get(struct sim *sim, void *argument);
int sim_priority_set(struct sim_file *file, void *argument);
int sim_priority_check(const struct sim_file *file); /* -EBUSY: another has a higher one */

/* media.c: the media graph, and the nodes of its parts; see struct device_ops. */
int sim_media_create(struct sim *sim);                /* where the options want it; 0 or -ENOMEM, logged */
void sim_media_release(struct sim_media *media);      /* may be NULL */
struct fraction sim_media_fps(const struct sim *sim); /* that the sensor sends at; without one: the node's */
int sim_media_validate(const struct sim *sim);        /* whether it can stream: 0, -EPIPE or -ENOLINK */
uint32_t sim_media_bus_code(uint32_t fourcc); /* that the node makes the pixel format of; 0: of none */
int sim_media_numbers(const struct device *node, uint32_t *major, uint32_t *minor);
int sim_media_open(struct device *media, const struct device *node);

/* inputs.c: the one input, or output. */
int sim_inputs_enum_input(struct sim *sim, void *argument);
int sim_inputs_g_input(struct sim *sim, void *argument);
int sim_inputs_s_input(struct sim *sim, void *argument);
int sim_inputs_enum_output(struct sim *sim, void *argument);
int sim_inputs_g_output(struct sim *sim, void *argument);
int sim_inputs_s_output(struct sim *sim, void *argument);

/* source.c: standard, EDID and crop. */
void sim_source_init(struct sim *sim);
void sim_source_print(struct sim *sim, FILE *file); /* " NAME=VALUE" of each setting */
int sim_source_enum_standard(struct sim *sim, void *argument);
int sim_source_get_standard(struct sim *sim, void *argument);
int sim_source_set_standard(struct sim *sim, void *argument);
int sim_source_query_standard(struct sim *sim, void *argument);
int sim_source_get_edid(struct sim *sim, void *argument);
int sim_source_set_edid(struct sim *sim, void *argument);
int sim_source_get_tuner(struct sim *sim, void *argument);
int sim_source_get_frequency(struct sim *sim, void *argument);
int sim_source_set_frequency(struct sim *sim, void *argument);
int sim_source_get_crop(struct sim *sim, void *argument);
int sim_source_set_crop(struct sim *sim, void *argument);
int sim_source_get_selection(struct sim *sim, void *argument);
int sim_source_set_selection(struct sim *sim, void *argument);

/* dv_timings.c: the video source. */
void sim_dv_timings_init(struct sim *sim);
bool sim_dv_timings_has_picture(const struct sim *sim); /* there is a signal, with the timings that are set */
/* Changes the source as event= says. */
void sim_dv_timings_source_change(struct sim *sim);
int sim_dv_timings_enum(struct sim *sim, void *argument);
int sim_dv_timings_query(struct sim *sim, void *argument);
int sim_dv_timings_get(struct sim *sim, void *argument);
int sim_dv_timings_set(struct sim *sim, void *argument);

/* vb2.c: the buffer ioctls, to the rules of the kernel's videobuf2. */
int sim_vb2_reqbufs(struct sim_file *file, void *argument);
int sim_vb2_create_bufs(struct sim_file *file, void *argument);
int sim_vb2_querybuf(struct sim_queue *queue, void *argument);
int sim_vb2_qbuf(struct sim_queue *queue, void *argument);
int sim_vb2_dqbuf(struct sim_queue *queue, void *argument);
int sim_vb2_expbuf(struct sim_queue *queue, void *argument);
int sim_vb2_streamon(struct sim_queue *queue, void *argument);
int sim_vb2_streamoff(struct sim_queue *queue, void *argument);
/* Adds n buffers with planes of these lengths; returns how many it could, or -ENOMEM for none. */
int sim_vb2_allocate(struct sim_queue *queue, uint32_t n, uint32_t memory, const uint32_t *lengths);
void sim_vb2_free(struct sim_queue *queue); /* all buffers */

/* queue.c: lists of buffers. */
void sim_queue_init(struct sim_queue *queue, struct sim *sim, bool output);
bool sim_queue_is_coded(const struct sim_queue *queue); /* memory-to-memory: its buffers hold packets */
struct sim_queue *sim_queue_by_type(struct sim *sim, uint32_t type); /* NULL: the device has no such queue */
struct sim_queue *sim_queue_at(struct sim *sim, uint64_t mmap_offset);
void sim_queue_add(struct sim_buffer_list *list, struct sim_buffer *buffer);
struct sim_buffer *sim_queue_take(struct sim_buffer_list *list); /* NULL: it is empty */
void sim_queue_done(struct sim_queue *queue, struct sim_buffer *buffer);

/* stream.c: frames at their time, into and out of queued buffers. */
void sim_stream_start(struct sim_queue *queue);
void sim_stream_stop(struct sim_queue *queue);
void sim_stream_queue(struct sim_queue *queue, struct sim_buffer *buffer);
/* Removes the first done buffer from its list and returns it, or NULL and a negative errno in *err. */
struct sim_buffer *sim_stream_dequeue(struct sim_queue *queue, int *err);
/* The revents of poll() on a device node that asks for these events. */
short sim_stream_revents(const struct sim_file *file, short events);
/* Makes the frames that have become due since the last call. */
void sim_stream_catch_up(struct sim *sim);
/* Makes each ready_fd readable when sim_stream_revents() has events to report, and sets timer_fd to the next
 * frame. */
void sim_stream_update_fds(struct sim *sim);

/* frame.c: draws a frame into the buffer and applies the faults that are due. */
void sim_frame_capture(struct sim *sim, struct sim_buffer *buffer, uint32_t sequence, int64_t timestamp_ns);
/* Marks the buffer as damaged and empty, with neither number nor timestamp. */
void sim_frame_clear(const struct sim *sim, struct sim_buffer *buffer);
/* Output: writes the frame to the file of dump=. */
void sim_frame_display(struct sim *sim, struct sim_buffer *buffer);
/* Allocates and draws what all frames share, so that the first one is not late. */
int sim_frame_prepare(struct sim *sim);
void sim_frame_discard(struct sim *sim); /* frees what sim_frame_prepare() made, when the format changes */

/* fields.c: the orders of fields in which a buffer is not a picture whose lines are in place. */
bool sim_fields_are_apart(const struct sim *sim);
unsigned sim_fields_per_frame(const struct sim *sim); /* in buffers of their own; else 1 */
/* The field order of the nth buffer of a stream. */
uint32_t sim_fields_of_buffer(const struct sim *sim, uint64_t n);
/* Draws the fields of a buffer of the frame with this number. */
int sim_fields_draw(struct sim *sim, uint32_t number, uint32_t field, uint8_t *const planes[MAX_PLANES]);

/* memory.c: allocates (MMAP) or prepares (others) the planes; 0 or a negative errno. */
int sim_memory_allocate(const struct sim_queue *queue, struct sim_buffer *buffer,
			const uint32_t lengths[MAX_PLANES]);
/* Attaches the memory that QBUF specifies for the plane; does nothing for MMAP. 0, -EINVAL or -EFAULT as the
 * kernel. */
int sim_memory_attach(const struct sim_queue *queue, struct sim_buffer *buffer, unsigned plane,
		      const struct v4l2_plane *from);
void sim_memory_release(struct sim_buffer *buffer);
/* Whether the program's memory can be read, or written: EFAULT if not. */
bool sim_memory_is_accessible(const void *start, size_t length, bool write);
/* Around each access to the plane's data, as a driver calls dma_buf_begin_cpu_access(). */
void sim_memory_begin_access(struct sim_plane *plane);
void sim_memory_end_access(struct sim_plane *plane);
/* Whether the current buffers are still mapped or exported. */
bool sim_memory_in_use(const struct sim_queue *queue);
bool sim_memory_is_mapped(const struct sim_queue *queue, uint32_t index);
/* v4l2_buffer.m.offset, which sim_memory_mmap() takes. */
uint32_t sim_memory_offset(const struct sim_queue *queue, uint32_t index, uint32_t plane);
/* Returns MAP_FAILED and sets *err to a negative errno on failure. */
void *sim_memory_mmap(struct sim_file *file, void *start, size_t length, int protection, int flags,
		      int64_t offset, int *err);
/* Returns the file that the mapping belongs to (NULL: its device is gone), or NULL and a negative errno in
 * *err. */
struct sim_file *sim_memory_munmap(void *start, size_t length, int *err);
bool sim_memory_has_mapping(const void *start);   /* of a buffer of any device */
void sim_memory_forget_mappings(struct sim *sim); /* mappings outlive the device */
/* A new descriptor of the plane's memory, the caller's, or a negative errno. */
int sim_memory_export(const struct sim_plane *plane, uint32_t flags);

/* read_write.c: read() and write(). Return the number of bytes or a negative errno. */
int sim_read_write_start(
	struct sim_file *file); /* makes read() or write() the owner of the queue; 0 or a negative errno */
ssize_t sim_read_write_read(struct sim_file *file, void *data, size_t size);
ssize_t sim_read_write_write(struct sim_file *file, const void *data, size_t size);

/* codec.c: compressed formats by libavcodec. Errors are AVERRORs. */
bool sim_codec_available(uint32_t fourcc);
int sim_codec_open(struct sim_codec **codec, const struct video_format *format,
		   const struct sim_codec_options *options);
void sim_codec_close(struct sim_codec *codec); /* may be NULL */
/* Encodes frame `number` into data; returns its size in bytes, or a negative errno: -ENOSPC when it exceeds
 * size. *key: whether it is a key frame. */
int sim_codec_encode(struct sim_codec *codec, uint32_t number, uint8_t *data, uint32_t size, bool *key);

#endif
