/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A preloaded library that runs a program again and again, each time with another allocation that fails:
 * FAIL_MALLOC=FOLDER LD_PRELOAD=./failmalloc.so program
 *
 * The Nth call of malloc, calloc, realloc, posix_memalign or aligned_alloc that the program itself makes
 * returns NULL in the Nth run; what its shared libraries ask for is left alone, because whether they live
 * with failure is not ours to test. In run 0 none fails, which tells how many runs there are to be. As
 * loading the libraries takes longer than a run, each is a fork of the loaded program. It works in FOLDER/N,
 * where it leaves what it writes in out and err, and its wait status in status.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANG_SECONDS 60

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static uintptr_t program_start, program_end;
static atomic_long n_calls, *n_allocations; /* of run 0, for all to see */
static long fail_at = -1;

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void),
			   void *);

static main_function *program;
start_function __libc_start_main;

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

static void end_run(void)
{
	atomic_store(n_allocations, atomic_load(&n_calls));
}

static _Noreturn void run(long n, int argc, char **argv, char **environment)
{
	char name[24];

	snprintf(name, sizeof name, "%ld", n);
	if (mkdir(name, 0777) < 0 || chdir(name) < 0 || !freopen("out", "w", stdout) ||
	    !freopen("err", "w", stderr))
		_exit(127);
	alarm(HANG_SECONDS);
	if (n == 0)
		atexit(end_run);
	fail_at = n;
	exit(program(argc, argv, environment));
}

static void write_status(long n, int status)
{
	char path[40];
	FILE *file;

	snprintf(path, sizeof path, "%ld/status", n);
	file = fopen(path, "w");
	if (!file)
		return;
	fprintf(file, "%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	fclose(file);
}

static int run_all(int argc, char **argv, char **environment)
{
	n_allocations =
		mmap(NULL, sizeof *n_allocations, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n_allocations == MAP_FAILED || chdir(getenv("FAIL_MALLOC")) < 0)
		return 1;
	for (long n = 0; n <= atomic_load(n_allocations); n++) {
		int status = -1;
		pid_t child = fork();

		if (child == 0)
			run(n, argc, argv, environment);
		if (waitpid(child, &status, 0) != child)
			return 1;
		write_status(n, status);
	}
	return 0;
}

/* Called by what the linker puts before main(). */
int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	start_function *start = (start_function *)(uintptr_t)dlsym(RTLD_NEXT, "__libc_start_main");

	program = main;
	dl_iterate_phdr(find_program, NULL);
	return start(getenv("FAIL_MALLOC") ? run_all : main, argc, argv, init, fini, rtld_fini, stack_end);
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
