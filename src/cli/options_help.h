/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --help, from the option tables. */
#ifndef CLI_OPTIONS_HELP_H
#define CLI_OPTIONS_HELP_H

#include <stdio.h>
#include "cli/options.h"

void options_help(const struct option_spec *spec, FILE *out);

#endif
