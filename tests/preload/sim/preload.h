/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated device as a node that any program can open: what the files of the preloaded library
 * share. V4L2Q_SIM=size=1280x720,fps=0 LD_PRELOAD=./sim.so yavta -c10 /dev/video0
 *
 * V4L2Q_SIM holds the keys of a capture device, V4L2Q_SIM_OUTPUT those of an output device; they are
 * found at V4L2Q_SIM_PATH (/dev/video0) and V4L2Q_SIM_OUTPUT_PATH (/dev/video1). A line about each
 * device that was used goes into V4L2Q_SIM_STATS when it is closed; that of an output device has the
 * time at which each frame came, by CLOCK_MONOTONIC. The buffers' memory is taken from the memfds that
 * V4L2Q_SIM_MEMORY names ("10-41"), as long as there are any: whoever starts the program can have it
 * ready, as a kernel that has memory to spare. A device belongs to the process that opened it: its
 * children have none.
 */
#ifndef PRELOAD_SIM_PRELOAD_H
#define PRELOAD_SIM_PRELOAD_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include "device/device.h"

#define PUBLIC __attribute__((visibility("default")))

/* The C library's own, or whatever stands between. */
struct real {
	int (*open)(const char *path, int flags, ...);
	FILE *(*fopen)(const char *path, const char *mode);
	int (*openat)(int dir, const char *path, int flags, ...);
	int (*close)(int fd);
	int (*dup)(int fd);
	int (*dup2)(int from, int to);
	int (*dup3)(int from, int to, int flags);
	int (*fcntl)(int fd, int command, ...);
	int (*ioctl)(int fd, unsigned long request, ...);
	ssize_t (*read)(int fd, void *data, size_t size);
	ssize_t (*write)(int fd, const void *data, size_t size);
	void *(*mmap)(void *start, size_t length, int protection, int flags, int fd, off_t offset);
	int (*munmap)(void *start, size_t length);
	int (*stat)(const char *path, struct stat *status);
	int (*lstat)(const char *path, struct stat *status);
	int (*fstat)(int fd, struct stat *status);
	int (*fstatat)(int dir, const char *path, struct stat *status, int flags);
	int (*memfd_create)(const char *name, unsigned flags);
	int (*ppoll)(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
	int (*select)(int n, fd_set *in, fd_set *out, fd_set *error, struct timeval *timeout);
	int (*pselect)(int n, fd_set *in, fd_set *out, fd_set *error, const struct timespec *timeout,
		       const sigset_t *mask);
	long (*syscall)(long number, ...);
};
/* Found at the first call, which may come before any constructor. */
const struct real *real(void);

/* One open() of a simulated device, and the descriptors that stand for it. */
struct node {
	struct device device; /* its own descriptor is never shown: programs hold duplicates */
	pthread_mutex_t lock; /* of the device, which is no thread's in particular */
	unsigned n_fds;
	unsigned minor;
	/* for the statistics */
	uint64_t n_frames, n_lost, device_bytes;
	uint32_t last_sequence;
	int64_t first_frame_ns;
	int64_t *came_ns; /* output: of each frame */
	size_t n_came, max_came;
};

/* The node behind a descriptor; NULL for all others, and for what the simulated device itself calls. */
struct node *node_of(int fd);
/* The node whose buffer is mapped there, or NULL. */
struct node *node_of_mapping(const void *start);
/* Whether there is a device at the path, told by its minor number; -1. */
int node_at(const char *path);
bool node_exists(int minor);
/* Whether it is the simulated device that calls. */
bool node_is_inside(void);
/* Opens the device of that minor number; returns a descriptor, or -1 and errno. */
int node_open(int minor, int flags);
/* The descriptor was made from one of the node's, or is about to be closed. */
int node_add_fd(struct node *node, int fd); /* returns fd, so that -1 passes through */
void node_remove_fd(int fd);

/* As the system calls: -1 or MAP_FAILED, and errno. They wait where the descriptor is a blocking one. */
int node_ioctl(struct node *node, int fd, unsigned long request, void *argument);
ssize_t node_read(struct node *node, int fd, void *data, size_t size);
ssize_t node_write(struct node *node, int fd, const void *data, size_t size);
void *node_mmap(struct node *node, size_t length, int protection, int flags, int64_t offset);
int node_munmap(struct node *node, void *start, size_t length);
short node_revents(struct node *node, short revents);

/* ppoll() on a set that may hold such descriptors; timeout NULL: none. */
int wait_poll(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask);

/* Statistics: after a call that went well and began at now_ns, and when the device is closed. */
void tally_ioctl(struct node *node, unsigned long request, const void *argument, int64_t now_ns);
void tally_write(struct node *node, int64_t now_ns);
void tally_tell(struct node *node);

#endif
