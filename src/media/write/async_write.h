/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing while the caller goes on. */
#ifndef MEDIA_WRITE_ASYNC_WRITE_H
#define MEDIA_WRITE_ASYNC_WRITE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct overlap;

/* A thread that has one write at a time. 0 or a negative errno. */
int overlap_open(struct overlap **overlap);
/* Begins to write all of it at `offset`; none may be under way, and the memory stays until overlap_wait(). */
void overlap_start(struct overlap *overlap, int fd, const uint8_t *data, size_t bytes, off_t offset);
/* Waits for what was begun, and tells what became of it; 0 where nothing is under way. */
int overlap_wait(struct overlap *overlap);
/* Waits too. Takes NULL. */
void overlap_close(struct overlap *overlap);

/* What the thread does. 0 or a negative errno; *done says how much of it is written in any case. */
int write_at(int fd, const uint8_t *data, size_t bytes, off_t offset, size_t *done);

#endif
