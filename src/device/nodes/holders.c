/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the processes that have nodes open, in /proc. */
#include "device/nodes/holders.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"

struct search {
	const char *const *paths;
	unsigned n_paths;
	struct holder *holders;
	int n; /* number of holders, or a negative errno */
};

static void read_name(pid_t pid, char *name, size_t size)
{
	char path[64];
	FILE *comm;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	comm = fopen(path, "re");
	if (comm) {
		if (fgets(name, (int)size, comm))
			name[strcspn(name, "\n")] = '\0';
		fclose(comm);
	}
	text_clean(name, "");
	if (!*name)
		strcpy(name, "?");
}

/* A process that has the device's buffers mapped has a mapping of its node. */
static bool maps_file(pid_t pid, const char *path)
{
	char name[64], line[PATH_MAX + 100];
	bool found = false;
	FILE *maps;

	snprintf(name, sizeof name, "/proc/%d/maps", (int)pid);
	maps = fopen(name, "re");
	while (maps && !found && fgets(line, sizeof line, maps)) {
		const char *file = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		found = file && strcmp(file, path) == 0;
	}
	if (maps)
		fclose(maps);
	return found;
}

/* Adds a process, unless it is listed for the node already. */
static void add_holder(struct search *search, unsigned node, pid_t pid)
{
	struct holder *more;

	for (int i = 0; i < search->n; i++)
		if (search->holders[i].pid == pid && search->holders[i].node == node)
			return;
	more = search->n < 0 ? NULL : realloc(search->holders, ((size_t)search->n + 1) * sizeof *more);
	if (!more) {
		search->n = -ENOMEM;
		return;
	}
	search->holders = more;
	more[search->n] = (struct holder){ .node = node, .pid = pid };
	read_name(pid, more[search->n].name, sizeof more->name);
	more[search->n].has_buffers = maps_file(pid, search->paths[node]);
	search->n++;
}

static void search_process(struct search *search, pid_t pid)
{
	char folder[64], link[PATH_MAX];
	struct dirent *entry;
	DIR *fds;

	snprintf(folder, sizeof folder, "/proc/%d/fd", (int)pid);
	fds = opendir(folder);
	while (fds && (entry = readdir(fds))) {
		ssize_t n = readlinkat(dirfd(fds), entry->d_name, link, sizeof link - 1);

		link[n > 0 ? n : 0] = '\0';
		for (unsigned i = 0; i < search->n_paths && *link == '/'; i++)
			if (strcmp(link, search->paths[i]) == 0)
				add_holder(search, i, pid);
	}
	if (fds)
		closedir(fds);
}

int holders_find(const char *const *paths, unsigned n, struct holder **holders)
{
	struct search search = { .paths = paths, .n_paths = n };
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	while (processes && (entry = readdir(processes))) {
		int pid = atoi(entry->d_name);

		if (pid > 0 && pid != getpid())
			search_process(&search, pid);
	}
	if (processes)
		closedir(processes);
	if (search.n < 0)
		free(search.holders);
	*holders = search.n < 0 ? NULL : search.holders;
	return search.n;
}

char *holders_text(const char *path, bool is_busy, char *text, size_t size)
{
	/* /proc has the path of the file itself, not that of a link to it. */
	char *node = realpath(path, NULL);
	struct holder *holders = NULL;
	int n = node ? holders_find((const char *const *)&node, 1, &holders) : 0;
	bool is_known = false;

	*text = '\0';
	for (int i = 0; i < n; i++)
		is_known |= holders[i].has_buffers;
	for (int i = 0; i < n; i++)
		text_join(text, size, ", ", "PID %d (%s%s)", (int)holders[i].pid, holders[i].name,
			  !is_known                ? is_busy && n == 1 ? ", holds its buffers" : ""
			  : holders[i].has_buffers ? ", streaming"
						   : ", only open");
	free(holders);
	free(node);
	return text;
}
