/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of base/fifo share: items, and open fifos. */
#ifndef TESTS_FIFO_FIXTURE_H
#define TESTS_FIFO_FIXTURE_H

#include <stdint.h>
#include "base/fifo.h"

/* Items are never looked into: numbers will do. */
void *item_of(uintptr_t n);

/* Expects it to succeed. */
struct fifo *open_fifo(void);

#endif
