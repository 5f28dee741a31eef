/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memfd_create() and ftruncate(), by which the memory of buffers comes from V4L2Q_SIM_MEMORY. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "preload.h"

/* A duplicate of the next memfd that was not used yet, or -1. */
static int next_memfd(void)
{
	static atomic_int n_used;
	const char *range = getenv("V4L2Q_SIM_MEMORY");
	int first, last, fd;

	if (!range || sscanf(range, "%d-%d", &first, &last) != 2)
		return -1;
	fd = first + atomic_fetch_add(&n_used, 1);
	return fd <= last ? real()->fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
}

PUBLIC int memfd_create(const char *name, unsigned flags)
{
	int fd = node_is_inside() ? next_memfd() : -1;

	return fd >= 0 ? fd : real()->memfd_create(name, flags);
}

/* What is sealed at its size has room for a smaller buffer. */
PUBLIC int ftruncate(int fd, off_t length)
{
	int result = real()->ftruncate(fd, length);
	struct stat status;

	if (result < 0 && errno == EPERM && node_is_inside() && real()->fstat(fd, &status) == 0 &&
	    status.st_size >= length)
		return 0;
	return result;
}
