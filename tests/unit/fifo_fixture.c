/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of base/fifo share. */
#include "fifo_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

void *item_of(uintptr_t n)
{
	return (void *)n;
}

struct fifo *open_fifo(void)
{
	struct fifo *fifo = NULL;

	assert_int_equal(fifo_open(&fifo), 0);
	assert_non_null(fifo);
	return fifo;
}
