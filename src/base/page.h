/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole pages of memory. */
#ifndef BASE_PAGE_H
#define BASE_PAGE_H

#include <stdint.h>
#include <unistd.h>

static inline uint64_t page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Rounded up to whole pages. */
static inline uint64_t page_align(uint64_t bytes)
{
	uint64_t page = page_size();

	return (bytes + page - 1) / page * page;
}

#endif
