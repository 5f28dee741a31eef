/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Large sequential writes with O_DIRECT. */
#include "media/write/direct_io.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>
#include <linux/magic.h>
#include "base/array.h"
#include "base/output_file.h"

/* Large writes keep the disk busy. Pages that no frame reaches are never allocated. */
#define STAGING_BYTES ((size_t)4 << 20)
#define HUGE_PAGE_BYTES ((size_t)2 << 20)
/* Below this the page cache is no slower. */
#define AUTO_MIN_BYTES ((size_t)1 << 20)

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

/* Writes everything at `offset`. 0 or a negative errno; *done is the number of bytes written either way. */
static int pwrite_all(int fd, const uint8_t *data, size_t bytes, off_t offset, size_t *done)
{
	*done = 0;
	while (*done < bytes) {
		ssize_t n = pwrite(fd, data + *done, bytes - *done, offset + (off_t)*done);

		int err = n < 0 ? -errno : 0;

		if (err < 0 && err != -EINTR && !output_file_has_room(err))
			return err;
		*done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* --- a thread that performs one write at a time --- */

struct async_write {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool busy, stop;
	int fd, err; /* err: of the last write, until async_wait() collects it */
	const uint8_t *data;
	size_t bytes;
	off_t offset;
};

static void *async_thread(void *opaque)
{
	struct async_write *a = opaque;
	size_t done;
	int err;

	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (!a->busy && !a->stop)
			pthread_cond_wait(&a->changed, &a->lock);
		if (!a->busy)
			break;
		pthread_mutex_unlock(&a->lock);
		err = pwrite_all(a->fd, a->data, a->bytes, a->offset, &done);
		pthread_mutex_lock(&a->lock);
		a->err = err;
		a->busy = false;
		pthread_cond_broadcast(&a->changed);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static int async_open(struct async_write **async)
{
	struct async_write *a = calloc(1, sizeof *a);
	int err;

	*async = NULL;
	if (!a)
		return -ENOMEM;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	err = -pthread_create(&a->thread, NULL, async_thread, a);
	if (err < 0) {
		pthread_cond_destroy(&a->changed);
		pthread_mutex_destroy(&a->lock);
		free(a);
		return err;
	}
	*async = a;
	return 0;
}

/* The data must stay unchanged until async_wait(); no other write may be in progress. */
static void async_start(struct async_write *a, int fd, const uint8_t *data, size_t bytes, off_t offset)
{
	pthread_mutex_lock(&a->lock);
	assert(!a->busy);
	a->fd = fd;
	a->data = data;
	a->bytes = bytes;
	a->offset = offset;
	a->busy = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

/* Waits for the write in progress and returns its result; 0 if there is none. */
static int async_wait(struct async_write *a)
{
	int err;

	pthread_mutex_lock(&a->lock);
	while (a->busy)
		pthread_cond_wait(&a->changed, &a->lock);
	err = a->err;
	a->err = 0;
	pthread_mutex_unlock(&a->lock);
	return err;
}

static void async_close(struct async_write *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* --- O_DIRECT --- */

size_t direct_io_min_bytes(enum direct_io_mode mode)
{
	return mode == DIRECT_IO_ON ? DIRECT_IO_ALIGNMENT : AUTO_MIN_BYTES;
}

bool direct_io_supported(int fd, enum direct_io_mode mode)
{
	static const unsigned local_disk[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, F2FS_SUPER_MAGIC };
	struct statfs fs;

	if (mode != DIRECT_IO_AUTO)
		return mode == DIRECT_IO_ON;
	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(local_disk); i++) {
		if ((unsigned)fs.f_type == local_disk[i])
			return true;
	}
	return false;
}

static int set_o_direct(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	return fcntl(fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) < 0 ? -errno : 0;
}

int direct_io_start(struct direct_io *d, int fd, off_t offset)
{
	int err;

	if (!d->staging)
		d->staging = aligned_alloc(HUGE_PAGE_BYTES, 2 * STAGING_BYTES);
	if (!d->staging)
		return -ENOMEM;
	/* The kernel looks up and pins every page for each write: fewer and larger ones cost less. */
	madvise(d->staging, 2 * STAGING_BYTES, MADV_HUGEPAGE);
	err = set_o_direct(fd, true);
	if (err < 0)
		return err;
	d->fd = fd;
	d->enabled = true;
	d->n_staged = 0;
	d->offset = offset;
	return 0;
}

static int disable_o_direct(struct direct_io *d)
{
	int err = d->enabled ? set_o_direct(d->fd, false) : 0;

	d->enabled = false;
	return err;
}

/* Retry without O_DIRECT on EINVAL: fcntl() can accept the flag where write() then refuses it. O_DIRECT may
 * be off by now, when the other staging buffer's write failed in the same way. */
static int retry_without_o_direct(struct direct_io *d, const uint8_t *data, size_t bytes, off_t offset,
				  int err)
{
	size_t done;

	if (err != -EINVAL)
		return err;
	err = disable_o_direct(d);
	return err < 0 ? err : pwrite_all(d->fd, data, bytes, offset, &done);
}

/* Writes everything at d->offset and advances it by what was written. */
static int write_at_offset(struct direct_io *d, const uint8_t *data, size_t bytes)
{
	size_t done;
	int err = pwrite_all(d->fd, data, bytes, d->offset, &done);

	if (err < 0) {
		err = retry_without_o_direct(d, data + done, bytes - done, d->offset + (off_t)done, err);
		if (err == 0)
			done = bytes;
	}
	d->offset += (off_t)done;
	return err;
}

static uint8_t *staging_buffer(const struct direct_io *d, unsigned index)
{
	return d->staging + index * STAGING_BYTES;
}

static int wait_for_other_buffer(struct direct_io *d)
{
	if (!d->async_pending)
		return 0;
	d->async_pending = false;
	return retry_without_o_direct(d, staging_buffer(d, 1 - d->current), STAGING_BYTES, d->async_offset,
				      async_wait(d->async));
}

/* Starts writing the full current buffer and makes the other one current. */
static int swap_buffers(struct direct_io *d)
{
	int err = wait_for_other_buffer(d);

	d->n_staged = 0;
	if (err < 0)
		return err;
	if (!d->async && async_open(&d->async) < 0)
		return write_at_offset(d, staging_buffer(d, d->current), STAGING_BYTES);
	async_start(d->async, d->fd, staging_buffer(d, d->current), STAGING_BYTES, d->offset);
	d->async_pending = true;
	d->async_offset = d->offset;
	d->offset += (off_t)STAGING_BYTES;
	d->current = 1 - d->current;
	return 0;
}

/* Data that are aligned at an aligned offset, as in a raw file, need no staging. Returns the number of bytes
 * written: 0 if anything is unaligned, or if the kernel cannot pin the device's memory (EFAULT). */
static ssize_t write_unstaged(struct direct_io *d, const uint8_t *data, size_t bytes)
{
	off_t start = d->offset;
	int err;

	if (!d->enabled || d->n_staged > 0 || (uintptr_t)data % DIRECT_IO_ALIGNMENT != 0)
		return 0;
	err = write_at_offset(d, data, bytes - bytes % DIRECT_IO_ALIGNMENT);
	if (err < 0 && err != -EFAULT)
		return err;
	return d->offset - start;
}

int direct_io_write(struct direct_io *d, const uint8_t *data, size_t bytes)
{
	ssize_t unstaged = write_unstaged(d, data, bytes);
	int err;

	if (unstaged < 0)
		return (int)unstaged;
	data += unstaged;
	bytes -= (size_t)unstaged;
	while (bytes > 0) {
		size_t room = STAGING_BYTES - d->n_staged, n = room < bytes ? room : bytes;

		memcpy(staging_buffer(d, d->current) + d->n_staged, data, n);
		d->n_staged += n;
		data += n;
		bytes -= n;
		if (d->n_staged < STAGING_BYTES)
			break;
		err = swap_buffers(d);
		if (err < 0)
			return err;
	}
	return 0;
}

/* A frame that has been flushed must be in the file, so its last, partial block is written too, padded with
 * zeros, and written again once it is complete. */
static int write_staged(struct direct_io *d)
{
	uint8_t *data = staging_buffer(d, d->current);
	size_t tail = d->n_staged % DIRECT_IO_ALIGNMENT, whole = d->n_staged - tail;
	int err;

	if (d->n_staged == 0)
		return 0;
	if (tail > 0)
		memset(data + d->n_staged, 0, DIRECT_IO_ALIGNMENT - tail);
	err = write_at_offset(d, data, whole + (tail > 0 ? DIRECT_IO_ALIGNMENT : 0));
	if (err < 0)
		return err;
	if (tail > 0)
		d->offset -= DIRECT_IO_ALIGNMENT;
	memmove(data, data + whole, tail);
	d->n_staged = tail;
	return 0;
}

int direct_io_flush(struct direct_io *d)
{
	int err = write_staged(d), earlier_err = wait_for_other_buffer(d);

	return earlier_err < 0 ? earlier_err : err;
}

int direct_io_truncate(struct direct_io *d, off_t length)
{
	int err;

	wait_for_other_buffer(d);
	err = disable_o_direct(d);
	d->n_staged = 0;
	if (ftruncate(d->fd, length) < 0 || lseek(d->fd, length, SEEK_SET) < 0)
		err = -errno;
	return err;
}

int direct_io_stop(struct direct_io *d)
{
	int err = direct_io_flush(d), truncate_err = direct_io_truncate(d, d->offset + (off_t)d->n_staged);

	return err < 0 ? err : truncate_err;
}

void direct_io_close(struct direct_io *d)
{
	async_close(d->async);
	free(d->staging);
	*d = (struct direct_io){ 0 };
}
