/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the figures of all runs as a table. */
#include "bench/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/terminal.h"
#include "base/text.h"
#include "bench/recommend.h"
#include "session/relay.h"

#define CELL_MAX 16
#define IO_WIDTH 13
#define BUFFERS_WIDTH 4

enum cell_kind { CELL_US, CELL_COUNT, CELL_BYTES, CELL_PER_FRAME };

static const struct column {
	enum metric_id metric;
	int width;
	enum cell_kind kind;
} columns[] = {
	{ METRIC_FPS, 5, CELL_PER_FRAME },
	{ METRIC_LOST, 4, CELL_COUNT },
	{ METRIC_LATENCY_MIN, 5, CELL_US },
	{ METRIC_LATENCY_P50, 5, CELL_US },
	{ METRIC_LATENCY_P95, 5, CELL_US },
	{ METRIC_LATENCY_P99, 5, CELL_US },
	{ METRIC_LATENCY_MAX, 5, CELL_US },
	{ METRIC_JITTER_MIN, 5, CELL_US },
	{ METRIC_JITTER_P50, 5, CELL_US },
	{ METRIC_JITTER_P95, 5, CELL_US },
	{ METRIC_JITTER_P99, 5, CELL_US },
	{ METRIC_JITTER_MAX, 5, CELL_US },
	{ METRIC_CPU, 5, CELL_US },
	{ METRIC_COPIED, 5, CELL_BYTES },
	{ METRIC_SYSCALLS, 5, CELL_PER_FRAME },
	{ METRIC_SWITCHES, 6, CELL_PER_FRAME },
	{ METRIC_TOUCH, 5, CELL_US },
};
#define MAX_COLUMNS ARRAY_SIZE(columns)

/* Without the last column, unless --touch was given. */
static size_t n_columns(const struct bench *bench)
{
	return MAX_COLUMNS - !bench->options.touch;
}

/* At most five characters. */
static void format_us(char text[CELL_MAX], double us)
{
	if (us < 99999.5)
		snprintf(text, CELL_MAX, "%.*f", us < 9.95 ? 1 : 0, us);
	else if (us < 999.5e3)
		snprintf(text, CELL_MAX, "%.0fms", us / 1e3);
	else
		snprintf(text, CELL_MAX, "%.*fs", us < 99.95e6 ? 1 : 0, us / 1e6);
}

static void format_per_frame(char text[CELL_MAX], double value)
{
	snprintf(text, CELL_MAX, "%.*f", value < 99.995 ? 2 : value < 999.95 ? 1 : 0, value);
}

static void format_bytes(char text[CELL_MAX], double bytes)
{
	static const char *const units[] = { "", "k", "M", "G" };
	unsigned i = 0;

	for (; bytes >= 1000 && i < 3; i++)
		bytes /= 1024;
	if (i == 0)
		snprintf(text, CELL_MAX, "%.0f", bytes);
	else
		snprintf(text, CELL_MAX, "%.*f%s",
			 bytes < 9.995   ? 2
			 : bytes < 99.95 ? 1
					 : 0,
			 bytes, units[i]);
}

static const char *format_cell(const struct column *column, double value, char text[CELL_MAX])
{
	if (isnan(value))
		return "-";
	if (column->kind == CELL_US)
		format_us(text, value);
	else if (column->kind == CELL_PER_FRAME)
		format_per_frame(text, value);
	else if (column->kind == CELL_BYTES)
		format_bytes(text, value);
	else
		snprintf(text, CELL_MAX, "%.0f", value);
	return text;
}

/* Marks the best value of each column. */
struct best {
	size_t n_columns;
	bool plain;                       /* by an asterisk, without bold type */
	char text[MAX_COLUMNS][CELL_MAX]; /* best value; "": all are equal */
};

static void find_best(const struct bench *bench, size_t c, char best_text[CELL_MAX])
{
	double best = NAN, worst = NAN;
	char text[CELL_MAX];

	for (size_t i = 0; i < bench->n_runs; i++) {
		double value = bench->runs[i].values[columns[c].metric];

		if (!bench->runs[i].n_samples || isnan(value))
			continue;
		if (metrics[columns[c].metric].more_is_better)
			value = -value;
		best = isnan(best) || value < best ? value : best;
		worst = isnan(worst) || value > worst ? value : worst;
	}
	*best_text = '\0';
	if (isnan(best))
		return;
	snprintf(best_text, CELL_MAX, "%s", format_cell(&columns[c], fabs(best), text));
	if (strcmp(best_text, format_cell(&columns[c], fabs(worst), text)) == 0)
		*best_text = '\0';
}

static bool is_plain(FILE *out)
{
	return !terminal_has_escapes(out) || getenv("NO_COLOR");
}

static void print_heading(const struct bench *bench, FILE *out)
{
	fprintf(out, "%-*s%-30s%-30s%s\n", IO_WIDTH + BUFFERS_WIDTH + 1 + 6 + 5, "", "  --- latency, us ---",
		"  --- jitter, us ---", "  --- of each frame ---");
	fprintf(out, "%-*s%*s ", IO_WIDTH, bench->relay ? "way" : "io", BUFFERS_WIDTH, "buf");
	for (size_t c = 0; c < n_columns(bench); c++)
		fprintf(out, "%*s ", columns[c].width, metrics[columns[c].metric].heading);
	fputc('\n', out);
}

static void print_values(const double values[N_METRICS], const struct best *best, bool mark, FILE *out)
{
	char buffer[CELL_MAX];

	for (size_t c = 0; c < best->n_columns; c++) {
		const char *text = format_cell(&columns[c], values[columns[c].metric], buffer);
		bool is_best = mark && *best->text[c] && strcmp(text, best->text[c]) == 0;
		const char *on = is_best && !best->plain ? "\033[1m" : "", *off = *on ? "\033[0m" : "";

		fprintf(out, "%*s%s%s%s%c", columns[c].width - (int)strlen(text), "", on, text, off,
			is_best && best->plain ? '*' : ' ');
	}
	fputc('\n', out);
}

static void print_reason(const struct bench_run *run, FILE *out)
{
	const char *why = run->unsupported ? run->unsupported : run->error;
	char text[600];

	snprintf(text, sizeof text, "%s%s",
		 run->unsupported ? "not supported: "
		 : run->error     ? "failed: "
				  : "not measured",
		 why ? why : "");
	fputc(' ', out);
	terminal_wrap(out, terminal_width(out), IO_WIDTH + BUFFERS_WIDTH + 2, text);
}

static void print_run(const struct bench_run *run, const struct best *best, FILE *out)
{
	char buffers[16] = "-";

	if (run->buffers)
		snprintf(buffers, sizeof buffers, "%u", run->buffers);
	fprintf(out, "%-*s%*s ", IO_WIDTH, run->io, BUFFERS_WIDTH, buffers);
	if (!run->n_samples) {
		print_reason(run, out);
		return;
	}
	print_values(run->values, best, true, out);
	if (run->n_samples > 1) {
		fprintf(out, "%*s ", IO_WIDTH + BUFFERS_WIDTH, "+-");
		print_values(run->spreads, best, false, out);
	}
	if (run->error) {
		fprintf(out, "%*s ended early: ", IO_WIDTH + BUFFERS_WIDTH, "");
		terminal_wrap(out, terminal_width(out), IO_WIDTH + BUFFERS_WIDTH + 14, run->error);
	}
}

static void print_device_name(const struct device *device, FILE *out)
{
	char path[TEXT_PRINTABLE_MAX];

	fprintf(out, "%s (%.16s, %.32s)", text_printable(device->path, path),
		(const char *)device->info.driver, (const char *)device->info.card);
}

static void print_subject(const struct bench *bench, FILE *out)
{
	const struct device *device = &bench->setup.device;
	const struct video_format *format = &bench->setup.format;
	char fourcc[FOURCC_TEXT_MAX];

	print_device_name(device, out);
	if (bench->relay) {
		fprintf(out, " to ");
		print_device_name(&bench->relay->sink.setup.device, out);
	}
	fprintf(out, ": %s %ux%u", fourcc_text(format->fourcc, fourcc), format->width, format->height);
	if (format->fps.num)
		fprintf(out, " at %.6g fps", fraction_value(format->fps));
	fprintf(out, ", %s; %llu frames a run", bench_direction(bench),
		(unsigned long long)bench->options.count);
	if (bench->options.repeat > 1)
		fprintf(out, ", the median of %llu runs", (unsigned long long)bench->options.repeat);
	fprintf(out, "\n\n");
}

/* whose: "rate", or one of a relay's devices */
static void print_rate(const char *whose, const struct rate_truth *rate, FILE *out)
{
	char text[sizeof rate->obstacle.cause + sizeof rate->obstacle.cure + 32], drift[RATE_DRIFT_TEXT_MAX];

	if (*rate_truth_drift_text(rate, drift))
		fprintf(out, "%s: %s.\n", whose, drift);
	if (!rate->is_other)
		return;
	snprintf(text, sizeof text, "%s: %s; %s.", whose, rate->obstacle.cause, rate->obstacle.cure);
	terminal_wrap(out, terminal_width(out), 0, text);
}

static void print_device_rates(const struct bench *bench, const struct bench_run *run, FILE *out)
{
	char text[RATE_RELAY_TEXT_MAX];

	print_rate(bench->relay ? "rate of the input" : "rate", &run->rate, out);
	print_rate("rate of the output", &run->output_rate, out);
	if (*rate_truth_relay_text(&run->rate, &run->output_rate, text))
		fprintf(out, "rate: %s.\n", text);
}

/* Explains the headings, with notes on these figures. */
static void print_notes(const struct bench *bench, bool plain, bool marked, FILE *out)
{
	const struct bench_run *last = NULL;

	for (size_t i = 0; i < bench->n_runs; i++)
		if (bench->runs[i].n_samples && bench->runs[i].buffers)
			last = &bench->runs[i];
	if (marked)
		fprintf(out, "%s: the best of its column.%s", plain ? "*" : "bold",
			bench->options.repeat > 1 ? " " : "");
	if (bench->options.repeat > 1)
		fprintf(out, "+-: half of highest minus lowest.");
	if (marked || bench->options.repeat > 1)
		fputc('\n', out);
	fprintf(out, "cpu: processor time in us; copy: bytes copied; calls: system calls; switch: context "
		     "switches.\n");
	if (bench->options.touch)
		fprintf(out, "touch: us to %s every byte of the frame, included in cpu.\n",
			device_is_output(&bench->setup.device) ? "write" : "read");
	if (bench->relay)
		fprintf(out,
			"latency: from the driver's timestamp until the output has the frame; lost: also "
			"dropped for a newer one.\n");
	if (device_is_output(&bench->setup.device))
		fprintf(out, "latency: from QBUF until the driver returns the buffer; rw: of the write().\n");
	else if (last && strcmp(last->clock, "monotonic") != 0)
		fprintf(out,
			"latency: unknown, as the driver's timestamps are not of the monotonic clock.\n");
	else if (last && last->timestamps_in_future)
		fprintf(out, "latency: unknown, as the driver's timestamps are later than the dequeue.\n");
	else if (last && strcmp(last->moment, "soe") == 0)
		fprintf(out, "latency: from the start of exposure, which is the driver's timestamp.\n");
	if (last)
		print_device_rates(bench, last, out);
	if (device_is_simulated(&bench->setup.device))
		fprintf(out, "cpu: includes drawing the frames, as the simulated device is part of this "
			     "program.\n");
}

void bench_table(const struct bench *bench, FILE *out)
{
	char advice[BENCH_RECOMMEND_MAX];
	struct best best = { .n_columns = n_columns(bench), .plain = is_plain(out) };
	bool marked = false;

	for (size_t c = 0; c < best.n_columns; c++) {
		find_best(bench, c, best.text[c]);
		marked |= *best.text[c] != '\0';
	}
	print_subject(bench, out);
	print_heading(bench, out);
	for (size_t i = 0; i < bench->n_runs; i++)
		print_run(&bench->runs[i], &best, out);
	if (!bench_recommend(bench, advice))
		return;
	fputc('\n', out);
	print_notes(bench, best.plain, marked, out);
	fputc('\n', out);
	terminal_wrap(out, terminal_width(out), 0, advice);
}
