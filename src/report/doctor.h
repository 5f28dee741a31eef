/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of v4l2q doctor. */
#ifndef REPORT_DOCTOR_H
#define REPORT_DOCTOR_H

#include <stdio.h>
#include <json-c/json.h>
#include "doctor/doctor.h"

struct json_object *report_doctor_json(const struct doctor *doctor);
void report_doctor_text(const struct doctor *doctor, FILE *out);

#endif
