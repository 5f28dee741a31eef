/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's memory. */
#include "base/meminfo.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "base/machine_root.h"

uint64_t meminfo_bytes(const char *name)
{
	unsigned long long kib, bytes = 0;
	size_t length = strlen(name);
	char line[128], path[PATH_MAX + 16];
	FILE *meminfo;

	snprintf(path, sizeof path, "%s/proc/meminfo", machine_root());
	meminfo = fopen(path, "re");
	while (meminfo && fgets(line, sizeof line, meminfo))
		if (strncmp(line, name, length) == 0 && sscanf(line + length, ": %llu kB", &kib) == 1)
			bytes = kib * 1024;
	if (meminfo)
		fclose(meminfo);
	return bytes;
}
