/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: what is made of figures: medians, the recommendation, the table, CSV, the comparison. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/log.h"
#include "bench/compare.h"
#include "bench/csv.h"
#include "bench/recommend.h"
#include "bench/table.h"
#include "device/v4l2.h"
#include "report/bench.h"

static struct bench bench;
static struct bench_run runs[4];
static char *said;

static struct bench_run *add(const char *io, uint32_t buffers, double lost, double p95_us, double cpu_us)
{
	struct bench_run *run = &runs[bench.n_runs++];

	*run = (struct bench_run){ .buffers = buffers,
				   .n_samples = 1,
				   .frames = 300,
				   .captured = 300,
				   .clock = "monotonic",
				   .moment = "eof",
				   .end = "count" };
	snprintf(run->io, sizeof run->io, "%s", io);
	for (int i = 0; i < N_METRICS; i++)
		run->values[i] = run->spreads[i] = NAN;
	run->values[METRIC_FPS] = 30;
	run->values[METRIC_LOST] = lost;
	run->values[METRIC_LATENCY_P95] = p95_us;
	run->values[METRIC_CPU] = cpu_us;
	return run;
}

static int set_up(void **state)
{
	(void)state;
	bench = (struct bench){ .runs = runs, .options = { .count = 300, .repeat = 1 } };
	bench.setup.device = (struct device){ .ops = &device_v4l2,
					      .path = (char *)"/dev/video7",
					      .info = { .driver = "vivid", .card = "vivid" },
					      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	bench.setup.format = (struct video_format){
		.fourcc = V4L2_PIX_FMT_YUYV, .width = 64, .height = 48, .n_planes = 1, .fps = { 30, 1 }
	};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(said);
	said = NULL;
	return 0;
}

static const char *print(void (*print_it)(const struct bench *, FILE *))
{
	size_t size;
	FILE *out = open_memstream(&said, &size);

	print_it(&bench, out);
	fclose(out);
	return said;
}

static void recommends(const char *io, uint32_t buffers, const char *why)
{
	char text[BENCH_RECOMMEND_MAX];
	const struct bench_run *run = bench_recommend(&bench, text);

	assert_non_null(run);
	assert_string_equal(run->io, io);
	assert_int_equal(run->buffers, buffers);
	if (!strstr(text, why))
		fail_msg("%s: there is no '%s'", text, why);
}

static void cheapest_is_recommended(void **state)
{
	(void)state;
	add("mmap", 4, 0, 200, 100);
	add("dmabuf", 4, 0, 300, 60);
	recommends("dmabuf", 4, "the least processor time: 60 us a frame, 40 % less than mmap");
}

static void losses_count_before_cost(void **state)
{
	(void)state;
	add("mmap", 2, 7, 200, 50);
	add("mmap", 4, 0, 200, 100);
	add("rw", 0, NAN, NAN, 20);
	recommends("mmap", 4, "rw costs less processor time, but does not report lost frames");
	runs[1].values[METRIC_LOST] = 90;
	recommends("mmap", 2, "7 frames lost, about as few as in any");
	bench.n_runs = 1;
	runs[0].values[METRIC_LOST] = 1;
	recommends("mmap", 2, ": 1 frame lost, latency");
}

static void latency_counts_before_cost(void **state)
{
	(void)state;
	add("mmap", 4, 0, 200, 100);
	add("dmabuf", 4, 0, 20000, 60);
	recommends("mmap", 4, "latency p95 is 20.00 ms");
}

static void noise_decides_nothing(void **state)
{
	(void)state;
	add("mmap", 8, 0, 200, 100);
	add("mmap", 4, 0, 300, 101);
	add("userptr", 4, 0, 200, 97);
	recommends("mmap", 4, "by more than the noise");
	runs[0].spreads[METRIC_CPU] = runs[1].spreads[METRIC_CPU] = runs[2].spreads[METRIC_CPU] = 20;
	runs[2].values[METRIC_CPU] = 70;
	recommends("mmap", 4, "by more than the noise");
}

static void more_buffers_are_explained(void **state)
{
	(void)state;
	add("mmap", 2, 9, 200, 100);
	add("mmap", 4, 3, 200, 100);
	add("mmap", 8, 0, 200, 100);
	recommends("mmap", 8, "latency p95 0.20 ms; with 4 buffers 3 are lost.");
	runs[1].values[METRIC_LOST] = 0;
	runs[1].values[METRIC_CPU] = 200;
	recommends("mmap", 8, "4 buffers cost more processor time, 200 us a frame.");
	runs[1].values[METRIC_CPU] = 100;
	runs[1].values[METRIC_LATENCY_P95] = 9000;
	recommends("mmap", 8, "with 4 buffers the latency p95 is 9.00 ms.");
	runs[0].values[METRIC_LOST] = 0;
	recommends("mmap", 2, "no other mode was measured");
}

static void unsupported_is_not_recommended(void **state)
{
	struct bench_run *run = add("mmap", 4, 0, 200, 100);
	char text[BENCH_RECOMMEND_MAX];

	(void)state;
	run->n_samples = 0;
	run->unsupported = (char *)"it has its reasons";
	assert_null(bench_recommend(&bench, text));
	assert_non_null(strstr(print(bench_table), "not supported: it has its reasons\n"));
}

static void medians_and_spreads(void **state)
{
	static double samples[3][N_METRICS];
	struct bench_run run = { .samples = samples, .n_samples = 3 };

	(void)state;
	for (int k = 0; k < 3; k++)
		for (int i = 0; i < N_METRICS; i++)
			samples[k][i] = NAN;
	samples[0][METRIC_CPU] = 10;
	samples[1][METRIC_CPU] = 50;
	samples[2][METRIC_CPU] = 20;
	samples[1][METRIC_FPS] = 30;
	bench_run_sum_up(&run);
	assert_float_equal(run.values[METRIC_CPU], 20, 1e-9);
	assert_float_equal(run.spreads[METRIC_CPU], 20, 1e-9);
	assert_float_equal(run.values[METRIC_FPS], 30, 1e-9);
	assert_true(isnan(run.spreads[METRIC_FPS]));
	assert_true(isnan(run.values[METRIC_LOST]));
	run.n_samples = 2;
	bench_run_sum_up(&run);
	assert_float_equal(run.values[METRIC_CPU], 30, 1e-9);
}

static void table_marks_the_best(void **state)
{
	const char *text, *row;

	(void)state;
	add("mmap", 4, 0, 123456, 100);
	add("dmabuf", 12, 0, 3e6, 60);
	text = print(bench_table);
	row = strstr(text, "\ndmabuf ");
	assert_non_null(strstr(text, " 123ms*"));
	assert_non_null(strstr(row, " 60*"));
	assert_non_null(strstr(row, " 3.0s "));
	assert_null(strstr(row, " 0*")); /* alike in both */
	for (row = text; *row; row += strcspn(row, "\n") + 1)
		assert_true(strcspn(row, "\n") <= 120);
}

static void touching_has_a_column(void **state)
{
	const char *text;

	(void)state;
	add("mmap", 4, 0, 200, 100)->values[METRIC_TOUCH] = 777;
	assert_null(strstr(print(bench_table), "777"));
	tear_down(NULL);
	bench.options.touch = true;
	text = print(bench_table);
	assert_non_null(strstr(text, " switch touch \n"));
	assert_non_null(strstr(text, " 777 \n"));
	assert_non_null(strstr(text, "touch: us to read every byte"));
	for (; *text; text += strcspn(text, "\n") + 1)
		assert_true(strcspn(text, "\n") <= 120);
}

static void csv_quotes_reasons(void **state)
{
	char buffer[2000] = "";
	FILE *file = fmemopen(buffer, sizeof buffer, "w");
	struct bench_run *run = add("mmap", 4, 0, 200, 100);

	(void)state;
	run->error = (char *)"a \"quoted\", text";
	assert_int_equal(bench_csv(&bench, file, "x"), 0);
	assert_non_null(strstr(buffer, "\nmmap,4,300,30.000,0,,,200.0,"));
	assert_non_null(strstr(buffer, ",\"a \"\"quoted\"\", text\","));
}

static const struct bench_subject subject = {
	{ "vivid", "vivid", "-", "YUYV", "64x48", "30/1", "capture", "-", "-", "-" },
};

/* What the JSON says comes back as it was. */
static void report_is_read_again(void **state)
{
	char name[] = "/tmp/v4l2q-test.XXXXXX";
	struct json_object *object;
	struct bench_earlier old;

	(void)state;
	add("mmap", 4, 2, 200, 100)->spreads[METRIC_CPU] = 5;
	runs[0].n_samples = 3;
	add("rw", 0, NAN, NAN, 50);
	object = report_bench_json(&bench);
	report_bench_add_results(object, &(struct report_bench){ .bench = &bench });
	close(mkstemp(name));
	assert_int_equal(json_object_to_file(name, object), 0);
	json_object_put(object);
	assert_int_equal(bench_compare_load(name, &old), 0);
	unlink(name);
	assert_int_equal(old.n_runs, 2);
	for (int i = 0; i < N_SUBJECT_PARTS; i++)
		assert_string_equal(old.subject.parts[i], subject.parts[i]);
	assert_string_equal(old.runs[0].io, "mmap");
	assert_int_equal(old.runs[0].buffers, 4);
	assert_float_equal(old.runs[0].values[METRIC_LOST], 2, 1e-9);
	assert_float_equal(old.runs[0].values[METRIC_LATENCY_P95], 200, 1e-9);
	assert_float_equal(old.runs[0].spreads[METRIC_CPU], 5, 1e-9);
	assert_int_equal(old.runs[1].buffers, 0);
	assert_true(isnan(old.runs[1].values[METRIC_LOST]));
	bench_compare_free(&old);
}

static struct bench_earlier before;

static void print_comparison(const struct bench *this, FILE *out)
{
	struct json_object *report = report_bench_json(this);

	bench_compare(&bench, report, &before);
	bench_compare_print(this, report, &before, "old.json", out);
	json_object_put(report);
}

/* The same run again, of which five repeats were off by ten. */
static void set_up_comparison(void)
{
	static struct bench_run run;

	bench.options.repeat = runs[0].n_samples = 5;
	runs[0].spreads[METRIC_CPU] = 10;
	run = runs[0];
	before = (struct bench_earlier){ .runs = &run, .n_runs = 1, .subject = subject };
}

static void changes_beyond_the_noise_are_marked(void **state)
{
	const char *text;

	(void)state;
	add("mmap", 4, 0, 200, 100);
	set_up_comparison();
	runs[0].values[METRIC_CPU] = 115;
	runs[0].values[METRIC_LOST] = 1;
	text = print(print_comparison);
	assert_non_null(strstr(text, "+15.0 %\n"));
	assert_non_null(strstr(text, "+1  * worse\n"));
	assert_non_null(strstr(text, "Worse: 1."));
	assert_float_equal(runs[0].values[METRIC_WORSE], 1, 1e-9);
	assert_null(strstr(text, "measure different things"));
	tear_down(NULL);
	runs[0].values[METRIC_CPU] = 70;
	assert_non_null(strstr(print(print_comparison), "-30.0 %  * better\n"));
}

/* Three repeats that happen to be alike do not make a change of a hair certain. */
static void few_repeats_show_less(void **state)
{
	(void)state;
	add("mmap", 4, 0, 200, 100);
	set_up_comparison();
	runs[0].n_samples = before.runs[0].n_samples = 3;
	runs[0].values[METRIC_CPU] = 70;
	assert_non_null(strstr(print(print_comparison), "-30.0 %\n"));
	tear_down(NULL);
	runs[0].values[METRIC_CPU] = 55;
	assert_non_null(strstr(print(print_comparison), "-45.0 %  * better\n"));
	tear_down(NULL);
	runs[0].spreads[METRIC_CPU] = NAN; /* measured once: a tenth, or what the other side has shown */
	runs[0].values[METRIC_CPU] = 85;
	assert_non_null(strstr(print(print_comparison), "-15.0 %\n"));
}

static void other_things_are_told_apart(void **state)
{
	(void)state;
	add("mmap", 4, 0, 200, 100);
	set_up_comparison();
	bench.options.touch = true;
	assert_non_null(
		strstr(print(print_comparison), "so no change is judged.\n  --touch            -, now on\n"));
	assert_true(isnan(runs[0].values[METRIC_WORSE]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cheapest_is_recommended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(losses_count_before_cost, set_up, tear_down),
		cmocka_unit_test_setup_teardown(latency_counts_before_cost, set_up, tear_down),
		cmocka_unit_test_setup_teardown(noise_decides_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_buffers_are_explained, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unsupported_is_not_recommended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(medians_and_spreads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(table_marks_the_best, set_up, tear_down),
		cmocka_unit_test_setup_teardown(touching_has_a_column, set_up, tear_down),
		cmocka_unit_test_setup_teardown(csv_quotes_reasons, set_up, tear_down),
		cmocka_unit_test_setup_teardown(report_is_read_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(changes_beyond_the_noise_are_marked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(few_repeats_show_less, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_things_are_told_apart, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
