/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command table, the global options --help and --version. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <json-c/json_c_version.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libswscale/swscale.h>
#include <seccomp.h>
#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/exit_status.h"

static const struct command *const commands[] = { &command_capture, &command_play,   &command_bench,
						  &command_list,    &command_doctor, NULL };

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
	printf("\nOptions:\n  -h, --help     print this and exit; after a command, its options\n"
	       "      --version  print the versions of v4l2q and its libraries and exit\n");
	printf("\nExit status:\n");
	for (int status = 0; status < N_STATUSES; status++) {
		printf("  %d  ", status);
		terminal_wrap(stdout, TERMINAL_DEFAULT_WIDTH, 5, status_help((enum status)status));
	}
	printf("\n'v4l2q COMMAND --help' lists the options of a command. Without a device, try\n"
	       "'v4l2q capture -d sim -n 100 -o out.mkv'.\n");
	return (int)common_flush_stdout();
}

static void print_library(const char *name, const char *built, const char *running)
{
	printf("%-12s %-12s %s\n", name, built, running);
}

static const char *av_version_text(unsigned version, char text[32])
{
	snprintf(text, 32, "%u.%u.%u", AV_VERSION_MAJOR(version), AV_VERSION_MINOR(version),
		 AV_VERSION_MICRO(version));
	return text;
}

static void print_seccomp(void)
{
	const struct scmp_version *running = seccomp_version();
	char texts[2][32];

	snprintf(texts[0], sizeof texts[0], "%d.%d.%d", SCMP_VER_MAJOR, SCMP_VER_MINOR, SCMP_VER_MICRO);
	snprintf(texts[1], sizeof texts[1], "%u.%u.%u", running->major, running->minor, running->micro);
	print_library("libseccomp", texts[0], texts[1]);
}

static void print_av_library(const char *name, unsigned built, unsigned running)
{
	char texts[2][32];

	print_library(name, av_version_text(built, texts[0]), av_version_text(running, texts[1]));
}

static int print_version(void)
{
	printf("v4l2q %s%s%s\n\n", V4L2Q_VERSION, *V4L2Q_COMMIT ? ", commit " : "", V4L2Q_COMMIT);
	print_library("library", "built with", "running");
	print_av_library("libavformat", LIBAVFORMAT_VERSION_INT, avformat_version());
	print_av_library("libavcodec", LIBAVCODEC_VERSION_INT, avcodec_version());
	print_av_library("libavutil", LIBAVUTIL_VERSION_INT, avutil_version());
	print_av_library("libswscale", LIBSWSCALE_VERSION_INT, swscale_version());
	print_library("json-c", JSON_C_VERSION, json_c_version());
	print_seccomp();
	print_library("libv4l2", V4L2Q_LIBV4L2, "-"); /* has no function for it */
	return (int)common_flush_stdout();
}

static int run_command(const struct command *command, int argc, char **argv)
{
	int status = command->run(argc, argv);

	log_finish();
	return status;
}

static int unknown_command(int argc, char **argv)
{
	const char *typed = argv[1], *nearest = text_nearest(typed, command_name, NULL);
	char names[128] = "";

	common_set_log_format(argc, argv); /* which may reorder argv */
	for (unsigned i = 0; commands[i]; i++)
		text_join(names, sizeof names, ", ", "%s", commands[i]->name);
	if (*typed == '-')
		log_error("'%s' stands before the command: options come after it, as in 'v4l2q list --json'; "
			  "the commands are %s",
			  typed, names);
	else if (nearest)
		log_error("unknown command '%s'; did you mean %s? The commands are %s", typed, nearest,
			  names);
	else
		log_error("unknown command '%s'; the commands are %s", typed, names);
	return STATUS_USAGE;
}

/* In place of a closed standard descriptor the first file that is opened would be given its number, and be
 * taken for it. Opened the wrong way round, /dev/null fails with EBADF as a closed one does. */
static bool open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

static const struct command *find_command(const char *name)
{
	for (unsigned i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static bool asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* "v4l2q help capture" is "v4l2q capture --help". */
static int help_of_command(int argc, char **argv)
{
	const char *name = argv[1];
	const struct command *command = find_command(name);
	char help[] = "--help", *arguments[] = { (char *)name, help, NULL };

	if (command)
		return run_command(command, 2, arguments);
	return asks_for_help(name) ? print_help() : unknown_command(argc, argv);
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (!open_standard_descriptors())
		return STATUS_FAILED;
	if (argc < 2) {
		log_error("a command is required, as in 'v4l2q capture -o out.mkv'; see 'v4l2q --help'");
		return STATUS_USAGE;
	}
	if (asks_for_help(argv[1]))
		return argc > 2 ? help_of_command(argc - 1, argv + 1) : print_help();
	if (strcmp(argv[1], "--version") == 0)
		return print_version();
	command = find_command(argv[1]);
	return command ? run_command(command, argc - 1, argv + 1) : unknown_command(argc, argv);
}
