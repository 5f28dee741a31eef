/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A preloaded library that logs what befalls files and names, for tests/tools/power-cut:
 *
 *     WRITE_LOG=log WRITE_LOG_PATH=out/ program
 *
 * for files whose path contains out/. Each record is a line, and the data of a write:
 *
 *     create INODE PATH            write INODE OFFSET BYTES          truncate INODE LENGTH
 *     sync INODE                   sync-folder PATH                  sync-all
 *     rename FROM TO               unlink PATH
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "next.h"

#define MAX_FD 1024

static FILE *records;
static const char *part;
static char paths[MAX_FD][256]; /* of those that are logged */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void open_log(void)
{
	part = getenv("WRITE_LOG_PATH");
	records = part ? fopen(getenv("WRITE_LOG"), "we") : NULL;
	if (records) /* for those who read it meanwhile */
		setvbuf(records, NULL, _IOLBF, 0);
}

static bool is_logged(int fd)
{
	return records && fd >= 0 && fd < MAX_FD && *paths[fd];
}

static unsigned long inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (unsigned long)st.st_ino : 0;
}

int open(const char *path, int flags, ...)
{
	bool logged = records && strstr(path, part), is_new = logged && access(path, F_OK) < 0;
	va_list arguments;
	int fd, mode;

	va_start(arguments, flags);
	mode = mode_argument(flags, arguments);
	va_end(arguments);
	pthread_mutex_lock(&lock);
	fd = NEXT(open)(path, flags, mode);
	if (fd >= 0 && fd < MAX_FD)
		snprintf(paths[fd], sizeof *paths, "%s", logged ? path : "");
	if (fd >= 0 && is_new)
		fprintf(records, "create %lu %s\n", inode(fd), path);
	pthread_mutex_unlock(&lock);
	return fd;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open"))); /* libavutil's */

int close(int fd)
{
	if (fd >= 0 && fd < MAX_FD)
		*paths[fd] = '\0';
	return NEXT(close)(fd);
}

static void log_write(int fd, const struct iovec *pieces, int n, off_t offset, ssize_t written)
{
	fprintf(records, "write %lu %ld %zd\n", inode(fd), (long)offset, written);
	for (int i = 0; i < n && written > 0; i++) {
		size_t bytes = pieces[i].iov_len < (size_t)written ? pieces[i].iov_len : (size_t)written;

		fwrite(pieces[i].iov_base, 1, bytes, records);
		written -= (ssize_t)bytes;
	}
}

ssize_t write(int fd, const void *data, size_t bytes)
{
	struct iovec piece = { (void *)(uintptr_t)data, bytes };

	return is_logged(fd) ? writev(fd, &piece, 1) : NEXT(write)(fd, data, bytes);
}

ssize_t writev(int fd, const struct iovec *pieces, int n)
{
	ssize_t written;

	if (!is_logged(fd))
		return NEXT(writev)(fd, pieces, n);
	pthread_mutex_lock(&lock);
	written = NEXT(writev)(fd, pieces, n);
	if (written > 0)
		log_write(fd, pieces, n, lseek(fd, 0, SEEK_CUR) - written, written);
	pthread_mutex_unlock(&lock);
	return written;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	ssize_t written;

	if (!is_logged(fd))
		return NEXT(pwrite)(fd, data, bytes, offset);
	pthread_mutex_lock(&lock);
	written = NEXT(pwrite)(fd, data, bytes, offset);
	if (written > 0)
		log_write(fd, &(struct iovec){ (void *)(uintptr_t)data, bytes }, 1, offset, written);
	pthread_mutex_unlock(&lock);
	return written;
}

int ftruncate(int fd, off_t length)
{
	int err;

	pthread_mutex_lock(&lock);
	err = NEXT(ftruncate)(fd, length);
	if (err == 0 && is_logged(fd))
		fprintf(records, "truncate %lu %ld\n", inode(fd), (long)length);
	pthread_mutex_unlock(&lock);
	return err;
}

static int log_sync(int fd, int (*sync)(int fd))
{
	struct stat st;
	int err;

	pthread_mutex_lock(&lock);
	err = sync(fd);
	if (err == 0 && is_logged(fd) && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		fprintf(records, "sync-folder %s\n", paths[fd]);
	else if (err == 0 && is_logged(fd))
		fprintf(records, "sync %lu\n", inode(fd));
	pthread_mutex_unlock(&lock);
	return err;
}

int fdatasync(int fd)
{
	return log_sync(fd, NEXT(fdatasync));
}

int fsync(int fd)
{
	return log_sync(fd, NEXT(fsync));
}

int syncfs(int fd)
{
	int err;

	pthread_mutex_lock(&lock);
	err = NEXT(syncfs)(fd);
	if (err == 0 && is_logged(fd))
		fputs("sync-all\n", records);
	pthread_mutex_unlock(&lock);
	return err;
}

static int log_rename(int err, const char *from, const char *to)
{
	if (err == 0 && records && strstr(to, part))
		fprintf(records, "rename %s %s\n", from, to);
	return err;
}

int rename(const char *from, const char *to)
{
	int err;

	pthread_mutex_lock(&lock);
	err = log_rename(NEXT(rename)(from, to), from, to);
	pthread_mutex_unlock(&lock);
	return err;
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	int err;

	pthread_mutex_lock(&lock);
	err = log_rename(NEXT(renameat2)(from_fd, from, to_fd, to, flags), from, to);
	pthread_mutex_unlock(&lock);
	return err;
}

int unlink(const char *path)
{
	int err;

	pthread_mutex_lock(&lock);
	err = NEXT(unlink)(path);
	if (err == 0 && records && strstr(path, part))
		fprintf(records, "unlink %s\n", path);
	pthread_mutex_unlock(&lock);
	return err;
}
