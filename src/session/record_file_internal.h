/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files that implement record_file.h. */
#ifndef SESSION_RECORD_FILE_INTERNAL_H
#define SESSION_RECORD_FILE_INTERNAL_H

#include <pthread.h>
#include "media/write/pre_roll.h"
#include "session/measured_rate.h"
#include "session/record_file.h"
#include "session/rotation.h"

/* The most frames and log lines that wait for the rate. */
#define MAX_WAITING 16

struct record_file {
	struct recording *recording;
	struct writer *writer; /* NULL: no segment is open */
	struct {
		pthread_mutex_t lock;
		struct writer *writer; /* NULL: none is open */
		unsigned n_files;      /* so far */
	} shown;                       /* for other threads */
	struct frame_log log;
	bool has_own_logs; /* each segment has one */
	uint64_t n_syncs;  /* syncs of the segment's writer that the log has followed */
	uint64_t n_lines;
	uint64_t n_muxed;                        /* packets of the segment */
	bool ends;                               /* the recording ends: no more segments */
	struct record_frame *lines, **lines_end; /* of the log, to be written in this order */
	bool has_segments;                       /* there can be several */
	bool is_series;                          /* pictures, numbered by the muxer */
	bool suffix_said;    /* that a segment got a suffix because its name was taken, was logged */
	unsigned n_segments; /* number opened */
	unsigned n_requests; /* requests for a segment that were handled */
	struct rotation *rotation;
	bool in_fallback;
	int failure;         /* error of the last file, while none could be opened since; 0: none */
	int64_t retry_ns;    /* when to try again */
	bool resumes;        /* the segment follows a failed one: it may begin within a group of pictures */
	uint64_t n_pictures; /* in the series so far */
	bool segment_begun;  /* its writer has got a frame, */
	int64_t segment_pts_ns;                 /* at this time */
	int64_t segment_start_ns;               /* time of the first frame in the file */
	uint64_t segment_taken;                 /* frames that its writer has taken */
	uint64_t closed_written;                /* frames in earlier segments */
	uint64_t closed_bytes;                  /* of earlier segments */
	int64_t times_ns[MEASURED_RATE_FRAMES]; /* times of the last frames sent to the file */
	unsigned n_times;
	struct record_frame *waiting[MAX_WAITING]; /* frames that wait for the rate */
	unsigned n_waiting;
	bool needs_rate, has_rate; /* of the stream */
	int err;                   /* first error */
	/* For a recording with a pre-roll. The writer is armed until a trigger requests a file. */
	struct {
		bool wanted;                 /* a file was requested, */
		bool is_stopped;             /* a trigger has stopped it: later ones are for the next file */
		int64_t until_ns;            /* ends at this time; INT64_MAX: when it is stopped */
		int64_t offset_ns;           /* frame time minus CLOCK_MONOTONIC */
		char name[TRIGGER_NAME_MAX]; /* name given by the trigger; empty: none */
		struct pre_roll kept;        /* struct record_frame, unless an encoder's packets are kept */
		AVBufferPool *memory;        /* memory of raw frames in `kept` */
		size_t memory_bytes;         /* size of each */
	} event;
};

/* Parses the patterns of names, and starts what handles finished segments. Returns 0 or a negative errno,
 * logged. */
int record_segment_prepare(struct record_file *file);
/* Opens the next segment: for an armed writer, creates its file; while no trigger has requested a file, arms
 * a writer. Returns 0 or a negative errno, logged, as the functions below. */
int record_segment_open(struct record_file *file);
/* The name of a segment, with or without its partial suffix, which the caller frees; NULL: no memory. */
char *record_segment_path(const struct record_file *file, const char *path, bool partial);
/* Finalises the segment and counts its frames. Does nothing without one. */
int record_segment_close(struct record_file *file);
/* -EEXIST, logged, if the name of the first segment is taken. */
int record_segment_check_name(struct record_file *file);
/* Sets the writer's rate from the first frames. */
int record_segment_set_rate(struct record_file *file);
/* Whether the frame begins another segment. */
bool record_segment_is_full(const struct record_file *file, const struct record_frame *frame);
/* Makes the open segment visible to other threads; NULL: none, before the writer is closed. */
void record_segment_show(struct record_file *file, struct writer *writer);
/* The number of frames of the segment that are in the file. */
uint64_t record_segment_written(const struct record_file *file);

/* A file has failed with err. Returns 0 if the recording continues, which is logged; otherwise err. */
int record_failure_note(struct record_file *file, int err);
/* The next file failed at once: there is no segment for a while. Returns -EAGAIN, or err if the recording
 * ends. */
int record_failure_pause(struct record_file *file, int err);
/* Opens the next segment, if that is possible now. Returns 0; -EAGAIN: try again with a later frame; or
 * another negative errno, which ends the recording. */
int record_failure_open(struct record_file *file);
/* Adds the frame's line, and takes over the frame. */
void record_lines_append(struct record_file *file, struct record_frame *frame);
/* The writer's on_packet(); opaque is the struct record_file. */
void record_lines_note_packet(void *opaque, int64_t pts, int64_t dts);
/* Sets the result of the frame with that packet_pts, which will not be written. */
void record_lines_drop(struct record_file *file, int64_t pts, enum frame_result result);
/* Marks frames as written up to this number of packets of the segment. */
void record_lines_note_written(struct record_file *file, uint64_t n);
/* Sets the result of all frames of the segment that have none yet. */
void record_lines_settle(struct record_file *file, enum frame_result result);
/* Writes the lines up to the first frame without a result. */
int record_lines_write(struct record_file *file);

/* Initialises pre-roll and triggers. Returns 0 or a negative errno, logged. */
int record_event_open(struct record_file *file);
/* Refuses a pre-roll of raw frames for which there is no memory. The armed writer is open. */
int record_event_check(const struct record_file *file);
/* Handles the triggers before the frame; if the file ends before the frame, only those before its end. frame
 * NULL: no more frames follow. */
void record_event_poll(struct record_file *file, const struct record_frame *frame);
/* Whether the requested file can begin. If --max-size leaves no room, cancels the request. */
bool record_event_has_room(struct record_file *file);
/* Whether the file ends before the frame. */
bool record_event_is_over(const struct record_file *file, const struct record_frame *frame);
/* Keeps a frame while no trigger has requested a file. Returns 0 or -ENOMEM, logged. */
int record_event_keep(struct record_file *file, struct record_frame *frame);
/* Counts n frames that are dropped from the pre-roll: without a trigger, or because its file could not be
 * opened. Returns their result. */
enum frame_result record_event_count_dropped(struct record_file *file, uint64_t n);
/* Takes the next frame that was kept; NULL: there are no more. */
struct record_frame *record_event_take(struct record_file *file);
void record_event_close(struct record_file *file);

#endif
