/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens or creates the file behind an AVIOContext. */
#include "media/write/avio_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/output_file.h"

static int log_create_error(const char *path, int err)
{
	static const struct {
		int err;
		const char *text;
	} errors[] = {
		{ -EEXIST, "exists: use -y to overwrite it, or another name" },
		{ -EISDIR, "is a directory: name a file in it" },
		{ -ENOENT, "its directory does not exist" },
		{ -ENOTDIR, "a part of the path is not a directory" },
		{ -EACCES, "no permission to write there" },
		{ -EPERM, "no permission to write there" },
		{ -EROFS, "the file system is read-only" },
		{ -ENOSPC, "no space left on the disk" },
		{ -EINTR, "the run was ended before it had a reader" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		if (errors[i].err == err) {
			log_error("%s: %s", path, errors[i].text);
			return err;
		}
	}
	log_error("%s: cannot be opened for writing: %s", path, output_file_err_str(err));
	return err;
}

int avio_file_check_path(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? log_create_error(path, -EISDIR) : 0;
}

/* O_EXCL rather than a check beforehand: another process may create the file in between. */
static int create_file(struct avio_file *f, const char *path, bool overwrite)
{
	struct stat st;
	int flags = O_WRONLY | O_CLOEXEC;

	do
		f->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	while (f->fd < 0 && output_file_has_room(-errno));
	if (f->fd >= 0) {
		/* Where another run has locked the file first, only that run may remove it. */
		f->created = output_file_lock(f->fd) == 0;
		return f->created ? 0 : -EBUSY;
	}
	if (errno != EEXIST)
		return -errno;
	/* O_CREAT only for dangling symbolic links: with fs.protected_fifos set the kernel refuses it on
	 * FIFOs of other users. */
	if (stat(path, &st) < 0)
		flags |= O_CREAT;
	else if (S_ISDIR(st.st_mode))
		return -EISDIR;
	else if (S_ISREG(st.st_mode) && !overwrite)
		return -EEXIST;
	f->fd = output_file_open(path, flags);
	return f->fd < 0 ? f->fd : output_file_lock(f->fd);
}

static void free_paths(struct avio_file *f)
{
	free(f->path);
	free(f->final_path);
	f->path = f->final_path = NULL;
}

/* Returns 0 or -ENOMEM, logged. */
static int set_paths(struct avio_file *f, const char *path)
{
	char *partial;
	int err = output_file_name_partial(path, f->partial_suffix, &partial);

	free_paths(f);
	f->path = partial ? partial : strdup(strcmp(path, "-") == 0 ? "standard output" : path);
	if (err == 0 && partial)
		f->final_path = strdup(path);
	return err < 0 || !f->path || (partial && !f->final_path) ? log_no_memory() : 0;
}

static int open_descriptor(struct avio_file *f, const char *path, unsigned flags)
{
	int err;

	if (strcmp(path, "-") == 0)
		err = f->fd = output_file_open_stdout();
	else if (f->final_path && !(flags & AVIO_FILE_OVERWRITE) && access(path, F_OK) == 0)
		err = -EEXIST;
	else
		err = create_file(f, f->path, flags & AVIO_FILE_OVERWRITE);
	if (flags & AVIO_FILE_EXPECT_TAKEN && (err == -EEXIST || err == -EBUSY))
		return err;
	if (err < 0)
		return log_create_error(f->final_path && access(path, F_OK) == 0 ? path : f->path, err);
	if (isatty(f->fd)) {
		log_error("%s is a terminal: use a pipe or a file for binary data", f->path);
		return -EINVAL;
	}
	return 0;
}

/* Only the lseek() of regular files and block devices is reliable, and O_APPEND overrides its offset. */
static void probe_descriptor(struct avio_file *f)
{
	struct stat st;
	int flags = fcntl(f->fd, F_GETFL);

	if (fstat(f->fd, &st) < 0 || flags < 0)
		return;
	f->regular = S_ISREG(st.st_mode);
	if ((f->regular || S_ISBLK(st.st_mode)) && !(flags & O_APPEND)) {
		f->start = lseek(f->fd, 0, SEEK_CUR);
		f->seekable = f->start >= 0;
	}
}

int avio_file_create(struct avio_file *f, const char *path, unsigned flags)
{
	bool standard_output = strcmp(path, "-") == 0, later = f->avio;
	int err = set_paths(f, path);

	if (err < 0)
		return err;
	f->overwrite = flags & AVIO_FILE_OVERWRITE;
	err = open_descriptor(f, path, flags);
	if (err < 0) {
		if (f->fd >= 0)
			close(f->fd);
		f->fd = -1;
		return err;
	}
	probe_descriptor(f);
	if (later && !(f->regular && f->seekable)) {
		log_error("%s: not a regular file, which --pre-roll requires", f->path);
		return -EINVAL;
	}
	/* O_DIRECT is a flag of the open file description, which other processes share with us on standard
	 * output. */
	f->direct_io_allowed = !standard_output && f->regular && f->seekable &&
			       direct_io_supported(f->fd, f->direct_io_mode);
	return 0;
}
