/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of doctor/. */
#ifndef DOCTOR_DOCTOR_INTERNAL_H
#define DOCTOR_DOCTOR_INTERNAL_H

#include "device/nodes/hardware.h"
#include "doctor/doctor.h"

/* A check returns the status with which a recording would end at this step, and reports the obstacles; if
 * there are none, it writes its result to found[FINDING_TEXT_MAX]; "": it does not apply. */
typedef enum status doctor_check(struct doctor *doctor, char *found);

doctor_check doctor_check_node, doctor_check_idle, doctor_check_setup, doctor_check_pipeline,
	doctor_check_signal, doctor_check_timings, doctor_check_usb;
doctor_check doctor_check_format, doctor_check_buffers, doctor_check_frames, doctor_check_picture,
	doctor_check_rate, doctor_check_timestamps;
doctor_check doctor_check_power, doctor_check_kernel;
int doctor_kernel_open(void);

/* Parts of the checks, for the unit tests. */
void doctor_report_usb(const char *path, const struct hardware *hardware, char *found);
/* delivers: the device is not the reason for missing frames. */
void doctor_report_power(const char *path, const struct hardware *hardware, bool delivers, char *found);
/* The text of a record of /dev/kmsg that is a warning or worse and mentions the word; NULL: another record.
 * Modifies the record. */
const char *doctor_kernel_warning(char *record, const char *word);

#endif
