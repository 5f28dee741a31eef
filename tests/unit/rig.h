/* A pool over a simulated device, every call to which is recorded. SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "device/device.h"
#include "device/format.h"
#include "device/sim_state.h"
#include "queue/io.h"
#include "statement.h"
#include "trace_log.h"

#define RIG "rig" /* the device's name in the trace; devices opened for their memory are "sim" there */

struct rig {
	struct trace_log log;
	struct device device;
	struct video_format format;
	struct pool pool;
	size_t mark; /* the call from which on the short forms below count */
};

/* "sim:size=96x64,fps=0,KEYS", and a pool of that io mode over it. dmabuf-import takes its memory from a
 * second simulated device with the same keys as far as they are about the format ("size=", "format=",
 * "planes=", "stride="). */
void rig_open(struct rig *rig, const char *io, const char *keys);
/* The device alone; rig_open_pool() returns what pool_open() does. */
void rig_open_device(struct rig *rig, const char *keys);
int rig_open_pool(struct rig *rig, const struct pool_options *options);
/* Opens, configures and starts, none of which may fail. */
void rig_start(struct rig *rig, const char *io, const char *keys, uint32_t min, uint32_t max);
/* Closes everything and judges the trace. */
void rig_close(struct rig *rig);
void rig_close_pool(struct rig *rig); /* the pool alone, before */

/* A frame that must come, and carry this number, byte for byte. */
struct buffer *rig_frame(struct rig *rig, uint32_t number);
/* The next call's result, which must not be a frame. */
int rig_no_frame(struct rig *rig);
/* Frame after frame, released at once. */
void rig_frames(struct rig *rig, uint32_t first, uint32_t n);
void rig_check_picture(const struct video_format *format, const struct buffer *buffer, uint32_t number);

/* From the mark on. */
void rig_mark(struct rig *rig);
unsigned rig_count(const struct rig *rig, const char *name, const char *text);
const char *rig_order(const struct rig *rig);

/* Between the pool and the simulated device, to bend what it answers. Returns what an ioctl returns (-1 and
 * errno); call device_sim.ioctl for the rest. */
typedef int rig_bend(struct device *device, unsigned long request, void *argument);
void rig_bend_ioctls(struct rig *rig, rig_bend *bend);

/* What of this process a leak would show in. */
struct footprint {
	unsigned n_fds, n_shared_maps;
	uint64_t mapped_bytes;
	uint64_t heap_bytes; /* 0 where it cannot be told: under sanitizers */
};
struct footprint footprint_now(void);
void footprint_check(const struct footprint *before, const struct footprint *after);

extern const char *const rig_modes[5]; /* all five, rw last */

#endif
