/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * poll() and select(). The simulated device's descriptor is readable whenever poll() on a node would
 * have news of any kind; which, it says when asked.
 */
#include <errno.h>
#include <stdlib.h>
#include "base/array.h"
#include "base/clock.h"
#include "preload.h"

PUBLIC int __poll_chk(struct pollfd *entries, nfds_t n, int timeout, size_t size);
PUBLIC int __ppoll_chk(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
		       size_t size);

/* How often a device is asked that has news, but none that the caller wants. */
#define ASK_NS (2 * NS_PER_MS)

static bool any_of_ours(const struct pollfd *entries, nfds_t n)
{
	for (nfds_t i = 0; i < n; i++) {
		if (node_of(entries[i].fd))
			return true;
	}
	return false;
}

/* Puts what poll() said of the stand-ins into the caller's words; returns how many have something to say, and
 * makes those deaf that have news of another kind. */
static int translate(struct pollfd *entries, struct pollfd *asked, nfds_t n, bool *deaf)
{
	int n_ready = 0;

	for (nfds_t i = 0; i < n; i++) {
		struct node *node = node_of(entries[i].fd);
		short wanted = entries[i].events | POLLERR | POLLHUP | POLLNVAL;

		entries[i].revents = asked[i].revents;
		asked[i].fd = entries[i].fd;
		if (node && asked[i].revents) {
			entries[i].revents = node_revents(node, asked[i].revents) & wanted;
			asked[i].fd = entries[i].revents ? entries[i].fd : -1;
		}
		*deaf |= asked[i].fd != entries[i].fd;
		n_ready += entries[i].revents != 0;
	}
	return n_ready;
}

static int poll_ours(struct pollfd *entries, struct pollfd *asked, nfds_t n, int64_t deadline_ns,
		     const sigset_t *mask)
{
	bool deaf = false;
	int result;

	for (nfds_t i = 0; i < n; i++) {
		asked[i] = entries[i];
		if (node_of(entries[i].fd))
			asked[i].events = POLLIN;
	}
	for (;;) {
		int64_t left_ns = deadline_ns < 0 ? INT64_MAX : deadline_ns - now_ns();
		struct timespec timeout;

		if (deaf && left_ns > ASK_NS)
			left_ns = ASK_NS;
		left_ns = left_ns < 0 ? 0 : left_ns;
		timeout = (struct timespec){ left_ns / NS_PER_S, left_ns % NS_PER_S };
		result = real()->ppoll(asked, n, left_ns == INT64_MAX ? NULL : &timeout, mask);
		if (result < 0)
			return result;
		deaf = false;
		result = translate(entries, asked, n, &deaf);
		if (result > 0 || (deadline_ns >= 0 && now_ns() >= deadline_ns))
			return result;
	}
}

int wait_poll(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	int64_t deadline_ns = timeout ? now_ns() + timeout->tv_sec * NS_PER_S + timeout->tv_nsec : -1;
	struct pollfd few[8], *asked = few;
	int result;

	if (!any_of_ours(entries, n))
		return real()->ppoll(entries, n, timeout, mask);
	if (n > ARRAY_SIZE(few) && !(asked = calloc(n, sizeof *asked)))
		return -1;
	result = poll_ours(entries, asked, n, deadline_ns, mask);
	if (asked != few)
		free(asked);
	return result;
}

PUBLIC int poll(struct pollfd *entries, nfds_t n, int timeout)
{
	struct timespec time = { timeout / 1000, timeout % 1000 * NS_PER_MS };

	return wait_poll(entries, n, timeout < 0 ? NULL : &time, NULL);
}

PUBLIC int ppoll(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	return wait_poll(entries, n, timeout, mask);
}

PUBLIC int __poll_chk(struct pollfd *entries, nfds_t n, int timeout, size_t size)
{
	(void)size;
	return poll(entries, n, timeout);
}

PUBLIC int __ppoll_chk(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
		       size_t size)
{
	(void)size;
	return wait_poll(entries, n, timeout, mask);
}

/* select()'s three sets, and the words that poll() has for each. */
struct sets {
	fd_set *sets[3];
};
static const short words[3][2] = {
	{ POLLIN | POLLRDNORM, POLLIN | POLLRDNORM | POLLHUP | POLLERR },
	{ POLLOUT | POLLWRNORM, POLLOUT | POLLWRNORM | POLLERR },
	{ POLLPRI, POLLPRI },
};

static bool sets_hold_ours(const struct sets *s, int n)
{
	for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++) {
		for (int k = 0; k < 3; k++) {
			if (s->sets[k] && FD_ISSET(fd, s->sets[k]) && node_of(fd))
				return true;
		}
	}
	return false;
}

static nfds_t sets_to_entries(const struct sets *s, int n, struct pollfd *entries)
{
	nfds_t n_entries = 0;

	for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++) {
		short events = 0;

		for (int k = 0; k < 3; k++)
			events |= s->sets[k] && FD_ISSET(fd, s->sets[k]) ? words[k][0] : 0;
		if (events)
			entries[n_entries++] = (struct pollfd){ .fd = fd, .events = events };
	}
	return n_entries;
}

static int sets_from_entries(struct sets *s, const struct pollfd *entries, nfds_t n_entries)
{
	int n_set = 0;

	for (int k = 0; k < 3; k++) {
		if (s->sets[k])
			FD_ZERO(s->sets[k]);
	}
	for (nfds_t i = 0; i < n_entries; i++) {
		for (int k = 0; k < 3; k++) {
			if (entries[i].events & words[k][0] && entries[i].revents & words[k][1]) {
				FD_SET(entries[i].fd, s->sets[k]);
				n_set++;
			}
		}
	}
	return n_set;
}

static int select_ours(struct sets *s, int n, const struct timespec *timeout, const sigset_t *mask)
{
	struct pollfd entries[FD_SETSIZE];
	nfds_t n_entries = sets_to_entries(s, n, entries);
	int result = wait_poll(entries, n_entries, timeout, mask);

	return result < 0 ? result : sets_from_entries(s, entries, n_entries);
}

PUBLIC int select(int n, fd_set *in, fd_set *out, fd_set *error, struct timeval *timeout)
{
	struct sets sets = { { in, out, error } };
	struct timespec time = { 0 };

	if (!sets_hold_ours(&sets, n))
		return real()->select(n, in, out, error, timeout);
	if (timeout)
		time = (struct timespec){ timeout->tv_sec, timeout->tv_usec * NS_PER_US };
	return select_ours(&sets, n, timeout ? &time : NULL, NULL);
}

PUBLIC int pselect(int n, fd_set *in, fd_set *out, fd_set *error, const struct timespec *timeout,
		   const sigset_t *mask)
{
	struct sets sets = { { in, out, error } };

	if (!sets_hold_ours(&sets, n))
		return real()->pselect(n, in, out, error, timeout, mask);
	return select_ours(&sets, n, timeout, mask);
}
