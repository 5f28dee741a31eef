/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the settings of a device for --profile. */
#ifndef REPORT_PROFILE_H
#define REPORT_PROFILE_H

#include <stdbool.h>

/* Writes the settings of the device to the file ("-": standard output). Returns 0 or a negative errno,
 * logged; *is_file: it is an error of the file. */
int report_profile_save(const char *device_name, const char *file_name, bool *is_file);

#endif
