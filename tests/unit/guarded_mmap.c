/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mmap() and munmap() in place of libc's. */
#include "guarded_mmap.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/page.h"

#define MAX_MAPPINGS 1024

static void *guarded[MAX_MAPPINGS]; /* NULL: free */
static unsigned n_guarded;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

unsigned guarded_mmap_count(void)
{
	return n_guarded;
}

static void *system_mmap(void *start, size_t length, int protection, int flags, int fd, off_t offset)
{
	return (void *)syscall(SYS_mmap, start, length, protection, flags, fd, offset);
}

/* Replaces `from` by `to`; false where there is none. */
static bool exchange(void *from, void *to)
{
	bool found = false;

	pthread_mutex_lock(&mutex);
	for (unsigned i = 0; i < MAX_MAPPINGS && !found; i++) {
		found = guarded[i] == from;
		if (found)
			guarded[i] = to;
	}
	if (found)
		n_guarded += to ? 1 : -1;
	pthread_mutex_unlock(&mutex);
	return found;
}

void *mmap(void *start, size_t length, int protection, int flags, int fd, off_t offset)
{
	size_t bytes = page_align(length);
	uint8_t *place;

	if (start || length == 0)
		return system_mmap(start, length, protection, flags, fd, offset);
	place = system_mmap(NULL, bytes + page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (place == MAP_FAILED)
		return place;
	if (!exchange(NULL, place)) { /* more than the table holds */
		syscall(SYS_munmap, place, bytes + page_size());
		return system_mmap(NULL, length, protection, flags, fd, offset);
	}
	if (system_mmap(place, length, protection, flags | MAP_FIXED, fd, offset) != MAP_FAILED)
		return place;
	munmap(place, length);
	return MAP_FAILED;
}

int munmap(void *start, size_t length)
{
	bool was_guarded = exchange(start, NULL);

	return (int)syscall(SYS_munmap, start, page_align(length) + (was_guarded ? page_size() : 0));
}
