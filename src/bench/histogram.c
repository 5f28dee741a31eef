/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the distribution of the latency, drawn with characters. */
#include "bench/histogram.h"

#include <math.h>

#define BINS 16
#define BAR_WIDTH 60

/* From the lowest to the highest sample, logarithmic if they are far apart. */
struct bins {
	double low, step; /* of the value in ns, or of its logarithm */
	bool logarithmic;
	uint64_t counts[BINS], most;
};

static double lower_edge_ns(const struct bins *bins, unsigned i)
{
	double at = bins->low + bins->step * i;

	return bins->logarithmic ? exp(at) : at;
}

static void fill_bins(struct bins *bins, const struct stats *ns)
{
	double low = ns->min > 0 ? (double)ns->min : 1, high = (double)ns->max + 1;
	unsigned bucket = 0;
	int64_t sample;
	uint32_t n;

	*bins = (struct bins){ .logarithmic = high > 10 * low };
	bins->low = bins->logarithmic ? log(low) : low;
	bins->step = ((bins->logarithmic ? log(high) : high) - bins->low) / BINS;
	while (stats_walk(ns, &bucket, &sample, &n)) {
		double value = sample > 0 ? (double)sample : 1;
		double at = ((bins->logarithmic ? log(value) : value) - bins->low) / bins->step;
		unsigned i = at > 0 ? (unsigned)at : 0;

		i = i < BINS ? i : BINS - 1;
		bins->counts[i] += n;
		bins->most = bins->counts[i] > bins->most ? bins->counts[i] : bins->most;
	}
}

static void draw_run(const struct bench_run *run, FILE *out)
{
	char name[BENCH_RUN_TEXT_MAX];
	struct bins bins;

	fill_bins(&bins, &run->latency_ns);
	fprintf(out, "\nlatency of %s, ms%s\n", bench_run_text(run, name),
		bins.logarithmic ? " (logarithmic)" : "");
	for (unsigned i = 0; i < BINS; i++) {
		int length = (int)((bins.counts[i] * BAR_WIDTH + bins.most - 1) / bins.most);

		fprintf(out, "%9.3f |", lower_edge_ns(&bins, i) / 1e6);
		for (int k = 0; k < length; k++)
			fputc('#', out);
		if (bins.counts[i])
			fprintf(out, " %llu", (unsigned long long)bins.counts[i]);
		fputc('\n', out);
	}
}

void bench_histogram(const struct bench *bench, FILE *out)
{
	bool drawn = false;

	for (size_t i = 0; i < bench->n_runs; i++) {
		if (!bench->runs[i].latency_ns.count)
			continue;
		draw_run(&bench->runs[i], out);
		drawn = true;
	}
	if (!drawn)
		fprintf(out, "\nThere is no histogram, as the latency is not known for any run.\n");
}
