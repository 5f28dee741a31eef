/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Somebody who takes time over each frame, for measuring. */
#include "bench/slow_consumer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/units.h"

/* The same numbers in every run, so that runs can be compared. From 0 to 1. */
static double even_number(uint64_t n)
{
	uint64_t mixed = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((mixed ^ mixed >> 31) >> 11) / (double)(UINT64_C(1) << 53);
}

int64_t consumer_keeps_ns(struct consumer *consumer, int64_t now)
{
	double spread = (double)consumer->spread_ns * (2 * even_number(consumer->n_frames++) - 1);
	int64_t keeps_ns = consumer->delay_ns + (int64_t)spread;

	if (keeps_ns < 0)
		keeps_ns = 0;
	if (!consumer->stall_ns)
		return keeps_ns;
	if (!consumer->next_stall_ns)
		consumer->next_stall_ns = now + consumer->stall_every_ns;
	if (now < consumer->next_stall_ns)
		return keeps_ns;
	consumer->next_stall_ns += consumer->stall_every_ns;
	return keeps_ns + consumer->stall_ns;
}

/* Splits "AxB" at the separator; B stays as it is where there is none. */
static int parse_pair(const char *text, const char *separator, int64_t *a, int64_t *b)
{
	const char *at = strstr(text, separator);
	char first[32];
	int n;

	if (!at)
		return parse_duration(text, a) < 0 ? -EINVAL : 0;
	n = snprintf(first, sizeof first, "%.*s", (int)(at - text), text);
	if (n >= (int)sizeof first || parse_duration(first, a) < 0 ||
	    parse_duration(at + strlen(separator), b) < 0)
		return -EINVAL;
	return 0;
}

int consumer_parse_delay(const char *text, struct consumer *consumer)
{
	const char *separator = strstr(text, "+-") ? "+-" : "±";
	int64_t delay_ns = 0, spread_ns = 0;

	if (parse_pair(text, separator, &delay_ns, &spread_ns) < 0)
		return -EINVAL;
	consumer->delay_ns = delay_ns;
	consumer->spread_ns = spread_ns;
	return 0;
}

int consumer_parse_stall(const char *text, struct consumer *consumer)
{
	int64_t stall_ns = 0, every_ns = 0;

	if (parse_pair(text, "/", &stall_ns, &every_ns) < 0 || !stall_ns || every_ns <= stall_ns)
		return -EINVAL;
	consumer->stall_ns = stall_ns;
	consumer->stall_every_ns = every_ns;
	return 0;
}
