/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of the device's buffers, which may have been made ready by another program. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "preload.h"

/* A duplicate of the next one that has not been used yet; -1. */
static int take_ready_one(void)
{
	static atomic_int n_taken;
	const char *range = getenv("V4L2Q_SIM_MEMORY");
	int first, last, fd;

	if (!range || sscanf(range, "%d-%d", &first, &last) != 2)
		return -1;
	fd = first + atomic_fetch_add(&n_taken, 1);
	return fd <= last ? real()->fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
}

PUBLIC int memfd_create(const char *name, unsigned flags)
{
	int fd = node_is_inside() ? take_ready_one() : -1;

	return fd >= 0 ? fd : real()->memfd_create(name, flags);
}
