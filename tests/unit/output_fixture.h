/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An output queue over the simulated display. */
#ifndef TESTS_OUTPUT_FIXTURE_H
#define TESTS_OUTPUT_FIXTURE_H

#include "pool_fixture.h"

#define N_BUFFERS 4
#define N_FRAMES 12

/* "sim:type=output,size=98x66,fps=0,KEYS", whose frames are no whole pages, and a started pool of that io
 * mode over it; the mark of the fixture is before the start. dmabuf-import takes its memory from a second
 * simulated device. To be closed by pool_fixture_close(). */
void output_fixture_open(struct pool_fixture *fixture, const char *io, const char *keys, uint32_t field);

/* A buffer with a whole frame in it, which there must be. */
struct buffer *output_fixture_buffer(struct pool_fixture *fixture);
/* pool_queue() */
int output_fixture_queue(struct pool_fixture *fixture, struct buffer *buffer);

/* The io modes with one plane (0 to 3) and with three (4 to 7), as pool_fixture_modes has them; 8: rw. False:
 * there are no more. */
bool output_fixture_mode(unsigned i, const char **io, const char **keys);
/* What of the trace follows the STREAMOFF of a pool of that shape. */
const char *output_fixture_stop_calls(unsigned i);

#endif
