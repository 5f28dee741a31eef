/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: measures which io mode suits a device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/log_stream.h"
#include "base/status_line.h"
#include "base/text_file.h"
#include "bench/advise.h"
#include "bench/compare.h"
#include "bench/condition.h"
#include "bench/csv.h"
#include "bench/histogram.h"
#include "bench/table.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/file_uses.h"
#include "cli/relay.h"
#include "cli/signals.h"
#include "report/bench.h"

static const char *const direction_choices[] = { "auto", "capture", "output", NULL };

struct arguments {
	struct common_options common;
	struct bench_options bench;
	char *io, *buffers, *fail_if; /* lists, as given */
	const char *csv, *compare;    /* files; NULL: not given */
	int direction;                /* index into direction_choices */
	int touch, bare, advise, histogram, relay;
	struct relay_cli_options from;
	const char *source; /* the capture device of --relay; NULL: none */
};

#define OFFSET(field) offsetof(struct arguments, field)
static const struct option_row run_rows[] = {
	{ "io", 0, OPT_LIST, OFFSET(io), .argument = "MODE[,...]", .help = "io modes to measure",
	  .choices = io_choices + 1, .preset_help = "all; unsupported ones are listed with the reason" },
	{ "buffers", 0, OPT_LIST, OFFSET(buffers), .argument = "N[,...]",
	  .help = "numbers of buffers to measure each mode with",
	  .preset_help = "4, plus those that the driver keeps" },
	{ "count", 'n', OPT_UINT, OFFSET(bench.count), .help = "frames per run", .preset = "300", .least = 1,
	  .given = OFFSET(bench.has_count) },
	{ "warmup", 0, OPT_UINT, OFFSET(bench.warmup), .help = "frames before them that are not measured",
	  .preset = "10" },
	{ "repeat", 0, OPT_UINT, OFFSET(bench.repeat), .preset = "1", .least = 1, .most = BENCH_MAX_REPEATS,
	  .help = "measure all runs N times in turn; report the median and the spread" },
	{ "direction", 0, OPT_CHOICE, OFFSET(direction), .argument = "WHICH", .choices = direction_choices,
	  .help = "direction to measure", .preset = "auto", .preset_help = "capture if the device can" },
	{ "touch", 0, OPT_SET, OFFSET(touch), .value = 1,
	  .help = "read every byte of each frame, as an application would; output: write it" },
	{ "bare", 0, OPT_SET, OFFSET(bare), .value = 1,
	  .help = "collect no distributions, which shows the cost of measuring" },
	{ "stall-timeout", 0, OPT_DURATION, OFFSET(bench.stall_ns),
	  .help = "a run fails if no frame arrives for T; 0: wait forever", .preset = "10s",
	  .preset_help = "10 s" },
	{ "relay", 0, OPT_SET, OFFSET(relay), .value = 1,
	  .help = "measure each way from the capture device SOURCE to the output device of --device, as in "
		  "'v4l2q play SOURCE'" },
	{ "convert-device", 0, OPT_TEXT, OFFSET(bench.convert_device), .argument = "DEV",
	  .help = "with this converter node between the two" },
	{ 0 },
};

static const struct option_row advise_rows[] = {
	{ "advise", 0, OPT_SET, OFFSET(advise), .value = 1,
	  .help = "find the smallest number of buffers that loses no frame" },
	{ "consumer-delay", 0, OPT_TEXT, OFFSET(bench.consumer_delay), .argument = "T[±T]",
	  .help = "hold each frame for T: 5ms, 5ms±20ms (or 5ms+-20ms)" },
	{ "consumer-stall", 0, OPT_TEXT, OFFSET(bench.consumer_stall), .argument = "T/T",
	  .help = "also pause: 200ms/10s is for 200 ms every 10 s" },
	{ 0 },
};

static const struct option_row report_rows[] = {
	{ "histogram", 0, OPT_SET, OFFSET(histogram), .value = 1,
	  .help = "draw the distribution of the latency" },
	{ "csv", 0, OPT_FILE, OFFSET(csv), .argument = "FILE", .bare = "-",
	  .help = "one line per run, to standard output or FILE" },
	{ "fail-if", 0, OPT_LIST, OFFSET(fail_if), .argument = "EXPR[,...]",
	  .help = "exit status 8 if the condition holds in a run: 'p99>12ms', 'lost>0', 'fps<95%', or "
		  "worse, than --compare" },
	{ "compare", 0, OPT_FILE, OFFSET(compare), .argument = "OLD.json",
	  .help = "print the changes from an earlier report" },
	{ 0 },
};

static const struct option_row queue_rows[] = {
	{ "import-from", 0, OPT_FILE, OFFSET(common.import_from), .argument = "SRC",
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
	{ "Source of a relay", relay_rows, OFFSET(from) },
	{ "Consumer", advise_rows, 0 },
	{ "Report", report_rows, 0 },
	{ "Buffers", queue_rows, 0 },
	{ "Messages", common_output_rows, OFFSET(common) },
	{ "", common_basic_rows, OFFSET(common.basic) },
	{ 0 },
};

static const struct option_spec spec = {
	.command = "bench",
	.synopsis = "[options] [SOURCE]",
	.summary = "Measure what each io mode of a V4L2 device costs, delays and loses, or, with --relay, "
		   "each way from one device to another.",
	.groups = groups,
	.n_operands = 1,
};

/* Output files, opened before the run, which may be long. */
struct outputs {
	FILE *json, *csv;
	FILE *text; /* table, histogram, comparison; NULL: none */
	struct log_stream stderr_text;
	struct condition conditions[CONDITIONS_MAX];
	int n_conditions;
	struct bench_advice advice[N_IO_MODES];
	size_t n_advice;
	struct bench_earlier earlier;
};

static int parse_consumer(struct bench_options *options)
{
	const char *delay = options->consumer_delay, *stall = options->consumer_stall;

	if (delay && slow_consumer_parse_delay(delay, &options->consumer) < 0) {
		log_error("invalid value '%s' for --consumer-delay: expected a time with its unit and its "
			  "variation, such as 5ms, 5ms±20ms, 5ms+-20ms",
			  delay);
		return -EINVAL;
	}
	if (stall && slow_consumer_parse_stall(stall, &options->consumer) < 0) {
		log_error(
			"invalid value '%s' for --consumer-stall: expected a time with its unit and a longer "
			"period, such as 200ms/10s",
			stall);
		return -EINVAL;
	}
	return 0;
}

/* A relay has ways instead of io modes, and buffers and a pace of its own; SOURCE and its options are only
 * for a relay. */
static int check_relay(const struct arguments *arguments)
{
	const struct bench_options *bench = &arguments->bench;
	const struct {
		const char *name;
		bool given;
	} others[] = {
		{ "io", arguments->io && strcmp(arguments->io, "auto") != 0 },
		{ "buffers", arguments->buffers },
		{ "max-buffers", arguments->common.max_buffers },
		{ "direction", arguments->direction },
		{ "touch", arguments->touch },
		{ "bare", arguments->bare },
		{ "advise", arguments->advise },
		{ "consumer-delay", bench->consumer_delay },
		{ "consumer-stall", bench->consumer_stall },
	};
	const char *from = relay_option_given(&arguments->from);

	if (relay_check_options(&arguments->from, &arguments->common) < 0)
		return -EINVAL;
	if (!from && bench->convert_device)
		from = "convert-device";
	if (!arguments->relay && (from || arguments->source)) {
		log_error("%s%s: bench measures the device of --device; with --relay, the ways from "
			  "SOURCE to it",
			  from ? "--" : "", from ? from : arguments->source);
		return -EINVAL;
	}
	if (arguments->relay && !arguments->source) {
		log_error("--relay: there is no capture device to relay from, as in 'v4l2q bench --relay -d "
			  "/dev/video1 /dev/video0'");
		return -EINVAL;
	}
	if (arguments->relay && !bench->warmup) {
		log_error("--relay measures each way from one of its frames on: give --warmup 1 or more");
		return -EINVAL;
	}
	if (arguments->from.io) {
		log_error("--from-io cannot be used with --relay, which measures each way");
		return -EINVAL;
	}
	for (size_t i = 0; arguments->relay && i < ARRAY_SIZE(others); i++) {
		if (!others[i].given)
			continue;
		log_error("--%s cannot be used with --relay, which measures each way as play goes it",
			  others[i].name);
		return -EINVAL;
	}
	return 0;
}

static int check_import(const struct arguments *arguments)
{
	const struct bench_plan *plan = &arguments->bench.plan;

	for (size_t i = 0; i < plan->n_modes; i++)
		if (plan->modes[i] == &io_import)
			return 0;
	return common_check_import(&arguments->common, false);
}

static int check_arguments(struct arguments *arguments, struct outputs *outputs)
{
	/* --compare is not included: the earlier report is read before the new one replaces it. */
	const struct file_use uses[] = {
		{ .option = "--csv", .name = arguments->csv },
		{ .option = "--json", .name = arguments->common.basic.json },
	};
	struct bench_options *options = &arguments->bench;

	if (file_uses_check(uses, ARRAY_SIZE(uses)) < 0 || check_relay(arguments) < 0)
		return -EINVAL;
	if (arguments->advise &&
	    (arguments->csv || arguments->compare || arguments->fail_if || arguments->histogram)) {
		log_error("--advise has no table: it cannot be used with --csv, --compare, --fail-if or "
			  "--histogram");
		return -EINVAL;
	}
	options->has_modes = arguments->io;
	if (bench_plan_parse_io(&options->plan, arguments->io) < 0 ||
	    bench_plan_parse_buffers(&options->plan, arguments->buffers) < 0 || parse_consumer(options) < 0)
		return -EINVAL;
	if (!arguments->relay && check_import(arguments) < 0)
		return -EINVAL;
	if (!arguments->fail_if)
		return 0;
	outputs->n_conditions = condition_parse(arguments->fail_if, outputs->conditions);
	for (int i = 0; i < outputs->n_conditions; i++) {
		if (outputs->conditions[i].metric == METRIC_WORSE && !arguments->compare) {
			log_error("--fail-if worse needs an earlier report: --compare OLD.json");
			return -EINVAL;
		}
	}
	return outputs->n_conditions < 0 ? outputs->n_conditions : 0;
}

/* Options that need no check. */
static void set_bench_options(struct bench_options *options, const struct arguments *arguments)
{
	static const enum device_role roles[] = { DEVICE_ANY, DEVICE_CAPTURE, DEVICE_OUTPUT };
	enum device_role role = arguments->relay ? DEVICE_OUTPUT : roles[arguments->direction];

	options->setup = common_setup_options(&arguments->common, role, common_memory_limit());
	options->relay = arguments->relay;
	options->source = relay_source_options(arguments->source, &arguments->common, &arguments->from);
	options->touch = arguments->touch;
	options->bare = arguments->bare;
	options->progress = common_progress_wanted(&arguments->common);
}

static enum status open_outputs(const struct arguments *arguments, struct outputs *outputs)
{
	const char *json = arguments->common.basic.json;

	if (arguments->compare && bench_compare_load(arguments->compare, &outputs->earlier) < 0)
		return STATUS_FILE;
	if (json && text_file_open(&outputs->json, json) < 0)
		return STATUS_FILE;
	if (arguments->csv && text_file_open(&outputs->csv, arguments->csv) < 0)
		return STATUS_FILE;
	/* Standard output gets only one kind of output: beside JSON and CSV, the table goes to stderr. */
	outputs->text = !common_is_stdout(json) && !common_is_stdout(arguments->csv) ? stdout
			: log_enabled(LOG_LEVEL_INFO) ? log_stream_open(&outputs->stderr_text)
						      : NULL;
	return STATUS_DONE;
}

static void close_outputs(struct outputs *outputs)
{
	text_file_close(outputs->json);
	text_file_close(outputs->csv);
	log_stream_close(&outputs->stderr_text);
	bench_compare_free(&outputs->earlier);
}

/* Scripts that ask for a number of buffers must be told if there is none. */
static enum status advice_status(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n_advice; i++)
		if (!outputs->advice[i].buffers)
			return STATUS_FAILED;
	return STATUS_DONE;
}

static enum status measure(const struct arguments *arguments, struct bench *bench, struct outputs *outputs)
{
	int err;

	if (!arguments->advise)
		return bench_measure(bench);
	err = bench_advise(bench, outputs->text, outputs->advice, &outputs->n_advice);
	bench->status = bench->interrupted ? STATUS_DONE
			: err == -ENOTSUP  ? STATUS_DEVICE
			: err < 0          ? status_of(STAGE_RUN, err)
					   : advice_status(outputs);
	return bench->status;
}

/* The comparison adds to the figures. */
static struct json_object *report_json_of(struct bench *bench, const struct outputs *outputs)
{
	const struct report_bench report = {
		.bench = bench,
		.conditions = outputs->conditions,
		.n_conditions = outputs->n_conditions,
		.advice = outputs->advice,
		.n_advice = outputs->n_advice,
	};
	struct json_object *object = report_bench_json(bench);

	if (outputs->earlier.runs)
		bench_compare(bench, object, &outputs->earlier);
	report_bench_add_results(object, &report);
	return object;
}

static enum status present(const struct arguments *arguments, struct bench *bench, struct outputs *outputs)
{
	enum status status = STATUS_DONE, verdict;
	struct json_object *report = report_json_of(bench, outputs);

	if (outputs->text && !arguments->advise)
		bench_table(bench, outputs->text);
	if (outputs->text && arguments->histogram)
		bench_histogram(bench, outputs->text);
	if (outputs->text && outputs->earlier.runs)
		bench_compare_print(bench, report, &outputs->earlier, arguments->compare, outputs->text);
	if (outputs->csv && bench_csv(bench, outputs->csv, arguments->csv) < 0)
		status = STATUS_FILE;
	verdict = condition_check(outputs->conditions, outputs->n_conditions, bench);
	if (!outputs->json)
		json_object_put(report);
	else if (json_file_write(outputs->json, arguments->common.basic.json, report) < 0)
		status = STATUS_FILE;
	outputs->csv = outputs->json = NULL;
	if (outputs->text == stdout && common_flush_stdout() != STATUS_DONE)
		status = STATUS_FILE;
	return status ? status : verdict;
}

static enum status measure_and_present(const struct arguments *arguments, struct bench *bench,
				       struct outputs *outputs)
{
	enum status status, presented;

	status = measure(arguments, bench, outputs);
	status_line_end();
	presented = present(arguments, bench, outputs);
	return status ? status : presented;
}

static enum status run_with_outputs(struct arguments *arguments, struct bench *bench, struct outputs *outputs)
{
	enum status status = open_outputs(arguments, outputs);

	if (status == STATUS_DONE) {
		bench->options.signal_fd = signals_open();
		bench->options.setup.signal_fd = bench->options.signal_fd;
		bench->options.setup.signal_timeout_ns = bench->options.stall_ns;
		status = bench->options.signal_fd < 0 ? STATUS_FAILED : bench_open(bench);
	}
	if (status == STATUS_DONE)
		status = measure_and_present(arguments, bench, outputs);
	bench_close(bench);
	signals_close();
	close_outputs(outputs);
	return status;
}

static enum status run_with_arguments(struct arguments *arguments)
{
	struct outputs *outputs = calloc(1, sizeof *outputs);
	struct bench bench = { 0 };
	enum status status = STATUS_USAGE;

	if (!outputs)
		return log_no_memory(), STATUS_FAILED;
	if (check_arguments(arguments, outputs) == 0)
		status = common_prepare(&arguments->common);
	if (status == STATUS_DONE) {
		set_bench_options(&arguments->bench, arguments);
		bench.options = arguments->bench;
		status = run_with_outputs(arguments, &bench, outputs);
	}
	free(outputs);
	return status;
}

static int bench_command(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	int operand = options_parse(&spec, argc, argv, &arguments);
	int status = common_start(&spec, &arguments.common.basic, operand);

	if (status < 0 && operand < argc)
		arguments.source = argv[operand];
	if (status < 0)
		status = (int)run_with_arguments(&arguments);
	common_close(&arguments.common);
	options_free(&spec, &arguments);
	return status;
}

const struct command command_bench = { "bench", "measure which io mode suits a device", bench_command };
