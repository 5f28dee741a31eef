/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of --profile: options and controls, a line each. */
#ifndef CLI_PROFILE_H
#define CLI_PROFILE_H

#include "cli/common.h"

/* Reads the file of options->profile into those options, of these rows, that were not given. Returns
 * STATUS_DONE or the status of an error, logged. What it allocates common_close() frees. */
enum status profile_load(struct common_options *options, const struct option_row *rows);

#endif
