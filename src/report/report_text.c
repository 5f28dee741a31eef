/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report for people. */
#include "report/report.h"

#include <inttypes.h>
#include "base/array.h"
#include "base/text.h"

#define LABEL REPORT_LABEL

static void print_device(const struct report *report, FILE *out)
{
	const struct video_format *format = report->format;
	const struct pool *pool = report->pool;
	char fourcc[FOURCC_TEXT_MAX], names[80];

	snprintf(names, sizeof names, "%.16s, %.32s", (const char *)report->device->info.driver,
		 (const char *)report->device->info.card);
	text_clean(names);
	fprintf(out, LABEL "%s (%s)\n", "device", report->device->path, names);
	fprintf(out, LABEL "%s %" PRIu32 "x%" PRIu32, "format", fourcc_text(format->fourcc, fourcc),
		format->width, format->height);
	if (format->fps.num)
		fprintf(out, " at %.6g fps", fraction_value(format->fps));
	fprintf(out, "; io %s", pool_io_name(pool));
	if (!pool->limits.reads)
		fprintf(out, ", %" PRIu32 " buffers (%" PRIu32 " asked for)", pool_allocated(pool),
			pool->requested.min);
	fputc('\n', out);
}

static void print_frames(const struct ledger *ledger, FILE *out)
{
	char bytes[BYTES_TEXT_MAX];

	fprintf(out, LABEL "%" PRIu64 " captured, %" PRIu64 " written", "frames", ledger->captured,
		(uint64_t)ledger->written);
	if (ledger->skipped)
		fprintf(out, ", %" PRIu64 " left out as asked", ledger->skipped);
	fprintf(out, "; %" PRIu64 " in the driver's memory", ledger->zero_copy);
	if (ledger->copied)
		fprintf(out, ", %" PRIu64 " copied (%s)", ledger->copied,
			bytes_text(ledger->bytes_copied, bytes));
	fputc('\n', out);
}

/* Where each lost frame was lost, in the order of its way. */
static void print_lost(const struct ledger *ledger, FILE *out)
{
	const struct {
		uint64_t count;
		const char *cause;
	} causes[] = {
		{ ledger->lost_driver, "by the driver (gaps in its numbering)" },
		{ ledger->lost_error, "damaged or empty" },
		{ ledger->lost_queue, "for want of buffers and memory (see --memory, --max-buffers)" },
		{ ledger->lost_writer, "not written to the file" },
	};
	uint64_t lost = ledger_lost(ledger);
	const char *before = ": ";

	fprintf(out, LABEL, "lost");
	if (!lost) {
		fprintf(out, ledger->captured ? "none\n" : "none that is known of\n");
		return;
	}
	fprintf(out, "%" PRIu64, lost);
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (!causes[i].count)
			continue;
		fprintf(out, "%s%" PRIu64 " %s", before, causes[i].count, causes[i].cause);
		before = ", ";
	}
	fputc('\n', out);
}

/* What does not count as lost, but is not as it should be either. */
static void print_oddities(const struct ledger *ledger, FILE *out)
{
	if (ledger->repeated)
		fprintf(out, LABEL "%" PRIu64 " frames came under the number of another\n", "",
			ledger->repeated);
	if (ledger->unnumbered)
		fprintf(out, LABEL "%" PRIu64 " buffers came without a frame\n", "", ledger->unnumbered);
}

void report_stats_text(const char *label, const struct stats *ns, FILE *out)
{
	if (ns->count)
		fprintf(out, LABEL "min %.3f, p50 %.3f, p95 %.3f, p99 %.3f, max %.3f ms\n", label,
			(double)ns->min / 1e6, (double)stats_quantile(ns, 0.50) / 1e6,
			(double)stats_quantile(ns, 0.95) / 1e6, (double)stats_quantile(ns, 0.99) / 1e6,
			(double)ns->max / 1e6);
}

void report_run_text(const struct report *report, FILE *out)
{
	struct report_run run = report_run(report);

	fprintf(out, LABEL "%.3f s", "time", (double)run.wall_ns / 1e9);
	if (run.measured_fps > 0)
		fprintf(out, ", %.3f fps measured", run.measured_fps);
	fprintf(out, "; processor %.3f s (user %.3f, system %.3f)\n", report->user_s + report->sys_s,
		report->user_s, report->sys_s);
}

static void print_times(const struct recording *recording, FILE *out)
{
	char bytes[BYTES_TEXT_MAX];

	report_stats_text("latency", &recording->latency_ns, out);
	report_stats_text("interval", &recording->interval_ns, out);
	fprintf(out, LABEL "at most %" PRIu64 " frames (%s) waited for the file\n", "queue",
		recording->high_water.max_items, bytes_text(recording->high_water.max_bytes, bytes));
}

static void print_source(const struct recording *recording, FILE *out)
{
	if (recording->source_changes + recording->source_interruptions)
		fprintf(out, LABEL "changes followed: %" PRIu64 ", interruptions: %" PRIu64 "\n", "source",
			recording->source_changes, recording->source_interruptions);
}

static void print_outputs(const struct recording *recording, FILE *out)
{
	char bytes[BYTES_TEXT_MAX];

	for (size_t i = 0; i < recording->n_files; i++) {
		const struct output_file *output = &recording->files[i];

		fprintf(out, LABEL "%s: %s, %s, %" PRIu64 " frames, %s\n", i ? "" : "output", output->path,
			output->container, output->codec, output->frames, bytes_text(output->bytes, bytes));
	}
}

static void print_record(const struct report *report, FILE *out)
{
	print_frames(&report->recording->ledger, out);
	print_lost(&report->recording->ledger, out);
	print_oddities(&report->recording->ledger, out);
	report_run_text(report, out);
	print_times(report->recording, out);
	print_source(report->recording, out);
	print_outputs(report->recording, out);
	fprintf(out, LABEL "%s\n", "end", end_name(report->recording->end));
}

void report_text(const struct report *report, FILE *out)
{
	print_device(report, out);
	if (report->playback)
		report_playback_text(report, out);
	else
		print_record(report, out);
}
