/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of the simulated device's buffers: memfds (MMAP), the program's (USERPTR), DMA-BUFs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "base/page.h"
#include "sim/sim_internal.h"

/* m.offset: the number of the plane, shifted to a multiple of any page size, as mmap() requires. */
#define OFFSET_SHIFT 16

/* A plane mapped by a program. */
struct mapping {
	struct mapping *next;
	struct sim_file *file;
	const struct sim_queue *queue;
	void *start;
	uint64_t generation; /* of the buffers mapped */
	uint32_t index;
};
static struct mapping *mappings; /* of all devices, as munmap() has only the address */

static int allocate_plane(const struct sim_queue *queue, struct sim_plane *plane)
{
	size_t bytes = page_align(plane->length);
	int populate = queue->sim->options.draw == SIM_DRAW_NONE ? 0 : MAP_POPULATE;
	void *data;

	plane->fd = memfd_create("sim", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (plane->fd < 0)
		return -errno;
	/* A DMA-BUF has a fixed size; /dev/udmabuf takes only memfds sealed against shrinking. */
	if (ftruncate(plane->fd, (off_t)bytes) < 0 ||
	    fcntl(plane->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)
		return -errno;
	data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | populate, plane->fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	plane->data = data;
	plane->mapped_bytes = bytes;
	return 0;
}

int sim_memory_allocate(const struct sim_queue *queue, struct sim_buffer *buffer,
			const uint32_t lengths[MAX_PLANES])
{
	for (unsigned i = 0; i < MAX_PLANES; i++)
		buffer->planes[i].fd = buffer->planes[i].user_fd = -1;
	for (unsigned i = 0; i < queue->format.n_planes; i++) {
		struct sim_plane *plane = &buffer->planes[i];
		int err;

		plane->length = plane->min_length = lengths[i];
		if (queue->memory != V4L2_MEMORY_MMAP)
			continue;
		err = allocate_plane(queue, plane);
		if (err < 0)
			return err;
	}
	return 0;
}

static void release_plane(struct sim_plane *plane)
{
	if (plane->mapped_bytes)
		munmap(plane->data, plane->mapped_bytes);
	if (plane->fd >= 0)
		close(plane->fd);
	plane->data = NULL;
	plane->mapped_bytes = 0;
	plane->fd = -1;
}

void sim_memory_release(struct sim_buffer *buffer)
{
	for (unsigned i = 0; i < MAX_PLANES; i++)
		release_plane(&buffer->planes[i]);
}

/* Whether the pages can be accessed as the device needs, which a driver finds out when it pins them. */
bool sim_memory_is_accessible(const void *start, size_t length, bool write)
{
	int advice = write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
	uintptr_t before = (uintptr_t)start % page_size();
	void *page = (void *)((uintptr_t)start - before);

	if (madvise(page, 0, advice) < 0)
		advice = MADV_NORMAL; /* before Linux 5.14: only checks that the range is mapped */
	return start && madvise(page, before + length, advice) == 0;
}

static int attach_userptr(const struct sim_queue *queue, struct sim_plane *plane,
			  const struct v4l2_plane *from)
{
	if (!from->m.userptr || from->length < plane->min_length)
		return -EINVAL;
	if (!sim_memory_is_accessible((void *)from->m.userptr, from->length, !sim_queue_is_output(queue)))
		return -EFAULT;
	plane->userptr = from->m.userptr;
	plane->data = (uint8_t *)from->m.userptr;
	plane->length = from->length;
	return 0;
}

static bool sync_dmabuf(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags | DMA_BUF_SYNC_RW };

	return ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) == 0;
}

void sim_memory_begin_access(struct sim_plane *plane)
{
	if (plane->needs_sync)
		sync_dmabuf(plane->fd, DMA_BUF_SYNC_START);
}

void sim_memory_end_access(struct sim_plane *plane)
{
	if (plane->needs_sync)
		sync_dmabuf(plane->fd, DMA_BUF_SYNC_END);
}

static int map_dmabuf(struct sim_plane *plane, int fd, size_t bytes)
{
	void *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (data == MAP_FAILED)
		return -EINVAL;
	release_plane(plane);
	plane->data = data;
	plane->mapped_bytes = bytes;
	plane->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (plane->fd < 0)
		return -errno;
	plane->needs_sync = sync_dmabuf(fd, DMA_BUF_SYNC_START) && sync_dmabuf(fd, DMA_BUF_SYNC_END);
	return 0;
}

static int attach_dmabuf(struct sim_plane *plane, const struct v4l2_plane *from)
{
	off_t bytes = lseek(from->m.fd, 0, SEEK_END);
	uint32_t length = from->length;
	struct stat st;
	int err;

	if (bytes <= 0 || fstat(from->m.fd, &st) < 0)
		return -EINVAL;
	if (!length)
		length = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
	if (length < plane->min_length)
		return -EINVAL;
	if (bytes < length)
		return -EFAULT;
	/* Keeps the mapping of memory that was queued before. */
	if (!plane->mapped_bytes || plane->mapped_bytes < length || plane->st_dev != st.st_dev ||
	    plane->st_ino != st.st_ino) {
		err = map_dmabuf(plane, from->m.fd, page_align(length));
		if (err < 0)
			return err;
		plane->st_dev = st.st_dev;
		plane->st_ino = st.st_ino;
	}
	plane->user_fd = from->m.fd;
	plane->length = length;
	return 0;
}

int sim_memory_attach(const struct sim_queue *queue, struct sim_buffer *buffer, unsigned plane,
		      const struct v4l2_plane *from)
{
	if (queue->memory == V4L2_MEMORY_USERPTR)
		return attach_userptr(queue, &buffer->planes[plane], from);
	if (queue->memory == V4L2_MEMORY_DMABUF)
		return attach_dmabuf(&buffer->planes[plane], from);
	return 0;
}

uint32_t sim_memory_offset(const struct sim_queue *queue, uint32_t index, uint32_t plane)
{
	return (index * MAX_PLANES + plane) << OFFSET_SHIFT | queue->first_offset;
}

/* vb2_mmap(): the plane at the offset, or NULL and a negative errno. */
static struct sim_plane *find_mappable(const struct sim_queue *queue, size_t length, int protection,
				       int flags, uint64_t offset, int *err)
{
	uint64_t slot = offset >> OFFSET_SHIFT, index = slot / MAX_PLANES, plane = slot % MAX_PLANES;

	*err = queue->fileio ? -EBUSY : -EINVAL;
	if (!(flags & MAP_SHARED) || !(protection & (sim_queue_is_output(queue) ? PROT_WRITE : PROT_READ))) {
		*err = -EINVAL;
		return NULL;
	}
	if (queue->fileio || queue->memory != V4L2_MEMORY_MMAP || slot << OFFSET_SHIFT != offset ||
	    index >= queue->n_buffers || plane >= queue->format.n_planes ||
	    length > queue->buffers[index]->planes[plane].mapped_bytes)
		return NULL;
	return &queue->buffers[index]->planes[plane];
}

void *sim_memory_mmap(struct sim_file *file, void *start, size_t length, int protection, int flags,
		      int64_t offset, int *err)
{
	const struct sim_queue *queue = sim_queue_at(file->sim, (uint64_t)offset);
	uint64_t from = (uint64_t)offset - queue->first_offset;
	struct sim_plane *plane = find_mappable(queue, length, protection, flags, from, err);
	struct mapping *mapping;

	if (!plane)
		return MAP_FAILED;
	*err = -ENOMEM;
	mapping = malloc(sizeof *mapping);
	if (!mapping)
		return MAP_FAILED;
	/* A driver maps all pages at once. */
	start = mmap(start, length, protection, flags | MAP_POPULATE, plane->fd, 0);
	if (start == MAP_FAILED) {
		*err = -errno;
		free(mapping);
		return MAP_FAILED;
	}
	*mapping = (struct mapping){
		mappings, file, queue, start, queue->generation, (uint32_t)(from >> OFFSET_SHIFT) / MAX_PLANES
	};
	mappings = mapping;
	file->n_mappings++;
	return start;
}

static struct mapping **find_mapping(const void *start)
{
	struct mapping **link = &mappings;

	while (*link && (*link)->start != start)
		link = &(*link)->next;
	return link;
}

bool sim_memory_has_mapping(const void *start)
{
	return *find_mapping(start);
}

struct sim_file *sim_memory_munmap(void *start, size_t length, int *err)
{
	struct mapping **link = find_mapping(start), *mapping = *link;
	struct sim_file *file = NULL;

	*err = munmap(start, length) < 0 ? -errno : 0;
	if (*err < 0 || !mapping)
		return NULL;
	file = mapping->file;
	file->n_mappings--;
	*link = mapping->next;
	free(mapping);
	return file;
}

void sim_memory_forget_mappings(struct sim *sim)
{
	struct mapping **link = &mappings, *mapping;

	while ((mapping = *link)) {
		if (mapping->file->sim != sim) {
			link = &mapping->next;
			continue;
		}
		*link = mapping->next;
		free(mapping);
	}
}

bool sim_memory_is_mapped(const struct sim_queue *queue, uint32_t index)
{
	for (const struct mapping *m = mappings; m; m = m->next) {
		if (m->queue == queue && m->generation == queue->generation && m->index == index)
			return true;
	}
	return false;
}

/* Whether fd refers to the buffers' memory, but is not the device's own descriptor. */
static bool is_export(const struct sim_queue *queue, int fd)
{
	struct stat st, own;

	if (fstat(fd, &st) < 0)
		return false;
	for (uint32_t i = 0; i < queue->n_buffers * queue->format.n_planes; i++) {
		int plane_fd =
			queue->buffers[i / queue->format.n_planes]->planes[i % queue->format.n_planes].fd;

		if (fd != plane_fd && fstat(plane_fd, &own) == 0 && own.st_dev == st.st_dev &&
		    own.st_ino == st.st_ino)
			return true;
	}
	return false;
}

static bool is_exported(const struct sim_queue *queue)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.' && is_export(queue, atoi(entry->d_name));
	if (dir)
		closedir(dir);
	return found;
}

bool sim_memory_in_use(const struct sim_queue *queue)
{
	if (queue->memory != V4L2_MEMORY_MMAP)
		return false;
	for (uint32_t i = 0; i < queue->n_buffers; i++) {
		if (sim_memory_is_mapped(queue, i))
			return true;
	}
	return is_exported(queue);
}

int sim_memory_export(const struct sim_plane *plane, uint32_t flags)
{
	char path[40];
	int fd;

	/* Open it again: a duplicate would have the access mode of the original. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", plane->fd);
	fd = open(path, (int)flags);
	if (fd < 0)
		fd = fcntl(plane->fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}
