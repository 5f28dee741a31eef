/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mappings of frame memory, each followed by a page of its own. */
#include "base/mapping.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include "base/page.h"

#define ACCESS (PROT_READ | PROT_WRITE)

size_t mapping_bytes(size_t length)
{
	return (size_t)page_align(length) + page_size();
}

void *mapping_reserve(size_t length, int64_t offset)
{
	/* Where caches are indexed by virtual addresses, MAP_SHARED with MAP_FIXED fails with EINVAL unless
	 * address and offset are the same modulo SHMLBA. */
	size_t modulus = (size_t)SHMLBA, bytes = mapping_bytes(length), rest = modulus - page_size(), before;
	uint8_t *start = mmap(NULL, bytes + rest, ACCESS, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		return MAP_FAILED;
	before = ((size_t)offset - (uintptr_t)start) % modulus;
	if (before > 0)
		munmap(start, before);
	start += before;
	if (rest > before)
		munmap(start + bytes, rest - before);
	return start;
}

void *mapping_create(size_t length, int flags, int fd)
{
	void *place, *start;
	int err;

	if (fd < 0)
		return mmap(NULL, mapping_bytes(length), ACCESS, flags, -1, 0);
	place = mapping_reserve(length, 0);
	if (place == MAP_FAILED)
		return MAP_FAILED;
	start = mmap(place, length, ACCESS, flags | MAP_FIXED, fd, 0);
	if (start == MAP_FAILED) {
		err = errno;
		mapping_remove(place, length);
		errno = err;
	}
	return start;
}

void mapping_remove(void *start, size_t length)
{
	munmap(start, mapping_bytes(length));
}
