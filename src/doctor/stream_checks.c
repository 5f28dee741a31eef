/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of the stream: format, buffers, frames and their content. */
#include <inttypes.h>
#include <stdio.h>
#include "base/brightness.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"
#include "device/node_errors.h"
#include "doctor/doctor_internal.h"

#define DARK 0.04

enum status doctor_check_format(struct doctor *doctor, char *found)
{
	struct setup *setup = &doctor->setup;
	const struct video_format *format = &setup->format;
	enum status status = setup_format(setup, doctor->options.setup);
	char fourcc[FOURCC_TEXT_MAX];

	if (status == STATUS_DONE)
		negotiate_mode_text(format->width, format->height, fourcc_text(format->fourcc, fourcc),
				    format->fps, found, FINDING_TEXT_MAX);
	return status;
}

enum status doctor_check_buffers(struct doctor *doctor, char *found)
{
	struct setup *setup = &doctor->setup;
	int err = setup_pool(setup, doctor->options.setup);
	struct pool_info info;

	if (err < 0)
		return status_of(STAGE_QUEUE, err);
	capture_timestamps_begin(&doctor->timestamps, setup->format.fps, pool_info(setup->pool).streams,
				 now_ns());
	pool_set_wakeup(setup->pool, doctor->options.signal_fd, -1);
	err = pool_start(setup->pool);
	if (err < 0)
		return status_of(STAGE_START, err);
	info = pool_info(setup->pool);
	snprintf(found, FINDING_TEXT_MAX, "%s, %" PRIu32 " buffers", info.io, info.allocated);
	return STATUS_DONE;
}

/* Pictures that do not depend on others: the last one is enough. */
static void look_at_compressed(struct doctor *doctor, const struct buffer *buffer)
{
	struct compressed_brightness *compressed = &doctor->compressed;
	const struct plane *plane = &buffer->planes[0];
	bool is_last = doctor->ledger.written == doctor->options.count;
	double mean;

	if (!compressed->decoder &&
	    compressed_brightness_open(compressed, doctor->setup.format.pix->codec) < 0)
		return;
	if (compressed->is_intra && !is_last)
		return;
	mean = compressed_brightness_add(compressed, plane_payload(plane), plane_payload_bytes(plane));
	if (mean >= 0)
		doctor->brightness = mean;
}

static void look_at(struct doctor *doctor, const struct buffer *buffer)
{
	const uint8_t *planes[MAX_PLANES];
	size_t bytes[MAX_PLANES];

	if (video_format_is_compressed(&doctor->setup.format)) {
		look_at_compressed(doctor, buffer);
		return;
	}
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		planes[p] = plane_payload(&buffer->planes[p]);
		bytes[p] = plane_payload_bytes(&buffer->planes[p]);
	}
	doctor->brightness = brightness_mean(&doctor->setup.format, planes, bytes);
}

/* Takes one frame. Returns 0, also for one that cannot be used, or as pool_dequeue(). */
static int examine_frame(struct doctor *doctor, int64_t deadline_ns)
{
	struct pool *pool = doctor->setup.pool;
	struct frame_info info;
	struct buffer *buffer;
	int err = pool_dequeue(pool, deadline_ns, &buffer, &info);

	if (err < 0 && err != POOL_CORRUPT && err != POOL_NOBUF)
		return err;
	ledger_add(&doctor->ledger, &info);
	if (err < 0 || info.flags & V4L2_BUF_FLAG_ERROR) {
		doctor->ledger.lost_error++;
	} else {
		capture_timestamps_add(&doctor->timestamps, &info);
		doctor->ledger.written++;
		look_at(doctor, buffer);
	}
	if (err == 0)
		pool_release(pool, buffer);
	return 0;
}

/* No usable frame came: a recording would end like this. */
static enum status report_none_usable(struct doctor *doctor)
{
	const char *path = doctor->setup.device.path;
	double seconds = (double)doctor->options.stall_ns / NS_PER_S;
	char text[64];

	if (doctor->ledger.captured > doctor->ledger.written) {
		snprintf(text, sizeof text, "%" PRIu64 " frames of %s s",
			 doctor->ledger.captured - doctor->ledger.written, PLAIN_NUMBER(seconds, 3));
		obstacle_report(path, OBSTACLE_UNUSABLE_FRAMES, text, "damaged or empty");
	} else {
		node_error_no_frames(&doctor->setup.device, doctor->options.stall_ns);
	}
	return STATUS_LOST;
}

static void report_damaged(struct doctor *doctor)
{
	char numbers[2][24];

	snprintf(numbers[0], sizeof numbers[0], "%" PRIu64, doctor->ledger.lost_error);
	snprintf(numbers[1], sizeof numbers[1], "%" PRIu64, doctor->ledger.captured);
	obstacle_report(doctor->setup.device.path, OBSTACLE_DAMAGED, numbers[0], numbers[1]);
}

enum status doctor_check_frames(struct doctor *doctor, char *found)
{
	struct ledger *ledger = &doctor->ledger;
	int64_t last_ns = now_ns(), stall_ns = doctor->options.stall_ns;
	uint64_t usable = 0;
	int err = 0;

	while (err == 0 && ledger->written < doctor->options.count) {
		err = examine_frame(doctor, stall_ns ? last_ns + stall_ns : 0);
		if (ledger->written > usable)
			last_ns = now_ns();
		else if (err == 0 && stall_ns && now_ns() >= last_ns + stall_ns)
			err = POOL_TIMEOUT;
		usable = ledger->written;
	}
	if (err == POOL_TIMEOUT)
		return report_none_usable(doctor);
	if (err < 0 && err != POOL_EOS && err != POOL_FLUSHING)
		return end_status(err == POOL_DEVLOST ? END_DISCONNECT : END_ERROR, ledger->captured > 0,
				  err);
	if (ledger->lost_error)
		report_damaged(doctor);
	snprintf(found, FINDING_TEXT_MAX, "%" PRIu64 " whole ones, %" PRIu64 " lost by the driver",
		 (uint64_t)ledger->written, ledger->lost_driver);
	return ledger->written ? STATUS_DONE : STATUS_FAILED;
}

enum status doctor_check_picture(struct doctor *doctor, char *found)
{
	const char *path = doctor->setup.device.path;
	char text[40];

	if (doctor->brightness < 0) {
		snprintf(found, FINDING_TEXT_MAX,
			 "not judged: of this format it cannot be told how bright it is");
		return STATUS_DONE;
	}
	snprintf(text, sizeof text, "%.0f %% of white in the mean", 100 * doctor->brightness);
	if (doctor->brightness < DARK)
		obstacle_report(path, OBSTACLE_DARK, text, path);
	text_add(found, FINDING_TEXT_MAX, "%s", text);
	return STATUS_DONE;
}

enum status doctor_check_rate(struct doctor *doctor, char *found)
{
	const struct video_format *format = &doctor->setup.format;
	struct rate_truth *rate = &doctor->rate;
	char drift[RATE_DRIFT_TEXT_MAX];

	rate_truth_judge(rate, &doctor->setup.device, format->fps, &doctor->timestamps.rate);
	if (rate->is_other) {
		obstacle_pass(doctor->setup.device.path, &rate->obstacle);
		return doctor->options.setup->format.fps.num ? STATUS_REFUSED : STATUS_DONE;
	}
	if (!format->fps.num || rate->fps <= 0)
		return STATUS_DONE;
	snprintf(found, FINDING_TEXT_MAX, "%.6g fps negotiated, %.3f measured", fraction_value(format->fps),
		 rate->fps);
	if (*rate_truth_drift_text(rate, drift))
		text_add(found, FINDING_TEXT_MAX, "; %s", drift);
	return STATUS_DONE;
}

enum status doctor_check_timestamps(struct doctor *doctor, char *found)
{
	const struct capture_timestamps *timestamps = &doctor->timestamps;
	char faults[TIMESTAMP_FAULTS_MAX], n[24];

	if (timestamps->n_replaced) {
		snprintf(n, sizeof n, "%" PRIu64, timestamps->n_replaced);
		obstacle_report(doctor->setup.device.path, OBSTACLE_TIMESTAMPS, n,
				capture_timestamps_faults(timestamps, faults));
	}
	if (!timestamps->has_none)
		snprintf(found, FINDING_TEXT_MAX, "they agree with the times of arrival");
	return STATUS_DONE;
}
