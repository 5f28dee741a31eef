/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An index in front of a Matroska file, written while the file grows. The reserved space is one element, Void
 * or Cues, of slots of equal length: the first has the element's header, each of the others is an element of
 * its own, a CuePoint or Void. A slot never crosses a sector, so that a write that is cut short leaves each
 * slot either old or new: a valid index in both cases. It is written in whole blocks, as O_DIRECT requires.
 */
#include "media/write/matroska_cues.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libavutil/intfloat.h>
#include <libavutil/intreadwrite.h>
#include "base/log.h"

#define ROOM_BYTES 32768
#define SLOT_BYTES 32
#define N_SLOTS (ROOM_BYTES / SLOT_BYTES) /* including the one of the header */
#define BLOCK_BYTES DIRECT_IO_ALIGNMENT
#define FIRST_INTERVAL_MS 1000
#define DURATION_BYTES 11 /* a float of eight bytes */
#define SECTOR_BYTES 512

/* Of elements (RFC 9559, 5.1.5; Void: RFC 8794, 11.3.2). */
#define ID_SEGMENT "\x18\x53\x80\x67"
#define ID_INFO "\x15\x49\xa9\x66"
#define ID_DURATION "\x44\x89"
#define ID_CUES "\x1c\x53\xbb\x6b"
#define ID_VOID 0xec
#define ID_CUE_POINT 0xbb
#define ID_CUE_TIME 0xb3
#define ID_CUE_TRACK_POSITIONS 0xb7
#define ID_CUE_TRACK 0xf7
#define ID_CUE_CLUSTER_POSITION 0xf1
#define SIZE_1(size) (0x80 | (size))              /* an element's size in one byte (RFC 8794, 4) */
#define SIZE_8(size) (UINT64_C(1) << 56 | (size)) /* and in eight */

static uint8_t *slot_at(const struct matroska_cues *cues, size_t i)
{
	return cues->room + i * SLOT_BYTES;
}

/* Makes the slot a Void element. */
static void clear_slot(uint8_t *slot)
{
	memset(slot, 0, SLOT_BYTES);
	slot[0] = ID_VOID;
	slot[1] = SIZE_1(SLOT_BYTES - 2);
}

static void write_cue_point(uint8_t *slot, int64_t time_ms, int64_t position)
{
	/* clang-format off */
	static const uint8_t cue_point[SLOT_BYTES] = {
		ID_CUE_POINT, SIZE_1(30),
			ID_CUE_TIME, SIZE_1(8), 0, 0, 0, 0, 0, 0, 0, 0,
			ID_CUE_TRACK_POSITIONS, SIZE_1(13),
				ID_CUE_TRACK, SIZE_1(1), 1,
				ID_CUE_CLUSTER_POSITION, SIZE_1(8), 0, 0, 0, 0, 0, 0, 0, 0,
			ID_VOID, SIZE_1(3),
	};
	/* clang-format on */

	memcpy(slot, cue_point, SLOT_BYTES);
	AV_WB64(slot + 4, time_ms);
	AV_WB64(slot + 19, position);
}

static void write_room_header(struct matroska_cues *cues, bool is_void)
{
	uint8_t *slot = slot_at(cues, 0);

	memset(slot, 0, SLOT_BYTES);
	if (is_void) {
		slot[0] = ID_VOID;
		AV_WB64(slot + 1, SIZE_8(ROOM_BYTES - 9));
		return;
	}
	memcpy(slot, ID_CUES, 4);
	AV_WB64(slot + 4, SIZE_8(ROOM_BYTES - 12));
	slot[12] = ID_VOID;
	slot[13] = SIZE_1(SLOT_BYTES - 14);
}

static void change_slots(struct matroska_cues *cues, size_t from, size_t to)
{
	bool none = cues->changed_from == cues->changed_to;

	if (none || from < cues->changed_from)
		cues->changed_from = from;
	if (none || to > cues->changed_to)
		cues->changed_to = to;
}

/* Where the Segment's data begin, or 0. libavformat writes its size, which is unknown until the end, in eight
 * bytes. */
static int64_t find_segment(const struct avio_file *file)
{
	const uint8_t *segment = NULL;

	if (file->pending || (file->n_gathered > 0 && file->gathered_at == 0))
		segment = memmem(file->gathered, (size_t)file->position, ID_SEGMENT, 4);
	return segment && segment[4] == 0x01 ? segment - file->gathered + 12 : 0;
}

/* libavformat leaves a Void element in Info for the Duration (RFC 9559, 5.1.2.10). Returns its offset in the
 * file; 0 where there is none, or where it spans two sectors, so that a power cut could tear a write. */
static int64_t find_duration(const struct avio_file *file)
{
	static const uint8_t room[DURATION_BYTES] = { ID_VOID, 1, [8] = DURATION_BYTES - 9 };
	const uint8_t *end = file->gathered + file->position;
	const uint8_t *info = memmem(file->gathered, (size_t)file->position, ID_INFO, 4);
	const uint8_t *found = info ? memmem(info, (size_t)(end - info), room, sizeof room) : NULL;
	int64_t at = found ? file->start + (found - file->gathered) : 0;

	return at / SECTOR_BYTES == (at + DURATION_BYTES - 1) / SECTOR_BYTES ? at : 0;
}

/* Pads to the next block, by a Void element with a size of eight bytes, which takes at least nine. */
static void align_to_block(const struct matroska_cues *cues, const struct avio_file *file)
{
	static const uint8_t zeros[BLOCK_BYTES];
	int64_t bytes = cues->at - file->start - file->position;

	avio_w8(file->avio, ID_VOID);
	avio_wb64(file->avio, SIZE_8((uint64_t)bytes - 9));
	avio_write(file->avio, zeros, (int)bytes - 9);
}

/* The block behind the reserved space that has the Duration. */
static uint8_t *header_block(const struct matroska_cues *cues)
{
	return cues->room + ROOM_BYTES;
}

static void keep_header(struct matroska_cues *cues, const struct avio_file *file)
{
	int64_t from = cues->duration_at / BLOCK_BYTES * BLOCK_BYTES - file->start;

	avio_flush(file->avio);
	if (from < 0 || file->position < from + BLOCK_BYTES)
		cues->duration_at = 0;
	else
		memcpy(header_block(cues), file->gathered + from, BLOCK_BYTES);
}

void matroska_cues_open(struct matroska_cues *cues, struct avio_file *file)
{
	int64_t header_end;

	avio_flush(file->avio);
	header_end = file->start + file->position;
	cues->at = (header_end + 9 + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	/* A file that is still to be emptied has its header in memory, together with this. */
	if (cues->at - file->start + ROOM_BYTES > AVIO_FILE_GATHER_BYTES)
		return;
	cues->segment = find_segment(file);
	cues->duration_at = cues->segment > 0 ? find_duration(file) : 0;
	cues->room = cues->segment > 0 ? aligned_alloc(BLOCK_BYTES, ROOM_BYTES + BLOCK_BYTES) : NULL;
	if (!cues->room)
		return;
	cues->n = 1;
	cues->interval_ms = FIRST_INTERVAL_MS;
	write_room_header(cues, true);
	for (size_t i = 1; i < N_SLOTS; i++)
		clear_slot(slot_at(cues, i));
	align_to_block(cues, file);
	keep_header(cues, file);
	avio_write(file->avio, cues->room, ROOM_BYTES);
	avio_flush(file->avio);
}

/* Drops every second entry. */
static void thin_out(struct matroska_cues *cues)
{
	size_t n = 1;

	for (size_t i = 1; i < cues->n; i += 2)
		memmove(slot_at(cues, n++), slot_at(cues, i), SLOT_BYTES);
	for (size_t i = n; i < cues->n; i++)
		clear_slot(slot_at(cues, i));
	change_slots(cues, 1, cues->n);
	cues->n = n;
	cues->interval_ms *= 2;
}

void matroska_cues_add(struct matroska_cues *cues, int64_t time_ms, int64_t position)
{
	bool first = cues->n == 1;

	if (!cues->room || time_ms < 0 || (!first && time_ms < cues->last_ms + cues->interval_ms))
		return;
	if (cues->n == N_SLOTS)
		thin_out(cues);
	if (first)
		write_room_header(cues, false);
	write_cue_point(slot_at(cues, cues->n), time_ms, position - cues->segment);
	cues->last_ms = time_ms;
	cues->n++;
	change_slots(cues, first ? 0 : cues->n - 1, cues->n);
}

void matroska_cues_extend(struct matroska_cues *cues, int64_t end_ms)
{
	if (end_ms > cues->end_ms)
		cues->end_ms = end_ms;
}

static void write_duration(struct matroska_cues *cues, const struct avio_file *file)
{
	int64_t at = cues->duration_at, bytes = DURATION_BYTES;
	uint8_t *element;

	if (!at || (cues->duration_ms && cues->end_ms < cues->duration_ms + FIRST_INTERVAL_MS))
		return;
	cues->duration_ms = cues->end_ms;
	element = header_block(cues) + at % BLOCK_BYTES;
	memcpy(element, ID_DURATION "\x88", 3);
	AV_WB64(element + 3, av_double2int((double)cues->end_ms));
	if (file->direct_io_active) {
		element -= at % BLOCK_BYTES;
		at -= at % BLOCK_BYTES;
		bytes = BLOCK_BYTES;
	}
	if (pwrite(file->fd, element, (size_t)bytes, at) < bytes)
		cues->duration_at = 0;
}

void matroska_cues_write(struct matroska_cues *cues, const struct avio_file *file)
{
	size_t from = cues->changed_from * SLOT_BYTES / BLOCK_BYTES * BLOCK_BYTES;
	size_t to = (cues->changed_to * SLOT_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;

	if (!cues->room)
		return;
	write_duration(cues, file);
	if (cues->changed_from == cues->changed_to)
		return;
	cues->changed_from = cues->changed_to = 0;
	if (pwrite(file->fd, cues->room + from, to - from, cues->at + (off_t)from) == (ssize_t)(to - from))
		return;
	log_verbose("%s: no index in front: %s", file->path, err_str(-errno));
	matroska_cues_close(cues);
}

void matroska_cues_remove(struct matroska_cues *cues, const struct avio_file *file)
{
	if (!cues->room || file->pending) /* in that case the old file is still there */
		return;
	cues->duration_at = 0; /* libavformat writes the Duration from here on */
	write_room_header(cues, true);
	change_slots(cues, 0, 1);
	matroska_cues_write(cues, file);
}

void matroska_cues_close(struct matroska_cues *cues)
{
	free(cues->room);
	cues->room = NULL;
}
