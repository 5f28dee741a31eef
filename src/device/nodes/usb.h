/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysfs tells of how a USB device is connected. Nothing here logs. */
#ifndef DEVICE_NODES_USB_H
#define DEVICE_NODES_USB_H

#include "device/nodes/hardware.h"

/* Whether the device can do USB 3, whatever it is connected to. USB_3_MAYBE: the kernel (before 6.9) does not
 * tell, and its version is also that of devices of USB 2 with link power management. */
enum usb_3 { USB_3_NO, USB_3_MAYBE, USB_3_YES };
enum usb_3 usb_can_do_3(const struct hardware *hardware);

/* The isochronous alternate settings of its video interfaces. */
struct usb_alternates {
	unsigned n;         /* 0: it has none, as with bulk transfers, or they are not known */
	double least, most; /* bytes a second */
};
void usb_alternates(const struct hardware *hardware, struct usb_alternates *alternates);

/* Frames on their way from a camera, against what its connection carries. */
struct usb_load {
	bool is_too_much; /* for any of the alternate settings */
	char text[400]; /* what is known: "the frames take 18.4 MB/s; its alternate settings ..."; "": nothing
			 */
};
/* Of the node at path; bytes_per_second 0: not known, as of compressed frames. root as of hardware_of(). */
void usb_load(const char *root, const char *path, double bytes_per_second, struct usb_load *load);

#endif
