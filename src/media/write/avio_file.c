/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An AVIOContext over write(2) that does not copy whole frames. */
#include "media/write/avio_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <libavutil/mem.h>
#include <libavformat/avformat.h>
#include "base/array.h"
#include "base/log.h"
#include "media/write/direct_io.h"

/* Below this a copy is cheaper than a system call of its own. */
#define GATHER_BYTES 65536
#define AVIO_BYTES 32768

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t avio_bytes;
#else
typedef uint8_t avio_bytes;
#endif

struct avio_file {
	AVIOContext *avio;
	char *path;
	int fd;
	bool seekable, regular, made;
	bool may_bypass, bypassing; /* the page cache, by way of `direct` */
	enum direct_io_mode mode;
	bool discarding; /* what libavformat still hands over belongs to a frame that is given up */
	int error;
	int64_t base;     /* where in the file byte 0 of ours lies: standard output may be part-written */
	int64_t position; /* of the next byte, gathered ones included */
	_Atomic uint64_t end;
	struct direct_io direct;
	size_t n_gathered;
	uint8_t gathered[GATHER_BYTES];
};

/* Somebody else may have made standard output non-blocking. */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

/* Writes both pieces whole. */
static int write_all(int fd, struct iovec *pieces, int n_pieces)
{
	while (n_pieces > 0) {
		ssize_t n = pieces->iov_len ? writev(fd, pieces, n_pieces) : 0;
		int err = n < 0 ? -errno : 0;

		if (err == -EAGAIN)
			err = wait_writable(fd);
		if (err < 0 && err != -EINTR)
			return err;
		for (size_t left = n > 0 ? (size_t)n : 0; n_pieces > 0; pieces++, n_pieces--) {
			size_t taken = left < pieces->iov_len ? left : pieces->iov_len;

			pieces->iov_base = (uint8_t *)pieces->iov_base + taken;
			pieces->iov_len -= taken;
			left -= taken;
			if (pieces->iov_len > 0)
				break;
		}
	}
	return 0;
}

static int remember(struct avio_file *o, int err)
{
	if (err < 0 && o->error == 0)
		o->error = err;
	return err;
}

/* What is gathered, and `data` behind it. */
static int put(struct avio_file *o, const uint8_t *data, size_t bytes)
{
	struct iovec pieces[2] = {
		{ o->gathered, o->n_gathered },
		{ (uint8_t *)data, bytes },
	};

	o->n_gathered = 0;
	return remember(o, write_all(o->fd, pieces, 2));
}

/* Begins to go past the page cache with this piece: what is missing up to the next whole block is written the
 * ordinary way. */
static int put_bypassing(struct avio_file *o, const uint8_t *data, size_t bytes)
{
	int64_t offset = o->base + o->position;
	size_t head = (size_t)(-offset & (DIRECT_IO_ALIGNMENT - 1));
	int err;

	if (o->bypassing)
		return remember(o, direct_io_write(&o->direct, data, bytes));
	err = put(o, data, head);
	if (err < 0)
		return err;
	err = direct_io_start(&o->direct, o->fd, offset + (int64_t)head);
	o->bypassing = o->may_bypass = err == 0;
	if (!o->bypassing) {
		log_message(o->mode == DIRECT_IO_ON ? LOG_LEVEL_WARN : LOG_LEVEL_VERBOSE,
			    "%s: the file system takes no direct writes (%s): they go through the page cache",
			    o->path, err_str(err));
		return put(o, data + head, bytes - head);
	}
	return remember(o, direct_io_write(&o->direct, data + head, bytes - head));
}

static int stop_bypassing(struct avio_file *o)
{
	if (!o->bypassing)
		return 0;
	o->bypassing = false;
	return remember(o, direct_io_stop(&o->direct));
}

static bool at_end(const struct avio_file *o)
{
	return (uint64_t)o->position >= avio_file_bytes(o);
}

static int write_packet(void *opaque, avio_bytes *data, int bytes)
{
	struct avio_file *o = opaque;
	size_t n = (size_t)bytes;
	int err = 0;

	if (o->discarding || bytes <= 0)
		return bytes;
	if (o->bypassing || (o->may_bypass && n >= direct_io_min_bytes(o->mode) && at_end(o))) {
		err = put_bypassing(o, data, n);
	} else if (n + o->n_gathered <= sizeof o->gathered && n < sizeof o->gathered / 2) {
		memcpy(o->gathered + o->n_gathered, data, n);
		o->n_gathered += n;
	} else {
		err = put(o, data, n);
	}
	if (err < 0)
		return err;
	o->position += bytes;
	if ((uint64_t)o->position > atomic_load_explicit(&o->end, memory_order_relaxed))
		atomic_store_explicit(&o->end, (uint64_t)o->position, memory_order_relaxed);
	return bytes;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
	struct avio_file *o = opaque;
	int err;

	if (whence & AVSEEK_SIZE)
		return (int64_t)atomic_load(&o->end);
	if ((whence & ~AVSEEK_FORCE) != SEEK_SET)
		return -EINVAL;
	if (o->discarding)
		return offset;
	if ((err = avio_file_flush(o)) < 0 || (err = stop_bypassing(o)) < 0)
		return err;
	if (lseek(o->fd, o->base + offset, SEEK_SET) < 0)
		return -errno;
	o->position = offset;
	return offset;
}

int avio_file_flush(struct avio_file *o)
{
	if (o->bypassing)
		return remember(o, direct_io_flush(&o->direct));
	return o->n_gathered > 0 ? put(o, NULL, 0) : 0;
}

static int refuse(const char *path, int err)
{
	static const struct {
		int err;
		const char *advice;
	} advices[] = {
		{ -EEXIST, "exists: use -y to overwrite it, or another name" },
		{ -EISDIR, "is a directory: name a file in it" },
		{ -ENOENT, "the directory it should lie in does not exist" },
		{ -ENOTDIR, "a part of the path is not a directory" },
		{ -EACCES, "no permission to write there" },
		{ -EPERM, "no permission to write there" },
		{ -EROFS, "the file system is read-only" },
		{ -ENOSPC, "no space left on the disk" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(advices); i++) {
		if (advices[i].err == err) {
			log_error("%s: %s", path, advices[i].advice);
			return err;
		}
	}
	log_error("%s: cannot be opened for writing: %s", path, err_str(err));
	return err;
}

/* O_EXCL rather than a look beforehand: two writers may have the same idea at the same time. */
static int open_path(struct avio_file *o, const char *path, bool overwrite)
{
	struct stat st;
	int flags = O_WRONLY | O_TRUNC | O_CLOEXEC;

	o->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (o->fd >= 0) {
		o->made = true;
		return 0;
	}
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &st) < 0)
		flags |= O_CREAT; /* a link whose target is not there yet; the kernel dislikes O_CREAT on
				     others' FIFOs */
	else if (S_ISDIR(st.st_mode))
		return -EISDIR;
	else if (S_ISREG(st.st_mode) && !overwrite)
		return -EEXIST;
	o->fd = open(path, flags, 0666);
	return o->fd < 0 ? -errno : 0;
}

int avio_file_check_path(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? refuse(path, -EISDIR) : 0;
}

static int open_any(struct avio_file *o, const char *path, bool overwrite)
{
	int err = 0;

	if (strcmp(path, "-") == 0)
		o->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		err = open_path(o, path, overwrite);
	if (err == 0 && o->fd < 0)
		err = -errno;
	if (err < 0)
		return refuse(o->path, err);
	if (isatty(o->fd)) {
		log_error("%s is a terminal: binary data is not written there; use a pipe or a file",
			  o->path);
		return -EINVAL;
	}
	return 0;
}

/* Only regular files (and disks) keep the promise of lseek(); an appending one writes at its end whatever
 * lseek() said. */
static void look_at(struct avio_file *o)
{
	struct stat st;
	int flags = fcntl(o->fd, F_GETFL);

	if (fstat(o->fd, &st) < 0 || flags < 0)
		return;
	o->regular = S_ISREG(st.st_mode);
	if ((o->regular || S_ISBLK(st.st_mode)) && !(flags & O_APPEND)) {
		o->base = lseek(o->fd, 0, SEEK_CUR);
		o->seekable = o->base >= 0;
	}
}

static int make_avio(struct avio_file *o)
{
	uint8_t *buffer = av_malloc(AVIO_BYTES);

	if (!buffer)
		return -ENOMEM;
	o->avio = avio_alloc_context(buffer, AVIO_BYTES, 1, o, NULL, write_packet, o->seekable ? seek : NULL);
	if (!o->avio) {
		av_free(buffer);
		return -ENOMEM;
	}
	o->avio->direct = 1;
	o->avio->seekable = o->seekable ? AVIO_SEEKABLE_NORMAL : 0;
	return 0;
}

int avio_file_open(struct avio_file **output, const char *path, bool overwrite, enum direct_io_mode mode)
{
	struct avio_file *o = calloc(1, sizeof *o);
	int err = -ENOMEM;

	*output = NULL;
	if (!o)
		return refuse(path, err);
	o->fd = -1;
	if (!(o->path = strdup(strcmp(path, "-") == 0 ? "standard output" : path))) {
		refuse(path, err);
		goto failed;
	}
	err = open_any(o, path, overwrite);
	if (err < 0)
		goto failed;
	look_at(o);
	/* A shared standard output must not change its ways for all who have it. */
	o->mode = mode;
	o->may_bypass =
		strcmp(path, "-") != 0 && o->regular && o->seekable && direct_io_supported(o->fd, mode);
	err = make_avio(o);
	if (err < 0) {
		refuse(path, err);
		goto failed;
	}
	*output = o;
	return 0;
failed:
	avio_file_unlink(o);
	avio_file_close(o);
	return err;
}

void avio_file_unlink(struct avio_file *o)
{
	if (o->made)
		unlink(o->path);
	o->made = false;
}

int avio_file_close(struct avio_file *o)
{
	int err;

	if (!o)
		return 0;
	if (o->avio) {
		avio_flush(o->avio);
		avio_file_flush(o);
		stop_bypassing(o);
		av_freep(&o->avio->buffer);
		avio_context_free(&o->avio);
	}
	/* A file on a network may say only now that it is full. */
	if (o->fd >= 0 && close(o->fd) < 0 && !o->error)
		o->error = -errno;
	err = o->error;
	direct_io_close(&o->direct);
	free(o->path);
	free(o);
	return err;
}

void avio_file_recover(struct avio_file *o, int64_t length, bool rewind)
{
	int64_t position;
	int err = 0;

	if (!o->seekable)
		return;
	o->may_bypass = false;
	o->n_gathered = 0;
	o->avio->error = 0;
	o->discarding = true;
	if (rewind)
		avio_seek(o->avio, length, SEEK_SET);
	avio_flush(o->avio);
	o->discarding = false;
	position = avio_tell(o->avio);
	if (o->bypassing)
		err = direct_io_truncate(&o->direct, o->base + length);
	else if (o->regular && ftruncate(o->fd, o->base + length) < 0)
		err = -errno;
	o->bypassing = false;
	if (err < 0)
		log_verbose("%s: cutting off the unfinished frame: %s", o->path, err_str(err));
	if (lseek(o->fd, o->base + position, SEEK_SET) < 0)
		return;
	o->position = position;
	atomic_store(&o->end, (uint64_t)length);
}

AVIOContext *avio_file_context(struct avio_file *o)
{
	return o->avio;
}

bool avio_file_seekable(const struct avio_file *o)
{
	return o->seekable;
}

int avio_file_error(const struct avio_file *o)
{
	return o->error;
}

uint64_t avio_file_bytes(const struct avio_file *o)
{
	return atomic_load_explicit(&((struct avio_file *)o)->end, memory_order_relaxed);
}
