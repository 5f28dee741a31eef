/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For libraries that are preloaded to stand in for calls of the C library. */
#ifndef TESTS_PRELOAD_NEXT_H
#define TESTS_PRELOAD_NEXT_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>

/* The call of that name which is not this library's. */
#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* The third argument of open(), which there is only with O_CREAT. */
static inline int mode_argument(int flags, va_list arguments)
{
	return flags & O_CREAT ? va_arg(arguments, int) : 0;
}

#endif
