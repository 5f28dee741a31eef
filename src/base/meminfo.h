/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's memory. */
#ifndef BASE_MEMINFO_H
#define BASE_MEMINFO_H

#include <stdint.h>

/* A line of /proc/meminfo in bytes, such as that of "MemAvailable"; 0: there is none. */
uint64_t meminfo_bytes(const char *name);

#endif
