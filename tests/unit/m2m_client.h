/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that uses a simulated memory-to-memory node, call by call. What it does must succeed. */
#ifndef TESTS_M2M_CLIENT_H
#define TESTS_M2M_CLIENT_H

#include "sim_client.h"

/* One node, and each of its queues as a client. */
struct m2m_client {
	struct sim_client output, capture;
};

void m2m_client_open(struct m2m_client *node, const char *keys);
void m2m_client_close(struct m2m_client *node);
struct v4l2_format m2m_client_get_format(struct sim_client *queue);
/* Allocates n buffers, queues those of CAPTURE, and streams. */
void m2m_client_start_queue(struct sim_client *queue, uint32_t n);
/* Opens, and starts both queues with n buffers. */
void m2m_client_start(struct m2m_client *node, const char *keys, uint32_t n);
/* Queues OUTPUT buffer `index`, with the number as its picture's grey and its timestamp in seconds. Returns 0
 * or a negative errno. */
int m2m_client_queue(struct m2m_client *node, uint32_t index, uint32_t number);
/* The same; then takes its OUTPUT buffer and the coded frame, which has these flags, and queues that again.
 */
void m2m_client_encode(struct m2m_client *node, uint32_t number, uint32_t flags);
int m2m_client_command(struct m2m_client *node, uint32_t cmd);   /* ENCODER_CMD; 0 or a negative errno */
const uint8_t *m2m_client_bytes(const struct sim_client *queue); /* of the buffer taken last */

#endif
