/* The way of the memory in a playback. SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <unistd.h>
#include "base/log.h"
#include "queue/io.h"
#include "session/player.h"

/* A decoder keeps its references in blanks, and runs ahead in them; more cost memory and gain nothing. */
#define BLANKS_BYTES (UINT64_C(256) << 20)
#define BLANKS_OF_DECODER 16
#define PICTURES_AHEAD 6

static uint64_t frame_bytes(const struct pool *pool)
{
	uint64_t bytes = 0;

	for (uint32_t p = 0; p < pool->format.n_planes; p++)
		bytes += pool->format.sizeimage[p];
	return bytes;
}

static unsigned wanted_blanks(const struct player *player)
{
	enum AVCodecID codec = reader_info(player->playback->reader).codec_id;
	unsigned least = player->pool->min_latency + 2; /* one that waits for its time, one that is filled */
	unsigned wanted = least + PICTURES_AHEAD - 1;
	uint64_t affordable = BLANKS_BYTES / frame_bytes(player->pool);

	if (codec != AV_CODEC_ID_RAWVIDEO)
		wanted += BLANKS_OF_DECODER;
	if (wanted > affordable)
		wanted = (unsigned)affordable;
	return wanted > least ? wanted : least;
}

/* Pictures that wait for their time hold blanks that the decoder could use. */
static unsigned pictures_ahead(const struct player *player)
{
	unsigned busy = player->pool->min_latency + 1;
	unsigned left = player->n_blanks > busy ? player->n_blanks - busy : 1;

	return left < PICTURES_AHEAD ? left : PICTURES_AHEAD;
}

static void come_home(void *home, uint8_t *data)
{
	fifo_put(home, data, 0);
}

/* Memory is mapped by whole pages: a decoder that writes a little further than the picture may do so. */
static size_t mapped_bytes(uint32_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (length + page - 1) / page * page;
}

/* The reader's take_blank(). */
static int take_blank(void *opaque, bool wait, struct frame *blank)
{
	struct player *player = opaque;
	struct buffer *buffer;
	void *item;
	int result = wait ? fifo_get(player->blanks, &item) : fifo_try_get(player->blanks, &item);

	if (result <= 0)
		return result == 0 ? POOL_FLUSHING : result;
	buffer = item;
	*blank = (struct frame){ .n_planes = buffer->n_planes };
	/* The reference stands for the buffer as a whole; where its planes lie, the frame says. */
	blank->memory = av_buffer_create((uint8_t *)buffer, sizeof *buffer, come_home, player->home, 0);
	if (!blank->memory) {
		fifo_put(player->home, buffer, 0);
		return -ENOMEM;
	}
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		blank->planes[p].data = buffer->planes[p].data;
		blank->planes[p].bytes = mapped_bytes(buffer->planes[p].length);
	}
	return 0;
}

/* Takes as many buffers as are wanted, or as there are, and leaves `kept` of them with the pool. */
static int gather(struct player *player, unsigned wanted, unsigned kept)
{
	struct pool *pool = player->pool;
	unsigned n = 0, given, least = pool->io->put ? pool->min_latency : 1;
	struct buffer *buffers[2 * POOL_MAX_BUFFERS];
	int err = 0;

	while (err == 0 && n < wanted + kept && n < 2 * POOL_MAX_BUFFERS) {
		err = pool_acquire(pool, &buffers[n]);
		n += err == 0;
	}
	given = n > least + kept ? n - kept : n;
	player->n_blanks = given;
	for (unsigned i = 0; i < given; i++)
		fifo_put(player->blanks, buffers[i], 0);
	while (n > given)
		pool_release(pool, buffers[--n]);
	if (given >= least)
		return 0;
	if (err < 0 && err != POOL_NOBUF)
		return err;
	/* The driver would keep them all. */
	log_error("%s: memory for %u buffers, %u needed", pool->device->path, given, least);
	return -ENOMEM;
}

int blanks_open(struct player *player)
{
	struct pool *pool = player->pool;
	struct reader_target target = {
		.format = pool->format,
		.fit = player->playback->options.fit,
		.take_blank = take_blank,
		.opaque = player,
	};
	/* The file's own memory goes out under the number of a buffer that is nobody's then. */
	bool foreign = pool->io->memory == V4L2_MEMORY_USERPTR;
	unsigned busy;
	int err = fifo_reserve(player->blanks, 2 * POOL_MAX_BUFFERS);

	if (err == 0)
		err = fifo_reserve(player->home, 2 * POOL_MAX_BUFFERS);
	if (err < 0)
		return err;
	err = gather(player, wanted_blanks(player), foreign ? pool->min_latency : 0);
	if (err < 0)
		return err;
	target.takes_foreign = foreign && allocator_n_free(&pool->allocator) >= pool->min_latency;
	player->n_ahead = pictures_ahead(player);
	busy = pool->min_latency + 1 + player->n_ahead;
	target.n_direct = player->n_blanks > busy ? player->n_blanks - busy : 0;
	return reader_start(player->playback->reader, &target);
}

void blanks_feed(struct player *player)
{
	void *buffer;

	while (fifo_try_get(player->home, &buffer) > 0)
		fifo_put(player->blanks, buffer, 0);
}

void blanks_close(struct player *player)
{
	void *buffer;

	while (player->home && fifo_try_get(player->home, &buffer) > 0)
		pool_release(player->pool, buffer);
	while (player->blanks && fifo_try_get(player->blanks, &buffer) > 0)
		pool_release(player->pool, buffer);
}

void picture_free(struct picture *picture)
{
	av_buffer_unref(&picture->frame.memory);
	free(picture);
}

static void picture_done(struct buffer *buffer)
{
	buffer->done = NULL;
	picture_free(buffer->opaque);
}

static void describe_foreign(struct picture *picture)
{
	const struct frame *frame = &picture->frame;

	picture->foreign = (struct buffer){ .n_planes = frame->n_planes };
	for (unsigned p = 0; p < frame->n_planes; p++) {
		uint8_t *end = frame->memory->data + frame->memory->size;

		picture->foreign.planes[p] = (struct plane){
			.data = frame->planes[p].data,
			.length = (uint32_t)(end - frame->planes[p].data),
			.fd = -1,
		};
	}
}

struct buffer *picture_buffer(struct picture *picture)
{
	const struct frame *frame = &picture->frame;
	struct buffer *buffer = &picture->foreign;

	if (frame->foreign)
		describe_foreign(picture);
	else
		buffer = (struct buffer *)frame->memory->data;
	for (unsigned p = 0; p < frame->n_planes; p++) {
		buffer->planes[p].data_offset = 0;
		buffer->planes[p].bytesused = (uint32_t)frame->planes[p].bytes;
	}
	buffer->opaque = picture;
	buffer->done = picture_done;
	return buffer;
}
