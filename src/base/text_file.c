/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text files that a run writes. */
#include "base/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/output_file.h"

/* The stream's cookie is its descriptor. */
static ssize_t write_text(void *cookie, const char *text, size_t size)
{
	struct iovec piece = { (char *)text, size };
	int err = output_file_writev((int)(intptr_t)cookie, &piece, 1);

	errno = -err;
	return err < 0 ? 0 : (ssize_t)size;
}

static int close_text(void *cookie)
{
	return close((int)(intptr_t)cookie);
}

/* Returns the descriptor, or a negative errno. */
static int open_stream(FILE **file, const char *name)
{
	bool standard_output = strcmp(name, "-") == 0;
	int fd = standard_output ? output_file_open_stdout()
				 : output_file_open(name, O_WRONLY | O_CREAT | O_CLOEXEC);
	int err = fd < 0 ? fd : standard_output ? 0 : output_file_truncate(fd);

	if (err == 0) {
		*file = fopencookie((void *)(intptr_t)fd, "w",
				    (cookie_io_functions_t){ .write = write_text, .close = close_text });
		err = *file ? 0 : -ENOMEM;
	}
	if (err < 0 && fd >= 0)
		close(fd);
	return err < 0 ? err : fd;
}

static const char *display_name(const char *name)
{
	return strcmp(name, "-") == 0 ? "standard output" : name;
}

int text_file_open_fd(FILE **file, const char *name)
{
	int fd = open_stream(file, name);

	if (fd < 0)
		log_error("%s: %s", display_name(name), output_file_err_str(fd));
	return fd;
}

int text_file_open(FILE **file, const char *name)
{
	int fd = text_file_open_fd(file, name);

	return fd < 0 ? fd : 0;
}

int text_file_finish(FILE *file, const char *name)
{
	int err = 0;

	if (fflush(file) != 0 || ferror(file))
		err = errno ? -errno : -EIO;
	if (fclose(file) != 0 && err == 0)
		err = -errno;
	if (err < 0)
		log_error("%s: %s", display_name(name), output_file_err_str(err));
	return err;
}

void text_file_close(FILE *file)
{
	if (file)
		fclose(file);
}
