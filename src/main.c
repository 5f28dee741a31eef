/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q: the command line. */
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/exit_status.h"

static const struct command *const commands[] = { &command_capture, &command_play, &command_bench,
						  &command_list, NULL };

static const char *command_name(const void *opaque, unsigned i)
{
	(void)opaque;
	return commands[i] ? commands[i]->name : NULL;
}

static int print_help(void)
{
	printf("Usage: v4l2q COMMAND [options]\n\n");
	terminal_wrap(stdout, TERMINAL_DEFAULT_WIDTH, 0,
		      "Record from Video4Linux2 devices and play to them, and account for every frame.");
	printf("\nCommands:\n");
	for (unsigned i = 0; commands[i]; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	printf("\nOptions:\n  -h, --help     print this and exit\n      --version  print the version and "
	       "exit\n");
	printf("\nExit status:\n");
	for (int status = 0; status < N_STATUSES; status++) {
		printf("  %d  ", status);
		terminal_wrap(stdout, TERMINAL_DEFAULT_WIDTH, 5, status_help((enum status)status));
	}
	printf("\n'v4l2q COMMAND --help' lists the options of a command. To try it without a device: v4l2q "
	       "capture -d sim -n 100 -o out.mkv\n");
	return (int)flush_stdout();
}

static int print_version(void)
{
	printf("v4l2q %s\n", V4L2Q_VERSION);
	return (int)flush_stdout();
}

static int unknown_command(const char *typed)
{
	const char *nearest = text_nearest(typed, command_name, NULL);
	char names[128] = "";
	size_t n = 0;

	for (unsigned i = 0; commands[i]; i++)
		n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "", commands[i]->name);
	if (nearest)
		log_error("unknown command '%s'; did you mean %s? (there are: %s)", typed, nearest, names);
	else
		log_error("unknown command '%s'; there are: %s", typed, names);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		log_error("a command is missing, as in 'v4l2q capture -o out.mkv'; see 'v4l2q --help'");
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return print_help();
	if (strcmp(argv[1], "--version") == 0)
		return print_version();
	for (unsigned i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, argv[1]) == 0)
			return commands[i]->run(argc - 1, argv + 1);
	return unknown_command(argv[1]);
}
