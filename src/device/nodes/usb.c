/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection of a USB device, from sysfs. */
#include "device/nodes/usb.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/usb/ch9.h>
#include <linux/usb/video.h>
#include "base/text.h"
#include "base/units.h"

#define DESCRIPTORS_MAX 16384
#define HIGH_SPEED_MBITS 480
#define SUPER_SPEED_MBITS 5000

/* Descriptors one after the other, each beginning with its length and type (USB 2.0, 9.5). */
struct descriptors {
	uint8_t bytes[DESCRIPTORS_MAX];
	size_t n, at;
};

static void read_descriptors(struct descriptors *descriptors, const struct hardware *hardware,
			     const char *file)
{
	char path[PATH_MAX];
	FILE *in = NULL;

	descriptors->n = descriptors->at = 0;
	if (snprintf(path, sizeof path, "%s/%s", hardware->sysfs, file) < (int)sizeof path)
		in = fopen(path, "re");
	if (!in)
		return;
	descriptors->n = fread(descriptors->bytes, 1, sizeof descriptors->bytes, in);
	fclose(in);
}

/* Returns NULL after the last complete descriptor. */
static const uint8_t *next_descriptor(struct descriptors *descriptors)
{
	const uint8_t *descriptor = descriptors->bytes + descriptors->at;
	size_t left = descriptors->n - descriptors->at;

	if (left < 2 || descriptor[0] < 2 || descriptor[0] > left)
		return NULL;
	descriptors->at += descriptor[0];
	return descriptor;
}

static unsigned little_endian_16(const uint8_t *bytes)
{
	return bytes[0] | (unsigned)bytes[1] << 8;
}

/* At USB 2 speed, a USB 3 device lists its other speeds in the binary object store (USB 3.2, 9.6.2). */
enum usb_3 usb_can_do_3(const struct hardware *hardware)
{
	struct descriptors store;
	const uint8_t *descriptor;
	char version[16];

	read_descriptors(&store, hardware, "bos_descriptors");
	while ((descriptor = next_descriptor(&store)))
		if (descriptor[0] >= 3 && descriptor[1] == USB_DT_DEVICE_CAPABILITY &&
		    descriptor[2] == USB_SS_CAP_TYPE)
			return USB_3_YES;
	hardware_read_line(hardware->sysfs, "version", version, sizeof version);
	return store.n || strtod(version, NULL) < 2.1 ? USB_3_NO : USB_3_MAYBE;
}

/* The bytes per second of an isochronous endpoint. next: the descriptor behind it, or NULL. */
static double endpoint_rate(const uint8_t *endpoint, const uint8_t *next, unsigned mbits)
{
	unsigned packet = little_endian_16(endpoint + 4);
	double bytes = packet & USB_ENDPOINT_MAXP_MASK;
	unsigned interval = endpoint[6] >= 1 && endpoint[6] <= 16 ? endpoint[6] - 1u : 0;

	if (mbits >= SUPER_SPEED_MBITS && next && next[0] >= USB_DT_SS_EP_COMP_SIZE &&
	    next[1] == USB_DT_SS_ENDPOINT_COMP)
		bytes = little_endian_16(next + 4);
	else if (mbits >= HIGH_SPEED_MBITS)
		bytes *= 1 + (packet >> 11 & 3);
	return bytes * (mbits >= HIGH_SPEED_MBITS ? 8000 : 1000) / (1u << interval);
}

static void add_alternate(struct usb_alternates *alternates, double rate)
{
	if (!alternates->n || rate < alternates->least)
		alternates->least = rate;
	if (rate > alternates->most)
		alternates->most = rate;
	alternates->n++;
}

static bool is_streaming_interface(const uint8_t *descriptor)
{
	return descriptor[0] >= USB_DT_INTERFACE_SIZE && descriptor[5] == USB_CLASS_VIDEO &&
	       descriptor[6] == UVC_SC_VIDEOSTREAMING;
}

static bool is_isochronous_in(const uint8_t *descriptor)
{
	return descriptor[0] >= USB_DT_ENDPOINT_SIZE && descriptor[2] & USB_DIR_IN &&
	       (descriptor[3] & USB_ENDPOINT_XFERTYPE_MASK) == USB_ENDPOINT_XFER_ISOC;
}

void usb_alternates(const struct hardware *hardware, struct usb_alternates *alternates)
{
	struct descriptors descriptors;
	const uint8_t *descriptor, *next;
	bool streaming = false;

	*alternates = (struct usb_alternates){ 0 };
	read_descriptors(&descriptors, hardware, "descriptors");
	for (descriptor = next_descriptor(&descriptors); descriptor; descriptor = next) {
		next = next_descriptor(&descriptors);
		if (descriptor[1] == USB_DT_INTERFACE)
			streaming = is_streaming_interface(descriptor);
		if (streaming && descriptor[1] == USB_DT_ENDPOINT && is_isochronous_in(descriptor))
			add_alternate(alternates, endpoint_rate(descriptor, next, hardware->usb_mbits));
	}
}

static void add_other(const char *folder, const char *name, char *text, size_t size)
{
	char device[PATH_MAX], class[8], product[60], speed[16];

	snprintf(device, sizeof device, "%.200s/%.60s", folder, name);
	hardware_read_line(device, "bDeviceClass", class, sizeof class);
	hardware_read_line(device, "product", product, sizeof product);
	hardware_read_line(device, "speed", speed, sizeof speed);
	if (*class && strtoul(class, NULL, 16) != USB_CLASS_HUB)
		text_join(text, size, ", ", "%.20s (%s%s%s Mbit/s)", name, product, *product ? ", " : "",
			  speed);
}

/* The devices that share the bus, except hubs. Device names are "BUS-PORT.PORT", those of interfaces have
 * ":CONFIGURATION.INTERFACE" appended. */
static char *others_text(const char *root, const struct hardware *hardware, char *text, size_t size)
{
	const char *slash = strrchr(hardware->sysfs, '/'), *own = slash ? slash + 1 : "";
	size_t bus = strcspn(own, "-") + 1;
	char folder[PATH_MAX];
	struct dirent **entries = NULL;
	int n;

	*text = '\0';
	snprintf(folder, sizeof folder, "%s/sys/bus/usb/devices", root);
	n = *own ? scandir(folder, &entries, NULL, versionsort) : 0;
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (strncmp(name, own, bus) == 0 && strcmp(name, own) != 0 && !strchr(name, ':'))
			add_other(folder, name, text, size);
		free(entries[i]);
	}
	free(entries);
	return text;
}

void usb_load(const char *root, const char *path, double bytes_per_second, struct usb_load *load)
{
	struct usb_alternates alternates;
	struct hardware hardware;
	char others[200];

	*load = (struct usb_load){ 0 };
	if (!hardware_of_path(root, path, &hardware) || !hardware.usb_mbits)
		return;
	if (bytes_per_second > 0)
		text_join(load->text, sizeof load->text, "; ", "the frames take %s MB/s",
			  PLAIN_NUMBER(bytes_per_second / 1e6, 3));
	usb_alternates(&hardware, &alternates);
	load->is_too_much = alternates.n && bytes_per_second > alternates.most;
	if (alternates.n)
		text_join(load->text, sizeof load->text, "; ", "its alternate settings carry %s to %s MB/s",
			  PLAIN_NUMBER(alternates.least / 1e6, 3), PLAIN_NUMBER(alternates.most / 1e6, 3));
	if (*others_text(root, &hardware, others, sizeof others))
		text_add(load->text, sizeof load->text, "%son the same bus: %s", *load->text ? "; " : "",
			 others);
}
