/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the run that suits the device best, and why. */
#include "bench/recommend.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Smaller differences are not a reason to prefer a run. */
#define CPU_TOLERANCE 0.05
#define CPU_TOLERANCE_US 2.0
#define LATENCY_TOLERANCE 1.25
#define LATENCY_TOLERANCE_PERIODS 0.1 /* part of the frame period */

/* Unknown losses are worse than any number. For an output device none are known. */
static double losses(const struct bench *bench, const struct bench_run *run)
{
	double lost = run->values[METRIC_LOST];

	if (device_is_output(&bench->setup.device))
		return 0;
	return isnan(lost) ? 1e300 : lost;
}

/*
 * The highest latency in us that counts as equal to the best among the runs with no more than this loss. p95:
 * with few frames p99 depends on a single frame. The latency of an output device is ignored, as frames are
 * queued ahead of their time.
 */
static double latency_limit(const struct bench *bench, double lost)
{
	double fps = fraction_value(bench->setup.format.fps), best = INFINITY;

	if (device_is_output(&bench->setup.device))
		return INFINITY;
	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];

		if (run->n_samples && losses(bench, run) <= lost && run->values[METRIC_LATENCY_P95] < best)
			best = run->values[METRIC_LATENCY_P95];
	}
	return best * LATENCY_TOLERANCE + (fps > 0 ? LATENCY_TOLERANCE_PERIODS * 1e6 / fps : 0);
}

/* The largest difference in CPU time that counts as noise. */
static double cpu_noise(const struct bench_run *a, const struct bench_run *b)
{
	double more = fmax(a->values[METRIC_CPU], b->values[METRIC_CPU]);
	double spreads = a->spreads[METRIC_CPU] + b->spreads[METRIC_CPU];

	return fmax(fmax(CPU_TOLERANCE_US, CPU_TOLERANCE * more), spreads); /* fmax() ignores NAN */
}

static bool is_cheaper(const struct bench_run *a, const struct bench_run *b)
{
	double gain = b->values[METRIC_CPU] - a->values[METRIC_CPU];

	/* At equal cost the run with fewer buffers; among modes the first, as they are in order of
	 * preference. */
	if (fabs(gain) <= cpu_noise(a, b))
		return strcmp(a->io, b->io) == 0 && a->buffers < b->buffers;
	return gain > 0;
}

/* If frames are lost, a few more or less are chance. */
static double loss_limit(double lost)
{
	return lost > 0 ? 1.5 * lost + 2 : lost;
}

static bool is_candidate(const struct bench_run *run)
{
	return run->n_samples && !run->error;
}

static const struct bench_run *find_best_run(const struct bench *bench)
{
	const struct bench_run *best = NULL;
	double lost = INFINITY, limit;

	for (size_t i = 0; i < bench->n_runs; i++)
		if (is_candidate(&bench->runs[i]) && losses(bench, &bench->runs[i]) < lost)
			lost = losses(bench, &bench->runs[i]);
	lost = loss_limit(lost);
	limit = latency_limit(bench, lost);
	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];

		if (!is_candidate(run) || losses(bench, run) > lost ||
		    run->values[METRIC_LATENCY_P95] > limit)
			continue;
		if (!best || is_cheaper(run, best))
			best = run;
	}
	return best;
}

/* The cheapest run in another io mode, for comparison. */
static const struct bench_run *find_other_mode(const struct bench *bench, const struct bench_run *best)
{
	const struct bench_run *cheapest = NULL;

	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];

		if (run->n_samples && strcmp(run->io, best->io) != 0 &&
		    (!cheapest || run->values[METRIC_CPU] < cheapest->values[METRIC_CPU]))
			cheapest = run;
	}
	return cheapest;
}

static void explain_cost(const struct bench *bench, const struct bench_run *best,
			 const struct bench_run *other, char *text, size_t size)
{
	double ours = best->values[METRIC_CPU], theirs = other->values[METRIC_CPU];
	bool alike = fabs(ours - theirs) <= cpu_noise(best, other);

	if (!alike && ours < theirs)
		snprintf(text, size, "the least processor time: %.0f us a frame, %.0f %% less than %s", ours,
			 100 * (1 - ours / theirs), other->io);
	else if (!alike && losses(bench, other) > loss_limit(losses(bench, best)))
		snprintf(text, size, "%s costs less processor time, but %s", other->io,
			 isnan(other->values[METRIC_LOST]) ? "does not report lost frames"
							   : "loses more frames");
	else if (!alike)
		snprintf(text, size, "%s costs less processor time, but its latency p95 is %.2f ms",
			 other->io, other->values[METRIC_LATENCY_P95] / 1e3);
	else
		snprintf(text, size,
			 "no other mode costs less processor time (%.0f us a frame, %s %.0f) by more "
			 "than the noise",
			 ours, other->io, theirs);
}

/* Losses, if the runs can be compared. */
static const char *compare_losses(const struct bench *bench)
{
	unsigned n = 0;

	for (size_t i = 0; i < bench->n_runs; i++)
		n += is_candidate(&bench->runs[i]);
	return n > 1 ? ", about as few as in any" : "";
}

static void explain_losses(const struct bench *bench, const struct bench_run *best, char *text, size_t size)
{
	double lost = best->values[METRIC_LOST];

	*text = '\0';
	if (device_is_output(&bench->setup.device))
		return;
	if (isnan(lost))
		snprintf(text, size, "lost frames are not known");
	else if (lost > 0)
		snprintf(text, size, "%.0f frame%s lost%s", lost, lost == 1 ? "" : "s",
			 compare_losses(bench));
	else
		snprintf(text, size, "no frame lost");
	if (!isnan(best->values[METRIC_LATENCY_P95]))
		snprintf(text + strlen(text), size - strlen(text), ", latency p95 %.2f ms",
			 best->values[METRIC_LATENCY_P95] / 1e3);
	snprintf(text + strlen(text), size - strlen(text), "; ");
}

/* The cost of the next smaller number of buffers, if it was measured. */
static void explain_buffers(const struct bench *bench, const struct bench_run *best, char *text, size_t size)
{
	const struct bench_run *fewer = NULL;

	*text = '\0';
	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];

		if (is_candidate(run) && strcmp(run->io, best->io) == 0 && run->buffers < best->buffers &&
		    (!fewer || run->buffers > fewer->buffers))
			fewer = run;
	}
	if (!fewer)
		return;
	if (losses(bench, fewer) > losses(bench, best))
		snprintf(text, size, "with %u buffers %.0f %s lost", fewer->buffers,
			 fewer->values[METRIC_LOST], fewer->values[METRIC_LOST] == 1 ? "is" : "are");
	else if (fewer->values[METRIC_CPU] - best->values[METRIC_CPU] > cpu_noise(fewer, best))
		snprintf(text, size, "%u buffers cost more processor time, %.0f us a frame", fewer->buffers,
			 fewer->values[METRIC_CPU]);
	else if (!device_is_output(&bench->setup.device) &&
		 fewer->values[METRIC_LATENCY_P95] > best->values[METRIC_LATENCY_P95])
		snprintf(text, size, "with %u buffers the latency p95 is %.2f ms", fewer->buffers,
			 fewer->values[METRIC_LATENCY_P95] / 1e3);
}

const struct bench_run *bench_recommend(const struct bench *bench, char text[BENCH_RECOMMEND_MAX])
{
	const struct bench_run *best = find_best_run(bench), *other;
	char name[BENCH_RUN_TEXT_MAX], cost[200] = "", lost[160], buffers[100];

	if (!best)
		return NULL;
	other = find_other_mode(bench, best);
	if (other && !isnan(best->values[METRIC_CPU]) && !isnan(other->values[METRIC_CPU]))
		explain_cost(bench, best, other, cost, sizeof cost);
	explain_losses(bench, best, lost, sizeof lost);
	explain_buffers(bench, best, buffers, sizeof buffers);
	if (!*cost && !*buffers)
		snprintf(cost, sizeof cost, "no other mode was measured");
	snprintf(text, BENCH_RECOMMEND_MAX, "Recommended: %s: %s%s%s%s.", bench_run_text(best, name), lost,
		 cost, *cost && *buffers ? "; " : "", buffers);
	return best;
}
