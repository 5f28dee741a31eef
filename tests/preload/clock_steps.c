/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A preloaded library with a clock of the day that is set again and again: after each CLOCK_STEPS readings
 * (50) it is an hour late, a year early, a second late, right ... No other clock is touched.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static const time_t steps_s[] = { 0, -3600, 365 * 24 * 3600, -1, -40 * 365 * 24 * 3600L, 3600 };
static atomic_ulong n_readings;

static time_t offset_s(void)
{
	const char *text = getenv("CLOCK_STEPS");
	unsigned long each = text ? strtoul(text, NULL, 10) : 50, n = atomic_fetch_add(&n_readings, 1);

	return steps_s[n / (each ? each : 1) % (sizeof steps_s / sizeof *steps_s)];
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	static int (*real)(clockid_t clock, struct timespec * time);
	int err;

	if (!real)
		real = (__typeof__(real))(uintptr_t)dlsym(RTLD_NEXT, "clock_gettime");
	err = real(clock, time);
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		time->tv_sec += offset_s();
	return err;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*time = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
