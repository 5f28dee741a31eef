/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Option tables: one row per option, from which parsing, --help and the defaults are made. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/units.h"

/* The form of the argument, and the type of the field that it is stored in. */
enum option_kind {
	OPT_SET,      /* int: no argument; set to .value */
	OPT_MORE,     /* int: no argument; counts how often it was given */
	OPT_TEXT,     /* const char *: any text but an empty one */
	OPT_FILE,     /* const char *: a file or a device; given twice, it is refused */
	OPT_LIST,     /* char *, allocated: any text; several are joined by commas */
	OPT_CHOICE,   /* int: an index of .choices */
	OPT_UINT,     /* uint64_t */
	OPT_SIZE,     /* struct option_size */
	OPT_RATE,     /* struct fraction */
	OPT_CROP,     /* struct option_crop */
	OPT_DURATION, /* int64_t, nanoseconds */
	OPT_BYTES,    /* uint64_t */
	OPT_FACTOR,   /* double, 0 or above */
	OPT_SPAN,     /* struct option_span: a duration or a number of bytes */
	OPT_KEEP,     /* struct option_keep: a number, a duration or a number of bytes */
	OPT_SHARE,    /* struct option_share: a number of bytes or a part */
};

#define OPTION_WORD UINT64_MAX

struct option_size {
	uint32_t width, height; /* 0: not given */
};

struct option_crop {
	uint32_t width, height; /* 0: not given */
	int32_t left, top;
};

struct option_span {
	int64_t ns;     /* 0: not by time */
	uint64_t bytes; /* 0: not by size */
};

struct option_keep {
	uint64_t count; /* 0: not by number */
	int64_t ns;     /* 0: not by time */
	uint64_t bytes; /* 0: not by size */
};

struct option_share {
	uint64_t bytes; /* 0: not by size */
	double part;    /* from 0 to 1 */
};

struct option_row {
	const char *name; /* long; NULL ends the table */
	char letter;      /* or 0 */
	enum option_kind kind;
	size_t offset;        /* of the field, in the struct that the table is for */
	const char *argument; /* in --help; NULL: the default of the kind */
	const char *help;
	const char *preset;      /* the default, as on the command line; NULL: the field stays zero */
	const char *preset_help; /* the default in words, for --help; NULL: preset */
	const char
		*bare; /* the value of --name without =ARG, which is then optional; NULL: ARG is required */
	const char *const *choices; /* NULL-terminated */
	int value;
	uint64_t least, most;     /* of numbers, bytes and nanoseconds; most 0: no limit */
	const char *word;         /* OPT_UINT: may stand for the number, stored as OPTION_WORD; NULL: none */
	bool hidden;              /* not in --help: an alias, under the name that other programs use */
	size_t given;             /* offset of a bool that is set when the option is given; 0: none */
	void (*ahead)(int value); /* OPT_CHOICE: called before the others are read, wherever it stands */
};

/* A table, and the offset of its struct within the struct of the command. */
struct option_group {
	const char *title; /* heading in --help; "": none; NULL ends the list */
	const struct option_row *rows;
	size_t base;
};

struct option_spec {
	const char *command, *synopsis, *summary;
	const struct option_group *groups;
	unsigned n_operands; /* at most so many arguments that are not options */
};

/* Stores the defaults, then the options of the command line, in *values; argv[0] is the command's name.
 * Returns the index of the first operand in argv (argc: none), or -EINVAL or -ENOMEM, logged. Call
 * options_free() in either case. */
int options_parse(const struct option_spec *spec, int argc, char **argv, void *values);
/* Applies options that affect how errors in others are reported, of a command line that may have errors. */
void options_take_ahead(const struct option_spec *spec, int argc, char **argv);
/* Stores a value of a table's row, unless its field, of any kind but a number, holds one already. Returns 0,
 * -ENOENT where there is no such row, or -EINVAL, logged. */
int options_set_default(const struct option_row *rows, const char *name, const char *text, void *values);
void options_free(const struct option_spec *spec, void *values);

/* The argument as --help writes it: "N", "WxH", …; "" where the option takes none. */
const char *option_argument(const struct option_row *row);

#endif
