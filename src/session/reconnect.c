/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on with a recording. */
#include "session/reconnect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "device/hotplug.h"

const struct device *comeback_device(const struct comeback *comeback)
{
	return comeback->setup->has_device ? &comeback->setup->device : &comeback->gone;
}

void comeback_close(struct comeback *comeback)
{
	free(comeback->gone.path);
	comeback->gone.path = NULL;
}

/* Closes the device, and says by which name it is to be found again. NULL: no memory, and nothing is closed.
 */
static const char *close_device(struct comeback *comeback)
{
	const char *asked = comeback->common->basic.device;
	struct device *device = &comeback->setup->device;
	char *path = strdup(device->path);

	if (!path) {
		log_no_memory();
		return NULL;
	}
	comeback_close(comeback);
	comeback->gone = (struct device){ .path = path, .info = device->info, .fd = -1 };
	setup_close(comeback->setup);
	return asked ? asked : path;
}

int comeback_reopen(void *opaque)
{
	struct comeback *comeback = opaque;
	struct common_options common = *comeback->common;
	struct video_format before = comeback->setup->format;
	char fourcc[FOURCC_TEXT_MAX];
	const char *path = close_device(comeback);
	int err;

	if (!path)
		return -ENOMEM;
	common.basic.device = path;
	/* It comes back as its driver likes best. */
	if (!common.pixelformat)
		common.pixelformat = fourcc_text(before.fourcc, fourcc);
	if (!common.size.width)
		common.size = (struct option_size){ before.width, before.height };
	log_warn("waiting for %s to come back", path);
	err = replug_wait(path, comeback->signal_fd, comeback->replug_ns);
	if (err == 0 &&
	    setup_open(comeback->setup, &common, DEVICE_CAPTURE, comeback->memory_bytes) != STATUS_DONE)
		err = -ENODEV;
	if (err == 0 && (before.fourcc != comeback->setup->format.fourcc ||
			 before.width != comeback->setup->format.width ||
			 before.height != comeback->setup->format.height)) {
		log_error("%s came back with another format: ask for the one you want with -s and -p", path);
		err = -ESTALE;
	}
	return err;
}

/* The driver ends reading, and lets go of the buffers behind it, only when the device is closed. */
static int free_buffers(struct comeback *comeback)
{
	struct setup *setup = comeback->setup;
	struct common_options common = *comeback->common;
	enum status status;
	const char *path;

	if (!setup->pool.limits.reads) {
		pool_close(&setup->pool);
		setup->has_pool = false;
		return 0;
	}
	path = close_device(comeback);
	if (!path)
		return -ENOMEM;
	common.basic.device = path;
	status = setup_device(setup, &common, DEVICE_CAPTURE);
	return status == STATUS_DONE ? 0 : -ENODEV;
}

int comeback_follow(void *opaque, const struct source *source)
{
	struct comeback *comeback = opaque;
	struct setup *setup = comeback->setup;
	struct format_request request = setup_request(comeback->common);
	char fourcc[FOURCC_TEXT_MAX];
	int err = free_buffers(comeback);

	request.anew = true;
	if (!request.pixelformat)
		request.pixelformat = fourcc_text(setup->format.fourcc, fourcc);
	if (err == 0)
		err = source_follow(&setup->device, comeback->signal_fd, setup->pool.deadline_ns, source);
	if (err == 0)
		err = format_negotiate(&setup->device, &request, &setup->format);
	return err < 0 ? err : setup_pool(setup, comeback->common, comeback->memory_bytes);
}
