/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring a capture queue: frames are dequeued and returned. */
#include "bench/measure_internal.h"

#include <string.h>
#include <linux/videodev2.h>
#include "base/clock.h"
#include "session/ledger.h"

/* Reads every byte as fast as a consumer could, in words that the compiler can vectorise. */
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

static void read_frame(struct measure *measure, const struct buffer *buffer)
{
	int64_t start_ns = now_ns();

	for (uint32_t p = 0; p < buffer->n_planes; p++)
		measure->touched_sum +=
			sum_bytes(plane_payload(&buffer->planes[p]), plane_payload_bytes(&buffer->planes[p]));
	measure->touch_ns += now_ns() - start_ns;
}

static void add_frame(struct measure *measure, const struct frame_info *info)
{
	uint64_t lost = ledger_add(&measure->ledger, info);
	int64_t pts_ns;

	if (info->bytes == 0)
		return;
	measure->flags = info->flags;
	measure->counts_losses = measure->streams;
	pts_ns = capture_timestamps_add(&measure->timestamps, info);
	measure_add_interval(measure, info->dequeue_ns, pts_ns, lost);
	if (device_clock_is_monotonic(info->flags) && measure->timestamps.last_is_believed)
		measure_add_latency(measure, latency_between(info->timestamp_ns, info->dequeue_ns));
}

static int count_lost(struct measure *measure, const struct frame_info *info, uint64_t *count)
{
	add_frame(measure, info);
	++*count;
	return 0;
}

int measure_capture_frame(struct measure *measure, int64_t deadline_ns)
{
	struct pool *pool = measure->pool;
	struct buffer *buffer;
	struct frame_info info;
	int err = pool_dequeue(pool, deadline_ns, &buffer, &info);

	if (err == POOL_CORRUPT)
		return count_lost(measure, &info, &measure->ledger.lost_error);
	if (err == POOL_NOBUF)
		return count_lost(measure, &info, &measure->ledger.lost_queue);
	if (err < 0)
		return err;
	add_frame(measure, &info);
	if (info.flags & V4L2_BUF_FLAG_ERROR)
		measure->ledger.lost_error++;
	else
		measure->frames++;
	if (!measure->streams)
		measure->bytes_moved += info.bytes;
	if (measure->options.touch)
		read_frame(measure, buffer);
	measure_hold_frame(measure);
	pool_release(pool, buffer);
	return 0;
}
