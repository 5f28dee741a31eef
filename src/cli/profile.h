/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of --profile: options and controls, a line each. */
#ifndef CLI_PROFILE_H
#define CLI_PROFILE_H

#include "cli/common.h"

/* Sets options that were not given, which have these rows, from the file options->profile. Returns
 * STATUS_DONE or the status of an error, logged. common_close() frees its memory. */
enum status profile_load(struct common_options *options, const struct option_row *rows);

#endif
