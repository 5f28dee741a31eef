/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An output queue over the simulated display. */
#ifndef TESTS_DISPLAY_H
#define TESTS_DISPLAY_H

#include "stand.h"

#define N_BUFFERS 4
#define N_FRAMES 12

/* "sim:type=output,size=98x66,fps=0,KEYS", whose frames are no whole pages, and a started pool of that io
 * mode over it; the mark of the stand is before the start. dmabuf-import takes its memory from a second
 * simulated device. To be closed by stand_close(). */
void display_open(struct stand *stand, const char *io, const char *keys, uint32_t field);

/* A buffer with a whole frame in it, which there must be. */
struct buffer *display_blank(struct stand *stand);
/* pool_process() */
int display_show(struct stand *stand, struct buffer *buffer);

/* The io modes with one plane (0 to 3) and with three (4 to 7), as stand_modes has them; 8: rw. False: there
 * are no more. */
bool display_shape(unsigned i, const char **io, const char **keys);
/* What of the trace follows the STREAMOFF of a pool of that shape. */
const char *display_stop(unsigned i);

#endif
