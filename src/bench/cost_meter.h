/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measures what the calling thread uses between two readings: CPU time, system calls, context switches, page
 * faults. */
#ifndef BENCH_COST_METER_H
#define BENCH_COST_METER_H

#include <stdbool.h>
#include <stdint.h>
#include "queue/pool.h"

struct cost_meter {
	const struct pool *pools[4];      /* NULL: unused */
	int syscalls_fd, instructions_fd; /* perf events; -1 where the kernel does not allow them */
};

/* Counts since an arbitrary time, or the difference of two readings. */
struct cost {
	int64_t wall_ns, cpu_ns;
	uint64_t n_syscalls, n_switches, n_faults, n_instructions, bytes_copied;
};

/* pools: those that the run uses; may be NULL. Cannot fail. Without perf events, only system calls to the
 * devices are counted, and no instructions. */
void cost_meter_open(struct cost_meter *meter, const struct pool *const *pools, size_t n);
void cost_meter_close(struct cost_meter *meter);

struct cost cost_meter_read(const struct cost_meter *meter);
struct cost cost_difference(const struct cost *end, const struct cost *begin);

/* Whether n_syscalls counts all system calls of the thread, not only those to the devices. */
static inline bool cost_meter_has_all_syscalls(const struct cost_meter *meter)
{
	return meter->syscalls_fd >= 0;
}

static inline bool cost_meter_has_instructions(const struct cost_meter *meter)
{
	return meter->instructions_fd >= 0;
}

#endif
