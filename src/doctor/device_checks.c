/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks before the stream: is the device present, free, set up, and does it have a signal. */
#include <stdio.h>
#include <string.h>
#include "base/machine_root.h"
#include "base/text.h"
#include "device/inputs/dv_timings.h"
#include "device/inputs/inputs.h"
#include "device/nodes/holders.h"
#include "device/nodes/usb.h"
#include "doctor/doctor_internal.h"

#define USB2_MBITS 480

/* setup_device() does the work of three checks: keeps its obstacle for the check that it belongs to. */
static void keep_for_later(struct doctor *doctor)
{
	doctor->setup_obstacle.kind = N_OBSTACLES;
	if (doctor->has_obstacle)
		doctor->setup_obstacle = doctor->findings[--doctor->n_findings].obstacle;
	doctor->has_obstacle = false;
}

static enum status report_setup(struct doctor *doctor)
{
	if (doctor->setup_obstacle.kind < N_OBSTACLES)
		obstacle_pass(doctor->setup.device.path, &doctor->setup_obstacle);
	return doctor->setup_status;
}

enum status doctor_check_node(struct doctor *doctor, char *found)
{
	struct setup *setup = &doctor->setup;

	doctor->setup_status = setup_device(setup, doctor->options.setup);
	if (!setup->has_device)
		return doctor->setup_status;
	keep_for_later(doctor);
	snprintf(found, FINDING_TEXT_MAX, "%s: %.32s (%.16s, %.32s)", setup->device.path,
		 (const char *)setup->device.info.card, (const char *)setup->device.info.driver,
		 (const char *)setup->device.info.bus_info);
	return STATUS_DONE;
}

enum status doctor_check_idle(struct doctor *doctor, char *found)
{
	char holders[200];

	if (!doctor->setup.before.is_saved)
		return report_setup(doctor);
	snprintf(found, FINDING_TEXT_MAX, "no other program streams from it");
	if (!device_is_simulated(&doctor->setup.device) &&
	    *holders_text(doctor->setup.device.path, false, holders, sizeof holders))
		text_add(found, FINDING_TEXT_MAX, ", though it is open in %s", holders);
	return STATUS_DONE;
}

enum status doctor_check_setup(struct doctor *doctor, char *found)
{
	char name[INPUT_NAME_MAX];
	int input = inputs_current(&doctor->setup.device);

	if (doctor->setup_status != STATUS_DONE)
		return report_setup(doctor);
	if (input < 0 || !inputs_name(&doctor->setup.device, (uint32_t)input, name))
		snprintf(found, FINDING_TEXT_MAX, "it has no inputs to select");
	else
		snprintf(found, FINDING_TEXT_MAX, "input %d (%s)", input, name);
	return STATUS_DONE;
}

/* A recording sets the pipeline up and restores it, so that a mismatch only affects other programs. */
enum status doctor_check_pipeline(struct doctor *doctor, char *found)
{
	const struct pipeline *pipeline = doctor->setup.pipeline;
	char command[OBSTACLE_TEXT_MAX - 200];

	if (!pipeline || doctor->options.setup->no_pipeline)
		return STATUS_DONE;
	if (!*pipeline->former_mismatch) {
		snprintf(found, FINDING_TEXT_MAX, "its pads fit each other");
		return STATUS_DONE;
	}
	obstacle_report(doctor->setup.device.path, OBSTACLE_PIPELINE_UNSET, pipeline->former_mismatch,
			pipeline_command(pipeline, command, sizeof command));
	doctor->findings[doctor->n_findings - 1].is_fixed = doctor->options.fix;
	return STATUS_DONE;
}

/* The status of the input, for analogue video and for receivers that report a missing signal only there. */
static enum obstacle_kind obstacle_of_input(struct device *device)
{
	struct input input;
	int index = inputs_current(device);

	if (index < 0 || !inputs_get(device, (uint32_t)index, &input))
		return N_OBSTACLES;
	if (input.status & (V4L2_IN_ST_NO_SIGNAL | V4L2_IN_ST_NO_POWER))
		return OBSTACLE_NO_SIGNAL;
	return input.status & (V4L2_IN_ST_NO_H_LOCK | V4L2_IN_ST_NO_SYNC | V4L2_IN_ST_NO_CARRIER)
		       ? OBSTACLE_NO_LOCK
		       : N_OBSTACLES;
}

/* A recording would start without a signal, and record the frames that come. */
enum status doctor_check_signal(struct doctor *doctor, char *found)
{
	struct device *device = &doctor->setup.device;
	struct v4l2_dv_timings timings;
	int err = dv_timings_detected(device, &timings);
	enum obstacle_kind kind = obstacle_of_signal(err);
	char name[DV_TIMINGS_NAME_MAX];

	if (kind == N_OBSTACLES)
		kind = obstacle_of_input(device);
	if (kind == OBSTACLE_NO_SIGNAL && nodes_is_loopback(&device->info))
		kind = OBSTACLE_NO_PRODUCER;
	if (kind != N_OBSTACLES)
		obstacle_report(device->path, kind, device->path, NULL);
	else if (err == 0)
		snprintf(found, FINDING_TEXT_MAX, "%s", dv_timings_name(&timings.bt, name));
	return STATUS_DONE;
}

/* Programs must set receivers to the timings of their source (kernel documentation, "ioctl
 * VIDIOC_QUERY_DV_TIMINGS"). */
enum status doctor_check_timings(struct doctor *doctor, char *found)
{
	struct device *device = &doctor->setup.device;
	struct video_source source = { 0 };
	struct video_format format;
	char change[DV_TIMINGS_TEXT_MAX];

	source.has_timings = dv_timings_detected(device, &source.timings) == 0;
	if (!source.has_timings || negotiate_get_format(device, &format) < 0)
		return STATUS_DONE;
	if (dv_timings_compare(device, &format, &source, change) <= 0) {
		snprintf(found, FINDING_TEXT_MAX, "those of the source");
		return STATUS_DONE;
	}
	obstacle_report(device->path, OBSTACLE_TIMINGS, change, device->name);
	if (doctor->options.fix && dv_timings_apply(device, doctor->options.signal_fd, 1, &source) == 0)
		doctor->findings[doctor->n_findings - 1].is_fixed = true;
	return STATUS_DONE;
}

void doctor_report_usb(const char *path, const struct hardware *hardware, char *found)
{
	enum usb_3 usb_3 = hardware->usb_mbits <= USB2_MBITS ? usb_can_do_3(hardware) : USB_3_NO;
	char speed[32];

	snprintf(speed, sizeof speed, "%u Mbit/s", hardware->usb_mbits);
	if (usb_3 == USB_3_YES)
		obstacle_report(path, OBSTACLE_USB2, speed, NULL);
	snprintf(found, FINDING_TEXT_MAX, "%s%s", speed,
		 usb_3 == USB_3_MAYBE ? "; if it can do USB 3, it is in a port, or at a cable, of USB 2"
				      : "");
}

enum status doctor_check_usb(struct doctor *doctor, char *found)
{
	const char *path = doctor->setup.device.path;
	struct hardware hardware;

	if (hardware_of_path(machine_root(), path, &hardware) && hardware.usb_mbits)
		doctor_report_usb(path, &hardware, found);
	return STATUS_DONE;
}

/* Files: kernel documentation, "Power Management for USB". */
void doctor_report_power(const char *path, const struct hardware *hardware, bool delivers, char *found)
{
	char control[16], state[16], cause[120] = "";

	hardware_read_line(hardware->sysfs, "power/control", control, sizeof control);
	hardware_read_line(hardware->sysfs, "power/runtime_status", state, sizeof state);
	if (strcmp(state, "error") == 0)
		strcpy(cause, "the kernel could not wake it up (power/runtime_status: error)");
	else if (!delivers && strcmp(control, "auto") == 0)
		strcpy(cause, "it may not have woken up: the kernel suspends it when it is unused "
			      "(power/control: auto)");
	if (*cause)
		obstacle_report(path, OBSTACLE_SUSPENDED, cause, hardware->sysfs);
	else if (*control)
		snprintf(found, FINDING_TEXT_MAX, "%s",
			 strcmp(control, "auto") == 0 ? "it is suspended when unused, and wakes up"
						      : "it is never suspended");
}

enum status doctor_check_power(struct doctor *doctor, char *found)
{
	const char *path = doctor->setup.device.path;
	struct hardware hardware;

	if (hardware_of_path(machine_root(), path, &hardware) && hardware.usb_mbits)
		doctor_report_power(path, &hardware, doctor->status != STATUS_LOST, found);
	return STATUS_DONE;
}
