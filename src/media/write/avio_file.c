/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An AVIOContext over a file descriptor that does not copy whole frames. */
#include "media/write/avio_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <libavutil/mem.h>
#include "base/log.h"
#include "base/output_file.h"
#include "media/libav.h"

#define AVIO_BYTES 32768

/* --- writing --- */

static int save_write_error(struct avio_file *f, int err)
{
	if (err < 0 && f->error == 0)
		f->error = err;
	return err;
}

/* Writes the gathered pieces, then `data`. */
static int write_gathered(struct avio_file *f, const uint8_t *data, size_t bytes)
{
	struct iovec pieces[2] = {
		{ f->gathered, f->n_gathered },
		{ (uint8_t *)data, bytes },
	};
	int err;

	f->n_gathered = 0;
	if (!f->direct_io_active)
		return save_write_error(f, output_file_writev(f->fd, pieces, 2));
	err = direct_io_write(&f->direct_io, pieces[0].iov_base, pieces[0].iov_len);
	if (err == 0)
		err = direct_io_write(&f->direct_io, data, bytes);
	return save_write_error(f, err);
}

/* The end of the gathered pieces in the file. */
static int64_t gathered_end(const struct avio_file *f)
{
	return f->gathered_at + (int64_t)f->n_gathered;
}

/* Whether the bytes fit into the gathered data, or directly behind it. */
static bool can_gather(const struct avio_file *f, size_t bytes)
{
	return bytes < sizeof f->gathered / 2 &&
	       (f->n_gathered == 0 || (size_t)(f->position - f->gathered_at) + bytes <= sizeof f->gathered);
}

static void gather(struct avio_file *f, const uint8_t *data, size_t bytes)
{
	size_t at, end;

	if (f->n_gathered == 0)
		f->gathered_at = f->position;
	at = (size_t)(f->position - f->gathered_at);
	end = at + bytes;
	memcpy(f->gathered + at, data, bytes);
	if (end > f->n_gathered)
		f->n_gathered = end;
}

/* Starts direct I/O with these data: bytes up to the next aligned offset are written through the page cache,
 * the rest by direct_io. */
static int write_direct(struct avio_file *f, const uint8_t *data, size_t bytes)
{
	int64_t offset = f->start + f->position;
	size_t head = (size_t)(-offset & (DIRECT_IO_ALIGNMENT - 1));
	int err;

	if (f->direct_io_active)
		return write_gathered(f, data, bytes);
	err = write_gathered(f, data, head);
	if (err < 0)
		return err;
	err = direct_io_start(&f->direct_io, f->fd, offset + (int64_t)head);
	f->direct_io_active = f->direct_io_allowed = err == 0;
	if (!f->direct_io_active) {
		log_message(f->direct_io_mode == DIRECT_IO_ON ? LOG_LEVEL_WARN : LOG_LEVEL_VERBOSE,
			    "%s: the file system does not support direct I/O (%s): writing through the page "
			    "cache",
			    f->path, err_str(err));
		return write_gathered(f, data + head, bytes - head);
	}
	return write_gathered(f, data + head, bytes - head);
}

static int stop_direct(struct avio_file *f)
{
	if (!f->direct_io_active)
		return 0;
	f->direct_io_active = false;
	return save_write_error(f, direct_io_stop(&f->direct_io));
}

/* Writes the gathered pieces and continues at another offset. */
static int write_and_seek(struct avio_file *f, int64_t offset)
{
	int err = f->n_gathered > 0 ? write_gathered(f, NULL, 0) : 0;

	if (err == 0)
		err = stop_direct(f);
	if (err < 0)
		return err;
	if (lseek(f->fd, f->start + offset, SEEK_SET) < 0)
		return -errno;
	f->position = offset;
	return 0;
}

/* Where a muxer went back within the gathered pieces, writes them: the next data are to be written at
 * `position`. */
static int leave_gathered(struct avio_file *f)
{
	if (f->n_gathered == 0 || f->position == gathered_end(f))
		return 0;
	return write_and_seek(f, f->position);
}

/* An existing file stays unchanged until the first frame: the header is kept in `gathered`, where a muxer may
 * seek. Returns false if the data do not fit there. */
static bool write_pending(struct avio_file *f, const uint8_t *data, size_t bytes)
{
	if ((uint64_t)f->position + bytes > sizeof f->gathered)
		return false;
	memcpy(f->gathered + f->position, data, bytes);
	f->position += (int64_t)bytes;
	if (f->position > f->size)
		f->size = f->position;
	return true;
}

int avio_file_begin(struct avio_file *f)
{
	int err;

	if (!f->pending)
		return 0;
	f->pending = false;
	f->n_gathered = (size_t)f->size;
	err = output_file_truncate(f->fd);
	if (err == 0)
		err = output_file_writev(f->fd, &(struct iovec){ f->gathered, f->n_gathered }, 1);
	f->n_gathered = 0;
	if (err == 0 && lseek(f->fd, f->position, SEEK_SET) < 0)
		err = -errno;
	return save_write_error(f, err);
}

int avio_file_reserve(struct avio_file *f, int64_t bytes)
{
	int64_t end = f->start + f->position + bytes;
	struct rlimit limit;

	if (!f->regular || !f->seekable || f->cannot_reserve || end <= f->reserved)
		return 0;
	/* fallocate() does not check it, as the file's size does not change. */
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && (rlim_t)end > limit.rlim_cur)
		return save_write_error(f, -EFBIG);
	do {
		if (fallocate(f->fd, FALLOC_FL_KEEP_SIZE, f->start + f->position, bytes) == 0) {
			f->reserved = end;
			return 0;
		}
	} while (output_file_has_room(-errno));
	if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT || errno == EIO)
		return save_write_error(f, -errno);
	f->cannot_reserve = true; /* some file systems cannot */
	return 0;
}

int avio_file_flush(struct avio_file *f)
{
	int err = leave_gathered(f);

	if (err == 0 && f->n_gathered > 0)
		err = write_gathered(f, NULL, 0);
	if (err == 0 && f->direct_io_active)
		err = save_write_error(f, direct_io_flush(&f->direct_io));
	return err;
}

static int write_large(struct avio_file *f, const uint8_t *data, size_t bytes)
{
	bool at_end = f->position >= f->size;

	if (f->direct_io_active ||
	    (f->direct_io_allowed && bytes >= direct_io_min_bytes(f->direct_io_mode) && at_end))
		return write_direct(f, data, bytes);
	return write_gathered(f, data, bytes);
}

static bool keep_length(struct avio_file *f, const uint8_t *data, size_t bytes)
{
	if (f->position >= f->kept_before || f->n_kept > 0 || bytes > sizeof f->kept || f->n_gathered > 0 ||
	    lseek(f->fd, f->start + f->position + (int64_t)bytes, SEEK_SET) < 0)
		return false;
	f->kept_at = f->position;
	f->n_kept = bytes;
	memcpy(f->kept, data, bytes);
	f->position += (int64_t)bytes;
	return true;
}

/* After an error the file stays what it was before. */
static void write_length(struct avio_file *f)
{
	ssize_t n = (ssize_t)f->n_kept;

	if (n > 0 && f->error == 0 && pwrite(f->fd, f->kept, f->n_kept, f->start + f->kept_at) < n)
		save_write_error(f, errno ? -errno : -EIO);
	f->n_kept = 0;
}

/* AVIOContext's write_packet. */
static int avio_file_write(void *opaque, avio_write_data *data, int bytes)
{
	struct avio_file *f = opaque;
	size_t n = (size_t)bytes;
	int err;

	if (f->discarding || bytes <= 0)
		return bytes;
	if (f->error < 0 && !f->seekable) /* data are missing for good */
		return f->error;
	if (f->pending && write_pending(f, data, n))
		return bytes;
	err = avio_file_begin(f);
	if (err < 0)
		return err;
	if (keep_length(f, data, n))
		return bytes;
	if (can_gather(f, n)) {
		gather(f, data, n);
	} else {
		err = leave_gathered(f);
		if (err == 0)
			err = write_large(f, data, n);
	}
	if (err < 0)
		return err;
	f->position += bytes;
	if (f->position > f->size)
		f->size = f->position;
	return bytes;
}

/* AVIOContext's seek. Muxers go back to fill in the length of what they have just written, which is still
 * gathered. */
static int64_t avio_file_seek(void *opaque, int64_t offset, int whence)
{
	struct avio_file *f = opaque;
	int err;

	if (whence & AVSEEK_SIZE)
		return f->size;
	if ((whence & ~AVSEEK_FORCE) != SEEK_SET)
		return -EINVAL;
	if (f->discarding)
		return offset;
	if (f->pending || offset == f->position ||
	    (f->n_gathered > 0 && offset >= f->gathered_at && offset <= gathered_end(f))) {
		f->position = offset;
		return offset;
	}
	err = write_and_seek(f, offset);
	return err < 0 ? err : offset;
}

/* --- opening and closing --- */

static int alloc_avio(struct avio_file *f)
{
	uint8_t *buffer = av_malloc(AVIO_BYTES);

	if (!buffer)
		return -ENOMEM;
	f->avio = avio_alloc_context(buffer, AVIO_BYTES, 1, f, NULL, avio_file_write,
				     f->seekable ? avio_file_seek : NULL);
	if (!f->avio) {
		av_free(buffer);
		return -ENOMEM;
	}
	f->avio->direct = 1;
	f->avio->seekable = f->seekable ? AVIO_SEEKABLE_NORMAL : 0;
	return 0;
}

/* A file without a descriptor. path: its path or, for messages, "standard output". */
static struct avio_file *alloc_file(const char *path, const char *partial_suffix, enum direct_io_mode mode)
{
	struct avio_file *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->fd = -1;
	f->direct_io_mode = mode;
	f->partial_suffix = partial_suffix;
	f->path = strdup(strcmp(path, "-") == 0 ? "standard output" : path);
	if (f->path)
		return f;
	free(f);
	return NULL;
}

int avio_file_open(struct avio_file **file, const char *path, const char *partial_suffix, unsigned flags,
		   enum direct_io_mode mode)
{
	struct avio_file *f = alloc_file(path, partial_suffix, mode);
	int err;

	*file = NULL;
	if (!f)
		return log_no_memory();
	err = avio_file_create(f, path, flags);
	f->pending = err == 0 && f->regular && !f->created && strcmp(path, "-") != 0;
	if (err == 0 && alloc_avio(f) < 0)
		err = log_no_memory();
	if (err < 0) {
		avio_file_unlink(f);
		avio_file_close(f, false);
		return err;
	}
	*file = f;
	return 0;
}

int avio_file_open_later(struct avio_file **file, const char *path, const char *partial_suffix,
			 enum direct_io_mode mode)
{
	struct avio_file *f = alloc_file(path, partial_suffix, mode);

	*file = NULL;
	if (!f)
		return log_no_memory();
	f->regular = f->seekable = f->pending = true;
	if (alloc_avio(f) < 0) {
		avio_file_close(f, false);
		return log_no_memory();
	}
	*file = f;
	return 0;
}

void avio_file_unlink(struct avio_file *f)
{
	struct stat own, st;

	if (f->created && fstat(f->fd, &own) == 0 && lstat(f->path, &st) == 0 && own.st_dev == st.st_dev &&
	    own.st_ino == st.st_ino)
		unlink(f->path);
	f->created = false;
}

int avio_file_sync(struct avio_file *f)
{
	int err = avio_file_flush(f);

	if (err < 0 || !f->regular || f->pending)
		return err;
	return save_write_error(f, output_file_sync(f->fd, f->path, &f->name_synced));
}

void avio_file_keep_lengths(struct avio_file *f)
{
	if (f->regular && f->seekable && !f->pending)
		f->kept_before = f->size;
}

void avio_file_finish(struct avio_file *f)
{
	struct stat st;

	avio_flush(f->avio);
	avio_file_flush(f);
	stop_direct(f);
	write_length(f);
	if (!f->regular || !f->seekable || f->pending || fstat(f->fd, &st) < 0)
		return;
	f->size = st.st_size - f->start; /* a part may not have been written */
	if (f->reserved > st.st_size && ftruncate(f->fd, st.st_size) < 0)
		save_write_error(f, -errno);
}

int avio_file_close(struct avio_file *f, bool whole)
{
	int err;

	if (!f)
		return 0;
	if (f->avio) {
		avio_file_finish(f);
		av_freep(&f->avio->buffer);
		avio_context_free(&f->avio);
	}
	/* Network file systems may report a full disk only here. */
	if (f->fd >= 0 && close(f->fd) < 0)
		save_write_error(f, -errno);
	if (whole && f->final_path && f->error == 0 &&
	    save_write_error(f, output_file_rename(f->path, f->final_path, f->overwrite)) == 0 &&
	    f->name_synced)
		save_write_error(f, output_file_sync_name(f->final_path));
	err = f->error;
	direct_io_close(&f->direct_io);
	free(f->path);
	free(f->final_path);
	free(f);
	return err;
}

void avio_file_recover(struct avio_file *f, int64_t length, bool rewind)
{
	int64_t position;
	int err = 0;

	if (!f->seekable)
		return;
	f->direct_io_allowed = false;
	f->n_gathered = 0;
	f->avio->error = 0;
	f->discarding = true;
	if (rewind)
		avio_seek(f->avio, length, SEEK_SET);
	avio_flush(f->avio);
	f->discarding = false;
	position = avio_tell(f->avio);
	if (f->direct_io_active)
		err = direct_io_truncate(&f->direct_io, f->start + length);
	else if (f->regular && ftruncate(f->fd, f->start + length) < 0)
		err = -errno;
	f->direct_io_active = false;
	if (err < 0)
		log_verbose("%s: cannot truncate the file to its last complete frame: %s", f->path,
			    err_str(err));
	if (lseek(f->fd, f->start + position, SEEK_SET) < 0)
		return;
	f->position = position;
	f->size = length;
}
