/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a span of the program's life costs: time, system calls, switches. */
#ifndef BENCH_COST_METER_H
#define BENCH_COST_METER_H

#include <stdbool.h>
#include <stdint.h>
#include "queue/pool.h"

struct meter {
	const struct pool *pool;
	int syscalls_fd, instructions_fd; /* the kernel's counters; -1 where they are not allowed */
};

/* Of this thread, since something long past: only differences mean anything. */
struct reading {
	int64_t wall_ns, cpu_ns;
	uint64_t n_syscalls, n_switches, n_faults, n_instructions, bytes_copied;
};

/* Never fails: what the kernel does not let us count, is counted by our own layer or not at all. */
void meter_open(struct meter *meter, const struct pool *pool);
void meter_close(struct meter *meter);

struct reading meter_read(const struct meter *meter);
struct reading reading_difference(const struct reading *end, const struct reading *begin);

/* Whether n_syscalls holds all of the thread's, and not only those to the device. */
static inline bool meter_sees_all_syscalls(const struct meter *meter)
{
	return meter->syscalls_fd >= 0;
}

static inline bool meter_has_instructions(const struct meter *meter)
{
	return meter->instructions_fd >= 0;
}

#endif
