/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open(), close(), dup(), fcntl(), stat() and their variants. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "preload.h"

#define VIDEO_MAJOR 81

/* What open() becomes with _FORTIFY_SOURCE; the C library's headers do not declare them. */
PUBLIC int __open_2(const char *path, int flags);
PUBLIC int __open64_2(const char *path, int flags);
PUBLIC int __openat_2(int dir, const char *path, int flags);
PUBLIC int __openat64_2(int dir, const char *path, int flags);

/* The third argument of open(), which is passed only with O_CREAT and O_TMPFILE. */
static mode_t mode_argument(int flags, va_list arguments)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

/* The uevent file in sysfs, from which v4l2-ctl learns the type of the node. */
static int open_uevent(int minor)
{
	int fd = memfd_create("uevent", MFD_CLOEXEC);
	char text[64];
	int n = snprintf(text, sizeof text, "MAJOR=%d\nMINOR=%d\nDEVNAME=video%d\n", VIDEO_MAJOR, minor,
			 minor);

	if (fd >= 0 && real()->write(fd, text, (size_t)n) == n)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	int minor = node_at(path);

	if (minor >= 0)
		return node_open(minor, flags);
	if (sscanf(path, "/sys/dev/char/81:%d/uevent", &minor) == 1 && node_exists(minor))
		return open_uevent(minor);
	return real()->openat(dir, path, flags, mode);
}

PUBLIC int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	return open_at(AT_FDCWD, path, flags, mode);
}

PUBLIC int open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

PUBLIC int openat(int dir, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	return open_at(dir, path, flags, mode);
}

PUBLIC int openat64(int dir, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	return open_at(dir, path, flags | O_LARGEFILE, mode);
}

PUBLIC int __open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

PUBLIC int __open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}

PUBLIC int __openat_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

PUBLIC int __openat64_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags | O_LARGEFILE, 0);
}

PUBLIC FILE *fopen(const char *path, const char *mode)
{
	int minor;

	if (sscanf(path, "/sys/dev/char/81:%d/uevent", &minor) == 1 && node_exists(minor))
		return fdopen(open_uevent(minor), mode);
	return real()->fopen(path, mode);
}

PUBLIC FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

PUBLIC int close(int fd)
{
	if (fd > 0 && !node_is_inside())
		epoll_forget(fd);
	if (node_of(fd))
		node_remove_fd(fd);
	return real()->close(fd);
}

PUBLIC int dup(int fd)
{
	struct node *node = node_of(fd);
	int copy = real()->dup(fd);

	return node ? node_add_fd(node, copy) : copy;
}

static int dup_to(int from, int to, int flags)
{
	struct node *node = node_of(from), *before = node_of(to);
	int copy;

	if (from == to && !flags)
		return real()->dup2(from, to);
	copy = real()->dup3(from, to, flags);
	if (copy >= 0 && before)
		node_remove_fd(to);
	return node ? node_add_fd(node, copy) : copy;
}

PUBLIC int dup2(int from, int to)
{
	return dup_to(from, to, 0);
}

PUBLIC int dup3(int from, int to, int flags)
{
	return from == to ? real()->dup3(from, to, flags) : dup_to(from, to, flags);
}

static int call_fcntl(int fd, int command, void *argument)
{
	bool duplicates = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
	struct node *node = duplicates ? node_of(fd) : NULL;
	int result = real()->fcntl(fd, command, argument);

	return node ? node_add_fd(node, result) : result;
}

PUBLIC int fcntl(int fd, int command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return call_fcntl(fd, command, argument);
}

PUBLIC int fcntl64(int fd, int command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return call_fcntl(fd, command, argument);
}

static int fill_stat(int minor, struct stat *status)
{
	*status = (struct stat){
		.st_mode = S_IFCHR | 0660,
		.st_nlink = 1,
		.st_ino = 1000 + (ino_t)minor,
		.st_rdev = makedev(VIDEO_MAJOR, (unsigned)minor),
		.st_blksize = 4096,
	};
	return 0;
}

PUBLIC int stat(const char *path, struct stat *status)
{
	int minor = node_at(path);

	return minor >= 0 ? fill_stat(minor, status) : real()->stat(path, status);
}

PUBLIC int lstat(const char *path, struct stat *status)
{
	int minor = node_at(path);

	return minor >= 0 ? fill_stat(minor, status) : real()->lstat(path, status);
}

PUBLIC int fstat(int fd, struct stat *status)
{
	struct node *node = node_of(fd);

	return node ? fill_stat((int)node->minor, status) : real()->fstat(fd, status);
}

PUBLIC int fstatat(int dir, const char *path, struct stat *status, int flags)
{
	int minor = node_at(path);

	return minor >= 0 ? fill_stat(minor, status) : real()->fstatat(dir, path, status, flags);
}

/* The structures are the same where off_t has 64 bits. */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "a 64-bit system");

PUBLIC int stat64(const char *path, struct stat64 *status)
{
	return stat(path, (struct stat *)status);
}

PUBLIC int lstat64(const char *path, struct stat64 *status)
{
	return lstat(path, (struct stat *)status);
}

PUBLIC int fstat64(int fd, struct stat64 *status)
{
	return fstat(fd, (struct stat *)status);
}

PUBLIC int fstatat64(int dir, const char *path, struct stat64 *status, int flags)
{
	return fstatat(dir, path, (struct stat *)status, flags);
}
