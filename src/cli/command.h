/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of v4l2q, one per file of cli/. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct command {
	const char *name, *summary;
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit status */
};

extern const struct command command_bench, command_capture, command_doctor, command_list, command_play;

#endif
