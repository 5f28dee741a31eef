/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --help, from the option tables. */
#include "cli/options_help.h"

#include "base/terminal.h"
#include "base/text.h"

#define HELP_COLUMN 30u

static void print_row(FILE *out, const struct option_row *row)
{
	const char *argument = option_argument(row);
	const char *preset = row->preset_help ? row->preset_help : row->preset;
	char left[80], text[600];

	snprintf(left, sizeof left, "  %c%c%c --%s%s%s%s%s", row->letter ? '-' : ' ',
		 row->letter ? row->letter : ' ', row->letter ? ',' : ' ', row->name, row->bare ? "[=" : "",
		 *argument && !row->bare ? " " : "", argument, row->bare ? "]" : "");
	terminal_column(out, HELP_COLUMN, left);
	snprintf(text, sizeof text, "%s", row->help);
	for (unsigned i = 0; row->choices && row->choices[i]; i++)
		text_add(text, sizeof text, "%s%s", i ? ", " : ": ", row->choices[i]);
	if (preset)
		text_add(text, sizeof text, " (default: %s)", preset);
	terminal_wrap(out, TERMINAL_DEFAULT_WIDTH, HELP_COLUMN, text);
}

void options_help(const struct option_spec *spec, FILE *out)
{
	fprintf(out, "Usage: v4l2q %s %s\n\n", spec->command, spec->synopsis);
	terminal_wrap(out, TERMINAL_DEFAULT_WIDTH, 0, spec->summary);
	for (const struct option_group *group = spec->groups; group->title; group++) {
		if (*group->title)
			fprintf(out, "\n%s:\n", group->title);
		for (const struct option_row *row = group->rows; row->name; row++)
			if (!row->hidden)
				print_row(out, row);
	}
}
