/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of record_file.h share. */
#ifndef SESSION_RECORD_FILE_INTERNAL_H
#define SESSION_RECORD_FILE_INTERNAL_H

#include <pthread.h>
#include "media/write/pre_roll.h"
#include "session/measured_rate.h"
#include "session/record_file.h"
#include "session/rotation.h"

/* So many frames and lines of the frame log wait for the rate. */
#define MAX_WAITING 16

struct record_file {
	struct recording *recording;
	struct writer *writer; /* NULL: no segment is open */
	struct {
		pthread_mutex_t lock;
		struct writer *writer; /* NULL: none is open */
		unsigned n_files;      /* so far */
	} shown;                       /* to other threads */
	struct frame_log log;
	bool has_own_logs; /* each segment has one */
	uint64_t n_syncs;  /* of the segment's writer, which the log has followed */
	uint64_t n_lines;
	uint64_t n_muxed;                        /* packets of the segment */
	bool ends;                               /* no more segments */
	struct record_frame *lines, **lines_end; /* of the log, to be written in this order */
	bool has_segments;                       /* there can be several */
	bool is_series;                          /* of pictures, which the muxer numbers */
	bool suffix_said;                        /* that a segment got a suffix, as its name was taken */
	unsigned n_segments;                     /* opened */
	unsigned n_requests;                     /* of a segment, before this one */
	struct rotation *rotation;
	bool in_fallback;
	int failure;      /* of the last file, after which none could be opened yet; 0: none */
	int64_t retry_ns; /* when to try again */
	bool resumes;     /* the segment follows one that failed: it may begin within a group of pictures */
	uint64_t n_pictures;                    /* in the series so far */
	bool segment_begun;                     /* its writer was given a frame, */
	int64_t segment_pts_ns;                 /* of which this is the time */
	int64_t segment_start_ns;               /* of the first that is in the file */
	uint64_t segment_taken;                 /* frames that its writer took */
	uint64_t closed_written;                /* frames in the segments before */
	uint64_t closed_bytes;                  /* of the segments before */
	int64_t times_ns[MEASURED_RATE_FRAMES]; /* of the last frames of the stream that were sent here */
	unsigned n_times;
	struct record_frame *waiting[MAX_WAITING]; /* for the rate to be known */
	unsigned n_waiting;
	bool needs_rate, has_rate; /* of the stream */
	int err;                   /* the first */
	/* Of a recording with a pre-roll. While no trigger wants a file, the writer is armed. */
	struct {
		bool wanted;                 /* a file, */
		bool is_stopped;             /* by a trigger; later ones are for the next file */
		int64_t until_ns;            /* up to this time; INT64_MAX: until it is stopped */
		int64_t offset_ns;           /* from CLOCK_MONOTONIC to the frames' times */
		char name[TRIGGER_NAME_MAX]; /* for it; empty: none */
		struct pre_roll kept;        /* struct record_frame, where no encoder's packets are kept */
		AVBufferPool *memory;        /* theirs, of raw ones */
		size_t memory_bytes;         /* of each */
	} event;
};

/* Sets what the patterns of names say, and what is done with segments that are done. Returns 0 or a negative
 * errno, logged. */
int record_segment_prepare(struct record_file *file);
/* Opens the next segment: that of an armed writer, if there is one; or, while no trigger wants a file, arms a
 * writer. Returns 0 or a negative errno, logged, as those below do. */
int record_segment_open(struct record_file *file);
/* The name that a segment has, with or without its suffix, which is the caller's to free; NULL: no memory. */
char *record_segment_path(const struct record_file *file, const char *path, bool partial);
/* Finalises the segment and counts what is in it. Without one it does nothing. */
int record_segment_close(struct record_file *file);
/* -EEXIST, logged, where the name of the first segment is taken. */
int record_segment_check_name(struct record_file *file);
/* Tells the writer the rate that the first frames show. */
int record_segment_set_rate(struct record_file *file);
/* Whether the frame is to begin another segment. */
bool record_segment_is_full(const struct record_file *file, const struct record_frame *frame);
/* Lets other threads see the segment that is open, or, before the writer is closed, with NULL, none. */
void record_segment_show(struct record_file *file, struct writer *writer);
/* So many frames of the segment are in the file. */
uint64_t record_segment_written(const struct record_file *file);

/* A file has failed with err. Returns 0 where the recording goes on, which is said; otherwise err. */
int record_failure_note(struct record_file *file, int err);
/* The next file has failed at once: there is no segment for a while. Returns -EAGAIN, or err where the
 * recording ends. */
int record_failure_pause(struct record_file *file, int err);
/* Opens the next segment, where it can be had. Returns 0; -EAGAIN, to be tried with a later frame; or another
 * negative errno, which ends the recording. */
int record_failure_open(struct record_file *file);
/* Adds the frame's line, and takes the frame. */
void record_lines_append(struct record_file *file, struct record_frame *frame);
/* The writer's on_packet(), of a struct record_file. */
void record_lines_note_packet(void *opaque, int64_t pts, int64_t dts);
/* What becomes of the frame of that packet_pts, which will not be written. */
void record_lines_drop(struct record_file *file, int64_t pts, enum frame_result result);
/* So many packets of the segment are in the file. */
void record_lines_note_written(struct record_file *file, uint64_t n);
/* Says what became of all frames that the segment had and of which it is not known. */
void record_lines_settle(struct record_file *file, enum frame_result result);
/* Writes the lines up to the first frame of which it is not known yet what became of it. */
int record_lines_write(struct record_file *file);

/* Prepares for what is kept, and for triggers. Returns 0 or a negative errno, logged. */
int record_event_open(struct record_file *file);
/* Refuses a pre-roll of raw frames for which there is no memory. The armed writer is open. */
int record_event_check(const struct record_file *file);
/* Takes the triggers that came before the frame; where the file is over with it, those before that end. frame
 * NULL: no more will follow. */
void record_event_poll(struct record_file *file, const struct record_frame *frame);
/* Whether the file that is wanted can be begun, or --max-size ends the recording: none is wanted then. */
bool record_event_has_room(struct record_file *file);
/* Whether the file is to end before the frame. */
bool record_event_is_over(const struct record_file *file, const struct record_frame *frame);
/* Takes a frame that no trigger wants yet. Returns 0 or -ENOMEM, logged. */
int record_event_keep(struct record_file *file, struct record_frame *frame);
/* Counts n frames that are not kept any longer: no trigger came, or its file could not be opened. Returns
 * what became of them. */
enum frame_result record_event_count_dropped(struct record_file *file, uint64_t n);
/* The next of those that were kept; NULL: that was the last. */
struct record_frame *record_event_take(struct record_file *file);
void record_event_close(struct record_file *file);

#endif
