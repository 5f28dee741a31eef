/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * epoll. A node's descriptor is only ever readable, see poll.c: it is watched for that, and what the node
 * reports then is compared with the events that the program wants.
 */
#include <errno.h>
#include <sys/epoll.h>
#include "base/array.h"
#include "base/clock.h"
#include "preload.h"

/* How often a node is checked that has events, but none of those that the program waits for. */
#define CHECK_NS (2 * NS_PER_MS)

/* A node in a program's epoll set. Its address is the data by which epoll_wait() tells it from other files.
 */
static struct watch {
	int epoll_fd, fd; /* 0: unused */
	struct epoll_event event;
} watches[64];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct watch *find_watch(int epoll_fd, int fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(watches); i++) {
		if (watches[i].epoll_fd == epoll_fd && watches[i].fd == fd)
			return &watches[i];
	}
	return NULL;
}

void epoll_forget(int fd)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < ARRAY_SIZE(watches); i++) {
		if (watches[i].fd == fd || watches[i].epoll_fd == fd)
			watches[i] = (struct watch){ 0 };
	}
	pthread_mutex_unlock(&lock);
}

static int watch_node(int epoll_fd, int command, int fd, struct epoll_event *event)
{
	const uint32_t modes = EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE;
	struct watch *watch = find_watch(epoll_fd, fd);
	struct epoll_event own;

	if (!watch && command == EPOLL_CTL_ADD)
		watch = find_watch(0, 0);
	if (!watch) {
		errno = command == EPOLL_CTL_ADD ? ENOSPC : ENOENT;
		return -1;
	}
	own = (struct epoll_event){ .events = EPOLLIN | (event ? event->events & modes : 0),
				    .data.ptr = watch };
	if (real()->epoll_ctl(epoll_fd, command, fd, &own) < 0)
		return -1;
	*watch = (struct watch){ 0 };
	if (command != EPOLL_CTL_DEL)
		*watch = (struct watch){ epoll_fd, fd, *event };
	return 0;
}

PUBLIC int epoll_ctl(int epoll_fd, int command, int fd, struct epoll_event *event)
{
	int result;

	if (!node_of(fd))
		return real()->epoll_ctl(epoll_fd, command, fd, event);
	pthread_mutex_lock(&lock);
	result = watch_node(epoll_fd, command, fd, event);
	pthread_mutex_unlock(&lock);
	return result;
}

/* Translates the event of a node. Returns false where the program does not want it. */
static bool translate(struct epoll_event *event)
{
	const struct watch *watch = event->data.ptr;
	struct node *node;
	uint32_t revents;

	if (watch < watches || watch >= watches + ARRAY_SIZE(watches))
		return true;
	node = node_of(watch->fd);
	if (!node)
		return false;
	/* EPOLLIN and so on have the values of POLLIN and so on. */
	revents = (uint32_t)node_revents(node, (short)watch->event.events) &
		  (watch->event.events | EPOLLERR | EPOLLHUP);
	*event = (struct epoll_event){ .events = revents, .data = watch->event.data };
	return revents;
}

PUBLIC int epoll_pwait(int epoll_fd, struct epoll_event *events, int max, int timeout, const sigset_t *mask)
{
	int64_t deadline_ns = now_ns() + timeout * NS_PER_MS;
	struct timespec pause = { .tv_nsec = CHECK_NS };

	for (;;) {
		int left_ms = timeout < 0 ? -1 : (int)((deadline_ns - now_ns() + NS_PER_MS - 1) / NS_PER_MS);
		int n = real()->epoll_pwait(epoll_fd, events, max, timeout < 0 || left_ms > 0 ? left_ms : 0,
					    mask);
		int kept = 0;

		for (int i = 0; i < n; i++) {
			if (translate(&events[i]))
				events[kept++] = events[i];
		}
		if (n < 0 || kept > 0 || (timeout >= 0 && now_ns() >= deadline_ns))
			return n < 0 ? n : kept;
		nanosleep(&pause, NULL);
	}
}

PUBLIC int epoll_wait(int epoll_fd, struct epoll_event *events, int max, int timeout)
{
	return epoll_pwait(epoll_fd, events, max, timeout, NULL);
}
