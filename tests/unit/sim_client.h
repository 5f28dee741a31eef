/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that uses a simulated device, call by call. */
#ifndef TESTS_SIM_CLIENT_H
#define TESTS_SIM_CLIENT_H

#include "device/device.h"
#include "sim/test_pattern.h"

#define SIM_CLIENT_BUFFERS 64

struct sim_client {
	struct device device;
	uint32_t n, n_planes; /* buffers granted; memory planes each */
	uint32_t memory;
	struct v4l2_buffer b; /* of the last call */
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	void *maps[SIM_CLIENT_BUFFERS][VIDEO_MAX_PLANES];
	size_t lengths[SIM_CLIENT_BUFFERS][VIDEO_MAX_PLANES];
};

/* All return 0 or a negative errno, as the device says. keys: what follows "sim:", "" for none. */
int sim_client_open(struct sim_client *client, const char *keys, enum device_role role);
void sim_client_close(struct sim_client *client);
int sim_client_reqbufs(struct sim_client *client, uint32_t n, uint32_t memory);
int sim_client_create(struct sim_client *client, uint32_t n, uint32_t memory);
int sim_client_query(struct sim_client *client, uint32_t index);
int sim_client_map(struct sim_client *client); /* all planes of all buffers */
void sim_client_unmap(struct sim_client *client);
int sim_client_queue(struct sim_client *client, uint32_t index); /* as it was queried or dequeued */
int sim_client_on(struct sim_client *client);
int sim_client_off(struct sim_client *client);
/* Opens, asks for n MMAP buffers, maps and queues them, and streams. Fails the test when any of it does. */
void sim_client_start(struct sim_client *client, const char *keys, uint32_t n);

short sim_client_poll(struct sim_client *client, int timeout_ms); /* in a node's words; 0: nothing came */
/* Takes a buffer without waiting; its index, or a negative errno. */
int sim_client_dequeue(struct sim_client *client);
/* Waits for a buffer, takes it, and answers like sim_client_dequeue(). */
int sim_client_next(struct sim_client *client);
/* sim_client_next(), and queued again; the sequence number, or a negative errno. */
int64_t sim_client_frame(struct sim_client *client);
/* Plane 0 of the last call's buffer, in either API. */
uint32_t sim_client_bytesused(const struct sim_client *client);
uint32_t sim_client_length(const struct sim_client *client);

/* What was logged last; "" where nothing was. */
const char *sim_client_last_message(void);
void sim_client_hush(void); /* messages go there and not to standard error */

#endif
