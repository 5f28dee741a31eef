/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory source "device": the buffers of another video device, exported to be imported here. */
#ifndef QUEUE_MEMORY_DEVICE_H
#define QUEUE_MEMORY_DEVICE_H

#include "queue/buffer.h"

struct memory_device;

/* Opens the video device, asks it for `format`, and allocates its first buffers. A driver that chooses
 * another format may still have buffers that are large enough. Returns 0 or a negative errno, logged. */
int memory_device_open(struct memory_device **memory, const char *device, const struct video_format *format);
/* Takes NULL. All planes must have been freed. */
void memory_device_close(struct memory_device *memory);
/* Fills in *plane with the smallest free plane of at least `length` bytes; more buffers are allocated while
 * the driver grants them. Returns 0; -ENOMEM: there are no more; -EMSGSIZE (logged): they are all too short.
 */
int memory_device_alloc(struct memory_device *memory, struct plane *plane, uint32_t length);
void memory_device_free(struct memory_device *memory, struct plane *plane);

#endif
