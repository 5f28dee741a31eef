/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a recording. */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include "report/common.h"
#include "session/record.h"

#define REPORT_FATES_MAX 480

/* The argument of the functions below, with the CPU time used so far. */
struct report report_of_recording(const struct recording *recording, struct fraction fps_requested);
/* What became of the frames of a recording without any in its files, for an error message. Returns text. */
char *report_record_fates(const struct recording *recording, char text[REPORT_FATES_MAX]);
struct json_object *report_record_json(const struct report *report, const struct recording *recording);
/* For options.progress: the keys of the report, except files, encoder and end, and those that only the status
 * has. */
struct json_object *report_record_status_json(const struct report *report, const struct recording *recording);
void report_record_text(const struct report *report, const struct recording *recording, FILE *out);

#endif
