/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulated consumer that holds each frame for some time. */
#include "bench/slow_consumer.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/units.h"

/* The nth of pseudo-random numbers, uniform over [0, 1), the same in every run: the mixer of splitmix64. */
static double random_number(uint64_t n)
{
	uint64_t mixed = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((mixed ^ mixed >> 31) >> 11) / (double)(UINT64_C(1) << 53);
}

int64_t slow_consumer_hold_ns(struct slow_consumer *consumer, int64_t now_ns)
{
	double spread = (double)consumer->spread_ns * (2 * random_number(consumer->n_frames++) - 1);
	int64_t hold_ns = consumer->delay_ns + (int64_t)spread;

	if (hold_ns < 0)
		hold_ns = 0;
	if (!consumer->stall_ns)
		return hold_ns;
	if (!consumer->next_stall_ns)
		consumer->next_stall_ns = now_ns + consumer->stall_every_ns;
	if (now_ns < consumer->next_stall_ns)
		return hold_ns;
	consumer->next_stall_ns += consumer->stall_every_ns;
	return hold_ns + consumer->stall_ns;
}

/* Requires a unit: who types 5 for each frame rarely means seconds. */
static int parse_hold(const char *text, int64_t *ns)
{
	bool has_unit = *text && isalpha((unsigned char)text[strlen(text) - 1]);

	return has_unit || strcmp(text, "0") == 0 ? parse_duration(text, ns) : -EINVAL;
}

/* Parses two durations with a separator; with only one, *b is unchanged. */
static int parse_pair(const char *text, const char *separator, int64_t *a, int64_t *b)
{
	const char *at = strstr(text, separator);
	char first[32];
	int n;

	if (!at)
		return parse_hold(text, a);
	n = snprintf(first, sizeof first, "%.*s", (int)(at - text), text);
	if (n >= (int)sizeof first || parse_hold(first, a) < 0 || parse_hold(at + strlen(separator), b) < 0)
		return -EINVAL;
	return 0;
}

int slow_consumer_parse_delay(const char *text, struct slow_consumer *consumer)
{
	const char *separator = strstr(text, "+-") ? "+-" : "±";
	int64_t delay_ns = 0, spread_ns = 0;

	if (parse_pair(text, separator, &delay_ns, &spread_ns) < 0)
		return -EINVAL;
	consumer->delay_ns = delay_ns;
	consumer->spread_ns = spread_ns;
	return 0;
}

int slow_consumer_parse_stall(const char *text, struct slow_consumer *consumer)
{
	int64_t stall_ns = 0, every_ns = 0;

	if (parse_pair(text, "/", &stall_ns, &every_ns) < 0 || !stall_ns || every_ns <= stall_ns)
		return -EINVAL;
	consumer->stall_ns = stall_ns;
	consumer->stall_every_ns = every_ns;
	return 0;
}
