/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device is set to, as a text that --profile sets again. */
#ifndef REPORT_PROFILE_H
#define REPORT_PROFILE_H

#include <stdbool.h>

/* Writes that of the device to the file ("-": standard output). Returns 0 or a negative errno, logged;
 * *is_file: it is the file's. */
int report_profile_save(const char *device_name, const char *file_name, bool *is_file);

#endif
