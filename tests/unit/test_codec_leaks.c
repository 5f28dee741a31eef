/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole commands with codec nodes, and relays, one after another in one process: nothing stays behind. */
/* Runs under: plain asan */
#include "pool_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/command.h"

#ifdef __SANITIZE_ADDRESS__
#define N_CYCLES 10
#define N_FAULT_CYCLES 10
#else
#define N_CYCLES 100
#define N_FAULT_CYCLES 20
#endif
#define N_WARMUP 10
#define MAX_WORDS 40
#define HEAP_SLACK 16384 /* what threads keep for the next time depends on which of them was faster */

#define CAMERA " -d sim:size=64x48,fps=0,format=YU12"
#define ENCODE "capture -q --no-confine" CAMERA " -c mjpeg_v4l2 --codec-device sim:type=encoder,to=MJPG"
#define DECODE "play -q --no-confine --speed 0 -c mjpeg_v4l2 --codec-device sim:type=decoder,format=MJPG"
#define CLIP "clip.nut"

static const struct row {
	const char *name, *command;
	int status;
} rows[] = {
	{ "encoder", ENCODE " -n 3 -y -o " CLIP, 0 },
	{ "encoder_copied", ENCODE " --io mmap -n 3 -y -o " CLIP, 0 },
	{ "encoder_lost", ENCODE ",unplug=2,hold=2 -n 6 -y -o lost.nut", 5 },
	{ "encoder_back", ENCODE ",unplug=2 --on-disconnect wait -n 3 -y -o back-%d.nut", 0 },
	{ "encoder_refused", ENCODE ",fail=output.reqbufs@*:ENOMEM -n 3 -y -o refused.nut", 1 },
	{ "decoder", DECODE " -d sim:type=output,fps=0 " CLIP, 0 },
	{ "decoder_copied", DECODE ",caps=mmap -d sim:type=output,fps=0,caps=mmap " CLIP, 0 },
	{ "decoder_lost", DECODE ",unplug=1 -d sim:type=output,fps=0 " CLIP, 5 },
	{ "relay", "play -q --no-confine -n 3 -d sim:type=output,fps=0 sim:size=64x48,fps=0", 0 },
	{ "relay_lost", "play -q --no-confine -n 3 -d sim:type=output,fps=0 sim:size=64x48,fps=0,unplug=2",
	  5 },
};

static void ignore(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	(void)level;
	(void)message;
}

static int run(const char *line)
{
	const struct command *command = line[0] == 'c' ? &command_capture : &command_play;
	char text[500], *rest = text, *words[MAX_WORDS + 1] = { NULL };
	int n = 0;

	snprintf(text, sizeof text, "%s", line);
	while (n < MAX_WORDS && (words[n] = strsep(&rest, " ")))
		n++;
	log_set_sink(ignore, NULL);
	return command->run(n, words);
}

static void cycles_leave_nothing(void **state)
{
	const struct row *row = *state;
	struct footprint before, after;

	for (unsigned n = 0; n < N_WARMUP + (row->status ? N_FAULT_CYCLES : N_CYCLES); n++) {
		if (n == N_WARMUP)
			before = footprint_now();
		assert_int_equal(run(row->command), row->status);
	}
	after = footprint_now();
	if (after.heap_bytes < before.heap_bytes + HEAP_SLACK)
		after.heap_bytes = before.heap_bytes;
	footprint_check(&before, &after);
}

/* Reports go nowhere; what a sanitizer has to say goes to the descriptor. */
static bool enter_folder(char folder[])
{
	FILE *nowhere = fopen("/dev/null", "we");

	stderr = nowhere ? nowhere : stderr;
	return mkdtemp(folder) && chdir(folder) == 0;
}

static void remove_folder(const char *folder)
{
	static const char *const files[] = { CLIP,         "lost.nut",   "back-0.nut",
					     "back-1.nut", "back-2.nut", "refused.nut" };

	for (size_t i = 0; i < N_ELEMENTS(files); i++)
		unlink(files[i]);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	static struct table_test tests[N_ELEMENTS(rows)];
	char folder[] = "/tmp/v4l2q-codec-leaks.XXXXXX";
	int result;

	if (!enter_folder(folder))
		return 1;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		tests[i] = (struct table_test){ 57, rows[i].name, cycles_leave_nothing, &rows[i] };
	result = table_test_run("leaks", tests, N_ELEMENTS(tests));
	remove_folder(folder);
	return result;
}
