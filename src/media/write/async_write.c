/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing while the caller goes on. */
#include "media/write/async_write.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct overlap {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool busy, leaving;
	int fd, err; /* err: of the write before, until it is asked for */
	const uint8_t *data;
	size_t bytes;
	off_t offset;
};

int write_at(int fd, const uint8_t *data, size_t bytes, off_t offset, size_t *done)
{
	*done = 0;
	while (*done < bytes) {
		ssize_t n = pwrite(fd, data + *done, bytes - *done, offset + (off_t)*done);

		if (n < 0 && errno != EINTR)
			return -errno;
		*done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static void *serve(void *opaque)
{
	struct overlap *o = opaque;
	size_t done;
	int err;

	pthread_mutex_lock(&o->lock);
	for (;;) {
		while (!o->busy && !o->leaving)
			pthread_cond_wait(&o->changed, &o->lock);
		if (!o->busy)
			break;
		pthread_mutex_unlock(&o->lock);
		err = write_at(o->fd, o->data, o->bytes, o->offset, &done);
		pthread_mutex_lock(&o->lock);
		o->err = err;
		o->busy = false;
		pthread_cond_broadcast(&o->changed);
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

int overlap_open(struct overlap **overlap)
{
	struct overlap *o = calloc(1, sizeof *o);
	int err;

	*overlap = NULL;
	if (!o)
		return -ENOMEM;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->changed, NULL);
	err = -pthread_create(&o->thread, NULL, serve, o);
	if (err < 0) {
		pthread_cond_destroy(&o->changed);
		pthread_mutex_destroy(&o->lock);
		free(o);
		return err;
	}
	*overlap = o;
	return 0;
}

void overlap_start(struct overlap *o, int fd, const uint8_t *data, size_t bytes, off_t offset)
{
	pthread_mutex_lock(&o->lock);
	assert(!o->busy);
	o->fd = fd;
	o->data = data;
	o->bytes = bytes;
	o->offset = offset;
	o->busy = true;
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
}

int overlap_wait(struct overlap *o)
{
	int err;

	pthread_mutex_lock(&o->lock);
	while (o->busy)
		pthread_cond_wait(&o->changed, &o->lock);
	err = o->err;
	o->err = 0;
	pthread_mutex_unlock(&o->lock);
	return err;
}

void overlap_close(struct overlap *o)
{
	if (!o)
		return;
	pthread_mutex_lock(&o->lock);
	o->leaving = true;
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
	pthread_join(o->thread, NULL);
	pthread_cond_destroy(&o->changed);
	pthread_mutex_destroy(&o->lock);
	free(o);
}
