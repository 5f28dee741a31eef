/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of the keys of "sim:key=value,…". */
#include "sim/option_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "sim/options.h"
#include "sim/sim_internal.h"

/* The value of the word text[0..length); -EINVAL when it is not in the table. */
static int parse_word(const struct sim_word *words, const char *text, size_t length, uint32_t *value)
{
	for (; words->name; words++) {
		if (strlen(words->name) == length && strncmp(words->name, text, length) == 0) {
			*value = words->value;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_uint32(const char *text, uint32_t *value)
{
	uint64_t number;

	if (parse_uint(text, UINT32_MAX, &number) < 0)
		return -EINVAL;
	*value = (uint32_t)number;
	return 0;
}

static void *field(struct sim_options *options, const struct sim_key *key)
{
	return (char *)options + key->offset;
}

/* One of key->words. */
int sim_value_word(struct sim_options *options, const struct sim_key *key, const char *value)
{
	return parse_word(key->words, value, strlen(value), field(options, key));
}

/* Some of key->words, ORed: "mmap+rw". */
int sim_value_flags(struct sim_options *options, const struct sim_key *key, const char *value)
{
	uint32_t flags = 0, one;

	do {
		size_t length = strcspn(value, "+");

		if (parse_word(key->words, value, length, &one) < 0)
			return -EINVAL;
		flags |= one;
		value += length;
	} while (*value++ == '+');
	*(uint32_t *)field(options, key) = flags;
	return 0;
}

int sim_value_number(struct sim_options *options, const struct sim_key *key, const char *value)
{
	return parse_uint32(value, field(options, key));
}

int sim_value_grant(struct sim_options *options, const struct sim_key *key, const char *value)
{
	uint32_t n;

	if (parse_uint32(value, &n) < 0 || n > SIM_MAX_BUFFERS)
		return -EINVAL;
	*(int64_t *)field(options, key) = n;
	return 0;
}

int sim_value_planes(struct sim_options *options, const struct sim_key *key, const char *value)
{
	uint32_t n;

	if (parse_uint32(value, &n) < 0 || n < 1 || n > 3)
		return -EINVAL;
	*(uint32_t *)field(options, key) = n;
	return 0;
}

static const struct sim_word booleans[] = { { "yes", 1 }, { "no", 0 }, { "1", 1 },
					    { "0", 0 },   { "", 1 },   { NULL, 0 } };

int sim_value_bool(struct sim_options *options, const struct sim_key *key, const char *value)
{
	uint32_t yes = 0;
	int err = parse_word(booleans, value, strlen(value), &yes);

	*(bool *)field(options, key) = yes;
	return err;
}

/* For fields that are true when the device lacks a feature, while the key says that it has it. */
int sim_value_not(struct sim_options *options, const struct sim_key *key, const char *value)
{
	bool *lacking = field(options, key);

	if (sim_value_bool(options, key, value) < 0)
		return -EINVAL;
	*lacking = !*lacking;
	return 0;
}

int sim_value_size(struct sim_options *options, const struct sim_key *key, const char *value)
{
	return parse_size(value, field(options, key), (uint32_t *)field(options, key) + 1);
}

int sim_value_format(struct sim_options *options, const struct sim_key *key, const char *value)
{
	return pixfmt_parse(value, field(options, key), 1) ? 0 : -EINVAL;
}

int sim_value_fps(struct sim_options *options, const struct sim_key *key, const char *value)
{
	struct fraction *rate = field(options, key);

	if (strcmp(value, "0") != 0)
		return parse_rate(value, rate);
	*rate = (struct fraction){ 0, 1 };
	return 0;
}

int sim_value_type(struct sim_options *options, const struct sim_key *key, const char *value)
{
	enum { CAPTURE = SIM_NO_M2M, OUTPUT = SIM_CONVERTER + 1, DATA = OUTPUT };
	static const struct sim_word words[] = { { "capture", CAPTURE },
						 { "output", OUTPUT },
						 { "encoder", SIM_ENCODER },
						 { "decoder", SIM_DECODER },
						 { "converter", SIM_CONVERTER },
						 { "vbi", DATA + SIM_VBI },
						 { "metadata", DATA + SIM_METADATA },
						 { "sdr", DATA + SIM_SDR },
						 { "radio", DATA + SIM_RADIO },
						 { NULL, 0 } };
	uint32_t type;

	(void)key;
	if (parse_word(words, value, strlen(value), &type) < 0)
		return -EINVAL;
	options->output = type == OUTPUT;
	options->m2m = type < OUTPUT ? type : SIM_NO_M2M;
	options->data = type > DATA ? type - DATA : SIM_PICTURES;
	return 0;
}

int sim_value_standard(struct sim_options *options, const struct sim_key *key, const char *value)
{
	static const struct sim_word words[] = {
		{ "PAL", V4L2_STD_PAL }, { "NTSC", V4L2_STD_NTSC }, { "SECAM", V4L2_STD_SECAM }, { NULL, 0 }
	};
	uint32_t standard = 0;
	int err = parse_word(words, value, strlen(value), &standard);

	*(v4l2_std_id *)field(options, key) = standard;
	return err;
}

int sim_value_ppm(struct sim_options *options, const struct sim_key *key, const char *value)
{
	bool negative = *value == '-';
	uint32_t ppm;

	if (parse_uint32(value + negative, &ppm) < 0 || ppm > 100000)
		return -EINVAL;
	*(int32_t *)field(options, key) = negative ? -(int32_t)ppm : (int32_t)ppm;
	return 0;
}

int sim_value_field(struct sim_options *options, const struct sim_key *key, const char *value)
{
	for (uint32_t order = V4L2_FIELD_NONE; order <= V4L2_FIELD_INTERLACED_BT; order++) {
		if (strcmp(video_field_name(order), value) == 0) {
			*(uint32_t *)field(options, key) = order;
			return 0;
		}
	}
	return -EINVAL;
}

int sim_value_headers(struct sim_options *options, const struct sim_key *key, const char *value)
{
	static const struct sim_word words[] = { { "all", 0 }, { "first", 1 }, { NULL, 0 } };
	uint32_t first = 0;
	int err = parse_word(words, value, strlen(value), &first);

	*(bool *)field(options, key) = first;
	return err;
}

static int parse_ms(const char *text, int64_t *ns)
{
	uint32_t ms;

	if (parse_uint32(text, &ms) < 0)
		return -EINVAL;
	*ns = ms * NS_PER_MS;
	return 0;
}

int sim_value_ms(struct sim_options *options, const struct sim_key *key, const char *value)
{
	return parse_ms(value, field(options, key));
}

/* "MS" or "-MS" */
int sim_value_signed_ms(struct sim_options *options, const struct sim_key *key, const char *value)
{
	bool negative = *value == '-';
	int err = sim_value_ms(options, key, value + negative);

	if (negative)
		*(int64_t *)field(options, key) *= -1;
	return err;
}

int sim_value_string(struct sim_options *options, const struct sim_key *key, const char *value)
{
	char **text = field(options, key);

	free(*text);
	*text = strdup(value);
	return *text ? 0 : -ENOMEM;
}

int sim_value_every(struct sim_options *options, const struct sim_key *key, const char *value)
{
	struct sim_schedule *schedule = field(options, key);

	return parse_uint32(value, &schedule->every) < 0 || !schedule->every ? -EINVAL : 0;
}

/* "N" or "N+M+…", or "*" for every frame; a key that is given again adds to it. */
int sim_value_at(struct sim_options *options, const struct sim_key *key, const char *value)
{
	struct sim_schedule *schedule = field(options, key);
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
static const char *parse_at_and_rest(struct sim_options *options, const struct sim_key *key,
				     const char *value)
{
	char number[16];
	size_t length = strcspn(value, ":");

	if (length >= sizeof number)
		return NULL;
	memcpy(number, value, length);
	number[length] = '\0';
	if (sim_value_at(options, key, number) < 0)
		return NULL;
	return value[length] ? value + length + 1 : value + length;
}

int sim_value_short(struct sim_options *options, const struct sim_key *key, const char *value)
{
	const char *rest = parse_at_and_rest(options, key, value);

	if (!rest)
		return -EINVAL;
	return *rest ? parse_uint32(rest, &options->short_bytes) : 0;
}

/* "N[:MS]" */
int sim_value_leap(struct sim_options *options, const struct sim_key *key, const char *value)
{
	const char *rest = parse_at_and_rest(options, key, value);

	if (!rest)
		return -EINVAL;
	return *rest ? parse_ms(rest, &options->leap_ns) : 0;
}

int sim_value_event(struct sim_options *options, const struct sim_key *key, const char *value)
{
	const char *rest = parse_at_and_rest(options, key, value);

	if (!rest)
		return -EINVAL;
	return *rest ? parse_size(rest, &options->event_width, &options->event_height) : 0;
}

/* "MS" or "MS:N" */
int sim_value_watch(struct sim_options *options, const struct sim_key *key, const char *value)
{
	size_t length = strcspn(value, ":");
	char number[16];

	if (length >= sizeof number)
		return -EINVAL;
	memcpy(number, value, length);
	number[length] = '\0';
	if (sim_value_ms(options, key, number) < 0 || !options->reader_delay_ns)
		return -EINVAL;
	return value[length] ? parse_uint32(value + length + 1, &options->reader_frames) : 0;
}

int sim_value_errno(struct sim_options *options, const struct sim_key *key, const char *value)
{
	return sim_faults_parse_errno(value, field(options, key));
}

int sim_value_fail(struct sim_options *options, const struct sim_key *key, const char *value)
{
	char *text = strdup(value), *rest = text, *one;
	int err = text ? 0 : -ENOMEM;

	(void)key;
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
