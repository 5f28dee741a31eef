/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes of a file, for libavformat to read. Paths and standard input go through a reader of our
 * own: one that can be woken from another thread, that keeps the first error (demuxers tend to call
 * any end of the bytes the end of the file), and that opens nothing but what it was told to.
 */
#ifndef MEDIA_READ_AVIO_INPUT_H
#define MEDIA_READ_AVIO_INPUT_H

#include <stdbool.h>
#include <libavformat/avio.h>

struct input;
struct landing;

/* A path, "-", "file:PATH", "pipe:" or an address of one of libavformat's protocols. cancel_fd: when it gets
 * readable, whatever waits for input ends with -ECANCELED; 0 or below: none. by_demuxer: opens nothing, as
 * the demuxer will do it from the url. Logs its failures, but not -ECANCELED. */
int input_open(struct input **input, const char *url, bool by_demuxer, int cancel_fd);
void input_close(struct input *input); /* takes NULL */

/* From any thread: all reading ends with -ECANCELED, now and ever after. */
void input_cancel(struct input *input);

/* Has a say in where bytes are read to; NULL: nobody any more. False: not with this input. */
bool input_land(struct input *input, struct landing *landing);

AVIOContext *input_avio(struct input *input);
const AVIOInterruptCB *input_interrupt(const struct input *input);
const char *input_path(const struct input *input); /* as a person would call it */
bool input_seekable(const struct input *input);
bool input_is_address(const struct input *input); /* neither a path nor standard input */
/* The first error of reading, 0 if there was none. */
int input_error(const struct input *input);

/* The protocols that may be opened on behalf of this url, as libavformat's protocol_whitelist. */
const char *input_protocols(const char *url);

#endif
