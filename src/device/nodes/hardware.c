/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hardware that a V4L2 node belongs to, from sysfs, and the node's other names. */
#include "device/nodes/hardware.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/media.h>
#include "base/text.h"

void hardware_read_line(const char *folder, const char *file, char *text, size_t size)
{
	char path[PATH_MAX];
	FILE *in;

	*text = '\0';
	if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path)
		return;
	in = fopen(path, "re");
	if (!in)
		return;
	if (!fgets(text, (int)size, in))
		*text = '\0';
	fclose(in);
	text[strcspn(text, "\n")] = '\0';
	text_clean(text, "");
}

/* The last component of the target of a link in sysfs, "" where there is none. */
static void read_link_name(const char *folder, const char *link, char *name, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *slash;
	ssize_t n = -1;

	if (snprintf(path, sizeof path, "%s/%s", folder, link) < (int)sizeof path)
		n = readlink(path, target, sizeof target - 1);
	target[n > 0 ? n : 0] = '\0';
	slash = strrchr(target, '/');
	snprintf(name, size, "%.*s", (int)size - 1, slash ? slash + 1 : target);
	text_clean(name, "");
}

/* The interfaces of a USB device are parts of it, such as a camera's microphone and its second sensor. */
static void go_up_to_usb_device(char *sysfs)
{
	char number[8], *slash = strrchr(sysfs, '/');

	hardware_read_line(sysfs, "bInterfaceNumber", number, sizeof number);
	if (*number && slash)
		*slash = '\0';
}

static void read_usb(struct hardware *hardware)
{
	char vendor[5], product[5], speed[16];

	hardware_read_line(hardware->sysfs, "product", hardware->product, sizeof hardware->product);
	hardware_read_line(hardware->sysfs, "idVendor", vendor, sizeof vendor);
	hardware_read_line(hardware->sysfs, "idProduct", product, sizeof product);
	hardware_read_line(hardware->sysfs, "speed", speed, sizeof speed);
	if (*vendor && *product)
		snprintf(hardware->usb_id, sizeof hardware->usb_id, "%s:%s", vendor, product);
	hardware->usb_mbits = (unsigned)strtoul(speed, NULL, 10);
}

bool hardware_of(const char *root, const char *name, struct hardware *hardware)
{
	char folder[PATH_MAX], device[PATH_MAX], subsystem[16];

	*hardware = (struct hardware){ .sysfs = "" };
	snprintf(folder, sizeof folder, "%s/sys/class/video4linux/%s", root, name);
	if (access(folder, F_OK) < 0)
		return false;
	hardware_read_line(folder, "name", hardware->label, sizeof hardware->label);
	if (snprintf(device, sizeof device, "%s/device", folder) >= (int)sizeof device ||
	    !realpath(device, hardware->node_sysfs)) {
		hardware->node_sysfs[0] = '\0';
		return true;
	}
	read_link_name(hardware->node_sysfs, "driver", hardware->driver, sizeof hardware->driver);
	strcpy(hardware->sysfs, hardware->node_sysfs);
	go_up_to_usb_device(hardware->sysfs);
	read_link_name(hardware->sysfs, "subsystem", subsystem, sizeof subsystem);
	snprintf(hardware->bus, sizeof hardware->bus, "%s%s%.60s", subsystem, *subsystem ? " " : "",
		 strrchr(hardware->sysfs, '/') + 1);
	text_clean(hardware->bus, "");
	if (strcmp(subsystem, "usb") == 0)
		read_usb(hardware);
	return true;
}

bool hardware_of_path(const char *root, const char *path, struct hardware *hardware)
{
	char *node = realpath(path, NULL);
	const char *slash = strrchr(node ? node : path, '/');
	bool found = hardware_of(root, slash ? slash + 1 : path, hardware);

	free(node);
	return found;
}

static bool has_bus_info(const char *path, const char *bus_info)
{
	struct media_device_info info = { .bus_info = "" };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_same;

	if (fd < 0)
		return false;
	is_same = ioctl(fd, MEDIA_IOC_DEVICE_INFO, &info) == 0 &&
		  strncmp(info.bus_info, bus_info, sizeof info.bus_info) == 0;
	close(fd);
	return is_same;
}

static int is_media(const struct dirent *entry)
{
	const char *digits = entry->d_name + 5;

	return strncmp(entry->d_name, "media", 5) == 0 && *digits && strlen(digits) < 10 &&
	       strspn(digits, "0123456789") == strlen(digits);
}

const char *hardware_media(const char *root, const struct hardware *hardware, const char *bus_info,
			   char path[NODE_PATH_MAX])
{
	struct dirent **entries = NULL;
	int n = *hardware->node_sysfs ? scandir(hardware->node_sysfs, &entries, is_media, versionsort) : 0;
	char node[PATH_MAX];
	bool found = false;

	for (int i = 0; i < n; i++) {
		snprintf(node, sizeof node, "%s/dev/%s", root, entries[i]->d_name);
		if (!found && (n == 1 || !bus_info || has_bus_info(node, bus_info))) {
			snprintf(path, NODE_PATH_MAX, "/dev/%.20s", entries[i]->d_name);
			found = true;
		}
		free(entries[i]);
	}
	free(entries);
	return found ? path : NULL;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void hardware_links(const char *folder, const char *node, void (*visit)(void *opaque, const char *link),
		    void *opaque)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_visible, alphasort);
	char path[PATH_MAX], target[PATH_MAX];

	for (int i = 0; i < n; i++) {
		if (snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name) < (int)sizeof path &&
		    realpath(path, target) && strcmp(target, node) == 0)
			visit(opaque, path);
		free(entries[i]);
	}
	free(entries);
}
