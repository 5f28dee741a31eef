/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of media/reader share: small files, and a device that is given their pictures. */
#ifndef TESTS_READER_FIXTURE_H
#define TESTS_READER_FIXTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include "media/read/reader.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define STEP_NS INT64_C(40000000) /* 25 frames a second */
#define N_PICTURES 12
#define MAX_PICTURE_BYTES (2 << 20)

/* What was logged as an error or a warning since reader_fixture_clear_messages(). With VERBOSE in the
 * environment all messages are shown. */
extern char reader_fixture_messages[8192];
void reader_fixture_clear_messages(void);

/* A folder for the test's files, emptied and taken away at the end. */
int reader_fixture_open(void **state);
int reader_fixture_close(void **state);
const char *reader_fixture_path(const char *name); /* good until the eighth next call */

/* A file of N_PICTURES pictures that move, as `codec` ("rawvideo", "mjpeg", "libx264", "ffv1"), a key frame
 * every four. Returns its path. */
const char *reader_fixture_make(const char *name, const char *codec, const char *fourcc, uint32_t width,
				uint32_t height);
/* The same with times of one's own, in milliseconds. */
const char *reader_fixture_make_at(const char *name, const char *fourcc, const int64_t *times_ms, unsigned n);
/* The first `bytes` of a file as another one; below 0: what is behind so many. */
const char *reader_fixture_cut(const char *path, const char *name, int64_t bytes);
const char *reader_fixture_write_text(const char *name, const char *text);
int64_t reader_fixture_size(const char *path);

struct video_format reader_fixture_format(const char *fourcc, uint32_t width, uint32_t height,
					  uint32_t padding);

/* A device's buffers: all of them fresh memory, with room behind each plane. */
struct target_fixture {
	struct reader_target target;
	size_t room;              /* bytes behind sizeimage; before the first blank */
	_Atomic unsigned n_taken; /* blanks that are not back */
	_Atomic unsigned n_waited_for, n_direct, most_direct;
	_Atomic unsigned held; /* without waiting, and not back */
	_Atomic bool dead;     /* target.acquire() says -ECANCELED */
};
void target_fixture_open(struct target_fixture *fixture, const struct video_format *format);

/* Whether the picture lies in a blank, as that was handed out. */
bool target_fixture_owns(const struct frame *picture);

struct reader_options reader_fixture_options(const char *url);
/* Opens and starts. */
struct reader *reader_fixture_start(const struct reader_options *options, struct target_fixture *fixture);
/* Opens, and expects it to fail with `err` and to say `text` in one line. */
void reader_fixture_refused(const struct reader_options *options, int err, const char *text);
/* Reads to the end, which is `err`; returns how many pictures there were. */
unsigned reader_fixture_read_all(struct reader *reader, int err);

#endif
