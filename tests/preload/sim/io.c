/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ioctl(), mmap(), read() and write(), and syscall(), through which libv4l2 calls them. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "preload.h"
#include "base/array.h"

PUBLIC int ioctl(int fd, unsigned long request, ...)
{
	struct node *node = node_of(fd);
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return node ? node_ioctl(node, fd, request, argument) : real()->ioctl(fd, request, argument);
}

PUBLIC ssize_t read(int fd, void *data, size_t size)
{
	struct node *node = node_of(fd);

	return node ? node_read(node, fd, data, size) : real()->read(fd, data, size);
}

PUBLIC ssize_t write(int fd, const void *data, size_t size)
{
	struct node *node = node_of(fd);

	return node ? node_write(node, fd, data, size) : real()->write(fd, data, size);
}

PUBLIC void *mmap(void *start, size_t length, int protection, int flags, int fd, off_t offset)
{
	struct node *node = node_of(fd);

	return node ? node_mmap(node, start, length, protection, flags, offset)
		    : real()->mmap(start, length, protection, flags, fd, offset);
}

PUBLIC void *mmap64(void *start, size_t length, int protection, int flags, int fd, off64_t offset)
{
	return mmap(start, length, protection, flags, fd, offset);
}

PUBLIC int munmap(void *start, size_t length)
{
	return node_has_mapping(start) ? node_munmap(start, length) : real()->munmap(start, length);
}

/* The system calls that libv4l2 makes. */
static long call_open(const long *a)
{
	return open((const char *)a[0], (int)a[1], (mode_t)a[2]);
}

static long call_openat(const long *a)
{
	return openat((int)a[0], (const char *)a[1], (int)a[2], (mode_t)a[3]);
}

static long call_close(const long *a)
{
	return close((int)a[0]);
}

static long call_dup(const long *a)
{
	return dup((int)a[0]);
}

static long call_ioctl(const long *a)
{
	return ioctl((int)a[0], (unsigned long)a[1], (void *)a[2]);
}

static long call_read(const long *a)
{
	return read((int)a[0], (void *)a[1], (size_t)a[2]);
}

static long call_write(const long *a)
{
	return write((int)a[0], (const void *)a[1], (size_t)a[2]);
}

static long call_mmap(const long *a)
{
	return (long)mmap((void *)a[0], (size_t)a[1], (int)a[2], (int)a[3], (int)a[4], a[5]);
}

static long call_munmap(const long *a)
{
	return munmap((void *)a[0], (size_t)a[1]);
}

static long (*const syscalls[])(const long *a) = {
	[SYS_open] = call_open,   [SYS_openat] = call_openat, [SYS_close] = call_close,
	[SYS_dup] = call_dup,     [SYS_ioctl] = call_ioctl,   [SYS_read] = call_read,
	[SYS_write] = call_write, [SYS_mmap] = call_mmap,     [SYS_munmap] = call_munmap,
};

PUBLIC long syscall(long number, ...)
{
	va_list arguments;
	long a[6];

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number >= 0 && number < (long)(ARRAY_SIZE(syscalls)) && syscalls[number])
		return syscalls[number](a);
	return real()->syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
