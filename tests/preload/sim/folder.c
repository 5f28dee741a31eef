/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /dev, whose nodes some programs look for: opendir() and readdir(), where the simulated ones come last. */
#include <stdio.h>
#include <string.h>
#include "preload.h"
#include "base/array.h"

/* Open folders. */
static struct folder {
	DIR *dir; /* NULL: unused */
	int minor;
	struct dirent entry;
} folders[8];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The folder's row; of NULL an unused one. */
static struct folder *find_folder(const DIR *dir)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		if (folders[i].dir == dir)
			return &folders[i];
	}
	return NULL;
}

PUBLIC DIR *opendir(const char *path)
{
	DIR *dir = real()->opendir(path);
	struct folder *folder;

	if (!dir || strcmp(path, "/dev") != 0)
		return dir;
	pthread_mutex_lock(&lock);
	folder = find_folder(NULL);
	if (folder)
		*folder = (struct folder){ .dir = dir, .minor = -1 };
	pthread_mutex_unlock(&lock);
	return dir;
}

/* The next of the simulated nodes that are in /dev. */
static struct dirent *next_node(struct folder *folder)
{
	while ((folder->minor = node_next(folder->minor)) >= 0) {
		if (sscanf(node_path(folder->minor), "/dev/%255[^/]", folder->entry.d_name) != 1)
			continue;
		folder->entry.d_type = DT_CHR;
		return &folder->entry;
	}
	return NULL;
}

PUBLIC struct dirent *readdir(DIR *dir)
{
	struct dirent *entry = real()->readdir(dir);
	struct folder *folder;

	if (entry)
		return entry;
	pthread_mutex_lock(&lock);
	folder = find_folder(dir);
	pthread_mutex_unlock(&lock);
	return folder ? next_node(folder) : NULL;
}

_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "a 64-bit system");

PUBLIC struct dirent64 *readdir64(DIR *dir)
{
	return (struct dirent64 *)readdir(dir);
}

PUBLIC int closedir(DIR *dir)
{
	struct folder *folder;

	pthread_mutex_lock(&lock);
	folder = find_folder(dir);
	if (folder)
		folder->dir = NULL;
	pthread_mutex_unlock(&lock);
	return real()->closedir(dir);
}
