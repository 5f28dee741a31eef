/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A memory-to-memory node: an encoder, a decoder, or a converter of raw frames. One descriptor, two queues:
 * OUTPUT takes frames or packets, CAPTURE gives what becomes of them. Each queue is a struct device with a
 * struct pool of its own, which run as those of other devices do; what concerns both is here. Rules: kernel
 * documentation, "Memory-to-Memory Stateful Video Encoder Interface" and the decoder's.
 */
#ifndef M2M_M2M_H
#define M2M_M2M_H

#include "device/nodes/conversion.h"
#include "queue/pool.h"

/* All zero, or as m2m_open() and m2m_close() leave it. */
struct m2m {
	struct device node;                      /* fd -1 or ops NULL: closed */
	struct device output, capture;           /* its queues, which share the node's descriptor */
	struct conversion conversion;            /* what it makes of what */
	struct pool *output_pool, *capture_pool; /* NULL: none; m2m_close() closes them */
	bool is_draining;                        /* see m2m_drain() */
};

/* Opens the node of that name ("/dev/video11", "sim:type=encoder"), both queues, and reads their formats.
 * Returns 0 or a negative errno, logged: those of device_open(), or -EMEDIUMTYPE for a node that has not both
 * queues. */
int m2m_open(struct m2m *m2m, const char *name);
/* The same for --convert-device: -EMEDIUMTYPE, logged, too where it is no converter of raw frames. */
int m2m_open_converter(struct m2m *m2m, const char *name);
void m2m_close(struct m2m *m2m);
/* The same, but what device_close_keeping_name() keeps of the node stays. Returns as that. */
int m2m_close_keeping_name(struct m2m *m2m);

/* S_FMT on one of its queues: fourcc, size, colours and field order, bytesperline and sizeimage where they
 * are not 0, which the driver takes as least ones. Fills in what the queue then has, whatever that is; fps is
 * *wanted's. Returns 0 or a negative errno, logged. */
int m2m_set_format(struct device *queue, const struct video_format *wanted, struct video_format *got);

/* Tells the node that no more comes: once it has given all, the CAPTURE pool returns POOL_EOS. By the STOP
 * command, else by an empty OUTPUT buffer: `empty`, a foreign one whose memory the OUTPUT pool imports, or
 * NULL for one of the pool's own. Does nothing while it drains already. Returns 0; POOL_NOBUF: to be tried
 * again when the node has returned an OUTPUT buffer; -ENOTTY: it takes neither; or another negative errno,
 * logged. */
int m2m_drain(struct m2m *m2m, struct buffer *empty);
/* After POOL_EOS: the node goes on, an encoder with a key frame, a decoder with what OUTPUT gets next. Nobody
 * needs to have returned the CAPTURE buffers. Returns as pool_resume(). */
int m2m_restart(struct m2m *m2m);

#endif
