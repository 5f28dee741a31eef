/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device's key fail=: calls that fail when they are told to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "sim/sim_internal.h"

static int parse_errno(const char *text, int *err)
{
	static const struct sim_word words[] = { { "EPERM", EPERM },
						 { "ENOENT", ENOENT },
						 { "EINTR", EINTR },
						 { "EIO", EIO },
						 { "ENXIO", ENXIO },
						 { "EAGAIN", EAGAIN },
						 { "ENOMEM", ENOMEM },
						 { "EACCES", EACCES },
						 { "EFAULT", EFAULT },
						 { "EBUSY", EBUSY },
						 { "ENODEV", ENODEV },
						 { "EINVAL", EINVAL },
						 { "EMFILE", EMFILE },
						 { "ENOTTY", ENOTTY },
						 { "ENOSPC", ENOSPC },
						 { "EPIPE", EPIPE },
						 { "ERANGE", ERANGE },
						 { "EPROTO", EPROTO },
						 { "ENOLINK", ENOLINK },
						 { "ENODATA", ENODATA },
						 { "ENOBUFS", ENOBUFS },
						 { "ETIMEDOUT", ETIMEDOUT },
						 { "EOPNOTSUPP", EOPNOTSUPP },
						 { "ESHUTDOWN", ESHUTDOWN },
						 { NULL, 0 } };
	uint32_t value;

	if (sim_word_value(words, text, strlen(text), &value) < 0 &&
	    (sim_parse_number(text, &value) < 0 || !value || value > 4095))
		return -EINVAL;
	*err = -(int)value;
	return 0;
}

/* One "IOCTL@N:ERRNO[:COUNT]"; text is taken to pieces. */
static int parse_failure(char *text, struct sim_failure *failure)
{
	char *rest = text, *name = strsep(&rest, "@"), *at = strsep(&rest, ":"), *err = strsep(&rest, ":");

	failure->count = 1;
	if (!at || !err || !*name || strlen(name) >= sizeof failure->name)
		return -EINVAL;
	memcpy(failure->name, name, strlen(name) + 1);
	if (strcmp(at, "*") != 0 && (sim_parse_number(at, &failure->at) < 0 || !failure->at))
		return -EINVAL;
	if (rest && (sim_parse_number(rest, &failure->count) < 0 || !failure->count))
		return -EINVAL;
	return sim_call_named(name) ? parse_errno(err, &failure->err) : -EINVAL;
}

int sim_failure_parse(struct sim_options *options, size_t offset, const char *value)
{
	char *text = strdup(value), *rest = text, *one;
	int err = text ? 0 : -ENOMEM;

	(void)offset;
	while (!err && (one = strsep(&rest, "+"))) {
		if (options->n_failures == SIM_MAX_FAILURES)
			err = -EINVAL;
		else
			err = parse_failure(one, &options->failures[options->n_failures++]);
	}
	free(text);
	return err;
}

int sim_failure(struct sim *sim, const char *name)
{
	int err = 0;

	for (unsigned i = 0; i < sim->options.n_failures; i++) {
		struct sim_failure *failure = &sim->options.failures[i];

		if (strcmp(failure->name, name) != 0)
			continue;
		failure->n_calls++;
		if (!failure->at || failure->n_calls - failure->at < failure->count)
			err = failure->err;
	}
	return err;
}
