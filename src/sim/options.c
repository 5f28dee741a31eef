/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of "sim:key=value,…": one table for parsing and for help. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "sim/sim_internal.h"

int sim_word_value(const struct sim_word *words, const char *text, size_t length, uint32_t *value)
{
	for (; words->name; words++) {
		if (strlen(words->name) == length && strncmp(words->name, text, length) == 0) {
			*value = words->value;
			return 0;
		}
	}
	return -EINVAL;
}

/* "mmap+rw" as the sum of its words. */
static int parse_words(const struct sim_word *words, const char *text, uint32_t *sum)
{
	uint32_t value = 0, one;

	do {
		size_t length = strcspn(text, "+");

		if (sim_word_value(words, text, length, &one) < 0)
			return -EINVAL;
		value |= one;
		text += length;
	} while (*text++ == '+');
	*sum = value;
	return 0;
}

int sim_parse_number(const char *text, uint32_t *value)
{
	uint64_t number;

	if (parse_uint(text, UINT32_MAX, &number) < 0)
		return -EINVAL;
	*value = (uint32_t)number;
	return 0;
}

static void *field(struct sim_options *options, size_t offset)
{
	return (char *)options + offset;
}

static int key_number(struct sim_options *options, size_t offset, const char *value)
{
	return sim_parse_number(value, field(options, offset));
}

static int key_grant(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t n;

	if (sim_parse_number(value, &n) < 0 || n > SIM_MAX_BUFFERS)
		return -EINVAL;
	*(int64_t *)field(options, offset) = n;
	return 0;
}

static int key_planes(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t n;

	if (sim_parse_number(value, &n) < 0 || n < 1 || n > 3)
		return -EINVAL;
	*(uint32_t *)field(options, offset) = n;
	return 0;
}

static const struct sim_word booleans[] = { { "yes", 1 }, { "no", 0 }, { "1", 1 },
					    { "0", 0 },   { "", 1 },   { NULL, 0 } };

static int key_yes(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t yes;

	if (sim_word_value(booleans, value, strlen(value), &yes) < 0)
		return -EINVAL;
	*(bool *)field(options, offset) = yes;
	return 0;
}

/* For fields that say what the device lacks. */
static int key_has(struct sim_options *options, size_t offset, const char *value)
{
	bool *lacks = field(options, offset);

	if (key_yes(options, offset, value) < 0)
		return -EINVAL;
	*lacks = !*lacks;
	return 0;
}

static int key_size(struct sim_options *options, size_t offset, const char *value)
{
	(void)offset;
	return parse_size(value, &options->width, &options->height);
}

static int key_format(struct sim_options *options, size_t offset, const char *value)
{
	return pixfmt_parse(value, field(options, offset), 1) ? 0 : -EINVAL;
}

static int key_rate(struct sim_options *options, size_t offset, const char *value)
{
	struct fraction *rate = field(options, offset);

	if (strcmp(value, "0") != 0)
		return parse_rate(value, rate);
	*rate = (struct fraction){ 0, 1 };
	return 0;
}

static int key_type(struct sim_options *options, size_t offset, const char *value)
{
	static const struct sim_word words[] = { { "capture", 0 }, { "output", 1 }, { NULL, 0 } };
	uint32_t output;

	if (sim_word_value(words, value, strlen(value), &output) < 0)
		return -EINVAL;
	*(bool *)field(options, offset) = output;
	return 0;
}

static int key_draw(struct sim_options *options, size_t offset, const char *value)
{
	static const struct sim_word words[] = {
		{ "full", SIM_DRAW_FULL }, { "marks", SIM_DRAW_MARKS }, { "none", SIM_DRAW_NONE }, { NULL, 0 }
	};

	return sim_word_value(words, value, strlen(value), field(options, offset));
}

static int key_caps(struct sim_options *options, size_t offset, const char *value)
{
	static const struct sim_word words[] = { { "mmap", SIM_CAP_MMAP },     { "userptr", SIM_CAP_USERPTR },
						 { "dmabuf", SIM_CAP_DMABUF }, { "rw", SIM_CAP_RW },
						 { "orphan", SIM_CAP_ORPHAN }, { NULL, 0 } };

	return parse_words(words, value, field(options, offset));
}

static int key_adjust(struct sim_options *options, size_t offset, const char *value)
{
	static const struct sim_word words[] = { { "size", SIM_ADJUST_SIZE },
						 { "format", SIM_ADJUST_FORMAT },
						 { "fps", SIM_ADJUST_FPS },
						 { NULL, 0 } };

	return parse_words(words, value, field(options, offset));
}

static int key_time(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t ms;

	if (sim_parse_number(value, &ms) < 0)
		return -EINVAL;
	*(int64_t *)field(options, offset) = ms * NS_PER_MS;
	return 0;
}

static int key_text(struct sim_options *options, size_t offset, const char *value)
{
	char **text = field(options, offset);

	free(*text);
	*text = strdup(value);
	return *text ? 0 : -ENOMEM;
}

static int key_every(struct sim_options *options, size_t offset, const char *value)
{
	struct sim_when *when = field(options, offset);

	return sim_parse_number(value, &when->every) < 0 || !when->every ? -EINVAL : 0;
}

/* "N" or "N+M+…", and given twice both. */
static int key_at(struct sim_options *options, size_t offset, const char *value)
{
	struct sim_when *when = field(options, offset);
	char *end;

	do {
		unsigned long n = strtoul(value, &end, 10);

		if (end == value || *value < '0' || *value > '9' || n < 1 || n > UINT32_MAX ||
		    when->n_at == SIM_MAX_TIMES)
			return -EINVAL;
		when->at[when->n_at++] = (uint32_t)n;
		value = end + 1;
	} while (*end == '+');
	return *end ? -EINVAL : 0;
}

/* "N:REST": puts N away and returns REST, "" where there is none, NULL for what is no such thing. */
static const char *at_with_rest(struct sim_options *options, size_t offset, const char *value)
{
	char number[16];
	size_t length = strcspn(value, ":");

	if (length >= sizeof number)
		return NULL;
	memcpy(number, value, length);
	number[length] = '\0';
	if (key_at(options, offset, number) < 0)
		return NULL;
	return value[length] ? value + length + 1 : value + length;
}

static int key_short(struct sim_options *options, size_t offset, const char *value)
{
	const char *rest = at_with_rest(options, offset, value);

	if (!rest)
		return -EINVAL;
	return *rest ? sim_parse_number(rest, &options->short_bytes) : 0;
}

static int key_event(struct sim_options *options, size_t offset, const char *value)
{
	const char *rest = at_with_rest(options, offset, value);

	if (!rest)
		return -EINVAL;
	return *rest ? parse_size(rest, &options->event_width, &options->event_height) : 0;
}

/* "MS" or "MS:N" */
static int key_watch(struct sim_options *options, size_t offset, const char *value)
{
	size_t length = strcspn(value, ":");
	char number[16];

	if (length >= sizeof number)
		return -EINVAL;
	memcpy(number, value, length);
	number[length] = '\0';
	if (key_time(options, offset, number) < 0 || !options->watch_ns)
		return -EINVAL;
	return value[length] ? sim_parse_number(value + length + 1, &options->watch_frames) : 0;
}

#define AT(field) offsetof(struct sim_options, field)
const struct sim_key sim_keys[] = {
	{ "size", "WxH", "frame size to begin with (1280x720)", key_size, 0 },
	{ "format", "F", "pixel format to begin with (YUYV, or NM12, YM12 where planes= asks for them)",
	  key_format, AT(fourcc) },
	{ "fps", "R", "frames a second (30); 0: a frame as soon as a buffer is queued", key_rate, AT(fps) },
	{ "planes", "N", "a multi-planar node, its format at first in N memory planes (1 to 3)", key_planes,
	  AT(planes) },
	{ "type", "capture|output", "what the node is for (capture)", key_type, AT(output) },
	{ "dump", "FILE", "an output device writes every frame it is given here", key_text, AT(dump) },
	{ "draw", "full|marks|none",
	  "how much of the picture is drawn in each frame, which takes time; marks: only the number that "
	  "programs read (full)",
	  key_draw, AT(draw) },
	{ "stride", "BYTES", "at least so many bytes a line, for padding", key_number, AT(stride) },
	{ "data-offset", "BYTES", "each plane's payload starts here (needs planes=)", key_number,
	  AT(data_offset) },
	{ "caps", "mmap+userptr+dmabuf+rw+orphan", "what the device can do, of all that", key_caps,
	  AT(caps) },
	{ "buffer-caps", "no", "REQBUFS tells no capabilities, as before Linux 4.20", key_has,
	  AT(no_buffer_caps) },
	{ "create", "no", "no CREATE_BUFS", key_has, AT(no_create) },
	{ "grant", "N", "REQBUFS grants N buffers, whatever was asked (0 to 64)", key_grant, AT(grant) },
	{ "min-buffers", "N", "the driver needs N buffers to stream, and says so in a control", key_number,
	  AT(min_buffers) },
	{ "adjust", "size+format+fps", "the device has but one of these, and changes requests without a word",
	  key_adjust, AT(adjust) },
	{ "busy", NULL, "another program is streaming: EBUSY", key_yes, AT(busy) },
	{ "fail", "CALL@N:ERRNO[:COUNT]",
	  "the Nth CALL (qbuf, streamon, mmap, …; probe: REQBUFS of 0) fails, COUNT times; N *: always; "
	  "several with +",
	  sim_failure_parse, 0 },
	{ "error", "N", "every Nth frame is marked as damaged", key_every, AT(error) },
	{ "drop", "N", "every Nth frame is dropped by the driver", key_every, AT(drop) },
	{ "repeat", "N", "every Nth frame has the number of the one before", key_every, AT(repeat) },
	{ "empty", "N[+N…]", "the Nth frame is damaged and empty", key_at, AT(empty) },
	{ "empty-ok", "N[+N…]", "the Nth frame is empty without being marked", key_at, AT(empty_ok) },
	{ "short", "N[:BYTES]", "the Nth frame has only so many bytes (half of them)", key_short,
	  AT(short_frame) },
	{ "over", "N[+N…]", "the Nth frame claims more bytes than its buffer holds", key_at, AT(over) },
	{ "bad-index", "N[+N…]", "the Nth frame comes back as buffer 99", key_at, AT(bad_index) },
	{ "last", "N", "the Nth frame is marked as the last; then EPIPE", key_at, AT(last) },
	{ "epipe", "N", "EPIPE after N frames", key_at, AT(epipe) },
	{ "flush", "N[+N…]",
	  "at the Nth frame all buffers come back empty, damaged and without number or time", key_at,
	  AT(flush) },
	{ "eagain", "N[+N…]", "poll() announces the Nth frame one time too early", key_at, AT(eagain) },
	{ "eio", "N[+N…]", "a fatal error after N frames, until STREAMOFF", key_at, AT(eio) },
	{ "unplug", "N", "the device is gone after N frames", key_at, AT(unplug) },
	{ "stall", "N", "no more frames after N, until STREAMOFF", key_at, AT(stall) },
	{ "event", "N[:WxH]", "a source change at the Nth frame, to another size of picture", key_event,
	  AT(event) },
	{ "lock", "MS", "for so long after a source change there is no stable signal", key_time,
	  AT(lock_ns) },
	{ "watch", "MS[:N]",
	  "an output device tells who watches: somebody who comes after MS ms, leaves after N frames, comes "
	  "back after MS ms …",
	  key_watch, AT(watch_ns) },
	{ "querybuf-index", NULL, "QUERYBUF answers with another index", key_yes, AT(querybuf_index) },
	{ "short-plane", NULL, "buffers are smaller than a frame", key_yes, AT(short_plane) },
	{ "sequence", "N", "the first frame's number (0)", key_number, AT(first_sequence) },
	{ "latency", "MS", "frames are delivered so late", key_time, AT(latency_ns) },
	{ "jitter", "MS", "and up to so much later again", key_time, AT(jitter_ns) },
	{ NULL, NULL, NULL, NULL, 0 },
};

static int set_key(struct sim_options *options, char *text)
{
	const char *key = strsep(&text, "="), *value = text ? text : "";
	const struct sim_key *row = sim_keys;
	int err;

	while (row->key && strcmp(row->key, key) != 0)
		row++;
	if (!row->key) {
		log_error("sim: there is no key '%s'; `v4l2q list -d sim` explains them", key);
		return -EINVAL;
	}
	err = row->parse(options, row->offset, value);
	if (err < 0) {
		log_error("sim: '%s' is no value for %s=%s (%s)", value, key,
			  row->argument ? row->argument : "yes", row->help);
		return err == -ENOMEM ? err : -EINVAL;
	}
	return 0;
}

int sim_options_parse(struct sim_options *options, const char *text)
{
	char *copy = strdup(text ? text : ""), *rest = copy, *one;
	int err = copy ? 0 : -ENOMEM;

	*options = (struct sim_options){ .width = 1280,
					 .height = 720,
					 .fps = { 30, 1 },
					 .grant = -1,
					 .caps = SIM_CAP_MMAP | SIM_CAP_USERPTR | SIM_CAP_DMABUF |
						 SIM_CAP_RW | SIM_CAP_ORPHAN };
	while (!err && (one = strsep(&rest, ","))) {
		if (*one)
			err = set_key(options, one);
	}
	if (!err && options->data_offset && !options->planes) {
		log_error("sim: data-offset needs planes=: the single-planar API has no such field");
		err = -EINVAL;
	}
	free(copy);
	if (err)
		sim_options_close(options);
	return err;
}

void sim_options_close(struct sim_options *options)
{
	free(options->dump);
	options->dump = NULL;
}
