/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring a capture queue. */
#include "bench/measure_internal.h"

#include <string.h>
#include <linux/videodev2.h>
#include "base/clock.h"
#include "session/ledger.h"

/* Every byte, in the widest steps that any processor has, as a consumer would at best. */
static uint64_t sum_bytes(const uint8_t *data, size_t size)
{
	uint64_t sum = 0, word;
	size_t i = 0;

	for (; i + sizeof word <= size; i += sizeof word) {
		memcpy(&word, data + i, sizeof word);
		sum += word;
	}
	for (; i < size; i++)
		sum += data[i];
	return sum;
}

static void touch(struct measure *measure, const struct buffer *buffer)
{
	int64_t start_ns = now_ns();

	for (uint32_t p = 0; p < buffer->n_planes; p++)
		measure->touched +=
			sum_bytes(plane_payload(&buffer->planes[p]), plane_payload_bytes(&buffer->planes[p]));
	measure->touch_ns += now_ns() - start_ns;
}

static void enter(struct measure *measure, const struct frame_info *info)
{
	bool monotonic = device_clock_is_monotonic(info->flags);
	uint64_t lost = ledger_add(&measure->ledger, info);

	if (info->bytes == 0)
		return;
	measure->flags = info->flags;
	measure->counts_losses = pool_info(measure->pool).streams;
	measure_interval(measure, info->dequeue_ns, info->timestamp_ns, lost);
	if (monotonic && info->timestamp_ns > 0)
		measure_latency(measure, info->dequeue_ns - info->timestamp_ns);
}

static int take_lost(struct measure *measure, const struct frame_info *info, uint64_t *count)
{
	enter(measure, info);
	++*count;
	return 0;
}

int measure_capture_turn(struct measure *measure, int64_t deadline_ns)
{
	struct pool *pool = measure->pool;
	struct buffer *buffer;
	struct frame_info info;
	int err = pool_dequeue(pool, deadline_ns, &buffer, &info);

	if (err == POOL_CORRUPT)
		return take_lost(measure, &info, &measure->ledger.lost_error);
	if (err == POOL_NOBUF)
		return take_lost(measure, &info, &measure->ledger.lost_queue);
	if (err < 0)
		return err;
	enter(measure, &info);
	if (buffer->info.flags & V4L2_BUF_FLAG_ERROR)
		measure->ledger.lost_error++;
	else
		measure->frames++;
	if (!pool_info(pool).streams)
		measure->bytes_moved += buffer->info.bytes;
	if (measure->options.touch)
		touch(measure, buffer);
	measure_wait(measure);
	pool_release(pool, buffer);
	return 0;
}
