/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool over a simulated device, every call to which is recorded. */
#ifndef TESTS_STAND_H
#define TESTS_STAND_H

#include "device/device.h"
#include "device/negotiate.h"
#include "sim/sim_internal.h"
#include "queue/io.h"
#include "statement.h"
#include "trace_log.h"

#define STAND "stand" /* the device's name in the trace; devices opened for their memory are "sim" there */

struct stand {
	struct trace_log log;
	struct device device;
	struct video_format format;
	struct pool pool;
	size_t mark; /* the call from which on the short forms below count */
};

/* "sim:size=96x64,fps=0,KEYS", and a pool of that io mode over it. dmabuf-import takes its memory from a
 * second simulated device with the same keys as far as they are about the format ("size=", "format=",
 * "planes=", "stride="). */
void stand_open(struct stand *stand, const char *io, const char *keys);
/* The device alone; stand_open_pool() returns what pool_open() does. */
void stand_open_device(struct stand *stand, const char *keys);
int stand_open_pool(struct stand *stand, const struct pool_options *options);
/* Opens, configures and starts, none of which may fail. */
void stand_start(struct stand *stand, const char *io, const char *keys, uint32_t min, uint32_t max);
/* Closes everything and judges the trace. */
void stand_close(struct stand *stand);
void stand_close_pool(struct stand *stand); /* the pool alone, before */

/* A frame that must come, and carry this number, byte for byte. */
struct buffer *stand_frame(struct stand *stand, uint32_t number);
/* The next call's result, which must not be a frame. */
int stand_no_frame(struct stand *stand);
/* Frame after frame, released at once. */
void stand_frames(struct stand *stand, uint32_t first, uint32_t n);
void stand_check_picture(const struct video_format *format, const struct buffer *buffer, uint32_t number);

/* From the mark on. */
void stand_mark(struct stand *stand);
unsigned stand_count(const struct stand *stand, const char *name, const char *text);
const char *stand_order(const struct stand *stand);

/* Between the pool and the simulated device, to bend what it answers. Returns what an ioctl returns (-1 and
 * errno); call device_sim.ioctl for the rest. */
typedef int stand_bend(struct device *device, unsigned long request, void *argument);
void stand_bend_ioctls(struct stand *stand, stand_bend *bend);
/* A row of device_ops for a device whose poll() says POLLERR, whatever happened. */
short stand_always_an_error(struct device *device, short revents);

/* What of this process a leak would show in. */
struct footprint {
	unsigned n_fds, n_shared_maps;
	uint64_t mapped_bytes;
	uint64_t heap_bytes; /* 0 where it cannot be told: under sanitizers */
};
struct footprint footprint_now(void);
void footprint_check(const struct footprint *before, const struct footprint *after);

extern const char *const stand_modes[5]; /* all five, rw last */

#endif
