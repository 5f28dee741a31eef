/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the checks of the doctor share. */
#ifndef DOCTOR_DOCTOR_INTERNAL_H
#define DOCTOR_DOCTOR_INTERNAL_H

#include "device/nodes/hardware.h"
#include "doctor/doctor.h"

/* Each returns the status that a recording would end with there, has reported the obstacles, and where there
 * are none has said in found[FINDING_TEXT_MAX] what it found; found left "": it does not apply. */
typedef enum status doctor_check(struct doctor *doctor, char *found);

doctor_check doctor_check_node, doctor_check_idle, doctor_check_setup, doctor_check_pipeline,
	doctor_check_signal, doctor_check_timings, doctor_check_usb;
doctor_check doctor_check_format, doctor_check_buffers, doctor_check_frames, doctor_check_picture,
	doctor_check_rate, doctor_check_timestamps;
doctor_check doctor_check_power, doctor_check_kernel;
int doctor_kernel_open(void);

/* Steps of the checks, by themselves for tests. */
void doctor_report_usb(const char *path, const struct hardware *hardware, char *found);
/* delivers: not the device is what keeps the frames away. */
void doctor_report_power(const char *path, const struct hardware *hardware, bool delivers, char *found);
/* The text of a record of /dev/kmsg that is a warning or worse and names the word; NULL: another one. Cuts
 * the record. */
const char *doctor_kernel_warning(char *record, const char *word);

#endif
