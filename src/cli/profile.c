/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of --profile: options and controls, a line each. */
#include "cli/profile.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "session/end.h"

enum section { SECTION_OPTIONS, SECTION_EDID, SECTION_CONTROLS };

struct loader {
	struct common_options *options;
	const struct option_row *rows; /* of the options */
	unsigned line;                 /* counted from 1 */
	enum section section;
	FILE *edid, *controls; /* contents of these sections, in memory */
};

static int refuse_line(const struct loader *loader, const char *text, const char *expected)
{
	log_error("%s:%u: '%s': expected %s", loader->options->profile, loader->line, text, expected);
	return -EINVAL;
}

static char *trim_spaces(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* A comment starts at the beginning of a line or after a space, but not in quotes. */
static char *strip_comment(char *line)
{
	char quote = '\0';

	for (char *p = line; *p; p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? '\0' : *p;
		if (!quote && *p == '#' && (p == line || isspace((unsigned char)p[-1]))) {
			*p = '\0';
			break;
		}
	}
	return trim_spaces(line);
}

static int begin_section(struct loader *loader, const char *name)
{
	static const char *const names[] = { [SECTION_EDID] = "[edid]", [SECTION_CONTROLS] = "[controls]" };

	for (enum section i = SECTION_EDID; i <= SECTION_CONTROLS; i++) {
		if (strcmp(name, names[i]) == 0) {
			loader->section = i;
			return 0;
		}
	}
	return refuse_line(loader, name, "[edid] or [controls]");
}

/* Settings without an option. */
static const struct option_row profile_rows[] = {
	{ "compose", 0, OPT_CROP, offsetof(struct common_options, compose), .help = "" },
	{ "frequency", 0, OPT_UINT, offsetof(struct common_options, frequency), .help = "" },
	{ .name = NULL },
};

/* Sets an option by its name. With --want, the options for the mode in the profile are skipped. */
static int take_option_of(struct loader *loader, const char *name, const char *value)
{
	static const struct {
		const char *name;
		bool of_mode;
	} names[] = {
		{ "input", false },      { "dv-timings", false }, { "standard", false }, { "edid", false },
		{ "pixelformat", true }, { "size", true },        { "fps", true },       { "crop", false },
		{ "compose", true },     { "frequency", false },
	};
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		if (names[i].of_mode && loader->options->want)
			return 0;
		err = options_set_default(loader->rows, name, value, loader->options);
		return err == -ENOENT ? options_set_default(profile_rows, name, value, loader->options) : err;
	}
	return refuse_line(loader, name,
			   "input, dv-timings, standard, frequency, edid, pixelformat, size, fps, crop or "
			   "compose");
}

static int take_line(struct loader *loader, char *line)
{
	char *value;

	if (!*line)
		return 0;
	if (*line == '[')
		return begin_section(loader, line);
	if (loader->section == SECTION_EDID)
		return fprintf(loader->edid, "%s\n", line) < 0 ? -ENOMEM : 0;
	value = strchr(line, '=');
	if (!value)
		return refuse_line(loader, line, "NAME = VALUE");
	*value++ = '\0';
	line = trim_spaces(line);
	value = trim_spaces(value);
	if (loader->section == SECTION_CONTROLS)
		return fprintf(loader->controls, "%s=%s\n", line, value) < 0 ? -ENOMEM : 0;
	return take_option_of(loader, line, value);
}

static int take_edid(struct loader *loader, const char *text, size_t length)
{
	struct common_options *options = loader->options;
	char why[EDID_TEXT_MAX];
	const char *wrong;
	int err;

	if (!length || options->edid_name)
		return 0;
	err = edid_parse_hex(&options->edid, text, length);
	if (err == -ENOMEM)
		return err;
	wrong = err < 0 ? "it is not hexadecimal text of whole blocks" : edid_check(&options->edid, why);
	if (!wrong)
		return 0;
	log_error("%s: [edid]: %s", options->profile, wrong);
	return -EINVAL;
}

/* Options point to values in the text, which is kept. */
static int read_lines(struct loader *loader, FILE *file)
{
	char **text = &loader->options->profile_text, *rest, *line;
	size_t size = 0;
	int err = 0;

	errno = 0;
	if (getdelim(text, &size, '\0', file) < 0) {
		err = ferror(file) ? -errno : 0;
		if (err < 0)
			log_error("--profile: %s: %s", loader->options->profile, err_str(err));
		return err < 0 ? -EIO : 0;
	}
	rest = *text;
	while (err == 0 && (line = strsep(&rest, "\n"))) {
		loader->line++;
		err = take_line(loader, strip_comment(line));
	}
	return err;
}

enum status profile_load(struct common_options *options, const struct option_row *rows)
{
	struct loader loader = { .options = options, .rows = rows };
	FILE *file = fopen(options->profile, "re");
	char *edid = NULL;
	size_t edid_length = 0, length = 0;
	int err;

	if (!file) {
		log_error("--profile: %s: %s; 'v4l2q list -d DEV --save FILE' writes one", options->profile,
			  err_str(-errno));
		return STATUS_FILE;
	}
	loader.edid = open_memstream(&edid, &edid_length);
	loader.controls = open_memstream(&options->profile_controls, &length);
	err = loader.edid && loader.controls ? read_lines(&loader, file) : log_no_memory();
	if (loader.edid)
		fclose(loader.edid);
	if (loader.controls)
		fclose(loader.controls);
	if (err == 0)
		err = take_edid(&loader, edid, edid_length);
	free(edid);
	fclose(file);
	return err == -EINVAL ? STATUS_USAGE : status_of(STAGE_FILE, err);
}
