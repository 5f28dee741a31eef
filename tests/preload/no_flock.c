/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file system without locks. */
#include <errno.h>
#include <sys/file.h>

int flock(int fd, int operation)
{
	(void)fd, (void)operation;
	errno = EOPNOTSUPP;
	return -1;
}
