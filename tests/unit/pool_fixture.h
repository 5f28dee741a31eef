/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool over a simulated device, every call to which is recorded. */
#ifndef TESTS_POOL_FIXTURE_H
#define TESTS_POOL_FIXTURE_H

#include "device/device.h"
#include "device/format/negotiate.h"
#include "queue/pool_internal.h"
#include "sim/sim_internal.h"
#include "table_test.h"
#include "trace_log.h"

#define FIXTURE_DEVICE                                                                                       \
	"device" /* the device's name in the trace; devices opened for their memory are "sim" there */

struct pool_fixture {
	struct trace_log log;
	struct device device;
	struct video_format format;
	struct pool *pool;
	int64_t deadline_ns;    /* of what follows; 0: none */
	struct frame_info info; /* of the frame dequeued last */
	size_t mark;            /* the call from which on the short forms below count */
};

/* "sim:size=96x64,fps=0,KEYS", and a pool of that io mode over it. dmabuf-import takes its memory from a
 * second simulated device with the same keys as far as they are about the format ("size=", "format=",
 * "planes=", "stride="). */
void pool_fixture_open(struct pool_fixture *fixture, const char *io, const char *keys);
/* The device alone; pool_fixture_open_pool() returns what pool_open() does. */
void pool_fixture_open_device(struct pool_fixture *fixture, const char *keys);
int pool_fixture_open_pool(struct pool_fixture *fixture, const struct pool_options *options);
/* Opens, configures and starts, none of which may fail. */
void pool_fixture_start(struct pool_fixture *fixture, const char *io, const char *keys, uint32_t min,
			uint32_t max);
/* Closes everything and judges the trace. */
void pool_fixture_close(struct pool_fixture *fixture);
void pool_fixture_close_pool(struct pool_fixture *fixture); /* the pool alone, before */

/* pool_dequeue(); *buffer NULL where there is no frame. */
int pool_fixture_dequeue(struct pool_fixture *fixture, struct buffer **buffer);
/* Discards what is in the driver: pool_pause() and pool_resume(). */
int pool_fixture_flush(struct pool_fixture *fixture);
/* A frame that must come, and carry this number, byte for byte. */
struct buffer *pool_fixture_frame(struct pool_fixture *fixture, uint32_t number);
/* The next call's result, which must not be a frame. */
int pool_fixture_no_frame(struct pool_fixture *fixture);
/* Frame after frame, released at once. */
void pool_fixture_frames(struct pool_fixture *fixture, uint32_t first, uint32_t n);
void pool_fixture_check_picture(const struct video_format *format, const struct buffer *buffer,
				uint32_t number);

/* From the mark on. */
void pool_fixture_mark(struct pool_fixture *fixture);
unsigned pool_fixture_count(const struct pool_fixture *fixture, const char *name, const char *text);
const char *pool_fixture_order(const struct pool_fixture *fixture);

/* Between the pool and the simulated device, to bend what it answers. Returns what an ioctl returns (-1 and
 * errno); call device_sim.ioctl for the rest. */
typedef int pool_fixture_ioctl(struct device *device, unsigned long request, void *argument);
void pool_fixture_replace_ioctl(struct pool_fixture *fixture, pool_fixture_ioctl *bend);
/* A row of device_ops for a device whose poll() says POLLERR, whatever happened. */
short pool_fixture_poll_error(struct device *device, short revents);

/* What of this process a leak would show in. */
struct footprint {
	unsigned n_fds, n_shared_maps;
	uint64_t mapped_bytes;
	uint64_t heap_bytes; /* 0 where it cannot be told: under sanitizers */
};
struct footprint footprint_now(void);
void footprint_check(const struct footprint *before, const struct footprint *after);

extern const char *const pool_fixture_modes[5]; /* all five, rw last */

#endif
