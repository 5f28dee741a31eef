/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A preloaded library that runs a program again and again, each time with another allocation that fails:
 * FAIL_MALLOC=FOLDER LD_PRELOAD=./failmalloc.so program
 *
 * The Nth call of malloc, calloc, realloc, posix_memalign or aligned_alloc, or of a function of libav that
 * allocates, that the program itself makes fails in the Nth run; what its shared libraries ask for is left
 * alone, because whether they live with failure is not ours to test. In run 0 none fails, which tells how
 * many runs there are to be; FAIL_STEP=K makes each Kth of them. As loading the libraries takes longer than a
 * run, each is a fork of the loaded program. It works in FOLDER/N, where it leaves what it writes in out and
 * err, and its wait status in status. Under AddressSanitizer memory is its own, so that it tells what a run
 * does not free.
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

#ifdef __SANITIZE_ADDRESS__
#define REAL(call) __interceptor_##call
extern void *__interceptor_malloc(size_t size);
extern void *__interceptor_calloc(size_t n, size_t size);
extern void *__interceptor_realloc(void *memory, size_t size);
extern void *__interceptor_memalign(size_t alignment, size_t size);
#else
#define REAL(call) __libc_##call
#endif

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
	unsetenv("FAIL_MALLOC"); /* what it executes is left alone */
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
	const char *step = getenv("FAIL_STEP");

	n_allocations =
		mmap(NULL, sizeof *n_allocations, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n_allocations == MAP_FAILED || chdir(getenv("FAIL_MALLOC")) < 0)
		return 1;
	for (long n = 0; n <= atomic_load(n_allocations); n += step ? atol(step) : 1) {
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
	return fails(__builtin_return_address(0)) ? NULL : REAL(malloc)(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : REAL(calloc)(n, size);
}

void *realloc(void *memory, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : REAL(realloc)(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : REAL(memalign)(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	void *got = fails(__builtin_return_address(0)) ? NULL : REAL(memalign)(alignment, size);

	if (!got)
		return ENOMEM;
	*memory = got;
	return 0;
}

/* Up to seven arguments, none of them a number with a fraction, are passed on as they came. */
#define ARGUMENTS long a, long b, long c, long d, long e, long f, long g
#define LIBAV(type, name, failure)                                                                           \
	type name(ARGUMENTS);                                                                                \
	type name(ARGUMENTS)                                                                                 \
	{                                                                                                    \
		static type (*real)(ARGUMENTS);                                                              \
                                                                                                             \
		if (fails(__builtin_return_address(0)))                                                      \
			return failure;                                                                      \
		if (!real)                                                                                   \
			real = (type(*)(ARGUMENTS))(uintptr_t)dlsym(RTLD_NEXT, #name);                       \
		return real(a, b, c, d, e, f, g);                                                            \
	}
#define LIBAV_POINTER(name) LIBAV(void *, name, NULL)
#define LIBAV_INT(name) LIBAV(int, name, -ENOMEM)

LIBAV_POINTER(av_malloc)
LIBAV_POINTER(av_mallocz)
LIBAV_POINTER(av_realloc)
LIBAV_POINTER(av_strdup)
LIBAV_POINTER(av_buffer_alloc)
LIBAV_POINTER(av_buffer_allocz)
LIBAV_POINTER(av_buffer_create)
LIBAV_POINTER(av_buffer_pool_get)
LIBAV_POINTER(av_buffer_pool_init)
LIBAV_POINTER(av_buffer_ref)
LIBAV_POINTER(av_frame_alloc)
LIBAV_POINTER(av_frame_clone)
LIBAV_POINTER(av_packet_alloc)
LIBAV_POINTER(av_parser_init)
LIBAV_POINTER(avcodec_alloc_context3)
LIBAV_POINTER(avcodec_parameters_alloc)
LIBAV_POINTER(avformat_alloc_context)
LIBAV_POINTER(avformat_new_stream)
LIBAV_POINTER(avio_alloc_context)
LIBAV_POINTER(sws_alloc_context)
LIBAV_INT(av_bsf_alloc)
LIBAV_INT(av_bsf_init)
LIBAV_INT(av_bsf_receive_packet)
LIBAV_INT(av_bsf_send_packet)
LIBAV_INT(av_dict_copy)
LIBAV_INT(av_dict_parse_string)
LIBAV_INT(av_dict_set)
LIBAV_INT(av_frame_copy_props)
LIBAV_INT(av_frame_get_buffer)
LIBAV_INT(av_frame_make_writable)
LIBAV_INT(av_new_packet)
LIBAV_INT(av_opt_set)
LIBAV_INT(av_packet_make_refcounted)
LIBAV_INT(av_read_frame)
LIBAV_INT(av_write_frame)
LIBAV_INT(avcodec_open2)
LIBAV_INT(avcodec_parameters_copy)
LIBAV_INT(avcodec_parameters_from_context)
LIBAV_INT(avcodec_parameters_to_context)
LIBAV_INT(avcodec_receive_frame)
LIBAV_INT(avcodec_receive_packet)
LIBAV_INT(avcodec_send_frame)
LIBAV_INT(avcodec_send_packet)
LIBAV_INT(avformat_alloc_output_context2)
LIBAV_INT(avformat_find_stream_info)
LIBAV_INT(avformat_write_header)
LIBAV_INT(avio_open2)
LIBAV_INT(sws_init_context)
LIBAV_INT(sws_scale_frame)
