/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options that capture, play and bench have in common. */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "cli/options.h"
#include "session/setup.h"

/* Options that every command has. */
struct basic_options {
	const char *device;
	const char *json; /* a file, "-", or NULL: none */
	int verbosity;    /* -1: quiet; 1, 2: -v, -vv */
	int help;
};

extern const struct option_row basic_option_rows[];

struct common_options {
	struct basic_options basic;
	struct option_size size;
	const char *pixelformat;
	struct fraction fps;
	int adjust;
	uint64_t input;
	bool has_input;
	char *controls;
	int io;
	const char *import_from;
	uint64_t min_buffers, max_buffers;
	bool has_min_buffers;
	int progress; /* enum progress_choice */
};

enum progress_choice { PROGRESS_AUTO, PROGRESS_ON, PROGRESS_OFF };

extern const struct option_row common_device_rows[], common_player_rows[], common_queue_rows[],
	common_output_rows[];
extern const char *const io_choices[];

/* What to do after options_parse() said `operand`: -1 go on, else leave with this status (help was printed,
 * or an error). */
int basic_start(const struct option_spec *spec, const struct basic_options *options, int operand);
bool progress_wanted(const struct common_options *options);

/* A quarter of the memory that is available now, at most 1 GiB. */
uint64_t default_memory_limit(void);
/* Makes sure that what was printed has arrived. Returns 0, or STATUS_FILE having said why. */
enum status flush_stdout(void);
struct setup_options common_setup_options(const struct common_options *options, enum device_role role,
					  uint64_t memory_limit);

#endif
