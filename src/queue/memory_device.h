/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another device's buffers, exported for import here. */
#ifndef QUEUE_MEMORY_DEVICE_H
#define QUEUE_MEMORY_DEVICE_H

#include "queue/buffer.h"

struct exporter;

/* Opens the video device and asks it for `format`, or failing that leaves it its own. Logs why it cannot. */
int exporter_open(struct exporter **exporter, const char *device, const struct video_format *format);
void exporter_close(struct exporter *exporter); /* takes NULL */
/* Lends the smallest free plane of at least `length` bytes; the driver is asked for more buffers while it
 * grants them. -ENOMEM: no more; -EMSGSIZE (logged): its planes are all too short. */
int exporter_lend(struct exporter *exporter, struct plane *plane, uint32_t length);
void exporter_return(struct exporter *exporter, struct plane *plane);

#endif
