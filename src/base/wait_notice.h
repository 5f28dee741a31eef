/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says so where the end of a run waits long for a file: its disk may not answer. */
#ifndef BASE_WAIT_NOTICE_H
#define BASE_WAIT_NOTICE_H

#include <stdint.h>

/* Until wait_notice_end(), warns once when nothing has got on for 5 s, as the number tells that progress()
 * returns, in a thread of its own; NULL: nothing ever does. One at a time. */
void wait_notice_begin(const char *name, uint64_t (*progress)(void *opaque), void *opaque);
void wait_notice_end(void);

#endif
