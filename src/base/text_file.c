/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text files that a run writes. */
#include "base/text_file.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"

int text_file_open(FILE **file, const char *name)
{
	int err;

	*file = strcmp(name, "-") == 0 ? stdout : fopen(name, "we");
	if (*file)
		return 0;
	err = -errno;
	log_error("%s: %s", name, err_str(err));
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
