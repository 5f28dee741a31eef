/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The open device nodes by descriptor, and the calls on them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "sim/sim_internal.h"
#include "preload.h"

#define MAX_FDS 4096
#define RETRY_NS (NS_PER_MS / 2)

static const struct {
	const char *keys, *path; /* environment variables */
	const char *default_path, *type;
} nodes[] = {
	/* by minor number */
	{ "V4L2Q_SIM", "V4L2Q_SIM_PATH", "/dev/video0", "" },
	{ "V4L2Q_SIM_OUTPUT", "V4L2Q_SIM_OUTPUT_PATH", "/dev/video1", "type=output," },
	{ "V4L2Q_SIM_ENCODER", "V4L2Q_SIM_ENCODER_PATH", "/dev/video2", "type=encoder," },
};
#define N_NODES ((int)ARRAY_SIZE(nodes))

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER; /* several threads may call */
static struct node *_Atomic by_fd[MAX_FDS];

/* Set within calls of the simulated device, whose own open(), mmap() … are not for nodes. */
static _Thread_local bool inside __attribute__((tls_model("initial-exec")));

bool node_is_inside(void)
{
	return inside;
}

struct node *node_of(int fd)
{
	return inside || fd < 0 || fd >= MAX_FDS ? NULL : by_fd[fd];
}

const char *node_path(int minor)
{
	const char *own = getenv(nodes[minor].path);

	return own ? own : nodes[minor].default_path;
}

int node_at(const char *path)
{
	for (int i = 0; !inside && i < N_NODES; i++) {
		if (getenv(nodes[i].keys) && strcmp(path, node_path(i)) == 0)
			return i;
	}
	return -1;
}

bool node_exists(int minor)
{
	return minor >= 0 && minor < N_NODES && getenv(nodes[minor].keys);
}

int node_next(int minor)
{
	for (minor++; minor < N_NODES; minor++) {
		if (node_exists(minor))
			return minor;
	}
	return -1;
}

static void enter(void)
{
	pthread_mutex_lock(&devices_lock);
	inside = true;
}

static void leave(void)
{
	int saved_errno = errno;

	inside = false;
	pthread_mutex_unlock(&devices_lock);
	errno = saved_errno;
}

bool node_has_mapping(const void *start)
{
	bool has;

	if (inside)
		return false;
	enter();
	has = sim_memory_has_mapping(start);
	leave();
	return has;
}

/* After fork() the child has no devices: nothing of them is shared but the descriptors. */
static void forget_nodes(void)
{
	memset(by_fd, 0, sizeof by_fd);
	pthread_mutex_init(&table_lock, NULL);
	pthread_mutex_init(&devices_lock, NULL);
	sim_node_forget_all();
}

__attribute__((constructor)) static void start(void)
{
	pthread_atfork(NULL, NULL, forget_nodes);
	log_set_level(LOG_LEVEL_ERROR);
}

/* For the statistics of programs that do not close the device. */
__attribute__((destructor)) static void stop(void)
{
	for (int fd = 0; fd < MAX_FDS; fd++) {
		if (by_fd[fd])
			node_remove_fd(fd);
	}
}

int node_add_fd(struct node *node, int fd)
{
	if (fd < 0)
		return fd;
	if (fd >= MAX_FDS) {
		real()->close(fd);
		errno = EMFILE;
		return -1;
	}
	pthread_mutex_lock(&table_lock);
	by_fd[fd] = node;
	node->n_fds++;
	pthread_mutex_unlock(&table_lock);
	return fd;
}

static void close_node(struct node *node)
{
	statistics_append(node);
	enter();
	node->device.ops->close(&node->device);
	leave();
	free(node->arrivals_ns);
	free(node);
}

void node_remove_fd(int fd)
{
	struct node *node;
	bool last = false;

	pthread_mutex_lock(&table_lock);
	if ((node = by_fd[fd])) {
		by_fd[fd] = NULL;
		last = --node->n_fds == 0;
	}
	pthread_mutex_unlock(&table_lock);
	if (last)
		close_node(node);
}

static int open_device(struct node *node, int minor)
{
	char keys[1024];
	int err;

	/* All opens are of one device. */
	snprintf(keys, sizeof keys, "node=%d,%s%s", minor, nodes[minor].type, getenv(nodes[minor].keys));
	node->device = (struct device){ .ops = &device_sim, .fd = -1 };
	enter();
	err = device_sim.open(&node->device, keys);
	if (err < 0)
		device_sim.close(&node->device);
	leave();
	return err;
}

int node_open(int minor, int flags)
{
	struct node *node = calloc(1, sizeof *node);
	int err, fd;

	if (!node)
		return -1;
	node->minor = (unsigned)minor;
	err = open_device(node, minor);
	if (err < 0) {
		free(node);
		errno = -err;
		return -1;
	}
	/* O_NONBLOCK belongs to the open file description, which duplicates share. */
	if (flags & O_NONBLOCK)
		real()->fcntl(node->device.fd, F_SETFL, O_NONBLOCK);
	fd = real()->fcntl(node->device.fd, flags & O_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
	if (fd < 0)
		close_node(node);
	return node_add_fd(node, fd);
}

/* After a call that failed: if it is to block, waits for the device and returns true to have it repeated. */
static bool wait_to_retry(const struct node *node, int fd, unsigned n_tries)
{
	struct pollfd entry = { .fd = node->device.fd, .events = POLLIN };
	struct timespec pause = { .tv_nsec = RETRY_NS };

	if ((errno != EAGAIN && errno != ENOENT) || real()->fcntl(fd, F_GETFL) & O_NONBLOCK)
		return false;
	/* The device may have other events only, with which ppoll() returns at once. */
	if (n_tries > 0)
		nanosleep(&pause, NULL);
	else if (real()->ppoll(&entry, 1, NULL, NULL) < 0)
		return false;
	return true;
}

int node_ioctl(struct node *node, int fd, unsigned long request, void *argument)
{
	int64_t start_ns = now_ns();
	int result;

	/* Some programs pass it as an int, which is sign extended. */
	request = (unsigned int)request;
	for (unsigned n_tries = 0;; n_tries++) {
		enter();
		result = node->device.ops->ioctl(&node->device, request, argument);
		if (result == 0)
			statistics_ioctl(node, request, argument, start_ns);
		leave();
		if (result == 0 || (request != VIDIOC_DQBUF && request != VIDIOC_DQEVENT) ||
		    !wait_to_retry(node, fd, n_tries))
			return result;
	}
}

ssize_t node_read(struct node *node, int fd, void *data, size_t size)
{
	ssize_t result;

	for (unsigned n_tries = 0;; n_tries++) {
		enter();
		result = node->device.ops->read(&node->device, data, size);
		leave();
		if (result >= 0 || !wait_to_retry(node, fd, n_tries))
			return result;
	}
}

ssize_t node_write(struct node *node, int fd, const void *data, size_t size)
{
	int64_t start_ns = now_ns();
	ssize_t result;

	for (unsigned n_tries = 0;; n_tries++) {
		enter();
		result = node->device.ops->write(&node->device, data, size);
		if (result > 0)
			statistics_write(node, start_ns);
		leave();
		if (result >= 0 || !wait_to_retry(node, fd, n_tries))
			return result;
	}
}

void *node_mmap(struct node *node, void *start, size_t length, int protection, int flags, int64_t offset)
{
	enter();
	start = node->device.ops->mmap(&node->device, start, length, protection, flags, offset);
	leave();
	return start;
}

int node_munmap(void *start, size_t length)
{
	struct device any = { 0 };
	int result;

	enter();
	result = device_sim.munmap(&any, start, length);
	leave();
	return result;
}

short node_revents(struct node *node, short events)
{
	short revents;

	enter();
	revents = node->device.ops->revents(&node->device, events);
	leave();
	return revents;
}
