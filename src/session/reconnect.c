/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets the device up again in the middle of a recording: after it was unplugged, or its video source changed.
 */
#include "session/reconnect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "device/hotplug.h"

const struct device *reconnect_device(const struct reconnect *reconnect)
{
	return reconnect->setup->has_device ? &reconnect->setup->device : &reconnect->last;
}

void reconnect_close(struct reconnect *reconnect)
{
	free(reconnect->last.path);
	reconnect->last.path = NULL;
}

/* Returns the name to open the device by again, or NULL without memory, in which case it stays open. The name
 * is the user's where there is one: the node's number may be another after replugging. */
static const char *close_device(struct reconnect *reconnect)
{
	const char *name = reconnect->options->device;
	struct device *device = &reconnect->setup->device;
	char *path = strdup(device->path);

	if (!path) {
		log_no_memory();
		return NULL;
	}
	reconnect_close(reconnect);
	reconnect->last = (struct device){ .path = path, .info = device->info, .fd = -1 };
	setup_close(reconnect->setup);
	return name ? name : path;
}

int reconnect_reopen(void *opaque, struct pool **pool)
{
	struct reconnect *reconnect = opaque;
	struct setup *setup = reconnect->setup;
	struct setup_options options = *reconnect->options;
	struct video_format before = setup->format;
	char fourcc[FOURCC_TEXT_MAX];
	int err;

	options.device = close_device(reconnect);
	if (!options.device)
		return -ENOMEM;
	*pool = NULL;
	/* The driver starts with its default format. */
	if (!options.format.pixelformat)
		options.format.pixelformat = fourcc_text(before.fourcc, fourcc);
	if (!options.format.width) {
		options.format.width = before.width;
		options.format.height = before.height;
	}
	log_warn("waiting for %s to come back", options.device);
	err = hotplug_wait(options.device, reconnect->signal_fd, reconnect->timeout_ns);
	if (err < 0)
		return err;
	if (setup_open(setup, &options) != STATUS_DONE)
		return -ENODEV;
	*pool = setup->pool;
	if (before.fourcc == setup->format.fourcc && before.width == setup->format.width &&
	    before.height == setup->format.height)
		return 0;
	log_error("%s came back with another format: ask for the one you want with -s and -p",
		  options.device);
	return -ESTALE;
}

/* S_DV_TIMINGS and S_FMT need a queue without buffers. After read() the driver frees them only when the
 * device is closed. */
static int free_buffers(struct reconnect *reconnect)
{
	struct setup *setup = reconnect->setup;
	struct setup_options options = *reconnect->options;

	if (pool_info(setup->pool).streams) {
		pool_close(setup->pool);
		setup->pool = NULL;
		return 0;
	}
	options.device = close_device(reconnect);
	if (!options.device)
		return -ENOMEM;
	return setup_device(setup, &options) == STATUS_DONE ? 0 : -ENODEV;
}

int reconnect_renegotiate(void *opaque, const struct video_source *source, int64_t deadline_ns,
			  struct pool **pool)
{
	struct reconnect *reconnect = opaque;
	struct setup *setup = reconnect->setup;
	struct negotiate_request request = reconnect->options->format;
	char fourcc[FOURCC_TEXT_MAX];
	int err = free_buffers(reconnect);

	request.force = true;
	if (!request.pixelformat)
		request.pixelformat = fourcc_text(setup->format.fourcc, fourcc);
	if (err == 0)
		err = dv_timings_apply(&setup->device, reconnect->signal_fd, deadline_ns, source);
	if (err == 0)
		err = negotiate_format(&setup->device, &request, &setup->format);
	if (err == 0)
		err = setup_pool(setup, reconnect->options);
	*pool = setup->pool;
	return err;
}
