/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that files on the command line differ from each other. */
#include "cli/file_uses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "cli/common.h"

struct identity {
	dev_t dev;
	ino_t ino;
	const char *base; /* "": the file itself; else a new file of this name, in the folder */
};

static const char *path_in(const char *name)
{
	return strncmp(name, "file:", 5) == 0 ? name + 5 : name;
}

static bool identify_new(const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	bool found = folder && stat(folder, st) == 0;

	free(folder);
	return found;
}

/* false: two options cannot conflict. */
static bool identify(const struct file_use *use, struct identity *identity)
{
	const char *path = path_in(use->name), *slash = strrchr(path, '/');
	struct stat st;

	identity->base = "";
	if (common_is_stdout(use->name) ? fstat(use->is_input ? STDIN_FILENO : STDOUT_FILENO, &st) < 0
					: stat(path, &st) < 0) {
		identity->base = slash ? slash + 1 : path;
		if (!identify_new(path, &st))
			return false;
	}
	identity->dev = st.st_dev;
	identity->ino = st.st_ino;
	return !S_ISCHR(st.st_mode);
}

static bool is_one_file(const struct file_use *a, const struct file_use *b)
{
	struct identity ia, ib;

	if (!a->name || !b->name || (a->is_input && b->is_input))
		return false;
	if (!a->is_input && !b->is_input && common_is_stdout(a->name) && common_is_stdout(b->name))
		return true;
	return identify(a, &ia) && identify(b, &ib) && ia.dev == ib.dev && ia.ino == ib.ino &&
	       strcmp(ia.base, ib.base) == 0;
}

static int report_clash(const struct file_use *a, const struct file_use *b)
{
	const char *name = common_is_stdout(b->name) ? "standard output" : b->name;

	if (a->is_input)
		log_error("%s would overwrite %s, which is %s: give it another FILE", b->option, a->option,
			  name);
	else
		log_error("only one of %s and %s can go to %s: give the other a FILE of its own", a->option,
			  b->option, name);
	return -EINVAL;
}

int file_uses_check(const struct file_use *uses, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (is_one_file(&uses[k], &uses[i]))
				return report_clash(&uses[k], &uses[i]);
	return 0;
}
