/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the machine's /sys, /proc and /lib are read. */
#include "base/machine_root.h"

#include <limits.h>
#include <stdio.h>

static char root[PATH_MAX];

const char *machine_root(void)
{
	return root;
}

void machine_root_set(const char *folder)
{
	snprintf(root, sizeof root, "%s", folder);
}
