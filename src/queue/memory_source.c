/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory sources: one row each. */
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

struct memory_source_ops {
	const char *name; /* as the user writes it; NULL: a video device, by its own name */
	bool automatic;   /* "auto" tries it */
	int (*open)(struct memory_source *memory, const char *argument, const struct video_format *format);
	void (*close)(struct memory_source *memory); /* NULL: close the file descriptor */
	int (*alloc)(struct memory_source *memory, struct plane *plane, uint32_t length);
	void (*free)(struct memory_source *memory, struct plane *plane); /* NULL: unmap, close plane->fd */
};

struct memory_source {
	const struct memory_source_ops *ops;
	char *name;
	int fd; /* of the device that allocates; -1: none */
	struct memory_device *device;
	uint32_t n_allocated; /* planes */
	bool lazy;
};

uint64_t memory_source_page_align(uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static uint32_t page_align(uint32_t length)
{
	return (uint32_t)memory_source_page_align(length);
}

static int map_plane(struct plane *plane, int fd, uint32_t length, int flags)
{
	void *data = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (data == MAP_FAILED)
		return -errno;
	plane->data = data;
	plane->length = length;
	return 0;
}

static int pages_open(struct memory_source *memory, const char *argument, const struct video_format *format)
{
	(void)argument;
	memory->lazy = !format->pix || format->pix->av == AV_PIX_FMT_NONE;
	return 0;
}

/* Page-aligned at both ends: some drivers write before an unaligned start. */
static int pages_alloc(struct memory_source *memory, struct plane *plane, uint32_t length)
{
	int err = map_plane(plane, -1, page_align(length), MAP_PRIVATE | MAP_ANONYMOUS);

	if (err == 0 && memory->lazy) /* the first byte written would allocate a whole huge page */
		madvise(plane->data, plane->length, MADV_NOHUGEPAGE);
	return err;
}

bool memory_source_is_lazy(const struct memory_source *memory)
{
	return memory->lazy;
}

void memory_source_trim(struct memory_source *memory, struct plane *plane, uint32_t bytes)
{
	uint32_t kept = page_align(bytes);

	if (memory->lazy && kept < plane->length)
		madvise(plane->data + kept, plane->length - kept, MADV_DONTNEED);
}

static int open_path(struct memory_source *memory, const char *path)
{
	memory->fd = open(path, O_RDWR | O_CLOEXEC);
	return memory->fd < 0 ? -errno : 0;
}

static int udmabuf_open(struct memory_source *memory, const char *argument, const struct video_format *format)
{
	(void)argument;
	(void)format;
	return open_path(memory, "/dev/udmabuf");
}

static int udmabuf_alloc(struct memory_source *memory, struct plane *plane, uint32_t length)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = page_align(length) };
	int memfd = memfd_create("v4l2q", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err = -ENOMEM;

	/* UDMABUF_CREATE fails with EINVAL unless the memfd is sealed against shrinking. */
	if (memfd < 0 || ftruncate(memfd, (off_t)create.size) < 0 ||
	    fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		goto out;
	create.memfd = (uint32_t)memfd;
	plane->fd = ioctl(memory->fd, UDMABUF_CREATE, &create);
	if (plane->fd < 0) {
		err = -errno;
		goto out;
	}
	err = map_plane(plane, memfd, (uint32_t)create.size, MAP_SHARED);
out:
	if (memfd >= 0)
		close(memfd);
	return err;
}

/* Without a name: "system" where there is one, else any. */
static int heap_open(struct memory_source *memory, const char *argument, const struct video_format *format)
{
	const char *folder = "/dev/dma_heap";
	char path[300] = "";
	struct dirent *entry;
	DIR *dir;

	(void)format;
	if (argument || access("/dev/dma_heap/system", F_OK) == 0) {
		snprintf(path, sizeof path, "%s/%s", folder, argument ? argument : "system");
		return open_path(memory, path);
	}
	dir = opendir(folder);
	if (!dir)
		return -errno;
	while (!*path && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
	closedir(dir);
	return *path ? open_path(memory, path) : -ENOENT;
}

static int heap_alloc(struct memory_source *memory, struct plane *plane, uint32_t length)
{
	struct dma_heap_allocation_data data = { .len = page_align(length), .fd_flags = O_RDWR | O_CLOEXEC };

	if (ioctl(memory->fd, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		return -errno;
	plane->fd = (int)data.fd;
	return map_plane(plane, plane->fd, (uint32_t)data.len, MAP_SHARED);
}

static int device_memory_open(struct memory_source *memory, const char *argument,
			      const struct video_format *format)
{
	return memory_device_open(&memory->device, argument, format);
}

static void device_memory_close(struct memory_source *memory)
{
	memory_device_close(memory->device);
}

static int device_memory_alloc(struct memory_source *memory, struct plane *plane, uint32_t length)
{
	return memory_device_alloc(memory->device, plane, length);
}

static void device_memory_free(struct memory_source *memory, struct plane *plane)
{
	memory_device_free(memory->device, plane);
}

static const struct memory_source_ops kinds[] = {
	{ "pages", .open = pages_open, .alloc = pages_alloc },
	{ "udmabuf", .automatic = true, .open = udmabuf_open, .alloc = udmabuf_alloc },
	{ "heap", .automatic = true, .open = heap_open, .alloc = heap_alloc },
	{ .open = device_memory_open,
	  .close = device_memory_close,
	  .alloc = device_memory_alloc,
	  .free = device_memory_free },
};

/* Takes "NAME" and "NAME:ARGUMENT"; the last row takes all other names. */
static const struct memory_source_ops *find_kind(const char *name, const char **argument)
{
	const struct memory_source_ops *ops = kinds;

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

static int open_kind(struct memory_source **out, const struct memory_source_ops *ops, const char *name,
		     const char *argument, const struct video_format *format)
{
	struct memory_source *memory = calloc(1, sizeof *memory);
	int err;

	if (!memory || !(memory->name = strdup(name))) {
		free(memory);
		return log_no_memory();
	}
	memory->fd = -1;
	memory->ops = ops;
	err = ops->open(memory, argument, format);
	if (err < 0) {
		memory_source_close(memory);
		return err;
	}
	*out = memory;
	return 0;
}

static int open_auto(struct memory_source **memory, const struct video_format *format)
{
	for (const struct memory_source_ops *ops = kinds; ops->name; ops++)
		if (ops->automatic && open_kind(memory, ops, ops->name, NULL, format) == 0) {
			log_verbose("memory for dmabuf-import comes from %s", ops->name);
			return 0;
		}
	log_error(
		"dmabuf-import: neither /dev/udmabuf nor /dev/dma_heap can be opened: name a video device to "
		"take buffers from with --import-from, or use another --io mode");
	return -ENOENT;
}

int memory_source_open(struct memory_source **memory, const char *name, const struct video_format *format)
{
	const struct memory_source_ops *ops;
	const char *argument;
	int err;

	if (!name || !strcmp(name, "auto"))
		return open_auto(memory, format);
	ops = find_kind(name, &argument);
	err = open_kind(memory, ops, name, argument, format);
	if (err < 0 && ops->name) /* memory_device_open() logs */
		log_error("--import-from %s: %s", name, err_str(err));
	return err;
}

void memory_source_close(struct memory_source *memory)
{
	if (!memory)
		return;
	assert(memory->n_allocated == 0);
	if (memory->ops->close)
		memory->ops->close(memory);
	else if (memory->fd >= 0)
		close(memory->fd);
	free(memory->name);
	free(memory);
}

const char *memory_source_name(const struct memory_source *memory)
{
	return memory->name;
}

static void free_plane(struct memory_source *memory, struct plane *plane)
{
	if (memory->ops->free) {
		memory->ops->free(memory, plane);
	} else {
		if (plane->data)
			munmap(plane->data, plane->length);
		if (plane->fd >= 0)
			close(plane->fd);
	}
	*plane = (struct plane){ .fd = -1 };
}

int memory_source_alloc(struct memory_source *memory, struct buffer *buffer,
			const struct video_format *format)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane *plane = &buffer->planes[p];
		int err;

		*plane = (struct plane){ .fd = -1 };
		err = memory->ops->alloc(memory, plane, format->sizeimage[p]);
		if (err < 0) {
			free_plane(memory, plane);
			memory_source_free(memory, buffer);
			return err;
		}
		memory->n_allocated++;
	}
	return 0;
}

void memory_source_free(struct memory_source *memory, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		if (!buffer->planes[p].data)
			continue;
		free_plane(memory, &buffer->planes[p]);
		memory->n_allocated--;
	}
}
