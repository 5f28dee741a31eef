/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Large writes past the page cache. */
#include "media/write/direct_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>
#include <linux/magic.h>
#include "media/write/async_write.h"
#include "base/array.h"

/* The larger, the busier it keeps the disk; only what a frame needs of it is ever touched. */
#define HALF_BYTES ((size_t)4 << 20)
#define HUGE_PAGE_BYTES ((size_t)2 << 20)
/* From this size on a piece is worth a transfer of its own past the page cache. */
#define LARGE_BYTES ((size_t)1 << 20)

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

size_t direct_io_min_bytes(enum direct_io_mode mode)
{
	return mode == DIRECT_IO_ON ? DIRECT_IO_ALIGNMENT : LARGE_BYTES;
}

bool direct_io_supported(int fd, enum direct_io_mode mode)
{
	static const unsigned suited[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, F2FS_SUPER_MAGIC };
	struct statfs fs;

	if (mode != DIRECT_IO_AUTO)
		return mode == DIRECT_IO_ON;
	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(suited); i++) {
		if ((unsigned)fs.f_type == suited[i])
			return true;
	}
	return false;
}

static int set_flag(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	return fcntl(fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) < 0 ? -errno : 0;
}

int direct_io_start(struct direct_io *d, int fd, off_t offset)
{
	int err;

	if (!d->memory && !(d->memory = aligned_alloc(HUGE_PAGE_BYTES, 2 * HALF_BYTES)))
		return -ENOMEM;
	/* Each page has to be looked up and pinned for every write: the fewer, the better. */
	madvise(d->memory, 2 * HALF_BYTES, MADV_HUGEPAGE);
	err = set_flag(fd, true);
	if (err < 0)
		return err;
	d->fd = fd;
	d->on = true;
	d->n = 0;
	d->offset = offset;
	return 0;
}

/* Writes what has not been written of it, after an error that said why not. The kernel does not keep all that
 * fcntl() promises. */
static int write_again(struct direct_io *d, const uint8_t *data, size_t bytes, off_t offset, int err)
{
	size_t done;

	if (err != -EINVAL)
		return err;
	/* The other thread's write may have been told so just before. */
	err = d->on ? set_flag(d->fd, false) : 0;
	d->on = false;
	return err < 0 ? err : write_at(d->fd, data, bytes, offset, &done);
}

/* Writes all of it at d->offset, which moves on. */
static int write_out(struct direct_io *d, const uint8_t *data, size_t bytes)
{
	size_t done;
	int err = write_at(d->fd, data, bytes, d->offset, &done);

	if (err < 0 && (err = write_again(d, data + done, bytes - done, d->offset + (off_t)done, err)) == 0)
		done = bytes;
	d->offset += (off_t)done;
	return err;
}

static uint8_t *half(const struct direct_io *d)
{
	return d->memory + d->half * HALF_BYTES;
}

static int wait_for_other_half(struct direct_io *d)
{
	const uint8_t *other = d->memory + (1 - d->half) * HALF_BYTES;

	if (!d->pending)
		return 0;
	d->pending = false;
	return write_again(d, other, HALF_BYTES, d->other_offset, overlap_wait(d->overlap));
}

/* Lets the full half be written, and goes on with the other. */
static int turn_over(struct direct_io *d)
{
	int err = wait_for_other_half(d);

	d->n = 0;
	if (err < 0)
		return err;
	if (!d->overlap && overlap_open(&d->overlap) < 0)
		return write_out(d, half(d), HALF_BYTES);
	overlap_start(d->overlap, d->fd, half(d), HALF_BYTES, d->offset);
	d->pending = true;
	d->other_offset = d->offset;
	d->offset += (off_t)HALF_BYTES;
	d->half = 1 - d->half;
	return 0;
}

/* A file that is nothing but frames of whole blocks needs no staging. Returns how much went that way: nothing
 * where memory or place do not fit, or where the kernel cannot pin the device's memory (EFAULT). */
static ssize_t put_straight(struct direct_io *d, const uint8_t *data, size_t bytes)
{
	off_t start = d->offset;
	int err;

	if (!d->on || d->n > 0 || (uintptr_t)data % DIRECT_IO_ALIGNMENT != 0)
		return 0;
	err = write_out(d, data, bytes - bytes % DIRECT_IO_ALIGNMENT);
	if (err < 0 && err != -EFAULT)
		return err;
	return d->offset - start;
}

int direct_io_write(struct direct_io *d, const uint8_t *data, size_t bytes)
{
	ssize_t straight = put_straight(d, data, bytes);
	int err;

	if (straight < 0)
		return (int)straight;
	data += straight;
	bytes -= (size_t)straight;
	while (bytes > 0) {
		size_t taken = HALF_BYTES - d->n < bytes ? HALF_BYTES - d->n : bytes;

		memcpy(half(d) + d->n, data, taken);
		d->n += taken;
		data += taken;
		bytes -= taken;
		if (d->n == HALF_BYTES && (err = turn_over(d)) < 0)
			return err;
	}
	return 0;
}

/* The last, unfinished block is written as well, and again when it is finished: a frame that has been flushed
 * is in the file. */
static int write_rest(struct direct_io *d)
{
	size_t tail = d->n % DIRECT_IO_ALIGNMENT, whole = d->n - tail;
	int err;

	if (d->n == 0)
		return 0;
	if (tail > 0)
		memset(half(d) + d->n, 0, DIRECT_IO_ALIGNMENT - tail);
	err = write_out(d, half(d), whole + (tail > 0 ? DIRECT_IO_ALIGNMENT : 0));
	if (err < 0)
		return err;
	if (tail > 0)
		d->offset -= DIRECT_IO_ALIGNMENT;
	memmove(half(d), half(d) + whole, tail);
	d->n = tail;
	return 0;
}

int direct_io_flush(struct direct_io *d)
{
	int err = write_rest(d), earlier_err = wait_for_other_half(d);

	return earlier_err < 0 ? earlier_err : err;
}

/* Cuts off what fills up the last block, and leaves the descriptor at the end. */
static int settle(struct direct_io *d, off_t length)
{
	int err;

	wait_for_other_half(d);
	err = d->on ? set_flag(d->fd, false) : 0;
	d->on = false;
	d->n = 0;
	if (ftruncate(d->fd, length) < 0 || lseek(d->fd, length, SEEK_SET) < 0)
		err = -errno;
	return err;
}

int direct_io_stop(struct direct_io *d)
{
	int err = direct_io_flush(d), settle_err = settle(d, d->offset + (off_t)d->n);

	return err < 0 ? err : settle_err;
}

int direct_io_truncate(struct direct_io *d, off_t length)
{
	return settle(d, length);
}

void direct_io_close(struct direct_io *d)
{
	overlap_close(d->overlap);
	free(d->memory);
	*d = (struct direct_io){ 0 };
}
