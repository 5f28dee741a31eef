/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits for several pools at once. */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include "base/clock.h"
#include "queue/qbuf.h"

/* The descriptors to poll, and the one of each pool. */
struct wait_set {
	struct device *devices[DEVICE_POLL_MAX];
	struct pollfd *entries;
	nfds_t n;
};

static short wait_events(const struct pool *pool)
{
	return pool->output ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM;
}

/* With no buffer queued, poll() reports POLLERR at once. */
static bool can_wait(const struct pool *pool)
{
	bool reads = !pool->io->streams && !pool->output;

	return pool->active && (pool->n_queued > 0 || reads) && !pool->eos && !pool->lost;
}

static struct pollfd *find_entry(struct wait_set *set, int fd)
{
	for (nfds_t i = 0; i < set->n; i++)
		if (set->entries[i].fd == fd)
			return &set->entries[i];
	return NULL;
}

static void add_pool(struct wait_set *set, struct pool *pool)
{
	struct pollfd *entry = find_entry(set, pool->device->fd);

	if (!entry) {
		assert(set->n < DEVICE_POLL_MAX);
		set->devices[set->n] = pool->device;
		entry = &set->entries[set->n++];
		*entry = (struct pollfd){ .fd = pool->device->fd, .events = POLLPRI };
	}
	entry->events |= wait_events(pool);
}

/* Events belong to the node; of a codec's two queues only CAPTURE handles them. */
static short take_revents(struct wait_set *set, const struct pool *pool)
{
	struct pollfd *entry = find_entry(set, pool->device->fd);
	short revents = entry->revents & (wait_events(pool) | POLLPRI | POLLERR | POLLHUP | POLLNVAL);

	entry->revents &= ~POLLPRI;
	return revents;
}

static void note_revents(struct wait_set *set, struct pool *const *pools, unsigned n, bool output)
{
	for (unsigned i = 0; i < n; i++) {
		if (pools[i]->output != output || !can_wait(pools[i]))
			continue;
		pools[i]->revents = take_revents(set, pools[i]);
		pools[i]->polled = true;
	}
}

int pool_wait(struct pool *const *pools, unsigned n_pools, struct pollfd *fds, unsigned n_fds,
	      int64_t deadline_ns)
{
	struct pollfd entries[DEVICE_POLL_MAX + POOL_WAIT_FDS_MAX];
	struct wait_set set = { .entries = entries };
	int64_t left = deadline_ns ? deadline_ns - now_ns() : -1;
	int n;

	assert(n_fds <= POOL_WAIT_FDS_MAX);
	for (unsigned i = 0; i < n_pools; i++)
		if (can_wait(pools[i]))
			add_pool(&set, pools[i]);
	for (unsigned i = 0; i < n_fds; i++)
		entries[set.n + i] = fds[i];
	n = device_poll(set.devices, set.n, entries, set.n + n_fds, deadline_ns && left < 0 ? 0 : left);
	if (n == -EINTR)
		return 0;
	if (n < 0)
		return qbuf_error(pools[0], "poll", n);
	for (unsigned i = 0; i < n_fds; i++)
		fds[i] = entries[set.n + i];
	note_revents(&set, pools, n_pools, false);
	note_revents(&set, pools, n_pools, true);
	return n ? 0 : POOL_TIMEOUT;
}
