/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures what the calling thread uses, by getrusage(2) and perf_event_open(2). tracefs has the number of a
 * tracepoint.
 */
#include "bench/cost_meter.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

static int open_counter(uint32_t type, uint64_t config)
{
	struct perf_event_attr event = { .type = type, .size = sizeof event, .config = config };

	/* perf_event_paranoid 2, the default, lets users count instructions in user space only. */
	event.exclude_kernel = event.exclude_hv = type == PERF_TYPE_HARDWARE;
	return (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int open_syscalls(void)
{
	static const char *const files[] = {
		"/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
		"/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id",
	};
	unsigned long long number = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !number; i++) {
		FILE *file = fopen(files[i], "re");

		if (!file)
			continue;
		if (fscanf(file, "%llu", &number) != 1)
			number = 0;
		fclose(file);
	}
	return number ? open_counter(PERF_TYPE_TRACEPOINT, number) : -1;
}

void cost_meter_open(struct cost_meter *meter, const struct pool *const *pools, size_t n)
{
	/* The simulated device makes system calls of its own, which must not be counted as those to a driver.
	 */
	bool simulated = false;

	*meter = (struct cost_meter){ 0 };
	for (size_t i = 0, used = 0; i < n; i++) {
		if (!pools[i])
			continue;
		meter->pools[used++] = pools[i];
		simulated |= device_is_simulated(pool_device(pools[i]));
	}
	meter->syscalls_fd = simulated ? -1 : open_syscalls();
	meter->instructions_fd = open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS);
	if (!simulated && meter->syscalls_fd < 0)
		log_verbose("system calls: counting only those to the device: no access to the kernel's "
			    "counter");
}

void cost_meter_close(struct cost_meter *meter)
{
	if (meter->syscalls_fd >= 0)
		close(meter->syscalls_fd);
	if (meter->instructions_fd >= 0)
		close(meter->instructions_fd);
	meter->syscalls_fd = meter->instructions_fd = -1;
}

static uint64_t counter_value(int fd)
{
	uint64_t value;

	return fd >= 0 && read(fd, &value, sizeof value) == sizeof value ? value : 0;
}

static int64_t timeval_ns(struct timeval time)
{
	return time.tv_sec * NS_PER_S + time.tv_usec * NS_PER_US;
}

struct cost cost_meter_read(const struct cost_meter *meter)
{
	bool all = cost_meter_has_all_syscalls(meter);
	struct cost cost = { 0 };
	struct rusage usage;

	cost.n_instructions = counter_value(meter->instructions_fd);
	if (all)
		cost.n_syscalls = counter_value(meter->syscalls_fd);
	for (size_t i = 0; i < ARRAY_SIZE(meter->pools) && meter->pools[i]; i++) {
		cost.bytes_copied += pool_info(meter->pools[i]).bytes_copied;
		if (!all)
			cost.n_syscalls += pool_device(meter->pools[i])->n_calls;
	}
	if (getrusage(RUSAGE_THREAD, &usage) == 0) {
		cost.cpu_ns = timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime);
		cost.n_switches = (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
		cost.n_faults = (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
	}
	cost.wall_ns = now_ns();
	return cost;
}

struct cost cost_difference(const struct cost *end, const struct cost *begin)
{
	return (struct cost){
		.wall_ns = end->wall_ns - begin->wall_ns,
		.cpu_ns = end->cpu_ns - begin->cpu_ns,
		.n_syscalls = end->n_syscalls - begin->n_syscalls,
		.n_switches = end->n_switches - begin->n_switches,
		.n_faults = end->n_faults - begin->n_faults,
		.n_instructions = end->n_instructions - begin->n_instructions,
		.bytes_copied = end->bytes_copied - begin->bytes_copied,
	};
}
