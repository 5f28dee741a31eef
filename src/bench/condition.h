/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --fail-if: "p99>12ms,lost>0". */
#ifndef BENCH_CONDITION_H
#define BENCH_CONDITION_H

#include "bench/metric.h"

#define FAILIF_MAX 32

struct failif {
	enum metric_id metric;
	int sign;      /* an index of failif's own table */
	double value;  /* in the metric's unit, or a percentage */
	bool percent;  /* of the frame period (times), the negotiated rate, a frame's bytes, all frames (lost)
			*/
	char text[48]; /* as written */
};

/* What a percentage is of; 0: not known. */
struct failif_whole {
	double period_us, fps, frame_bytes, frames;
};

/* Expressions joined by commas, into list[FAILIF_MAX]. Returns how many, or -EINVAL having said what is
 * wrong. */
int failif_parse(const char *text, struct failif *list);
/* 1: it holds; 0: it does not; -ENODATA: the value, or what the percentage is of, is not known. */
int failif_holds(const struct failif *failif, const double values[N_METRICS],
		 const struct failif_whole *whole);

#endif
