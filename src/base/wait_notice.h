/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A warning when the end of a run waits long for a file, whose disk may not respond. */
#ifndef BASE_WAIT_NOTICE_H
#define BASE_WAIT_NOTICE_H

#include <stdint.h>

/* Until wait_notice_end(), a thread warns once if the number that progress() returns has not changed for 5 s.
 * progress: called by that thread; NULL: the number never changes. Only one wait at a time. */
void wait_notice_begin(const char *name, uint64_t (*progress)(void *opaque), void *opaque);
void wait_notice_end(void);

#endif
