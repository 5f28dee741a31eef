/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A memory-to-memory node: an encoder, a decoder, or a converter of raw frames. One descriptor, two queues:
 * OUTPUT takes frames or packets, CAPTURE returns the results. Each queue is a struct device with a struct
 * pool of its own, used like those of other devices; functions for both are here. Rules: kernel
 * documentation, "Memory-to-Memory Stateful Video Encoder Interface" and that of the decoder.
 */
#ifndef M2M_M2M_H
#define M2M_M2M_H

#include "device/nodes/conversion.h"
#include "queue/pool.h"

/* All zero, or as m2m_open() and m2m_close() leave it. */
struct m2m {
	struct device node;                      /* fd -1 or ops NULL: closed */
	struct device output, capture;           /* its queues, which share the node's descriptor */
	struct conversion conversion;            /* the formats that it converts between */
	struct pool *output_pool, *capture_pool; /* NULL: none; m2m_close() closes them */
	bool is_draining;                        /* see m2m_drain() */
};

/* Opens the node of that name ("/dev/video11", "sim:type=encoder") and both queues, and reads their formats.
 * Returns 0 or a negative errno, logged: those of device_open(), or -EMEDIUMTYPE for a node without both
 * queues. */
int m2m_open(struct m2m *m2m, const char *name);
/* The same for --convert-device: also -EMEDIUMTYPE, logged, for a node that does not convert raw frames. */
int m2m_open_converter(struct m2m *m2m, const char *name);
void m2m_close(struct m2m *m2m);
/* Closes the node, but keeps what device_close_keeping_name() keeps. Returns as that. */
int m2m_close_keeping_name(struct m2m *m2m);

/* S_FMT on one of the queues: fourcc, size, colours, field order; bytesperline and sizeimage where they are
 * not 0, which the driver takes as minimum. Fills in the queue's resulting format, whatever it is; fps is
 * *wanted's. Returns 0 or a negative errno, logged. */
int m2m_set_format(struct device *queue, const struct video_format *wanted, struct video_format *got);

/* Tells the node that there are no more frames: once it has returned all, the CAPTURE pool returns POOL_EOS.
 * Uses the STOP command, or else an empty OUTPUT buffer: `empty`, a foreign one whose memory the OUTPUT pool
 * imports, or NULL for one of the pool's own. Does nothing while it drains already. Returns 0; POOL_NOBUF:
 * try again when the node has returned an OUTPUT buffer; -ENOTTY: it supports neither; or another negative
 * errno, logged. */
int m2m_drain(struct m2m *m2m, struct buffer *empty);
/* Where it drains, and CAPTURE was started again as the resolution has changed: some drivers, as vicodec,
 * have forgotten the command then. Returns 0 or a negative errno, logged. */
int m2m_go_on_draining(struct m2m *m2m);
/* Continues after POOL_EOS: an encoder with a key frame, a decoder with the next OUTPUT buffer. CAPTURE
 * buffers may still be held. Returns as pool_resume(). */
int m2m_restart(struct m2m *m2m);

#endif
