/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file in memory, for libavformat. avio_open_dyn_buf() will not do: on closing it pads at the place
 * where the muxer wrote last, which for avi is its header.
 */
#include "media/write/avio_memory.h"

#include <errno.h>
#include <string.h>
#include <libavformat/version.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>

#define AVIO_BYTES 4096
/* Far above what a trial writes: a muxer that wants more is told that the disk is full. */
#define MAX_BYTES (INT64_C(64) << 20)

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t avio_bytes;
#else
typedef uint8_t avio_bytes;
#endif

static int read_packet(void *opaque, uint8_t *buffer, int bytes)
{
	struct memory_file *file = opaque;

	if (bytes > file->size - file->position)
		bytes = (int)(file->size - file->position);
	if (bytes <= 0)
		return AVERROR_EOF;
	memcpy(buffer, file->data + file->position, (size_t)bytes);
	file->position += bytes;
	return bytes;
}

static int grow(struct memory_file *file, int64_t size)
{
	int64_t capacity = size + size / 2 + AVIO_BYTES;
	uint8_t *data;

	if (size <= file->capacity)
		return 0;
	if (size > MAX_BYTES)
		return -ENOSPC;
	if (!(data = av_realloc(file->data, (size_t)capacity)))
		return -ENOMEM;
	memset(data + file->capacity, 0, (size_t)(capacity - file->capacity));
	file->data = data;
	file->capacity = capacity;
	return 0;
}

static int write_packet(void *opaque, avio_bytes *data, int bytes)
{
	struct memory_file *file = opaque;
	int err = grow(file, file->position + bytes);

	if (err < 0)
		return err;
	memcpy(file->data + file->position, data, (size_t)bytes);
	file->position += bytes;
	if (file->position > file->size)
		file->size = file->position;
	return bytes;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
	struct memory_file *file = opaque;

	if (whence & AVSEEK_SIZE)
		return file->size;
	if (whence == SEEK_CUR)
		offset += file->position;
	if (whence == SEEK_END)
		offset += file->size;
	if (offset < 0)
		return -EINVAL;
	return file->position = offset;
}

AVIOContext *memory_file_open(struct memory_file *file, bool writing)
{
	uint8_t *buffer = av_malloc(AVIO_BYTES);
	AVIOContext *avio;

	if (!buffer)
		return NULL;
	file->position = 0;
	avio = avio_alloc_context(buffer, AVIO_BYTES, writing, file, writing ? NULL : read_packet,
				  writing ? write_packet : NULL, seek);
	if (!avio)
		av_free(buffer);
	return avio;
}

void memory_file_close(AVIOContext **avio)
{
	if (!*avio)
		return;
	if ((*avio)->write_flag)
		avio_flush(*avio);
	av_freep(&(*avio)->buffer);
	avio_context_free(avio);
}

void memory_file_free(struct memory_file *file)
{
	av_freep(&file->data);
	*file = (struct memory_file){ 0 };
}
