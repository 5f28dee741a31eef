/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: which io mode serves a device best. */
#include "bench/bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/status_line.h"
#include "bench/judge.h"
#include "cli/command.h"
#include "base/json.h"
#include "cli/signals.h"

static const char *const direction_choices[] = { "auto", "capture", "output", NULL };

#define OFFSET(field) offsetof(struct bench_options, field)
static const struct option_row run_rows[] = {
	{ "io", 0, OPT_LIST, OFFSET(io), .argument = "MODE[,...]",
	  .help = "io modes to measure: mmap, userptr, dmabuf, dmabuf-import, rw",
	  .preset_help = "all; unsupported ones are listed with the reason" },
	{ "buffers", 0, OPT_LIST, OFFSET(buffers), .argument = "N[,...]",
	  .help = "numbers of buffers to measure each mode with",
	  .preset_help = "4, plus those that the driver keeps" },
	{ "count", 'n', OPT_UINT, OFFSET(count), .help = "frames per run", .preset = "300", .least = 1,
	  .given = OFFSET(has_count) },
	{ "warmup", 0, OPT_UINT, OFFSET(warmup), .help = "frames before them that are not measured",
	  .preset = "10", .least = 1 },
	{ "repeat", 0, OPT_UINT, OFFSET(repeat), .preset = "1", .least = 1, .most = BENCH_MAX_REPEATS,
	  .help = "measure all runs N times in turn; report the median and the spread" },
	{ "direction", 0, OPT_CHOICE, OFFSET(direction), .argument = "WHICH", .choices = direction_choices,
	  .help = "direction to measure", .preset = "auto", .preset_help = "capture if the device can" },
	{ "touch", 0, OPT_SET, OFFSET(touch), .value = 1,
	  .help = "read every byte of each frame, as an application would; output: write it" },
	{ "bare", 0, OPT_SET, OFFSET(bare), .value = 1,
	  .help = "collect no distributions, which shows the cost of measuring" },
	{ "stall-timeout", 0, OPT_DURATION, OFFSET(stall_ns),
	  .help = "a run fails if no frame arrives for T; 0: wait forever", .preset = "10s",
	  .preset_help = "10 s" },
	{ 0 },
};

static const struct option_row advise_rows[] = {
	{ "advise", 0, OPT_SET, OFFSET(advise), .value = 1,
	  .help = "find the smallest number of buffers that loses no frame" },
	{ "consumer-delay", 0, OPT_TEXT, OFFSET(consumer_delay), .argument = "T[±T]",
	  .help = "hold each frame for T: 5ms, 5ms±20ms (or 5ms+-20ms)" },
	{ "consumer-stall", 0, OPT_TEXT, OFFSET(consumer_stall), .argument = "T/T",
	  .help = "also pause: 200ms/10s is for 200 ms every 10 s" },
	{ 0 },
};

static const struct option_row report_rows[] = {
	{ "histogram", 0, OPT_SET, OFFSET(histogram), .value = 1,
	  .help = "draw the distribution of the latency" },
	{ "csv", 0, OPT_TEXT, OFFSET(csv), .argument = "FILE", .bare = "-",
	  .help = "one line per run, to standard output or FILE" },
	{ "fail-if", 0, OPT_LIST, OFFSET(fail_if), .argument = "EXPR[,...]",
	  .help = "exit status 8 if the condition holds in a run: 'p99>12ms', 'lost>0', 'fps<95%'" },
	{ "compare", 0, OPT_TEXT, OFFSET(compare), .argument = "OLD.json",
	  .help = "print the changes from an earlier report" },
	{ 0 },
};

static const struct option_row queue_rows[] = {
	{ "import-from", 0, OPT_TEXT, OFFSET(common.import_from), .argument = "SRC",
	  .help = "memory for dmabuf-import: udmabuf, heap[:NAME], or another video device",
	  .preset_help = "the first that works" },
	{ "min-buffers", 0, OPT_LIST, OFFSET(buffers), .argument = "N", .help = "the same as --buffers" },
	{ "max-buffers", 0, OPT_UINT, OFFSET(common.max_buffers), .preset = "0", .most = UINT32_MAX - 1,
	  .help = "let the queue grow up to N buffers while it is measured",
	  .preset_help = "it does not grow" },
	{ 0 },
};

static const struct option_group groups[] = {
	{ "Device", common_device_rows, OFFSET(common) },
	{ "Run", run_rows, 0 },
	{ "Consumer", advise_rows, 0 },
	{ "Report", report_rows, 0 },
	{ "Buffers", queue_rows, 0 },
	{ "Messages", common_output_rows, OFFSET(common) },
	{ "", common_basic_rows, OFFSET(common.basic) },
	{ 0 },
};

static const struct option_spec spec = {
	.command = "bench",
	.synopsis = "[options]",
	.summary = "Measure what each io mode of a V4L2 device costs, delays and loses.",
	.groups = groups,
};

/* What was asked for besides the table, opened before the long run. */
struct outputs {
	FILE *json, *csv, *text;
	struct failif fail_if[FAILIF_MAX];
	int n_fail_if;
	struct bench_old old;
};

static bool is_stdout(const char *name)
{
	return name && strcmp(name, "-") == 0;
}

static int check_options(struct bench *bench, struct outputs *outputs)
{
	const struct bench_options *options = &bench->options;

	if (is_stdout(options->csv) && is_stdout(options->common.basic.json)) {
		log_error("only one of --csv and --json can go to standard output; give the other a FILE");
		return -EINVAL;
	}
	if (options->advise && (options->csv || options->compare || options->fail_if || options->histogram)) {
		log_error(
			"--advise sweeps the number of buffers and has no table: leave out --csv, --compare, "
			"--fail-if and --histogram");
		return -EINVAL;
	}
	if (bench_plan_options(bench) < 0)
		return -EINVAL;
	if (options->fail_if && (outputs->n_fail_if = failif_parse(options->fail_if, outputs->fail_if)) < 0)
		return -EINVAL;
	return 0;
}

static enum status open_outputs(struct bench *bench, struct outputs *outputs)
{
	const struct bench_options *options = &bench->options;
	const char *json = options->common.basic.json;

	if (options->compare && bench_load(options->compare, &outputs->old) < 0)
		return STATUS_FILE;
	if (json && json_file_open(&outputs->json, json) < 0)
		return STATUS_FILE;
	if (options->csv && json_file_open(&outputs->csv, options->csv) < 0)
		return STATUS_FILE;
	/* Standard output is for one thing; the table is for people. */
	outputs->text = !is_stdout(json) && !is_stdout(options->csv) ? stdout
			: log_enabled(LOG_LEVEL_INFO)                ? stderr
								     : NULL;
	return STATUS_DONE;
}

static void close_outputs(struct outputs *outputs)
{
	if (outputs->json && outputs->json != stdout)
		fclose(outputs->json);
	if (outputs->csv && outputs->csv != stdout)
		fclose(outputs->csv);
	bench_runs_free(outputs->old.runs, outputs->old.n_runs);
}

static enum status open_device(struct bench *bench)
{
	static const enum device_role roles[] = { DEVICE_ANY, DEVICE_CAPTURE, DEVICE_OUTPUT };
	struct setup *setup = &bench->setup;
	const struct common_options *common = &bench->options.common;
	struct setup_options options = common_setup_options(common, roles[bench->options.direction], 0);
	enum status status = setup_device(setup, &options);

	if (status != STATUS_DONE)
		return status;
	status = status_of(STAGE_FORMAT, negotiate_format(&setup->device, &options.format, &setup->format));
	if (status != STATUS_DONE || !device_is_output(&setup->device) ||
	    (setup->format.pix && setup->format.pix->av != AV_PIX_FMT_NONE))
		return status;
	log_error("%s: bench makes raw frames only, and the device is set to a compressed format: choose "
		  "another with --pixelformat",
		  setup->device.path);
	return STATUS_REFUSED;
}

static enum status open_all(struct bench *bench)
{
	enum status status = open_device(bench);

	return status == STATUS_DONE ? status_of(STAGE_QUEUE, bench_plan_runs(bench)) : status;
}

/* Whoever read() or wrote has the queue to itself until it closes the device. */
static enum status free_queue(struct bench *bench, const struct bench_run *last)
{
	if (!last || last->buffers)
		return STATUS_DONE;
	setup_close(&bench->setup);
	return open_device(bench);
}

/* Returns false when there is no use in going on. */
static bool run_one(struct bench *bench, struct bench_run *run, const struct bench_run *last)
{
	struct measure_options options = bench_measure_options(bench);
	enum status status = free_queue(bench, last);
	int err = 0;

	if (status == STATUS_DONE) {
		err = bench_run_measure(bench, run, &options);
		if (err < 0 && err != -ECANCELED && !run->unsupported)
			status = status_of(STAGE_RUN, err);
	}
	if (bench->status == STATUS_DONE)
		bench->status = status;
	return bench->setup.has_device && err != -ENODEV && !bench->interrupted;
}

/* In turn, so that what changes with time hits all runs alike. */
static void run_all(struct bench *bench)
{
	const struct bench_run *last = NULL;
	bool going = true;

	for (uint64_t i = 0; i < bench->options.repeat; i++) {
		for (size_t k = 0; k < bench->n_runs && going; k++) {
			struct bench_run *run = &bench->runs[k];

			if (run->unsupported || run->error)
				continue;
			going = run_one(bench, run, last);
			last = run;
		}
	}
	for (size_t k = 0; k < bench->n_runs; k++)
		bench_run_sum_up(&bench->runs[k]);
}

/* Modes that are not there are no failure, unless there is none at all. */
static enum status check_measured(const struct bench *bench)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < bench->n_runs; i++) {
		if (bench->runs[i].n_samples)
			return bench->status;
		if (status == STATUS_DONE && bench->runs[i].unsupported)
			status = status_of(STAGE_QUEUE, bench->runs[i].err);
	}
	if (bench->interrupted || bench->status)
		return bench->status;
	log_error("%s: no io mode could be measured: %s", bench->setup.device.path,
		  bench->n_runs && bench->runs[0].unsupported ? bench->runs[0].unsupported : "no frame came");
	return status ? status : STATUS_FAILED;
}

static enum status present(struct bench *bench, struct outputs *outputs)
{
	struct json_object *judged = NULL;
	enum status status = STATUS_DONE, verdict;

	if (outputs->text && !bench->options.advise)
		bench_table(bench, outputs->text);
	if (outputs->text && bench->options.histogram)
		bench_histogram(bench, outputs->text);
	if (outputs->text && outputs->old.runs)
		bench_compare(bench, &outputs->old, outputs->text);
	if (outputs->csv && bench_csv(bench, outputs->csv, bench->options.csv) < 0)
		status = STATUS_FILE;
	verdict = bench_judge(bench, outputs->fail_if, outputs->n_fail_if, &judged);
	if (outputs->json &&
	    json_file_write(outputs->json, bench->options.common.basic.json, bench_json(bench, judged)) < 0)
		status = STATUS_FILE;
	else if (!outputs->json)
		json_object_put(judged);
	outputs->csv = outputs->json = NULL;
	if (outputs->text == stdout && common_flush_stdout() != STATUS_DONE)
		status = STATUS_FILE;
	return status ? status : verdict;
}

static enum status measure_and_present(struct bench *bench, struct outputs *outputs)
{
	enum status status, presented;
	int err;

	if (bench->options.advise) {
		err = bench_advise(bench, outputs->text ? outputs->text : stderr);
		status = bench->interrupted ? STATUS_DONE
			 : err == -ENOTSUP  ? STATUS_DEVICE
					    : status_of(STAGE_RUN, err);
		bench->status = status;
	} else {
		run_all(bench);
		status = check_measured(bench);
	}
	status_line_end();
	presented = present(bench, outputs);
	return status ? status : presented;
}

static enum status bench_with(struct bench *bench)
{
	struct outputs outputs = { 0 };
	enum status status = STATUS_USAGE;

	if (check_options(bench, &outputs) < 0)
		return STATUS_USAGE;
	status = open_outputs(bench, &outputs);
	if (status == STATUS_DONE) {
		bench->signal_fd = signals_open();
		status = bench->signal_fd < 0 ? STATUS_FAILED : open_all(bench);
	}
	if (status == STATUS_DONE)
		status = measure_and_present(bench, &outputs);
	setup_close(&bench->setup);
	signals_close();
	close_outputs(&outputs);
	bench_runs_free(bench->runs, bench->n_runs);
	json_object_put(bench->advice);
	return status;
}

static int bench_run(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof *bench);
	int operand, status;

	if (!bench)
		return log_no_memory(), STATUS_FAILED;
	operand = options_parse(&spec, argc, argv, &bench->options);
	status = common_start(&spec, &bench->options.common.basic, operand);
	if (status < 0)
		status = (int)bench_with(bench);
	options_free(&spec, &bench->options);
	free(bench);
	return status;
}

const struct command command_bench = { "bench", "measure which io mode serves a device best", bench_run };
