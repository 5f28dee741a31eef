/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are written: one writer at a time. */
#include "base/output_file.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* flock() rather than fcntl(): a record lock of fcntl() is lost when the process closes any descriptor of the
 * file. Errors other than EWOULDBLOCK are those of file systems without locks. */
int output_file_lock(int fd)
{
	if (is_regular(fd) && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EBUSY;
	return 0;
}

int output_file_truncate(int fd)
{
	int err = output_file_lock(fd);

	if (err == 0 && is_regular(fd) && ftruncate(fd, 0) < 0)
		err = -errno;
	return err;
}

const char *output_file_err_str(int err)
{
	return err == -EBUSY ? "another run is writing it, or this one under another name" : err_str(err);
}
