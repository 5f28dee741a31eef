/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Derives presentation times from the driver's timestamps. */
#include "session/capture_timestamps.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "device/device.h"

#define MAX_LATENCY_NS (3600 * NS_PER_S) /* a longer one means another clock */
#define MAX_FRAME_NS (3600 * NS_PER_S)
#define MAX_STEPS (1 << 20) /* a larger step of the sequence is a reset */
#define SCHEDULING_NS (10 * NS_PER_MS)
#define WAITING_NS (100 * NS_PER_MS) /* how long a frame may wait for a busy program */
#define MAX_WAITING 64               /* frames that a queue may hold */

static const struct {
	const char *name, *message;
} faults[N_TIMESTAMP_FAULTS] = {
	[TIMESTAMP_MISSING] = { "missing", "has no timestamp" },
	[TIMESTAMP_REPEATED] = { "repeated", "has the timestamp of an earlier one" },
	[TIMESTAMP_BACKWARD] = { "backward", "has a timestamp before an earlier one's" },
	[TIMESTAMP_LEAP] = { "leap", "has a timestamp far from its time of arrival" },
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void capture_timestamps_begin(struct capture_timestamps *timestamps, struct fraction fps, bool streams,
			      int64_t start_ns)
{
	int64_t frame_ns = fps.num ? NS_PER_S * fps.den / fps.num : 0;

	timestamps->frame_ns = frame_ns < MAX_FRAME_NS ? frame_ns : 0;
	timestamps->has_none = !streams;
	timestamps->interval_ns = 0;
	timestamps->away_ns = start_ns;
	timestamps->back_ns = 0;
	rate_fit_begin(&timestamps->rate, fps);
}

/* --- judging a timestamp --- */

/* Frame intervals between the two; 1 where the sequence numbers do not tell. */
static int64_t steps_since(const struct capture_time *earlier, const struct frame_info *info)
{
	uint32_t steps = info->sequence - earlier->sequence;

	return info->new_sequence || steps == 0 || steps > MAX_STEPS ? 1 : steps;
}

/* Some drivers give both fields of a frame the same number and timestamp. */
static bool is_field_of_same_frame(const struct capture_time *first, const struct frame_info *info)
{
	return info->sequence == first->sequence && video_fields_are_opposite(first->field, info->field);
}

/* Whether the last frame waited for the program, which was stopped or got no processor time; it may have
 * waited behind earlier frames. */
static bool was_late(const struct capture_timestamps *timestamps)
{
	int64_t timestamp_ns = timestamps->last.timestamp_ns;

	return timestamps->last_is_believed && timestamp_ns >= timestamps->away_ns - WAITING_NS &&
	       timestamp_ns <= timestamps->back_ns;
}

/* Whether the latency by the timestamp's clock, which may have another epoch, is no longer than a busy
 * program explains, by its last absence or the one before. vivid delivers a frame early, with the time at
 * which a sensor would have read its last line. */
static bool has_arrived_after(const struct capture_timestamps *timestamps, const struct frame_info *info)
{
	int64_t latency_ns = difference_ns(info->dequeue_ns, info->timestamp_ns);
	int64_t waited_ns = difference_ns(latency_ns, timestamps->least_latency_ns);
	int64_t early_ns = later(timestamps->frame_ns, timestamps->interval_ns);
	/* Time before the first frame is the device's. */
	int64_t absent_ns = timestamps->away_ns < timestamps->first_dequeue_ns
				    ? info->dequeue_ns - timestamps->last.dequeue_ns
				    : timestamps->back_ns - timestamps->away_ns;

	if (device_clock_is_monotonic(info->flags) && latency_ns >= -early_ns &&
	    latency_ns <= absent_ns + WAITING_NS)
		return true;
	return waited_ns >= -SCHEDULING_NS && waited_ns <= WAITING_NS;
}

/*
 * Compares the interval since an earlier frame with that between their arrivals, and with the frame rate,
 * nominal and last measured: a busy program gets frames late, and a camera lowers its rate in the dark. The
 * interval may be anywhere between these, and half a frame beyond.
 */
static enum timestamp_fault judge_interval(const struct capture_timestamps *timestamps,
					   const struct capture_time *earlier, const struct frame_info *info)
{
	int64_t passed_ns = difference_ns(info->timestamp_ns, earlier->timestamp_ns);
	int64_t arrived_ns = info->dequeue_ns - earlier->dequeue_ns, steps = steps_since(earlier, info);
	const int64_t rates_ns[] = { steps * timestamps->frame_ns, steps * timestamps->interval_ns };
	int64_t least_ns = arrived_ns, most_ns = arrived_ns, slack_ns;

	if (passed_ns == 0)
		return is_field_of_same_frame(earlier, info) ? TIMESTAMP_GOOD : TIMESTAMP_REPEATED;
	if (passed_ns < 0)
		return TIMESTAMP_BACKWARD;
	for (size_t i = 0; i < ARRAY_SIZE(rates_ns); i++) {
		if (rates_ns[i] && rates_ns[i] < least_ns)
			least_ns = rates_ns[i];
		most_ns = later(most_ns, rates_ns[i]);
	}
	if (device_clock_is_monotonic(info->flags) && was_late(timestamps))
		most_ns = later(most_ns, info->dequeue_ns - earlier->timestamp_ns);
	slack_ns = later(has_arrived_after(timestamps, info) ? WAITING_NS : SCHEDULING_NS,
			 (timestamps->frame_ns ? timestamps->frame_ns : arrived_ns / steps) / 2);
	return passed_ns < least_ns - slack_ns || passed_ns > most_ns + slack_ns ? TIMESTAMP_LEAP
										 : TIMESTAMP_GOOD;
}

/* The earlier frame to which the driver's timestamp is consistent: the last one that was accepted, or the
 * last one, whose clock is then adopted. NULL with *fault set: neither. */
static const struct capture_time *find_base(const struct capture_timestamps *timestamps,
					    const struct frame_info *info, enum timestamp_fault *fault)
{
	const struct capture_time *bases[] = { &timestamps->believed, &timestamps->last };

	*fault = TIMESTAMP_MISSING;
	for (size_t i = 0; info->timestamp_ns > 0 && i < ARRAY_SIZE(bases); i++) {
		enum timestamp_fault one = bases[i]->timestamp_ns > 0
						   ? judge_interval(timestamps, bases[i], info)
						   : TIMESTAMP_MISSING;

		if (one == TIMESTAMP_GOOD)
			return bases[i];
		if (*fault == TIMESTAMP_MISSING)
			*fault = one;
	}
	return NULL;
}

/* --- adding a frame --- */

static void count_replaced(struct capture_timestamps *timestamps, const struct frame_info *info,
			   enum timestamp_fault fault)
{
	timestamps->n_replaced++;
	if (!timestamps->had[fault])
		log_warn("frame %u %s: using its time of arrival, as for later frames with this fault",
			 info->sequence, faults[fault].message);
	timestamps->had[fault] = true;
}

/* base: as of find_base(). */
static void note_latency(struct capture_timestamps *timestamps, const struct frame_info *info,
			 const struct capture_time *base)
{
	int64_t latency_ns = difference_ns(info->dequeue_ns, info->timestamp_ns);

	if (base != &timestamps->believed || latency_ns < timestamps->least_latency_ns)
		timestamps->least_latency_ns = latency_ns;
}

static int64_t next_pts(struct capture_timestamps *timestamps, const struct frame_info *info)
{
	const struct capture_time *last = &timestamps->last, *base;
	enum timestamp_fault fault;

	base = find_base(timestamps, info, &fault);
	/* The first timestamp cannot be compared with an earlier one. */
	timestamps->last_is_believed = base || (info->timestamp_ns > 0 && fault == TIMESTAMP_MISSING);
	if (timestamps->last_is_believed)
		note_latency(timestamps, info, base);
	if (base) {
		int64_t passed_ns = difference_ns(info->timestamp_ns, base->timestamp_ns);

		if (passed_ns)
			timestamps->interval_ns = passed_ns / steps_since(base, info);
		return later(last->pts_ns, base->pts_ns + passed_ns);
	}
	if (!timestamps->last_is_believed && !timestamps->has_none)
		count_replaced(timestamps, info, fault);
	return timestamps->started ? last->pts_ns + info->dequeue_ns - last->dequeue_ns : 0;
}

/* The longest absence counts until all frames that waited during it must have arrived. */
static void note_absence(struct capture_timestamps *timestamps, int64_t dequeue_ns)
{
	int64_t from_ns = timestamps->started ? timestamps->last.dequeue_ns : timestamps->away_ns;
	bool have_come = timestamps->last_is_believed && timestamps->last.timestamp_ns > timestamps->back_ns;

	if (!have_come && dequeue_ns - from_ns < timestamps->back_ns - timestamps->away_ns &&
	    timestamps->n_since_away++ < MAX_WAITING)
		return;
	timestamps->away_ns = from_ns;
	timestamps->back_ns = dequeue_ns;
	timestamps->n_since_away = 0;
}

/* The numbers of a restarted stream do not continue those before. */
static void note_rate(struct capture_timestamps *timestamps, const struct frame_info *info)
{
	bool is_timed = timestamps->last_is_believed && device_clock_is_monotonic(info->flags);

	if (timestamps->started && is_field_of_same_frame(&timestamps->last, info))
		return;
	if (info->new_sequence)
		rate_fit_restart(&timestamps->rate);
	rate_fit_add(&timestamps->rate, (uint64_t)steps_since(&timestamps->last, info),
		     is_timed ? info->timestamp_ns : info->dequeue_ns);
}

int64_t capture_timestamps_add(struct capture_timestamps *timestamps, const struct frame_info *info)
{
	struct capture_time frame = { .timestamp_ns = info->timestamp_ns,
				      .dequeue_ns = info->dequeue_ns,
				      .sequence = info->sequence,
				      .field = info->field };
	int64_t latency_ns = latency_between(info->timestamp_ns, info->dequeue_ns);

	note_absence(timestamps, info->dequeue_ns);
	frame.pts_ns = next_pts(timestamps, info);
	note_rate(timestamps, info);
	if (timestamps->started)
		stats_add(&timestamps->interval_stats, frame.pts_ns - timestamps->last.pts_ns);
	else
		timestamps->first_dequeue_ns = info->dequeue_ns;
	if (timestamps->last_is_believed && device_clock_is_monotonic(info->flags) && latency_ns >= 0 &&
	    latency_ns < MAX_LATENCY_NS)
		stats_add(&timestamps->latency_stats, latency_ns);
	timestamps->started = true;
	timestamps->last = frame;
	if (timestamps->last_is_believed)
		timestamps->believed = frame;
	return frame.pts_ns;
}

char *capture_timestamps_faults(const struct capture_timestamps *timestamps, char text[TIMESTAMP_FAULTS_MAX])
{
	text[0] = '\0';
	for (size_t i = 0; i < N_TIMESTAMP_FAULTS; i++)
		if (timestamps->had[i])
			text_join(text, TIMESTAMP_FAULTS_MAX, ", ", "%s", faults[i].name);
	return text;
}
