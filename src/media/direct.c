/* Large writes past the page cache. SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>
#include <linux/magic.h>

/* The larger, the busier it keeps the disk; only what a frame needs of it is ever touched. */
#define STAGING_BYTES (8 << 20)

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

bool direct_suits(int fd)
{
	static const unsigned suited[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, F2FS_SUPER_MAGIC };
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof(suited) / sizeof(*suited); i++) {
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

int direct_begin(struct direct *d, int fd, off_t offset)
{
	int err;

	if (!d->memory && !(d->memory = aligned_alloc(DIRECT_BLOCK, STAGING_BYTES)))
		return -ENOMEM;
	if ((err = set_flag(fd, true)) < 0)
		return err;
	d->fd = fd;
	d->on = true;
	d->n = 0;
	d->offset = offset;
	return 0;
}

/* Writes all of it at d->offset, which moves on. */
static int write_out(struct direct *d, const uint8_t *data, size_t bytes)
{
	int err = 0;

	while (bytes > 0 && err == 0) {
		ssize_t n = pwrite(d->fd, data, bytes, d->offset);

		if (n < 0 && errno == EINVAL && d->on) { /* promised by fcntl(), but not kept */
			err = set_flag(d->fd, d->on = false);
		} else if (n < 0 && errno != EINTR) {
			err = -errno;
		} else if (n > 0) {
			data += n;
			bytes -= (size_t)n;
			d->offset += n;
		}
	}
	return err;
}

/* A file that is nothing but frames of whole blocks needs no staging. Returns how much went that way: nothing
 * where memory or place do not fit, or where the kernel cannot pin the device's memory (EFAULT). */
static ssize_t put_straight(struct direct *d, const uint8_t *data, size_t bytes)
{
	off_t start = d->offset;
	int err;

	if (!d->on || d->n > 0 || (uintptr_t)data % DIRECT_BLOCK != 0)
		return 0;
	err = write_out(d, data, bytes - bytes % DIRECT_BLOCK);
	if (err < 0 && err != -EFAULT)
		return err;
	return d->offset - start;
}

int direct_put(struct direct *d, const uint8_t *data, size_t bytes)
{
	ssize_t straight = put_straight(d, data, bytes);
	int err;

	if (straight < 0)
		return (int)straight;
	data += straight;
	bytes -= (size_t)straight;
	while (bytes > 0) {
		size_t taken = STAGING_BYTES - d->n < bytes ? STAGING_BYTES - d->n : bytes;

		memcpy(d->memory + d->n, data, taken);
		d->n += taken;
		data += taken;
		bytes -= taken;
		if (d->n == STAGING_BYTES) {
			d->n = 0;
			if ((err = write_out(d, d->memory, STAGING_BYTES)) < 0)
				return err;
		}
	}
	return 0;
}

/* The last, unfinished block is written as well, and again when it is finished: a frame that has been flushed
 * is in the file. */
int direct_flush(struct direct *d)
{
	size_t tail = d->n % DIRECT_BLOCK, whole = d->n - tail;
	int err;

	if (d->n == 0)
		return 0;
	if (tail > 0)
		memset(d->memory + d->n, 0, DIRECT_BLOCK - tail);
	if ((err = write_out(d, d->memory, whole + (tail > 0 ? DIRECT_BLOCK : 0))) < 0)
		return err;
	if (tail > 0)
		d->offset -= DIRECT_BLOCK;
	memmove(d->memory, d->memory + whole, tail);
	d->n = tail;
	return 0;
}

/* Cuts off what fills up the last block, and leaves the descriptor at the end. */
static int settle(struct direct *d, off_t length)
{
	int err = d->on ? set_flag(d->fd, false) : 0;

	d->on = false;
	d->n = 0;
	if (ftruncate(d->fd, length) < 0 || lseek(d->fd, length, SEEK_SET) < 0)
		err = -errno;
	return err;
}

int direct_end(struct direct *d)
{
	int err = direct_flush(d), settle_err = settle(d, d->offset + (off_t)d->n);

	return err < 0 ? err : settle_err;
}

int direct_give_up(struct direct *d, off_t length)
{
	return settle(d, length);
}

void direct_close(struct direct *d)
{
	free(d->memory);
	*d = (struct direct){ 0 };
}
