/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The AVIOContext that a demuxer reads from. Paths and standard input are read by this file rather
 * than by libavformat's protocols: reads can be cancelled from another thread, the first error is kept
 * (demuxers report most read errors as end of file), and nothing but the named file is opened.
 */
#ifndef MEDIA_READ_AVIO_INPUT_H
#define MEDIA_READ_AVIO_INPUT_H

#include <stdbool.h>
#include <libavformat/avio.h>

struct avio_input;
struct direct_read;

/* Whether a path exists and can be read: 0, or a negative errno, logged. 0 for addresses, standard input and
 * numbered pictures. */
int avio_input_check(const char *url);
/* url: a path, "-", "file:PATH", "pipe:" or a URL of one of libavformat's protocols. by_demuxer: do not open
 * it, the demuxer does. When cancel_fd (0 or below: none) is readable, blocking reads end with -ECANCELED.
 * Returns 0 or a negative errno, logged unless -ECANCELED. */
int avio_input_open(struct avio_input **input, const char *url, bool by_demuxer, int cancel_fd);
void avio_input_close(struct avio_input *input); /* NULL is allowed */

/* From any thread: every read from now on fails with -ECANCELED. */
void avio_input_cancel(struct avio_input *input);

/* Lets `direct` choose where data are read to; NULL ends that. Returns false if this input does not support
 * it. */
bool avio_input_set_direct(struct avio_input *input, struct direct_read *direct);

AVIOContext *avio_input_context(struct avio_input *input); /* NULL with by_demuxer */
const AVIOInterruptCB *avio_input_interrupt(const struct avio_input *input);
const char *avio_input_name(const struct avio_input *input); /* for messages and the report */
bool avio_input_is_seekable(const struct avio_input *input);
/* The first read error, -ECANCELED once cancelled, or 0. */
int avio_input_error(const struct avio_input *input);

/* Whether it is the name of a file, or standard input, rather than an address. */
bool avio_input_is_path(const char *url);
/* The protocols that opening this URL needs, as a protocol_whitelist. */
const char *avio_input_protocols(const char *url);

#endif
