/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * poll() and select(). The descriptor of the simulated device, an epoll file, is readable whenever poll() on
 * the node would report any event; which ones, node_revents() returns.
 */
#include <errno.h>
#include <stdlib.h>
#include "base/array.h"
#include "base/clock.h"
#include "preload.h"

PUBLIC int __poll_chk(struct pollfd *entries, nfds_t n, int timeout, size_t size);
PUBLIC int __ppoll_chk(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
		       size_t size);

/* How often a node is checked that has events, but none of those that the caller waits for. */
#define CHECK_NS (2 * NS_PER_MS)

static bool has_nodes(const struct pollfd *entries, nfds_t n)
{
	for (nfds_t i = 0; i < n; i++) {
		if (node_of(entries[i].fd))
			return true;
	}
	return false;
}

/*
 * Translates the results of ppoll() on polled[] to those of nodes, into entries[]; returns how many have
 * events. Nodes with events that the caller does not wait for are left out of the next ppoll(), which would
 * return at once: *ignoring is set when there are such.
 */
static int translate_revents(struct pollfd *entries, struct pollfd *polled, nfds_t n, bool *ignoring)
{
	int n_ready = 0;

	for (nfds_t i = 0; i < n; i++) {
		struct node *node = node_of(entries[i].fd);
		short wanted = entries[i].events | POLLERR | POLLHUP | POLLNVAL;

		entries[i].revents = polled[i].revents;
		polled[i].fd = entries[i].fd;
		if (node && polled[i].revents) {
			entries[i].revents = node_revents(node, entries[i].events) & wanted;
			polled[i].fd = entries[i].revents ? entries[i].fd : -1;
		}
		*ignoring |= polled[i].fd != entries[i].fd;
		n_ready += entries[i].revents != 0;
	}
	return n_ready;
}

static int poll_nodes(struct pollfd *entries, struct pollfd *polled, nfds_t n, int64_t deadline_ns,
		      const sigset_t *mask)
{
	bool ignoring = false;
	int result;

	for (nfds_t i = 0; i < n; i++) {
		polled[i] = entries[i];
		if (node_of(entries[i].fd))
			polled[i].events = POLLIN;
	}
	for (;;) {
		int64_t left_ns = deadline_ns < 0 ? INT64_MAX : deadline_ns - now_ns();
		struct timespec timeout;

		if (ignoring && left_ns > CHECK_NS)
			left_ns = CHECK_NS;
		left_ns = left_ns < 0 ? 0 : left_ns;
		timeout = (struct timespec){ left_ns / NS_PER_S, left_ns % NS_PER_S };
		result = real()->ppoll(polled, n, left_ns == INT64_MAX ? NULL : &timeout, mask);
		if (result < 0)
			return result;
		ignoring = false;
		result = translate_revents(entries, polled, n, &ignoring);
		if (result > 0 || (deadline_ns >= 0 && now_ns() >= deadline_ns))
			return result;
	}
}

int node_ppoll(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	int64_t deadline_ns = timeout ? now_ns() + timeout->tv_sec * NS_PER_S + timeout->tv_nsec : -1;
	struct pollfd few[8], *polled = few;
	int result;

	if (!has_nodes(entries, n))
		return real()->ppoll(entries, n, timeout, mask);
	if (n > ARRAY_SIZE(few) && !(polled = calloc(n, sizeof *polled)))
		return -1;
	result = poll_nodes(entries, polled, n, deadline_ns, mask);
	if (polled != few)
		free(polled);
	return result;
}

PUBLIC int poll(struct pollfd *entries, nfds_t n, int timeout)
{
	struct timespec time = { timeout / 1000, timeout % 1000 * NS_PER_MS };

	return node_ppoll(entries, n, timeout < 0 ? NULL : &time, NULL);
}

PUBLIC int ppoll(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	return node_ppoll(entries, n, timeout, mask);
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
	return node_ppoll(entries, n, timeout, mask);
}

/* The three sets of select(), and for each the events to poll for and those that it reports, see select(2).
 */
struct sets {
	fd_set *sets[3];
};
static const short set_events[3][2] = {
	{ POLLIN | POLLRDNORM, POLLIN | POLLRDNORM | POLLHUP | POLLERR },
	{ POLLOUT | POLLWRNORM, POLLOUT | POLLWRNORM | POLLERR },
	{ POLLPRI, POLLPRI },
};

static bool sets_have_nodes(const struct sets *s, int n)
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
			events |= s->sets[k] && FD_ISSET(fd, s->sets[k]) ? set_events[k][0] : 0;
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
			if (entries[i].events & set_events[k][0] && entries[i].revents & set_events[k][1]) {
				FD_SET(entries[i].fd, s->sets[k]);
				n_set++;
			}
		}
	}
	return n_set;
}

static int select_nodes(struct sets *s, int n, const struct timespec *timeout, const sigset_t *mask)
{
	struct pollfd entries[FD_SETSIZE];
	nfds_t n_entries = sets_to_entries(s, n, entries);
	int result = node_ppoll(entries, n_entries, timeout, mask);

	return result < 0 ? result : sets_from_entries(s, entries, n_entries);
}

PUBLIC int select(int n, fd_set *in, fd_set *out, fd_set *error, struct timeval *timeout)
{
	struct sets sets = { { in, out, error } };
	struct timespec time = { 0 };

	if (!sets_have_nodes(&sets, n))
		return real()->select(n, in, out, error, timeout);
	if (timeout)
		time = (struct timespec){ timeout->tv_sec, timeout->tv_usec * NS_PER_US };
	return select_nodes(&sets, n, timeout ? &time : NULL, NULL);
}

PUBLIC int pselect(int n, fd_set *in, fd_set *out, fd_set *error, const struct timespec *timeout,
		   const sigset_t *mask)
{
	struct sets sets = { { in, out, error } };

	if (!sets_have_nodes(&sets, n))
		return real()->pselect(n, in, out, error, timeout, mask);
	return select_nodes(&sets, n, timeout, mask);
}
