/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text files that a run writes. */
#include "base/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/output_file.h"

/* As fopen(name, "we"), but locked before it is emptied. */
static int open_locked(FILE **file, const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	int err = fd < 0 ? -errno : output_file_truncate(fd);

	*file = err == 0 ? fdopen(fd, "w") : NULL;
	if (err == 0 && !*file)
		err = -errno;
	if (err < 0 && fd >= 0)
		close(fd);
	return err;
}

int text_file_open(FILE **file, const char *name)
{
	int err;

	*file = stdout;
	if (strcmp(name, "-") == 0)
		return 0;
	err = open_locked(file, name);
	if (err < 0)
		log_error("%s: %s", name, output_file_err_str(err));
	return err;
}

int text_file_finish(FILE *file, const char *name)
{
	int err = 0;

	if (fflush(file) != 0 || ferror(file))
		err = errno ? -errno : -EIO;
	if (file != stdout && fclose(file) != 0 && err == 0)
		err = -errno;
	if (err < 0)
		log_error("%s: %s", file == stdout ? "standard output" : name, err_str(err));
	return err;
}

void text_file_close(FILE *file)
{
	if (file && file != stdout)
		fclose(file);
}
