/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/write/direct_io: the same bytes by another way. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>
#include "media/write/direct_io.h"
#include "base/array.h"

#define MAX_BYTES ((size_t)48 << 20)
#define HEAD 12288 /* written the ordinary way before it begins */

/* What the C library's functions are made to say: fcntl() stands before its own, and so does pwrite(). */
static struct {
	int fcntl_err;               /* of F_SETFL */
	unsigned n_writes, fails_at; /* pwrite() fails that time, counted from 1; 0: never */
	int write_err;
	bool unaligned; /* a write with O_DIRECT was none of whole blocks */
} world;

static uint8_t *wanted;
static size_t n_wanted;
static char path[128];
static int fd;

int fcntl(int file, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (command == F_SETFL && world.fcntl_err) {
		errno = world.fcntl_err;
		return -1;
	}
	return (int)syscall(SYS_fcntl, file, command, argument);
}

ssize_t pwrite(int file, const void *data, size_t bytes, off_t offset)
{
	bool direct = syscall(SYS_fcntl, file, F_GETFL, 0) & O_DIRECT;

	if (__atomic_add_fetch(&world.n_writes, 1, __ATOMIC_RELAXED) == world.fails_at) {
		errno = world.write_err;
		return -1;
	}
	if (direct && ((uintptr_t)data | bytes | (size_t)offset) % DIRECT_IO_ALIGNMENT)
		world.unaligned = true;
	return syscall(SYS_pwrite64, file, data, bytes, offset);
}

static int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	snprintf(path, sizeof path, "%s/test_direct.XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	wanted = malloc(MAX_BYTES);
	fd = mkstemp(path);
	if (!wanted || fd < 0 || write(fd, memset(wanted, 'h', HEAD), HEAD) != HEAD)
		return -1;
	n_wanted = HEAD;
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(fd);
	unlink(path);
	free(wanted);
	return 0;
}

/* The next piece of what shall be in the file, at an address that O_DIRECT likes or dislikes. */
static const uint8_t *piece(size_t bytes, bool aligned)
{
	static uint8_t *memory;
	uint8_t *data;

	free(memory);
	assert_int_equal(posix_memalign((void **)&memory, DIRECT_IO_ALIGNMENT, bytes + DIRECT_IO_ALIGNMENT),
			 0);
	data = memory + (aligned ? 0 : 24);
	assert_true(n_wanted + bytes <= MAX_BYTES);
	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)((n_wanted + i) * 2654435761u >> 13);
	memcpy(wanted + n_wanted, data, bytes);
	n_wanted += bytes;
	return data;
}

static int put(struct direct_io *d, size_t bytes, bool aligned)
{
	const uint8_t *data = piece(bytes, aligned);

	return direct_io_write(d, data, bytes);
}

/* The first `bytes` of the file, whose length is told. */
static size_t check_file(size_t bytes)
{
	FILE *file = fopen(path, "re");
	uint8_t *got = malloc(MAX_BYTES);
	size_t n;

	assert_non_null(file);
	assert_non_null(got);
	n = fread(got, 1, MAX_BYTES, file);
	assert_true(n >= bytes);
	assert_memory_equal(got, wanted, bytes);
	free(got);
	fclose(file);
	return n;
}

/* Frames of a header and a body, as containers make them; each is flushed, and is in the file then. */
static void write_frames(struct direct_io *d, size_t header, size_t body, bool aligned, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (header)
			assert_int_equal(put(d, header, false), 0);
		assert_int_equal(put(d, body, aligned), 0);
		assert_int_equal(direct_io_flush(d), 0);
		check_file(n_wanted);
	}
}

static void frames_of_all_sizes(void **state)
{
	static const struct {
		size_t header, body;
		bool aligned;
	} frames[] = {
		{ 0, 4096, true },
		{ 0, 8192 * 100, true },
		{ 0, 8192 * 100 + 2, true },
		{ 17, 4095, false },
		{ 20, 1843200, false },
		{ 20, 1843200, true },
		{ 0, 4 << 20, false },
		{ 4096, 4 << 20, false },
		{ 12, (4 << 20) - 12, false },
		{ 12, (8 << 20) - 12, true },
		{ 23, (11 << 20) + 5, false },
		{ 0, 11 << 20, true },
	};
	struct direct_io d = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		end(state);
		begin(state);
		assert_int_equal(direct_io_start(&d, fd, HEAD), 0);
		write_frames(&d, frames[i].header, frames[i].body, frames[i].aligned, 3);
		assert_int_equal(direct_io_stop(&d), 0);
		assert_int_equal(check_file(n_wanted), n_wanted);
		assert_false(world.unaligned);
		assert_int_equal(lseek(fd, 0, SEEK_CUR), (off_t)n_wanted);
		assert_false(syscall(SYS_fcntl, fd, F_GETFL, 0) & O_DIRECT);
	}
	direct_io_close(&d);
}

static void refused_at_once(void **state)
{
	struct direct_io d = { 0 };

	(void)state;
	world.fcntl_err = EINVAL;
	assert_int_equal(direct_io_start(&d, fd, HEAD), -EINVAL);
	assert_false(d.enabled);
	direct_io_close(&d);
}

/* fcntl() says yes and pwrite() no. */
static void refused_later(void **state)
{
	static const size_t bodies[] = { 1843200, 11 << 20 };

	for (size_t i = 0; i < 4; i++) {
		struct direct_io d = { 0 };

		end(state);
		begin(state);
		world.fails_at = 1;
		world.write_err = EINVAL;
		assert_int_equal(direct_io_start(&d, fd, HEAD), 0);
		write_frames(&d, 20, bodies[i / 2], i % 2, 2);
		assert_int_equal(direct_io_stop(&d), 0);
		assert_int_equal(check_file(n_wanted), n_wanted);
		direct_io_close(&d);
	}
}

/* Memory of a device that cannot be pinned is copied. */
static void memory_that_cannot_be_pinned(void **state)
{
	struct direct_io d = { 0 };

	(void)state;
	world.fails_at = 1;
	world.write_err = EFAULT;
	assert_int_equal(direct_io_start(&d, fd, HEAD), 0);
	write_frames(&d, 0, 1843200, true, 2);
	assert_int_equal(direct_io_stop(&d), 0);
	assert_int_equal(check_file(n_wanted), n_wanted);
	direct_io_close(&d);
}

/* Whichever write it is that fails, the frame that it belongs to is the one that fails, and the file can be
 * cut off before it. */
static void a_full_disk(void **state)
{
	for (unsigned at = 1; at <= 9; at++) {
		struct direct_io d = { 0 };
		size_t before = HEAD;
		int err = 0;

		end(state);
		begin(state);
		world.fails_at = at;
		world.write_err = ENOSPC;
		assert_int_equal(direct_io_start(&d, fd, HEAD), 0);
		for (unsigned i = 0; i < 4 && err == 0; i++) {
			before = n_wanted;
			err = put(&d, (11 << 20) + 100, false);
			if (err == 0)
				err = direct_io_flush(&d);
		}
		assert_int_equal(err, -ENOSPC);
		/* three writes a frame: two halves and the rest */
		assert_int_equal(before, HEAD + (at - 1) / 3 * ((11 << 20) + 100));
		assert_int_equal(direct_io_truncate(&d, (off_t)before), 0);
		assert_int_equal(check_file(before), before);
		direct_io_close(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(frames_of_all_sizes, begin, end),
		cmocka_unit_test_setup_teardown(refused_at_once, begin, end),
		cmocka_unit_test_setup_teardown(refused_later, begin, end),
		cmocka_unit_test_setup_teardown(memory_that_cannot_be_pinned, begin, end),
		cmocka_unit_test_setup_teardown(a_full_disk, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
