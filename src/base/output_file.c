/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens, locks, syncs and renames output files; writes to pipes. No wait outlasts the end of the run. */
#include "base/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define PATIENCE_NS (5 * NS_PER_S)
#define POLL_MS 50

static _Atomic int cancel_fd = -1;
static _Atomic bool ends_without_signal;

void output_file_set_cancel(int fd)
{
	cancel_fd = fd;
}

void output_file_set_ending(bool ending)
{
	ends_without_signal = ending;
}

bool output_file_is_ending(void)
{
	struct pollfd cancel = { .fd = cancel_fd, .events = POLLIN };

	return ends_without_signal || (poll(&cancel, 1, 0) > 0 && cancel.revents & POLLIN);
}

/* --- full disks --- */

static bool (*make_room)(void *opaque);
static void *room_opaque;

/* Before and after other threads write. */
void output_file_set_room(bool (*make)(void *opaque), void *opaque)
{
	make_room = make;
	room_opaque = opaque;
}

bool output_file_has_room(int err)
{
	return (err == -ENOSPC || err == -EDQUOT) && make_room && make_room(room_opaque);
}

/* --- pipes --- */

static bool is_fifo(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

int output_file_open(const char *path, int flags)
{
	int fd;

	/* poll() cannot wait for a reader. */
	while ((fd = open(path, flags | O_NONBLOCK, 0666)) < 0 && errno == ENXIO && is_fifo(path)) {
		if (output_file_is_ending())
			return -EINTR;
		poll(NULL, 0, POLL_MS);
	}
	return fd < 0 ? -errno : fd;
}

/* Opens a pipe anew: O_NONBLOCK on a duplicate would apply to all processes that share it. */
int output_file_open_stdout(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL), fd = -1;
	struct stat st;

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int64_t since_ns = 0; /* when the run was told to end */
	int n;

	while ((n = poll(&p, 1, POLL_MS)) <= 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!output_file_is_ending())
			continue;
		if (since_ns == 0)
			since_ns = now_ns();
		if (now_ns() - since_ns >= PATIENCE_NS)
			return -ETIMEDOUT;
	}
	return 0;
}

int output_file_writev(int fd, struct iovec *pieces, int n_pieces)
{
	while (n_pieces > 0) {
		ssize_t n = pieces->iov_len ? writev(fd, pieces, n_pieces) : 0;
		int err = n < 0 ? -errno : 0;

		if (err == -EAGAIN)
			err = wait_writable(fd);
		if (err < 0 && err != -EINTR && !output_file_has_room(err))
			return err;
		for (size_t left = n > 0 ? (size_t)n : 0; n_pieces > 0; pieces++, n_pieces--) {
			size_t written = left < pieces->iov_len ? left : pieces->iov_len;

			pieces->iov_base = (uint8_t *)pieces->iov_base + written;
			pieces->iov_len -= written;
			left -= written;
			if (pieces->iov_len > 0)
				break;
		}
	}
	return 0;
}

/* --- files --- */

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* flock() rather than fcntl(): a record lock of fcntl() is lost when the process closes any descriptor of the
 * file. Errors other than EWOULDBLOCK are those of file systems without locks. */
int output_file_lock(int fd)
{
	if (is_regular(fd) && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EBUSY;
	return 0;
}

int output_file_truncate(int fd)
{
	int err = output_file_lock(fd);

	if (err == 0 && is_regular(fd) && ftruncate(fd, 0) < 0)
		err = -errno;
	return err;
}

int output_file_name_partial(const char *path, const char *suffix, char **partial)
{
	struct stat st;

	*partial = NULL;
	if (!suffix || strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return 0;
	return asprintf(partial, "%s%s", path, suffix) < 0 ? -ENOMEM : 0;
}

int output_file_rename(const char *from, const char *to, bool overwrite)
{
	struct stat st;

	if (!overwrite && renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	/* Network file systems and FUSE may not know the flag. */
	if (!overwrite && errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (!overwrite && lstat(to, &st) == 0)
		return -EEXIST;
	return rename(from, to) < 0 ? -errno : 0;
}

/* A folder can be writable without being readable, which open() needs. */
static void warn_unsynced(const char *folder, int err)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set(&said))
		log_warn("%s: cannot be opened (%s): after a power failure, files created in it may be "
			 "missing",
			 folder, err_str(err));
}

/* Calls sync() on the folder of the file that a link leads to, not on that of the link. */
static int sync_folder(const char *path, int (*sync)(int fd))
{
	char *target = realpath(path, NULL), *file = target ? target : strdup(path), *folder;
	int fd, err = 0;

	if (!file)
		return log_no_memory();
	folder = dirname(file);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		warn_unsynced(folder, -errno);
	else if (sync(fd) < 0 && errno != EINVAL) /* the file system has nothing to write */
		err = -errno;
	if (fd >= 0)
		close(fd);
	free(file);
	return err;
}

int output_file_sync_name(const char *path)
{
	return sync_folder(path, fsync);
}

int output_file_sync_all(const char *path)
{
	return sync_folder(path, syncfs);
}

int output_file_sync(int fd, const char *path, bool *name_synced)
{
	int err;

	if (!is_regular(fd))
		return 0;
	/* Standard output has no known name. */
	err = *name_synced || strcmp(path, "-") == 0 ? 0 : output_file_sync_name(path);
	*name_synced = err == 0;
	if (err == 0 && fdatasync(fd) < 0 && errno != EINVAL)
		err = -errno;
	return err;
}

const char *output_file_err_str(int err)
{
	if (err == -EBUSY)
		return "another run is writing it, or this one under another name";
	return err == -ETIMEDOUT ? "its reader has taken nothing for 5 s" : err_str(err);
}
