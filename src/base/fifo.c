/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A first-in first-out queue of pointers between threads. */
#include "base/fifo.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/log.h"

#define FIRST_CAPACITY 16

struct entry {
	void *item;
	uint64_t bytes;
};

struct fifo {
	pthread_mutex_t lock;
	int fd;     /* an eventfd whose counter is 0 or 1 */
	bool armed; /* the counter is 0: the next put or close has to raise it */
	struct entry *ring;
	size_t capacity, first;
	struct fifo_level level;
	bool finished, abandoned;
	int finish_error, abandon_error;
};

int fifo_open(struct fifo **result)
{
	struct fifo *fifo = calloc(1, sizeof *fifo);
	int err;

	if (!fifo)
		return log_no_memory();
	*fifo = (struct fifo){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.armed = true,
	};
	if (fifo->fd < 0) {
		err = -errno;
		log_error("eventfd: %s", err_str(err));
		free(fifo);
		return err;
	}
	*result = fifo;
	return 0;
}

void fifo_close(struct fifo *fifo)
{
	if (!fifo)
		return;
	pthread_mutex_destroy(&fifo->lock);
	close(fifo->fd);
	free(fifo->ring);
	free(fifo);
}

/* Called with the lock held, so that the descriptor is not readable for an item that has been got already. */
static void wake_getter(struct fifo *fifo)
{
	uint64_t one = 1;

	if (!fifo->armed)
		return;
	fifo->armed = false;
	if (write(fifo->fd, &one, sizeof one) != sizeof one)
		assert(!"an eventfd at 0 takes 1");
}

static void arm(struct fifo *fifo)
{
	uint64_t count;

	if (fifo->armed)
		return;
	if (read(fifo->fd, &count, sizeof count) != sizeof count)
		assert(!"an eventfd that was raised is readable");
	fifo->armed = true;
}

static int grow_ring(struct fifo *fifo)
{
	size_t capacity = fifo->capacity ? fifo->capacity * 2 : FIRST_CAPACITY;
	struct entry *ring = calloc(capacity, sizeof *ring);

	if (!ring)
		return log_no_memory();
	for (size_t i = 0; i < fifo->level.items; i++)
		ring[i] = fifo->ring[(fifo->first + i) % fifo->capacity];
	free(fifo->ring);
	fifo->ring = ring;
	fifo->capacity = capacity;
	fifo->first = 0;
	return 0;
}

int fifo_reserve(struct fifo *fifo, size_t n_items)
{
	int err = 0;

	pthread_mutex_lock(&fifo->lock);
	while (err == 0 && fifo->capacity < n_items)
		err = grow_ring(fifo);
	pthread_mutex_unlock(&fifo->lock);
	return err;
}

int fifo_put(struct fifo *fifo, void *item, uint64_t bytes)
{
	struct fifo_level *level = &fifo->level;
	int err = 0;

	pthread_mutex_lock(&fifo->lock);
	if (fifo->abandoned)
		err = fifo->abandon_error ? fifo->abandon_error : -EPIPE;
	else if (fifo->finished)
		err = -EPIPE;
	else if (level->items == fifo->capacity)
		err = grow_ring(fifo);
	if (err == 0) {
		fifo->ring[(fifo->first + level->items) % fifo->capacity] = (struct entry){ item, bytes };
		level->items++;
		level->bytes += bytes;
		if (level->max_items < level->items)
			level->max_items = level->items;
		if (level->max_bytes < level->bytes)
			level->max_bytes = level->bytes;
		wake_getter(fifo);
	}
	pthread_mutex_unlock(&fifo->lock);
	return err;
}

int fifo_try_get(struct fifo *fifo, void **item)
{
	int result;

	pthread_mutex_lock(&fifo->lock);
	if (fifo->level.items > 0) {
		*item = fifo->ring[fifo->first].item;
		fifo->level.items--;
		fifo->level.bytes -= fifo->ring[fifo->first].bytes;
		fifo->first = (fifo->first + 1) % fifo->capacity;
		result = 1;
	} else if (fifo->finished) {
		result = fifo->finish_error;
	} else if (fifo->abandoned) {
		result = 0; /* puts fail from now on */
	} else {
		arm(fifo);
		result = -EAGAIN;
	}
	pthread_mutex_unlock(&fifo->lock);
	return result;
}

int fifo_get(struct fifo *fifo, void **item)
{
	struct pollfd entry = { .fd = fifo->fd, .events = POLLIN };
	int result;

	while ((result = fifo_try_get(fifo, item)) == -EAGAIN) {
		if (poll(&entry, 1, -1) < 0 && errno != EINTR)
			return -errno;
	}
	return result;
}

void fifo_finish(struct fifo *fifo, int error)
{
	assert(error <= 0);
	pthread_mutex_lock(&fifo->lock);
	if (!fifo->finished) {
		fifo->finished = true;
		/* fifo_try_get() returns -EAGAIN for "wait". */
		fifo->finish_error = error == -EAGAIN ? -EIO : error;
		wake_getter(fifo);
	}
	pthread_mutex_unlock(&fifo->lock);
}

void fifo_abandon(struct fifo *fifo, int error)
{
	assert(error <= 0);
	pthread_mutex_lock(&fifo->lock);
	if (!fifo->abandoned) {
		fifo->abandoned = true;
		fifo->abandon_error = error;
		wake_getter(fifo);
	}
	pthread_mutex_unlock(&fifo->lock);
}

int fifo_fd(const struct fifo *fifo)
{
	return fifo->fd;
}

struct fifo_level fifo_level(struct fifo *fifo)
{
	struct fifo_level level;

	pthread_mutex_lock(&fifo->lock);
	level = fifo->level;
	pthread_mutex_unlock(&fifo->lock);
	return level;
}
