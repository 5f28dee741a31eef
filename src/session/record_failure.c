/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Continues a recording in the next file when one fails, perhaps in another folder. */
#include <errno.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "session/record_file_internal.h"

/* How often to try again while no file can be opened. */
#define RETRY_NS NS_PER_S

/* Errors that another file, or another disk, does not avoid. */
static bool is_users(int err)
{
	static const int errors[] = { -EEXIST, -EBUSY, -EINVAL, -ENOTSUP, -ENOMEM, -ERANGE, -EISDIR };

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (err == errors[i])
			return true;
	return false;
}

int record_failure_note(struct record_file *file, int err)
{
	const struct record_options *options = &file->recording->options;

	/* Pipes, addresses and series of pictures have no next file. */
	if (err >= 0 || !options->next_on_error || !file->rotation || is_users(err))
		return err;
	if (options->fallback)
		file->in_fallback = !file->in_fallback;
	if (!file->failure)
		log_warn("%s: continuing in another file%s%s", err_str(err), options->fallback ? ", in " : "",
			 !options->fallback  ? ""
			 : file->in_fallback ? options->fallback
					     : "the folder of --output");
	file->failure = err;
	return 0;
}

int record_failure_open(struct record_file *file)
{
	bool was_failing = file->failure;
	int err;

	if (was_failing && now_ns() < file->retry_ns)
		return -EAGAIN;
	err = record_segment_open(file);
	if (err < 0 && record_failure_note(file, err) == 0 && file->recording->options.fallback)
		err = record_segment_open(file);
	if (err < 0)
		return record_failure_pause(file, err);
	file->resumes = file->failure;
	file->failure = 0;
	return 0;
}

int record_failure_pause(struct record_file *file, int err)
{
	err = record_failure_note(file, err);
	if (err < 0)
		return err;
	if (!writer_is_armed(file->writer)) /* it keeps its packets for the next attempt */
		record_segment_close(file);
	file->retry_ns = now_ns() + RETRY_NS;
	return -EAGAIN;
}
