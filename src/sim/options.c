/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of "sim:key=value,…": one table for parsing and for help. */
#include "sim/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "sim/sim_internal.h"

#define AT(field) offsetof(struct sim_options, field)

/* A value by its name; a table of them ends with a NULL name. */
struct word {
	const char *name;
	uint32_t value;
};

/* The value of the word text[0..length); -EINVAL when it is not in the table. */
static int parse_word(const struct word *words, const char *text, size_t length, uint32_t *value)
{
	for (; words->name; words++) {
		if (strlen(words->name) == length && strncmp(words->name, text, length) == 0) {
			*value = words->value;
			return 0;
		}
	}
	return -EINVAL;
}

/* "mmap+rw": the values of the words, ORed. */
static int parse_flags(const struct word *words, const char *text, uint32_t *flags)
{
	uint32_t value = 0, one;

	do {
		size_t length = strcspn(text, "+");

		if (parse_word(words, text, length, &one) < 0)
			return -EINVAL;
		value |= one;
		text += length;
	} while (*text++ == '+');
	*flags = value;
	return 0;
}

static int parse_number(const char *text, uint32_t *value)
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
	return parse_number(value, field(options, offset));
}

static int key_grant(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t n;

	if (parse_number(value, &n) < 0 || n > SIM_MAX_BUFFERS)
		return -EINVAL;
	*(int64_t *)field(options, offset) = n;
	return 0;
}

static int key_planes(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t n;

	if (parse_number(value, &n) < 0 || n < 1 || n > 3)
		return -EINVAL;
	*(uint32_t *)field(options, offset) = n;
	return 0;
}

static const struct word booleans[] = { { "yes", 1 }, { "no", 0 }, { "1", 1 },
					{ "0", 0 },   { "", 1 },   { NULL, 0 } };

static int key_bool(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t yes = 0;
	int err = parse_word(booleans, value, strlen(value), &yes);

	*(bool *)field(options, offset) = yes;
	return err;
}

/* For fields that are true when the device lacks something: the key is about having it. */
static int key_not(struct sim_options *options, size_t offset, const char *value)
{
	bool *lacking = field(options, offset);

	if (key_bool(options, offset, value) < 0)
		return -EINVAL;
	*lacking = !*lacking;
	return 0;
}

static int key_size(struct sim_options *options, size_t offset, const char *value)
{
	return parse_size(value, field(options, offset), (uint32_t *)field(options, offset) + 1);
}

static int key_format(struct sim_options *options, size_t offset, const char *value)
{
	return pixfmt_parse(value, field(options, offset), 1) ? 0 : -EINVAL;
}

static int key_fps(struct sim_options *options, size_t offset, const char *value)
{
	struct fraction *rate = field(options, offset);

	if (strcmp(value, "0") != 0)
		return parse_rate(value, rate);
	*rate = (struct fraction){ 0, 1 };
	return 0;
}

static int key_type(struct sim_options *options, size_t offset, const char *value)
{
	enum { CAPTURE, OUTPUT, M2M };
	static const struct word words[] = {
		{ "capture", CAPTURE }, { "output", OUTPUT }, { "m2m", M2M }, { NULL, 0 }
	};
	uint32_t type;

	(void)offset;
	if (parse_word(words, value, strlen(value), &type) < 0)
		return -EINVAL;
	options->output = type == OUTPUT;
	options->m2m = type == M2M;
	return 0;
}

static int key_draw(struct sim_options *options, size_t offset, const char *value)
{
	static const struct word words[] = {
		{ "full", SIM_DRAW_FULL }, { "marks", SIM_DRAW_MARKS }, { "none", SIM_DRAW_NONE }, { NULL, 0 }
	};

	return parse_word(words, value, strlen(value), field(options, offset));
}

static int key_times(struct sim_options *options, size_t offset, const char *value)
{
	static const struct word words[] = { { "good", SIM_TIMES_GOOD },
					     { "zero", SIM_TIMES_ZERO },
					     { "first-zero", SIM_TIMES_FIRST_ZERO },
					     { "alike", SIM_TIMES_ALIKE },
					     { "seconds", SIM_TIMES_SECONDS },
					     { "swapped", SIM_TIMES_SWAPPED },
					     { NULL, 0 } };

	return parse_word(words, value, strlen(value), field(options, offset));
}

static int key_headers(struct sim_options *options, size_t offset, const char *value)
{
	static const struct word words[] = { { "all", 0 }, { "first", 1 }, { NULL, 0 } };
	uint32_t first = 0;
	int err = parse_word(words, value, strlen(value), &first);

	*(bool *)field(options, offset) = first;
	return err;
}

static int key_jpeg(struct sim_options *options, size_t offset, const char *value)
{
	static const struct word words[] = { { "no-dht", SIM_JPEG_NO_DHT },
					     { "padding", SIM_JPEG_PADDING },
					     { "two-soi", SIM_JPEG_TWO_SOI },
					     { NULL, 0 } };

	return parse_flags(words, value, field(options, offset));
}

static int key_caps(struct sim_options *options, size_t offset, const char *value)
{
	static const struct word words[] = { { "mmap", SIM_CAP_MMAP },     { "userptr", SIM_CAP_USERPTR },
					     { "dmabuf", SIM_CAP_DMABUF }, { "rw", SIM_CAP_RW },
					     { "orphan", SIM_CAP_ORPHAN }, { NULL, 0 } };

	return parse_flags(words, value, field(options, offset));
}

static int key_adjust(struct sim_options *options, size_t offset, const char *value)
{
	static const struct word words[] = { { "size", SIM_ADJUST_SIZE },
					     { "format", SIM_ADJUST_FORMAT },
					     { "fps", SIM_ADJUST_FPS },
					     { NULL, 0 } };

	return parse_flags(words, value, field(options, offset));
}

static int key_ms(struct sim_options *options, size_t offset, const char *value)
{
	uint32_t ms;

	if (parse_number(value, &ms) < 0)
		return -EINVAL;
	*(int64_t *)field(options, offset) = ms * NS_PER_MS;
	return 0;
}

static int key_string(struct sim_options *options, size_t offset, const char *value)
{
	char **text = field(options, offset);

	free(*text);
	*text = strdup(value);
	return *text ? 0 : -ENOMEM;
}

static int key_every(struct sim_options *options, size_t offset, const char *value)
{
	struct sim_schedule *schedule = field(options, offset);

	return parse_number(value, &schedule->every) < 0 || !schedule->every ? -EINVAL : 0;
}

/* "N" or "N+M+…", or "*" for every frame; a key that is given again adds to it. */
static int key_at(struct sim_options *options, size_t offset, const char *value)
{
	struct sim_schedule *schedule = field(options, offset);
	char *end;

	if (strcmp(value, "*") == 0) {
		schedule->every = 1;
		return 0;
	}
	do {
		unsigned long n = strtoul(value, &end, 10);

		if (end == value || *value < '0' || *value > '9' || n < 1 || n > UINT32_MAX ||
		    schedule->n_at == SIM_MAX_TIMES)
			return -EINVAL;
		schedule->at[schedule->n_at++] = (uint32_t)n;
		value = end + 1;
	} while (*end == '+');
	return *end ? -EINVAL : 0;
}

/* "N[:REST]": adds N to the schedule and returns REST, "" where there is none; NULL when N is invalid. */
static const char *parse_at_and_rest(struct sim_options *options, size_t offset, const char *value)
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
	const char *rest = parse_at_and_rest(options, offset, value);

	if (!rest)
		return -EINVAL;
	return *rest ? parse_number(rest, &options->short_bytes) : 0;
}

/* "N[:MS]" */
static int key_leap(struct sim_options *options, size_t offset, const char *value)
{
	const char *rest = parse_at_and_rest(options, offset, value);

	if (!rest)
		return -EINVAL;
	return *rest ? key_ms(options, AT(leap_ns), rest) : 0;
}

static int key_event(struct sim_options *options, size_t offset, const char *value)
{
	const char *rest = parse_at_and_rest(options, offset, value);

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
	if (key_ms(options, offset, number) < 0 || !options->reader_delay_ns)
		return -EINVAL;
	return value[length] ? parse_number(value + length + 1, &options->reader_frames) : 0;
}

static int key_fail(struct sim_options *options, size_t offset, const char *value)
{
	char *text = strdup(value), *rest = text, *one;
	int err = text ? 0 : -ENOMEM;

	(void)offset;
	while (!err && (one = strsep(&rest, "+"))) {
		struct sim_call_fault *fault = &options->call_faults[options->n_call_faults];

		if (options->n_call_faults == SIM_MAX_CALL_FAULTS || sim_faults_parse_call(one, fault) < 0 ||
		    !sim_calls_has_name(fault->name))
			err = -EINVAL;
		else
			options->n_call_faults++;
	}
	free(text);
	return err;
}

/*
 * One row a key. A fault has a struct sim_schedule as its field and key_every() or key_at() as its parser;
 * faults.c says where it takes effect.
 */
const struct sim_key sim_keys[] = {
	{ "size", "WxH", "initial frame size (1280x720)", key_size, AT(width) },
	{ "format", "F", "initial pixel format (YUYV; with planes=2 NM12, with planes=3 YM12)", key_format,
	  AT(fourcc) },
	{ "fps", "R", "frames per second (30); 0: a frame as soon as a buffer is queued", key_fps, AT(fps) },
	{ "claim", "R", "the rate that the device claims, whatever it delivers; 0: none", key_fps,
	  AT(claim) },
	{ "planes", "N", "a multi-planar device node, with an initial format of N memory planes (1 to 3)",
	  key_planes, AT(planes) },
	{ "type", "capture|output|m2m",
	  "type of the device node (capture); m2m: memory-to-memory, as a codec", key_type, 0 },
	{ "dump", "FILE", "an output device writes every frame that it is given to FILE, as raw bytes",
	  key_string, AT(dump) },
	{ "settings", "FILE",
	  "what the device is set to (input, size, rate, controls): a line when it is opened, one when it is "
	  "closed",
	  key_string, AT(settings) },
	{ "node", "NAME",
	  "opens of this NAME in a program are one device, whose queue one has, whose settings outlive them",
	  key_string, AT(node) },
	{ "all-controls", NULL, "controls of every type, also inactive", key_bool, AT(all_controls) },
	{ "inputs", "N", "number of inputs, or outputs (1)", key_number, AT(inputs) },
	{ "draw", "full|marks|none",
	  "how much of the test pattern is drawn, which takes processor time; marks: only the frame number "
	  "for programs to read (full)",
	  key_draw, AT(draw) },
	{ "gop", "N", "compressed formats: a key frame every N frames (30); 0: no others", key_number,
	  AT(codec.key_interval) },
	{ "join", "N", "compressed formats: the stream begins with the Nth frame that the encoder makes",
	  key_number, AT(codec.join) },
	{ "headers", "all|first",
	  "compressed formats: the key frames that have parameter sets before them (all)", key_headers,
	  AT(codec.headers_first) },
	{ "jpeg", "no-dht+padding+two-soi",
	  "JPEGs without Huffman tables, with padding after their end, with a doubled start", key_jpeg,
	  AT(codec.jpeg) },
	{ "key-flags", "no", "compressed frames are not marked as key frames or others", key_not,
	  AT(no_key_flags) },
	{ "pixel-aspect", "Y/X", "height to width of a pixel, for CROPCAP", key_fps, AT(pixel_aspect) },
	{ "crop", "WxH", "the part of the source in the frame, for G_SELECTION", key_size, AT(crop_width) },
	{ "stride", "BYTES", "bytes a line, where that is more than the picture needs", key_number,
	  AT(stride) },
	{ "data-offset", "BYTES", "offset of the payload in each plane (needs planes=)", key_number,
	  AT(data_offset) },
	{ "caps", "mmap+userptr+dmabuf+rw+orphan",
	  "io modes that the device supports; orphan: freeing buffers that are still mapped (all)", key_caps,
	  AT(caps) },
	{ "buffer-caps", "no", "REQBUFS returns no capabilities, as before Linux 4.20", key_not,
	  AT(no_buffer_caps) },
	{ "create", "no", "no CREATE_BUFS", key_not, AT(no_create_bufs) },
	{ "grant", "N", "REQBUFS grants N buffers, whatever the request (0 to 64)", key_grant, AT(grant) },
	{ "min-buffers", "N", "the driver needs N buffers to stream, which a control reports", key_number,
	  AT(min_buffers) },
	{ "adjust", "size+format+fps", "the device has only one of these, and changes requests for others",
	  key_adjust, AT(adjust) },
	{ "ring", NULL, "the driver fills its buffers in turn, queued or not, as v4l2loopback", key_bool,
	  AT(ring) },
	{ "driver", "NAME", "name of the driver (sim)", key_string, AT(driver) },
	{ "busy", NULL, "another program is streaming: EBUSY", key_bool, AT(busy) },
	{ "fail", "CALL@N:ERRNO[:COUNT]",
	  "the Nth CALL (qbuf, streamon, mmap, …; probe: REQBUFS of 0) fails, COUNT times; N *: always; "
	  "several with +",
	  key_fail, 0 },
	{ "error", "N", "every Nth frame is marked as damaged", key_every, AT(error) },
	{ "drop", "N", "every Nth frame is dropped by the driver", key_every, AT(drop) },
	{ "repeat", "N", "every Nth frame has the sequence number of the one before", key_every, AT(repeat) },
	{ "empty", "N[+N…]", "the Nth frame is empty and marked as damaged (*: each)", key_at, AT(empty) },
	{ "empty-ok", "N[+N…]", "the Nth frame is empty but not marked (*: each)", key_at, AT(empty_ok) },
	{ "short", "N[:BYTES]", "the Nth frame has only BYTES bytes (half a frame)", key_short,
	  AT(short_frame) },
	{ "over", "N[+N…]", "the Nth frame reports more bytes than its buffer holds", key_at, AT(over) },
	{ "bad-index", "N[+N…]", "the Nth frame is reported as buffer 99", key_at, AT(bad_index) },
	{ "last", "N", "the Nth frame is marked as the last; then DQBUF fails with EPIPE", key_at, AT(last) },
	{ "epipe", "N", "DQBUF fails with EPIPE after N frames", key_at, AT(epipe) },
	{ "flush", "N[+N…]",
	  "at the Nth frame all buffers are returned empty, marked as damaged, without number and timestamp",
	  key_at, AT(flush) },
	{ "eagain", "N[+N…]", "poll() reports the Nth frame once too early: DQBUF fails with EAGAIN", key_at,
	  AT(eagain) },
	{ "eio", "N[+N…]", "QBUF and DQBUF fail with EIO after N frames, until STREAMOFF", key_at, AT(eio) },
	{ "unplug", "N", "the device is unplugged after N frames", key_at, AT(unplug) },
	{ "replug", "MS",
	  "that comes back MS ms after the program has closed it; until then it cannot be opened (0)", key_ms,
	  AT(replug_ns) },
	{ "stall", "N", "no more frames after N, until STREAMOFF", key_at, AT(stall) },
	{ "event", "N[:WxH]", "the video source changes at the Nth frame, to another frame size", key_event,
	  AT(event) },
	{ "lock", "MS", "no stable signal for MS ms after a change of the video source", key_ms,
	  AT(lock_ns) },
	{ "watch", "MS[:N]",
	  "an output device reports its readers, as v4l2loopback: one comes after MS ms, leaves after N "
	  "frames, comes back after MS ms …",
	  key_watch, AT(reader_delay_ns) },
	{ "querybuf-index", NULL, "QUERYBUF returns another index", key_bool, AT(querybuf_wrong_index) },
	{ "short-plane", NULL, "QUERYBUF returns planes smaller than a frame", key_bool, AT(short_plane) },
	{ "sequence", "N", "sequence number of the first frame (0)", key_number, AT(first_sequence) },
	{ "times", "zero|first-zero|alike|seconds|swapped",
	  "timestamps are all 0; the first is 0; all are alike; whole seconds only; the wrong way round, two "
	  "by two",
	  key_times, AT(times) },
	{ "leap", "N[:MS]", "from the Nth frame on, timestamps are MS ms later (60000)", key_leap, AT(leap) },
	{ "latency", "MS", "frames are delivered MS ms after their timestamp (0)", key_ms, AT(latency_ns) },
	{ "jitter", "MS", "and up to MS ms later still (0)", key_ms, AT(jitter_ns) },
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
		log_error("sim: unknown key '%s'; `v4l2q list -d sim` lists the keys", key);
		return -EINVAL;
	}
	err = row->parse(options, row->offset, value);
	if (err < 0) {
		log_error("sim: invalid value '%s' for %s=: expected %s (%s)", value, key,
			  row->argument ? row->argument : "yes or no", row->help);
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
					 .codec.key_interval = 30,
					 .inputs = 1,
					 .caps = SIM_CAP_MMAP | SIM_CAP_USERPTR | SIM_CAP_DMABUF |
						 SIM_CAP_RW | SIM_CAP_ORPHAN };
	while (!err && (one = strsep(&rest, ","))) {
		if (*one)
			err = set_key(options, one);
	}
	if (!err && options->data_offset && !options->planes) {
		log_error("sim: data-offset= needs planes=: the single-planar API has no data_offset");
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
	free(options->settings);
	free(options->driver);
	free(options->node);
	options->dump = options->settings = options->driver = options->node = NULL;
}
