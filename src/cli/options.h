/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Option tables: one row an option, which parsing, --help and defaults are all made from. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/units.h"

/* The kind says what the argument looks like and the type of the field that takes it. */
enum option_kind {
	OPT_SET,      /* int: no argument; becomes .value */
	OPT_MORE,     /* int: no argument; one more each time */
	OPT_TEXT,     /* const char *: any */
	OPT_LIST,     /* char *, allocated: any; given again, joined by commas */
	OPT_CHOICE,   /* int: one of .choices, its place there */
	OPT_UINT,     /* uint64_t */
	OPT_SIZE,     /* struct option_size */
	OPT_RATE,     /* struct fraction */
	OPT_DURATION, /* int64_t, nanoseconds */
	OPT_BYTES,    /* uint64_t */
	OPT_FACTOR,   /* double, 0 or above */
	OPT_SPAN,     /* struct option_span: a duration or a number of bytes */
};

struct option_size {
	uint32_t width, height; /* 0: not given */
};

struct option_span {
	int64_t ns;     /* 0: not by time */
	uint64_t bytes; /* 0: not by size */
};

struct option_row {
	const char *name; /* long; NULL ends the table */
	char letter;      /* or 0 */
	enum option_kind kind;
	size_t offset;        /* of the field, in the struct that the table is for */
	const char *argument; /* as --help writes it; NULL: as usual for the kind */
	const char *help;
	const char *preset;      /* the default, as a user would write it; NULL: the field stays zero */
	const char *preset_help; /* what --help says of the default where no preset can */
	const char *bare; /* the argument may be left out (only --name=ARG gives one), and is then this */
	const char *const *choices; /* ended by NULL */
	int value;
	uint64_t least, most; /* of numbers, bytes and nanoseconds; most 0: no limit */
	bool hidden;          /* from --help: a second name, as other programs have it */
	size_t given;         /* offset of a bool that says whether the user wrote it; 0: none */
};

/* A table and where its struct lies within the command's own. */
struct option_group {
	const char *title; /* "": goes on with the group before; NULL ends the list */
	const struct option_row *rows;
	size_t base;
};

struct option_spec {
	const char *command, *synopsis, *summary;
	const struct option_group *groups;
	unsigned n_operands; /* accepted besides options, at most */
};

/* Fills in *values, first the defaults, then the command line; argv[0] is the command's name. Returns the
 * index of the first operand in argv (argc: none), or -EINVAL having said what is wrong. options_free()
 * afterwards in either case. */
int options_parse(const struct option_spec *spec, int argc, char **argv, void *values);
void options_free(const struct option_spec *spec, void *values);

void options_help(const struct option_spec *spec, FILE *out);
/* "N", "WxH", …: the row's argument as --help writes it, "" where it takes none. */
const char *option_argument(const struct option_row *row);

#endif
