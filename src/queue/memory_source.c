/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is not the driver's. */
#include "queue/memory_source.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include "base/log.h"
#include "queue/memory_device.h"

struct source_ops {
	const char *name; /* the user's word; a path where it is NULL */
	bool automatic;   /* tried when the user leaves the choice to us */
	int (*open)(struct memory_source *source, const char *argument, const struct video_format *format);
	void (*close)(struct memory_source *source);
	int (*alloc)(struct memory_source *source, struct plane *plane, uint32_t length);
	void (*free)(struct memory_source *source,
		     struct plane *plane); /* NULL: unmap, close the descriptor */
};

struct memory_source {
	const struct source_ops *ops;
	char *name;
	int fd;
	struct exporter *exporter;
	uint32_t n_allocated;
	bool lazy;
};

uint64_t memory_whole_pages(uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static uint32_t whole_pages(uint32_t length)
{
	return (uint32_t)memory_whole_pages(length);
}

static int map(struct plane *plane, int fd, uint32_t length, int flags)
{
	void *data = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (data == MAP_FAILED)
		return -errno;
	plane->data = data;
	plane->length = length;
	return 0;
}

/* Compressed frames fill but a small part of what a driver wants for one. */
static int pages_open(struct memory_source *source, const char *argument, const struct video_format *format)
{
	(void)argument;
	source->lazy = !format->pix || format->pix->av == AV_PIX_FMT_NONE;
	return 0;
}

/* Page-aligned at both ends: drivers have been seen to write before an unaligned start. */
static int pages_alloc(struct memory_source *source, struct plane *plane, uint32_t length)
{
	int err = map(plane, -1, whole_pages(length), MAP_PRIVATE | MAP_ANONYMOUS);

	if (err == 0 && source->lazy) /* of a huge page the first byte takes all */
		madvise(plane->data, plane->length, MADV_NOHUGEPAGE);
	return err;
}

bool memory_is_lazy(const struct memory_source *source)
{
	return source->lazy;
}

void memory_trim(struct memory_source *source, struct plane *plane, uint32_t bytes)
{
	uint32_t kept = whole_pages(bytes);

	if (source->lazy && kept < plane->length)
		madvise(plane->data + kept, plane->length - kept, MADV_DONTNEED);
}

static int open_file(struct memory_source *source, const char *path)
{
	source->fd = open(path, O_RDWR | O_CLOEXEC);
	return source->fd < 0 ? -errno : 0;
}

static int udmabuf_open(struct memory_source *source, const char *argument, const struct video_format *format)
{
	(void)argument;
	(void)format;
	return open_file(source, "/dev/udmabuf");
}

static int udmabuf_alloc(struct memory_source *source, struct plane *plane, uint32_t length)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = whole_pages(length) };
	int memfd = memfd_create("v4l2q", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err = -ENOMEM;

	/* udmabuf takes only memory that cannot shrink under it. */
	if (memfd < 0 || ftruncate(memfd, (off_t)create.size) < 0 ||
	    fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		goto out;
	create.memfd = (uint32_t)memfd;
	plane->fd = ioctl(source->fd, UDMABUF_CREATE, &create);
	if (plane->fd < 0) {
		err = -errno;
		goto out;
	}
	err = map(plane, memfd, (uint32_t)create.size, MAP_SHARED);
out:
	if (memfd >= 0)
		close(memfd);
	return err;
}

/* Without a name: "system" where there is one, else any. */
static int heap_open(struct memory_source *source, const char *argument, const struct video_format *format)
{
	const char *folder = "/dev/dma_heap";
	char path[300] = "";
	struct dirent *entry;
	DIR *dir;

	(void)format;
	if (argument || access("/dev/dma_heap/system", F_OK) == 0) {
		snprintf(path, sizeof path, "%s/%s", folder, argument ? argument : "system");
		return open_file(source, path);
	}
	dir = opendir(folder);
	if (!dir)
		return -errno;
	while (!*path && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
	closedir(dir);
	return *path ? open_file(source, path) : -ENOENT;
}

static int heap_alloc(struct memory_source *source, struct plane *plane, uint32_t length)
{
	struct dma_heap_allocation_data data = { .len = whole_pages(length), .fd_flags = O_RDWR | O_CLOEXEC };

	if (ioctl(source->fd, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		return -errno;
	plane->fd = (int)data.fd;
	return map(plane, plane->fd, (uint32_t)data.len, MAP_SHARED);
}

static int device_source_open(struct memory_source *source, const char *argument,
			      const struct video_format *format)
{
	return exporter_open(&source->exporter, argument, format);
}

static void device_source_close(struct memory_source *source)
{
	exporter_close(source->exporter);
}

static int device_source_alloc(struct memory_source *source, struct plane *plane, uint32_t length)
{
	return exporter_lend(source->exporter, plane, length);
}

static void device_source_free(struct memory_source *source, struct plane *plane)
{
	exporter_return(source->exporter, plane);
}

static const struct source_ops sources[] = {
	{ "pages", .open = pages_open, .alloc = pages_alloc },
	{ "udmabuf", .automatic = true, .open = udmabuf_open, .alloc = udmabuf_alloc },
	{ "heap", .automatic = true, .open = heap_open, .alloc = heap_alloc },
	{ .open = device_source_open,
	  .close = device_source_close,
	  .alloc = device_source_alloc,
	  .free = device_source_free },
};

/* Takes "NAME" and "NAME:ARGUMENT"; the last row takes what no other does. */
static const struct source_ops *find_source(const char *name, const char **argument)
{
	const struct source_ops *ops = sources;

	for (; ops->name; ops++) {
		size_t length = strlen(ops->name);

		if (strncmp(name, ops->name, length) || (name[length] && name[length] != ':'))
			continue;
		*argument = name[length] ? name + length + 1 : NULL;
		return ops;
	}
	*argument = name;
	return ops;
}

static int open_source(struct memory_source **out, const struct source_ops *ops, const char *name,
		       const char *argument, const struct video_format *format)
{
	struct memory_source *source = calloc(1, sizeof *source);
	int err;

	if (!source || !(source->name = strdup(name))) {
		free(source);
		return log_no_memory();
	}
	source->fd = -1;
	source->ops = ops;
	err = ops->open ? ops->open(source, argument, format) : 0;
	if (err < 0) {
		memory_source_close(source);
		return err;
	}
	*out = source;
	return 0;
}

static int open_first(struct memory_source **source, const struct video_format *format)
{
	for (const struct source_ops *ops = sources; ops->name; ops++)
		if (ops->automatic && open_source(source, ops, ops->name, NULL, format) == 0) {
			log_verbose("memory for dmabuf-import comes from %s", ops->name);
			return 0;
		}
	log_error("dmabuf-import: neither /dev/udmabuf nor /dev/dma_heap can be opened here: name a video "
		  "device to take "
		  "buffers from with --import-from, or use another --io mode");
	return -ENOENT;
}

int memory_source_open(struct memory_source **source, const char *name, const struct video_format *format)
{
	const struct source_ops *ops;
	const char *argument;
	int err;

	if (!name || !strcmp(name, "auto"))
		return open_first(source, format);
	ops = find_source(name, &argument);
	err = open_source(source, ops, name, argument, format);
	if (err < 0 && ops->name) /* a device says for itself what is wrong */
		log_error("--import-from %s: %s", name, err_str(err));
	return err;
}

void memory_source_close(struct memory_source *source)
{
	if (!source)
		return;
	assert(source->n_allocated == 0);
	if (source->ops->close)
		source->ops->close(source);
	if (source->fd >= 0)
		close(source->fd);
	free(source->name);
	free(source);
}

const char *memory_source_name(const struct memory_source *source)
{
	return source->name;
}

static void release(struct memory_source *source, struct plane *plane)
{
	if (source->ops->free) {
		source->ops->free(source, plane);
	} else {
		if (plane->data)
			munmap(plane->data, plane->length);
		if (plane->fd >= 0)
			close(plane->fd);
	}
	*plane = (struct plane){ .fd = -1 };
}

int memory_alloc(struct memory_source *source, struct plane *plane, uint32_t length)
{
	int err;

	*plane = (struct plane){ .fd = -1 };
	err = source->ops->alloc(source, plane, length);
	if (err < 0) {
		release(source, plane);
		return err;
	}
	source->n_allocated++;
	return 0;
}

void memory_free(struct memory_source *source, struct plane *plane)
{
	if (!plane->data)
		return;
	release(source, plane);
	source->n_allocated--;
}
