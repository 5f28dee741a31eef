/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated device as a device node that any program can open: what the files of this preloaded library
 * share. It replaces the C library's functions that a program uses on a device node, such as
 *
 *     V4L2Q_SIM=size=1280x720,fps=0 LD_PRELOAD=./sim.so yavta -c10 /dev/video0
 *
 * Environment:
 * V4L2Q_SIM, V4L2Q_SIM_OUTPUT, V4L2Q_SIM_ENCODER
 *         keys of a capture device, of an output device, and of an encoder
 * V4L2Q_SIM_PATH, V4L2Q_SIM_OUTPUT_PATH, V4L2Q_SIM_ENCODER_PATH
 *         their paths; default /dev/video0, /dev/video1, /dev/video2
 * V4L2Q_SIM_STATS
 *         a file that gets a line of JSON when a device that was used is closed; with the time on
 *         CLOCK_MONOTONIC at which an output device got each frame
 * V4L2Q_SIM_MEMORY
 *         a range of open memfds ("10-41") to take the memory of buffers from, so that the time to allocate
 *         it is not measured; sealed, if buffers of several sizes are to use them in turn
 *
 * A device belongs to the process that opened it; after fork() the child has none.
 */
#ifndef PRELOAD_SIM_PRELOAD_H
#define PRELOAD_SIM_PRELOAD_H

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include "device/device.h"

#define PUBLIC __attribute__((visibility("default")))

/* The replaced functions: the next definition of each, see dlsym(3), RTLD_NEXT. */
struct real {
	int (*open)(const char *path, int flags, ...);
	DIR *(*opendir)(const char *path);
	struct dirent *(*readdir)(DIR *folder);
	int (*closedir)(DIR *folder);
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
	int (*ftruncate)(int fd, off_t length);
	int (*memfd_create)(const char *name, unsigned flags);
	int (*ppoll)(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
	int (*select)(int n, fd_set *in, fd_set *out, fd_set *error, struct timeval *timeout);
	int (*pselect)(int n, fd_set *in, fd_set *out, fd_set *error, const struct timespec *timeout,
		       const sigset_t *mask);
	int (*epoll_ctl)(int epoll_fd, int command, int fd, struct epoll_event *event);
	int (*epoll_pwait)(int epoll_fd, struct epoll_event *events, int max, int timeout,
			   const sigset_t *mask);
	long (*syscall)(long number, ...);
};
/* Looks them up at the first call, which other libraries' constructors may make. */
const struct real *real(void);

/* One open() of a simulated device, which ends when all descriptors of it are closed. */
struct node {
	struct device device; /* programs get duplicates of device.fd */
	unsigned n_fds;
	unsigned minor;
	/* See statistics.c. */
	uint64_t n_frames, n_lost, device_bytes;
	uint32_t last_sequence;
	int64_t first_frame_ns;
	int64_t *arrivals_ns; /* output: of each frame */
	size_t n_arrivals, max_arrivals;
};

/* The node of the descriptor; NULL for other files, and within calls that the simulated device makes. */
struct node *node_of(int fd);
/* Whether a buffer is mapped there, of a node that may be closed. */
bool node_has_mapping(const void *start);
/* The minor number of the device at the path, or -1. */
int node_at(const char *path);
bool node_exists(int minor);
const char *node_path(int minor);
/* The minor number of the next device, -1: the first, or -1 at the end. */
int node_next(int minor);
/* Whether the present call is made by the simulated device. */
bool node_is_inside(void);
/* Opens the device of that minor number; returns a descriptor, or -1 and errno. */
int node_open(int minor, int flags);
/* Adds a duplicate of one of the node's descriptors. Returns fd, or -1 and errno; does nothing where fd is
 * negative. */
int node_add_fd(struct node *node, int fd);
void node_remove_fd(int fd); /* before it is closed; the last one closes the node */

/* As the system calls: -1 or MAP_FAILED, and errno. They block unless fd has O_NONBLOCK. */
int node_ioctl(struct node *node, int fd, unsigned long request, void *argument);
ssize_t node_read(struct node *node, int fd, void *data, size_t size);
ssize_t node_write(struct node *node, int fd, const void *data, size_t size);
void *node_mmap(struct node *node, void *start, size_t length, int protection, int flags, int64_t offset);
int node_munmap(void *start, size_t length);
/* What poll() on the node that asks for these events would report. */
short node_revents(struct node *node, short events);

/* ppoll(), for any mix of nodes and other files. */
int node_ppoll(struct pollfd *entries, nfds_t n, const struct timespec *timeout, const sigset_t *mask);

/* The descriptor, a node's or of epoll, is about to be closed. */
void epoll_forget(int fd);

/* Statistics: after a successful call that began at start_ns. The caller holds the node's lock. */
void statistics_ioctl(struct node *node, unsigned long request, const void *argument, int64_t start_ns);
void statistics_write(struct node *node, int64_t start_ns);
/* Adds the line of the node to V4L2Q_SIM_STATS. */
void statistics_append(struct node *node);

#endif
