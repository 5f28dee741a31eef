/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A preloaded library that makes one allocation fail. FAIL_MALLOC=17 LD_PRELOAD=./failmalloc.so
 * program
 *
 * The 17th call of malloc, calloc, realloc, posix_memalign or aligned_alloc that the program itself
 * makes returns NULL; what its shared libraries ask for is left alone, because whether they live with
 * failure is not ours to test. With FAIL_MALLOC=0 none fails, and the count is written to the file
 * that FAIL_MALLOC_COUNT names when the program exits.
 */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static uintptr_t program_start, program_end;
static atomic_long n_calls;
static long fail_at = -1;

static int find_program(struct dl_phdr_info *info, size_t size, void *opaque)
{
	(void)size;
	(void)opaque;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + header->p_vaddr;

		if (header->p_type != PT_LOAD || !(header->p_flags & PF_X))
			continue;
		program_start = start;
		program_end = start + header->p_memsz;
	}
	return 1; /* the first entry is the program */
}

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("FAIL_MALLOC");

	dl_iterate_phdr(find_program, NULL);
	if (at)
		fail_at = strtol(at, NULL, 10);
}

__attribute__((destructor)) static void stop(void)
{
	const char *path = getenv("FAIL_MALLOC_COUNT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%ld\n", atomic_load(&n_calls));
	fclose(file);
}

static bool fails(const void *caller)
{
	uintptr_t address = (uintptr_t)caller;

	if (fail_at < 0 || address < program_start || address >= program_end)
		return false;
	if (atomic_fetch_add(&n_calls, 1) + 1 != fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	void *got = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);

	if (!got)
		return ENOMEM;
	*memory = got;
	return 0;
}
