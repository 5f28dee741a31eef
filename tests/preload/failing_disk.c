/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A preloaded library with a disk that fails: FAIL_DISK='write@5+:EIO bad/,close@1:EDQUOT' program
 *
 * The fifth and all later calls (without +: only that) of write, for files whose path contains "bad/"
 * (without it: all that are opened for writing), fail with EIO; a number in place of the error makes the call
 * take so many milliseconds. The calls are open, write (of all kinds), sync (fdatasync), close, rename,
 * unlink, lstat, space (fallocate) and statvfs, which says that the disk is full.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "next.h"

#define MAX_FD 1024
#define MAX_RULES 8

static struct rule {
	char call[16], error[16], path[64];
	long first;
	bool on;
	atomic_long n;
} rules[MAX_RULES];
static size_t n_rules;
static char paths[MAX_FD][256]; /* of files that are open for writing */

static const struct {
	const char *name;
	int error;
} errors[] = {
	{ "EIO", EIO }, { "ENOSPC", ENOSPC }, { "EDQUOT", EDQUOT }, { "EROFS", EROFS }, { "ESTALE", ESTALE },
};

__attribute__((constructor)) static void read_rules(void)
{
	char *text = getenv("FAIL_DISK"), *copy = text ? strdup(text) : NULL;

	for (char *rule = copy ? strtok(copy, ",") : NULL; rule && n_rules < MAX_RULES;
	     rule = strtok(NULL, ",")) {
		struct rule *r = &rules[n_rules++];
		char plus[2] = "";

		if (sscanf(rule, "%15[a-z]@%ld%1[+]:%15s %63s", r->call, &r->first, plus, r->error, r->path) <
		    4)
			sscanf(rule, "%15[a-z]@%ld:%15s %63s", r->call, &r->first, r->error, r->path);
		r->on = *plus;
	}
	free(copy);
}

/* Whether the call is to fail; errno is set then. It may also take a while. */
static bool fails(const char *call, const char *path)
{
	for (size_t i = 0; *path && i < n_rules; i++) {
		struct rule *r = &rules[i];
		long n;

		if (strcmp(r->call, call) != 0 || !strstr(path, r->path))
			continue;
		n = atomic_fetch_add(&r->n, 1) + 1;
		if (n < r->first || (n > r->first && !r->on))
			continue;
		for (size_t e = 0; e < sizeof errors / sizeof *errors; e++) {
			if (strcmp(errors[e].name, r->error) != 0)
				continue;
			errno = errors[e].error;
			return true;
		}
		usleep((useconds_t)atoi(r->error) * 1000);
	}
	return false;
}

static const char *path_of(int fd)
{
	return fd >= 0 && fd < MAX_FD ? paths[fd] : "";
}

int open(const char *path, int flags, ...)
{
	int fd, mode;
	va_list arguments;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	if ((flags & O_ACCMODE) != O_RDONLY && fails("open", path))
		return -1;
	fd = NEXT(open)(path, flags, mode);
	if (fd >= 0 && fd < MAX_FD)
		snprintf(paths[fd], sizeof *paths, "%s", (flags & O_ACCMODE) == O_RDONLY ? "" : path);
	return fd;
}

ssize_t writev(int fd, const struct iovec *pieces, int n)
{
	return fails("write", path_of(fd)) ? -1 : NEXT(writev)(fd, pieces, n);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	return fails("write", path_of(fd)) ? -1 : NEXT(pwrite)(fd, data, bytes, offset);
}

int fdatasync(int fd)
{
	return fails("sync", path_of(fd)) ? -1 : NEXT(fdatasync)(fd);
}

int fallocate(int fd, int mode, off_t offset, off_t bytes)
{
	return fails("space", path_of(fd)) ? -1 : NEXT(fallocate)(fd, mode, offset, bytes);
}

int close(int fd)
{
	bool failed = fails("close", path_of(fd));
	int err = errno, closed;

	if (fd >= 0 && fd < MAX_FD)
		*paths[fd] = '\0';
	closed = NEXT(close)(fd);
	if (failed)
		errno = err;
	return failed ? -1 : closed;
}

int rename(const char *from, const char *to)
{
	return fails("rename", from) ? -1 : NEXT(rename)(from, to);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	return fails("rename", from) ? -1 : NEXT(renameat2)(from_fd, from, to_fd, to, flags);
}

int unlink(const char *path)
{
	return fails("unlink", path) ? -1 : NEXT(unlink)(path);
}

int lstat(const char *path, struct stat *st)
{
	return fails("lstat", path) ? -1 : NEXT(lstat)(path, st);
}

int statvfs(const char *path, struct statvfs *fs)
{
	int err = NEXT(statvfs)(path, fs);

	if (fails("statvfs", path))
		fs->f_bavail = 0;
	return err;
}
