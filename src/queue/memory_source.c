/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory sources: pages of the process, and the table of those for --import-from. */
#include "queue/memory_source_internal.h"

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
#include "base/array.h"
#include "base/log.h"
#include "base/mapping.h"
#include "base/page.h"

static int map_plane(struct plane *plane, int fd, uint32_t length, int flags)
{
	void *data = mapping_create(length, flags, fd);

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
static int pages_alloc(struct memory_source *memory, struct buffer *buffer, uint32_t p, uint32_t length)
{
	struct plane *plane = &buffer->planes[p];
	int err = map_plane(plane, -1, (uint32_t)page_align(length), MAP_PRIVATE | MAP_ANONYMOUS);

	if (err == 0 && memory->lazy) /* with huge pages, the first byte written would allocate a whole one */
		madvise(plane->data, mapping_bytes(plane->length), MADV_NOHUGEPAGE);
	return err;
}

bool memory_source_is_lazy(const struct memory_source *memory)
{
	return memory->lazy;
}

void memory_source_trim(struct memory_source *memory, struct plane *plane, uint32_t bytes)
{
	uint32_t kept = (uint32_t)page_align(bytes);

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

static int udmabuf_alloc(struct memory_source *memory, struct buffer *buffer, uint32_t p, uint32_t length)
{
	struct plane *plane = &buffer->planes[p];
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

/* Without a name, opens the heap "system" if there is one, else any. */
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

static int heap_alloc(struct memory_source *memory, struct buffer *buffer, uint32_t p, uint32_t length)
{
	struct plane *plane = &buffer->planes[p];
	struct dma_heap_allocation_data data = { .len = page_align(length), .fd_flags = O_RDWR | O_CLOEXEC };

	if (ioctl(memory->fd, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		return -errno;
	plane->fd = (int)data.fd;
	return map_plane(plane, plane->fd, (uint32_t)data.len, MAP_SHARED);
}

static const struct memory_source_ops memory_pages = { "pages", .open = pages_open, .alloc = pages_alloc };
static const struct memory_source_ops memory_udmabuf = { "udmabuf", true, udmabuf_open,
							 .alloc = udmabuf_alloc };
static const struct memory_source_ops memory_heap = { "heap", true, heap_open, .alloc = heap_alloc };

/* The values of --import-from. The last row takes all names that no other row has. */
static const struct memory_source_ops *const memory_sources[] = { &memory_udmabuf, &memory_heap,
								  &memory_source_device };

/* Takes "NAME" and "NAME:ARGUMENT". */
static const struct memory_source_ops *find_source(const char *name, const char **argument)
{
	const struct memory_source_ops *const *row = memory_sources;

	for (; (*row)->name; row++) {
		size_t length = strlen((*row)->name);

		if (strncmp(name, (*row)->name, length) || (name[length] && name[length] != ':'))
			continue;
		*argument = name[length] ? name + length + 1 : NULL;
		return *row;
	}
	*argument = name;
	return *row;
}

int memory_source_open_row(struct memory_source **out, const struct memory_source_ops *ops, const char *name,
			   const char *argument, const struct video_format *format)
{
	struct memory_source *memory = calloc(1, sizeof *memory);
	int err;

	if (!memory)
		return log_no_memory();
	memory->fd = -1;
	memory->ops = ops;
	memory->name = strdup(name);
	err = memory->name ? ops->open(memory, argument, format) : log_no_memory();
	if (err < 0) {
		memory_source_close(memory);
		return err;
	}
	*out = memory;
	return 0;
}

static int open_auto(struct memory_source **memory, const struct video_format *format)
{
	for (size_t i = 0; i < ARRAY_SIZE(memory_sources); i++) {
		const struct memory_source_ops *ops = memory_sources[i];

		if (ops->automatic && memory_source_open_row(memory, ops, ops->name, NULL, format) == 0) {
			log_verbose("memory for dmabuf-import comes from %s", ops->name);
			return 0;
		}
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
	ops = find_source(name, &argument);
	err = memory_source_open_row(memory, ops, name, argument, format);
	if (err < 0 && ops->name)
		log_error("--import-from %s: %s", name, err_str(err));
	return err;
}

int memory_source_open_pages(struct memory_source **memory, const struct video_format *format)
{
	return memory_source_open_row(memory, &memory_pages, memory_pages.name, NULL, format);
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
			mapping_remove(plane->data, plane->length);
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
		err = memory->ops->alloc(memory, buffer, p, format->sizeimage[p]);
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
