/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that uses a simulated device, call by call. */
#ifndef TESTS_SIM_USER_H
#define TESTS_SIM_USER_H

#include "device/device.h"
#include "sim/test_pattern.h"

#define USER_BUFFERS 64

struct user {
	struct device device;
	uint32_t n, n_planes; /* buffers granted; memory planes each */
	uint32_t memory;
	struct v4l2_buffer b; /* of the last call */
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	void *maps[USER_BUFFERS][VIDEO_MAX_PLANES];
	size_t lengths[USER_BUFFERS][VIDEO_MAX_PLANES];
};

/* All return 0 or a negative errno, as the device says. keys: what follows "sim:", "" for none. */
int user_open(struct user *user, const char *keys, enum device_role role);
void user_close(struct user *user);
int user_reqbufs(struct user *user, uint32_t n, uint32_t memory);
int user_create(struct user *user, uint32_t n, uint32_t memory);
int user_query(struct user *user, uint32_t index);
int user_map(struct user *user); /* all planes of all buffers */
void user_unmap(struct user *user);
int user_queue(struct user *user, uint32_t index); /* as it was queried or dequeued */
int user_on(struct user *user);
int user_off(struct user *user);
/* Opens, asks for n MMAP buffers, maps and queues them, and streams. Fails the test when any of it does. */
void user_start(struct user *user, const char *keys, uint32_t n);

short user_poll(struct user *user, int timeout_ms); /* in a node's words; 0: nothing came */
/* Takes a buffer without waiting; its index, or a negative errno. */
int user_dequeue(struct user *user);
/* Waits for a buffer, takes it, and answers like user_dequeue(). */
int user_next(struct user *user);
/* user_next(), and queued again; the sequence number, or a negative errno. */
int64_t user_frame(struct user *user);
/* Plane 0 of the last call's buffer, in either API. */
uint32_t user_bytesused(const struct user *user);
uint32_t user_length(const struct user *user);

/* What was logged last; "" where nothing was. */
const char *user_last_message(void);
void user_hush(void); /* messages go there and not to standard error */

#endif
