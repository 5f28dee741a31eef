/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file with the state of a run, replaced by rename(). */
#include "base/status_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "base/worker.h"

struct status_file {
	char *name, *new_name;
	struct worker worker;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Guarded by the lock. */
	char *text; /* to be written; NULL: none */
	bool ends;
	/* Members of the thread. */
	int err; /* of the last text */
};

static int write_text_to(int fd, const char *text)
{
	size_t size = strlen(text);

	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Removes a temporary file that a killed run left behind, and does not follow a link of that name. */
static int replace_file(const struct status_file *file, const char *text)
{
	int fd, err;

	unlink(file->new_name);
	fd = open(file->new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	err = write_text_to(fd, text);
	if (close(fd) < 0 && err == 0)
		err = -errno;
	if (err == 0 && rename(file->new_name, file->name) < 0)
		err = -errno;
	if (err < 0)
		unlink(file->new_name);
	return err;
}

/* Logs an error once, until a write succeeds again. */
static void write_and_tell(struct status_file *file, const char *text)
{
	int err = replace_file(file, text);

	if (err < 0 && err != file->err)
		log_warn("%s: cannot be written: %s", file->name, err_str(err));
	file->err = err;
}

static void write_texts(void *opaque)
{
	struct status_file *file = opaque;
	char *text;

	pthread_mutex_lock(&file->lock);
	while (file->text || !file->ends) {
		text = file->text;
		file->text = NULL;
		if (!text) {
			pthread_cond_wait(&file->changed, &file->lock);
			continue;
		}
		pthread_mutex_unlock(&file->lock);
		write_and_tell(file, text);
		free(text);
		pthread_mutex_lock(&file->lock);
	}
	pthread_mutex_unlock(&file->lock);
}

/* Follows a link and replaces its target. Refuses devices and pipes, which rename() would replace by a file.
 */
static int find_name(struct status_file *file, const char *name)
{
	struct stat st;
	bool exists = stat(name, &st) == 0;

	if (exists && !S_ISREG(st.st_mode))
		return -EEXIST;
	file->name = exists ? realpath(name, NULL) : strdup(name);
	if (!file->name)
		return -errno;
	return asprintf(&file->new_name, "%s.new", file->name) < 0 ? -ENOMEM : 0;
}

static void free_status_file(struct status_file *file)
{
	pthread_mutex_destroy(&file->lock);
	pthread_cond_destroy(&file->changed);
	free(file->text);
	free(file->new_name);
	free(file->name);
	free(file);
}

int status_file_open(struct status_file **out, const char *name, const char *text)
{
	struct status_file *file = calloc(1, sizeof *file);
	int err;

	if (!file)
		return log_no_memory();
	pthread_mutex_init(&file->lock, NULL);
	pthread_cond_init(&file->changed, NULL);
	err = find_name(file, name);
	if (err == 0)
		err = replace_file(file, text);
	if (err == 0)
		err = worker_start(&file->worker, write_texts, file);
	if (err < 0) {
		log_error("%s: %s", name,
			  err == -EEXIST ? "exists and is not a regular file: give --status another name"
					 : err_str(err));
		free_status_file(file);
		return err;
	}
	*out = file;
	return 0;
}

static void hand_over(struct status_file *file, char *text, bool ends)
{
	pthread_mutex_lock(&file->lock);
	if (text) {
		free(file->text);
		file->text = text;
	}
	file->ends = ends;
	pthread_cond_signal(&file->changed);
	pthread_mutex_unlock(&file->lock);
}

void status_file_write(struct status_file *file, const char *text)
{
	hand_over(file, strdup(text), false);
}

/* Frees nothing if the thread hangs, as it still uses the memory. */
void status_file_close(struct status_file *file)
{
	if (!file)
		return;
	hand_over(file, NULL, true);
	if (worker_join(&file->worker))
		free_status_file(file);
	else
		log_warn("%s: cannot be written: the disk does not respond", file->name);
}
