/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection of a USB device, from sysfs. Nothing here logs. */
#ifndef DEVICE_NODES_USB_H
#define DEVICE_NODES_USB_H

#include "device/nodes/hardware.h"

/* Whether the device supports USB 3, whatever it is connected to. USB_3_MAYBE: kernels before 6.9 do not
 * tell, and its version number is also that of USB 2 devices with link power management. */
enum usb_3 { USB_3_NO, USB_3_MAYBE, USB_3_YES };
enum usb_3 usb_can_do_3(const struct hardware *hardware);

/* The isochronous alternate settings of its video interfaces. */
struct usb_alternates {
	unsigned n;         /* 0: none, as with bulk transfers, or not known */
	double least, most; /* bytes a second */
};
void usb_alternates(const struct hardware *hardware, struct usb_alternates *alternates);

/* Compares the frames of a camera with what its connection can carry. */
struct usb_load {
	bool is_too_much; /* more than any of the alternate settings carries */
	char text[400];   /* "the frames take 18.4 MB/s; its alternate settings ..."; "": nothing is known */
};
/* For the node at path. bytes_per_second 0: not known, as for compressed frames. root: see hardware_of(). */
void usb_load(const char *root, const char *path, double bytes_per_second, struct usb_load *load);

#endif
