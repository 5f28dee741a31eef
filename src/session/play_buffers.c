/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of the memory in a playback. */
#include <stdlib.h>
#include "base/log.h"
#include "queue/memory_source.h"
#include "session/play_loop.h"

/* A decoder keeps its references in blanks, and runs ahead in them; more cost memory and gain nothing. */
#define BLANKS_BYTES (UINT64_C(256) << 20)
#define BLANKS_OF_DECODER 16
#define PICTURES_AHEAD 6
#define MAX_BLANKS (2 * POOL_MAX_BUFFERS)

/* Without a pace nothing waits for its time, and few buffers, used again at once, stay in the cache. */
static unsigned most_ahead(const struct player *player)
{
	return player->playback->options.speed > 0 ? PICTURES_AHEAD : 1;
}

static unsigned wanted_blanks(const struct player *player)
{
	enum AVCodecID codec = reader_info(player->playback->reader).codec_id;
	unsigned least =
		pool_info(player->pool).min_latency + 2; /* one that waits for its time, one that is filled */
	unsigned wanted = least + most_ahead(player) - 1;
	uint64_t affordable = BLANKS_BYTES / video_format_bytes(pool_format(player->pool));

	if (codec != AV_CODEC_ID_RAWVIDEO)
		wanted += BLANKS_OF_DECODER;
	if (wanted > affordable)
		wanted = (unsigned)affordable;
	return wanted > least ? wanted : least;
}

/* Pictures that wait for their time hold blanks that the decoder could use. */
static unsigned pictures_ahead(const struct player *player)
{
	unsigned busy = pool_info(player->pool).min_latency + 1;
	unsigned left = player->n_blanks > busy ? player->n_blanks - busy : 1;

	return left < most_ahead(player) ? left : most_ahead(player);
}

static void come_home(void *home, uint8_t *data)
{
	fifo_put(home, data, 0);
}

/* The reader's acquire(). */
static int acquire_buffer(void *opaque, bool wait, struct frame *blank)
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
		/* A decoder that writes a little further than the picture may do so. */
		blank->planes[p].bytes = memory_whole_pages(buffer->planes[p].length);
	}
	return 0;
}

/* Takes as many buffers as are wanted, or as there are. */
static int gather(struct player *player, unsigned wanted)
{
	struct pool *pool = player->pool;
	struct pool_info info = pool_info(pool);
	unsigned least = info.streams ? info.min_latency : 1;
	struct buffer *buffer;
	int err = 0;

	while (player->n_blanks < wanted && player->n_blanks < MAX_BLANKS &&
	       (err = pool_acquire(pool, &buffer)) == 0) {
		fifo_put(player->blanks, buffer, 0);
		player->n_blanks++;
	}
	if (player->n_blanks >= least)
		return 0;
	if (err < 0 && err != POOL_NOBUF)
		return err;
	/* The driver would keep them all. */
	log_error("%s: memory for %u buffers, %u needed", pool_device(pool)->path, player->n_blanks, least);
	return -ENOMEM;
}

int blanks_open(struct player *player)
{
	struct pool *pool = player->pool;
	struct reader_target target = {
		.format = *pool_format(pool),
		.scaling = player->playback->options.scaling,
		.acquire = acquire_buffer,
		.opaque = player,
	};
	unsigned busy;
	int err = fifo_reserve(player->blanks, MAX_BLANKS);

	if (err == 0)
		err = fifo_reserve(player->home, MAX_BLANKS);
	if (err < 0)
		return err;
	err = gather(player, wanted_blanks(player));
	if (err < 0)
		return err;
	player->n_ahead = pictures_ahead(player);
	busy = pool_info(pool).min_latency + 1 + player->n_ahead;
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

void picture_free(struct frame *picture)
{
	av_buffer_unref(&picture->memory);
	free(picture);
}

static void picture_done(struct buffer *buffer)
{
	buffer->done = NULL;
	picture_free(buffer->opaque);
}

struct buffer *picture_buffer(struct frame *picture)
{
	struct buffer *buffer = (struct buffer *)picture->memory->data;

	for (unsigned p = 0; p < picture->n_planes; p++) {
		buffer->planes[p].data_offset = 0;
		buffer->planes[p].bytesused = (uint32_t)picture->planes[p].bytes;
	}
	buffer->opaque = picture;
	buffer->done = picture_done;
	return buffer;
}
