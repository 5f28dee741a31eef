/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: which run serves best, and why. */
#include "bench/bench.h"

#include <math.h>
#include <string.h>

/* Differences below these are no reason. */
#define CPU_TIE 0.05
#define CPU_FLOOR_US 2.0
#define LATENCY_TIE 1.25
#define PERIOD_TIE 0.1 /* of a frame's time: nobody sees less */

/* What cannot be known is worse than all that is known; and of an output nothing is. */
static double losses(const struct bench *bench, const struct bench_run *run)
{
	double lost = run->values[METRIC_LOST];

	if (device_is_output(&bench->setup.device))
		return 0;
	return isnan(lost) ? 1e300 : lost;
}

/* A latency within this serves as well as the best one does. p95, since a p99 of few frames is one frame's
 * bad luck. An output's are no faster for being shorter: frames wait for their turn. */
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
	return best * LATENCY_TIE + (fps > 0 ? PERIOD_TIE * 1e6 / fps : 0);
}

/* Processor times that are no further apart than this are alike. */
static double cpu_noise(const struct bench_run *a, const struct bench_run *b)
{
	double more = fmax(a->values[METRIC_CPU], b->values[METRIC_CPU]);
	double spreads = a->spreads[METRIC_CPU] + b->spreads[METRIC_CPU];

	return fmax(fmax(CPU_FLOOR_US, CPU_TIE * more), spreads); /* fmax() leaves out what is no number */
}

static bool is_cheaper(const struct bench_run *a, const struct bench_run *b)
{
	double gain = b->values[METRIC_CPU] - a->values[METRIC_CPU];

	/* For the same money, fewer buffers; the modes themselves come in the order of how common they are.
	 */
	if (fabs(gain) <= cpu_noise(a, b))
		return strcmp(a->io, b->io) == 0 && a->buffers < b->buffers;
	return gain > 0;
}

/* A frame more or less is luck, once some are lost. */
static double loss_limit(double lost)
{
	return lost > 0 ? 1.5 * lost + 2 : lost;
}

static bool is_candidate(const struct bench_run *run)
{
	return run->n_samples && !run->error;
}

static const struct bench_run *choose(const struct bench *bench)
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

/* The cheapest run in another io mode, which the choice is weighed against. */
static const struct bench_run *runner_up(const struct bench *bench, const struct bench_run *best)
{
	const struct bench_run *next = NULL;

	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];

		if (run->n_samples && strcmp(run->io, best->io) != 0 &&
		    (!next || run->values[METRIC_CPU] < next->values[METRIC_CPU]))
			next = run;
	}
	return next;
}

static void explain_cost(const struct bench *bench, const struct bench_run *best,
			 const struct bench_run *next, char *text, size_t size)
{
	double ours = best->values[METRIC_CPU], theirs = next->values[METRIC_CPU];
	bool alike = fabs(ours - theirs) <= cpu_noise(best, next);

	if (!alike && ours < theirs)
		snprintf(text, size, "the least processor time: %.0f us a frame, %.0f %% less than %s", ours,
			 100 * (1 - ours / theirs), next->io);
	else if (!alike && losses(bench, next) > loss_limit(losses(bench, best)))
		snprintf(text, size, "%s costs less processor time, but %s", next->io,
			 isnan(next->values[METRIC_LOST]) ? "does not tell what it loses"
							  : "loses more frames");
	else if (!alike)
		snprintf(text, size, "%s costs less processor time, but its latency p95 is %.2f ms", next->io,
			 next->values[METRIC_LATENCY_P95] / 1e3);
	else
		snprintf(text, size,
			 "no other mode costs less processor time (%.0f us a frame, %s %.0f) by more "
			 "than the noise",
			 ours, next->io, theirs);
}

/* Only where there was a choice. */
static const char *praise(const struct bench *bench)
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
		snprintf(text, size, "what it loses cannot be known");
	else if (lost > 0)
		snprintf(text, size, "%.6g frame%s lost%s", lost, lost == 1 ? "" : "s", praise(bench));
	else
		snprintf(text, size, "no frame lost");
	if (!isnan(best->values[METRIC_LATENCY_P95]))
		snprintf(text + strlen(text), size - strlen(text), ", latency p95 %.2f ms",
			 best->values[METRIC_LATENCY_P95] / 1e3);
	snprintf(text + strlen(text), size - strlen(text), "; ");
}

/* Why not fewer buffers, where they were measured: the next fewer. */
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
		snprintf(text, size, "with %u buffers %.6g %s lost", fewer->buffers,
			 fewer->values[METRIC_LOST], fewer->values[METRIC_LOST] == 1 ? "is" : "are");
	else if (fewer->values[METRIC_CPU] - best->values[METRIC_CPU] > cpu_noise(fewer, best))
		snprintf(text, size, "%u buffers cost more processor time, %.0f us a frame", fewer->buffers,
			 fewer->values[METRIC_CPU]);
	else if (!device_is_output(&bench->setup.device) &&
		 fewer->values[METRIC_LATENCY_P95] > best->values[METRIC_LATENCY_P95])
		snprintf(text, size, "with %u buffers the latency p95 is %.2f ms", fewer->buffers,
			 fewer->values[METRIC_LATENCY_P95] / 1e3);
}

const struct bench_run *bench_recommend(const struct bench *bench, char text[BENCH_ADVICE_MAX])
{
	const struct bench_run *best = choose(bench), *next;
	char name[BENCH_RUN_TEXT_MAX], cost[200] = "", lost[160], buffers[100];

	if (!best)
		return NULL;
	next = runner_up(bench, best);
	if (next && !isnan(best->values[METRIC_CPU]) && !isnan(next->values[METRIC_CPU]))
		explain_cost(bench, best, next, cost, sizeof cost);
	explain_losses(bench, best, lost, sizeof lost);
	explain_buffers(bench, best, buffers, sizeof buffers);
	if (!*cost && !*buffers)
		snprintf(cost, sizeof cost, "no other mode was measured");
	snprintf(text, BENCH_ADVICE_MAX, "Recommended: %s: %s%s%s%s.", bench_run_text(best, name), lost, cost,
		 *cost && *buffers ? "; " : "", buffers);
	return best;
}
