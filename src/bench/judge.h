/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: --fail-if over all runs. */
#ifndef BENCH_JUDGE_H
#define BENCH_JUDGE_H

#include "bench/bench.h"
#include "bench/condition.h"

/* Says which expressions hold, where and with what value. STATUS_FAIL_IF when one does, STATUS_FAILED when
 * one can be judged in no run, else STATUS_DONE. *result: for the report, the caller's; NULL when n is 0. */
enum status bench_judge(const struct bench *bench, const struct failif *list, int n,
			struct json_object **result);

#endif
