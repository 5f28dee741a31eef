/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options that capture, play and bench have in common. */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "cli/confine.h"
#include "cli/options.h"
#include "session/setup.h"

/* The options of every command. */
struct basic_options {
	const char *device;
	const char *json; /* a file or "-"; NULL: none */
	int verbosity;    /* -1: -q; 1: -v; 2: -vv */
	int log_format;   /* enum log_format */
	int help;
};

extern const struct option_row common_basic_rows[];

struct common_options {
	struct basic_options basic;
	struct option_size size;
	const char *pixelformat;
	struct fraction fps;
	int adjust;
	const char *input, *standard, *dv_timings, *edid_name, *want;
	struct option_crop crop;
	char *controls;
	int pipeline;
	const char *profile;
	/* Set by common_prepare(): from edid_name or the profile; the lines of the profile, and its controls,
	 * one a line. */
	struct edid edid;
	char *profile_text, *profile_controls;
	struct option_crop compose; /* only set by profiles */
	uint64_t frequency;
	int io;
	const char *import_from;
	int require_zero_copy;
	uint64_t min_buffers, max_buffers; /* min OPTION_WORD: auto */
	int no_confine;
	const char *user;
	int progress; /* enum progress_choice */
};

enum progress_choice { PROGRESS_AUTO, PROGRESS_ON, PROGRESS_OFF };

extern const struct option_row common_device_rows[], common_player_rows[], common_queue_rows[],
	common_zero_copy_rows[], common_rights_rows[], common_output_rows[];

/* Handles what options_parse() returned, --help and the verbosity. Returns -1 to go on, else the exit status.
 */
int common_start(const struct option_spec *spec, const struct basic_options *options, int operand);
/* Sets the format of messages that the options ask for, where there is no command to parse them. */
void common_set_log_format(int argc, char **argv);
/* Whether --import-from has something to do, by --io or where frames go from one device to another. Returns 0
 * or -EINVAL, logged. */
int common_check_import(const struct common_options *options, bool has_links);
/* Whether a text, which may be NULL, names a pixel format. Returns 0 or -EINVAL, logged. */
int common_check_pixelformat(const char *text);
/* Checks the pixel format, and reads the files that the options name. Returns STATUS_DONE, or the status of
 * an error, logged. Call common_close() in any case. */
enum status common_prepare(struct common_options *options);
void common_close(struct common_options *options);
bool common_progress_wanted(const struct common_options *options);
/* The default of --memory, in bytes: a quarter of the available memory, at most 1 GiB. */
uint64_t common_memory_limit(void);
/* Gives up rights that the run does not need, see confine(), unless the options say otherwise. Returns
 * STATUS_DONE, or STATUS_FAILED, logged. */
enum status common_confine(const struct common_options *options, const struct confine_path *paths,
			   size_t n_paths, bool has_playlists);
/* The two halves of common_confine(), between which a process can be started. */
enum status common_become_user(const struct common_options *options);
enum status common_restrict(const struct common_options *options, const struct confine_path *paths,
			    size_t n_paths, bool has_playlists);
/* Whether a file name, which may be NULL, stands for standard output. */
bool common_is_stdout(const char *name);
/* Flushes standard output. Returns STATUS_DONE, or STATUS_FILE, logged. */
enum status common_flush_stdout(void);
struct setup_options common_setup_options(const struct common_options *options, enum device_role role,
					  uint64_t memory_limit);

#endif
