/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that this library replaces. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>
#include "preload.h"
#include "base/array.h"

static const struct {
	const char *name;
	size_t offset;
} rows[] = {
	{ "opendir", offsetof(struct real, opendir) },
	{ "readdir", offsetof(struct real, readdir) },
	{ "closedir", offsetof(struct real, closedir) },
	{ "fopen", offsetof(struct real, fopen) },
	{ "open", offsetof(struct real, open) },
	{ "openat", offsetof(struct real, openat) },
	{ "close", offsetof(struct real, close) },
	{ "dup", offsetof(struct real, dup) },
	{ "dup2", offsetof(struct real, dup2) },
	{ "dup3", offsetof(struct real, dup3) },
	{ "fcntl", offsetof(struct real, fcntl) },
	{ "ioctl", offsetof(struct real, ioctl) },
	{ "read", offsetof(struct real, read) },
	{ "write", offsetof(struct real, write) },
	{ "mmap", offsetof(struct real, mmap) },
	{ "munmap", offsetof(struct real, munmap) },
	{ "stat", offsetof(struct real, stat) },
	{ "lstat", offsetof(struct real, lstat) },
	{ "fstat", offsetof(struct real, fstat) },
	{ "fstatat", offsetof(struct real, fstatat) },
	{ "ppoll", offsetof(struct real, ppoll) },
	{ "select", offsetof(struct real, select) },
	{ "pselect", offsetof(struct real, pselect) },
	{ "epoll_ctl", offsetof(struct real, epoll_ctl) },
	{ "epoll_pwait", offsetof(struct real, epoll_pwait) },
	{ "syscall", offsetof(struct real, syscall) },
	{ "ftruncate", offsetof(struct real, ftruncate) },
	{ "memfd_create", offsetof(struct real, memfd_create) },
};

const struct real *real(void)
{
	static struct real functions;
	static atomic_bool found;

	if (atomic_load_explicit(&found, memory_order_acquire))
		return &functions;
	/* Two threads here at once store the same values. */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		void *function = dlsym(RTLD_NEXT, rows[i].name);

		memcpy((char *)&functions + rows[i].offset, &function, sizeof function);
	}
	atomic_store_explicit(&found, true, memory_order_release);
	return &functions;
}
