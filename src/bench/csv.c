/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the figures of all runs as comma-separated values (RFC 4180, with LF line ends). */
#include "bench/csv.h"

#include <errno.h>
#include <math.h>
#include <time.h>
#include "base/text_file.h"

static void print_quoted(FILE *file, const char *text)
{
	fputc('"', file);
	for (; text && *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void print_csv_heading(FILE *file)
{
	char name[METRIC_NAME_MAX];

	fprintf(file, "io,buffers,frames");
	for (int i = 0; i < N_METRICS; i++)
		fprintf(file, ",%s", metric_name(&metrics[i], name));
	fprintf(file, ",unsupported,error,device,pixelformat,width,height,rate,date\n");
}

/* The subject and the time, so that several reports can share a table. */
static void print_csv_subject(FILE *file, const struct bench *bench)
{
	const struct video_format *format = &bench->setup.format;
	char fourcc[FOURCC_TEXT_MAX], date[sizeof "2026-01-31T23:59:59Z"];
	time_t now = time(NULL);

	strftime(date, sizeof date, "%FT%TZ", gmtime(&now));
	fputc(',', file);
	print_quoted(file, bench->setup.device.path);
	fprintf(file, ",%s,%u,%u,", fourcc_text(format->fourcc, fourcc), format->width, format->height);
	if (format->fps.den)
		fprintf(file, "%u/%u", format->fps.num, format->fps.den);
	fprintf(file, ",%s\n", date);
}

static void print_csv_line(FILE *file, const struct bench_run *run)
{
	fprintf(file, "%s,", run->io);
	if (run->buffers)
		fprintf(file, "%u", run->buffers);
	fprintf(file, ",");
	if (run->n_samples)
		fprintf(file, "%llu", (unsigned long long)run->frames);
	for (int i = 0; i < N_METRICS; i++) {
		fputc(',', file);
		if (!isnan(run->values[i]))
			fprintf(file, "%.*f", (int)metrics[i].decimals, run->values[i]);
	}
	fputc(',', file);
	if (run->unsupported)
		print_quoted(file, run->unsupported);
	fputc(',', file);
	if (run->error)
		print_quoted(file, run->error);
}

int bench_csv(const struct bench *bench, FILE *file, const char *name)
{
	errno = 0;
	print_csv_heading(file);
	for (size_t i = 0; i < bench->n_runs; i++) {
		print_csv_line(file, &bench->runs[i]);
		print_csv_subject(file, bench);
	}
	return text_file_finish(file, name);
}
