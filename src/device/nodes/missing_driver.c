/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cameras that sysfs shows, and that no driver has taken. */
#include "device/nodes/missing_driver.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "device/nodes/hardware.h"

#define CLASS_VIDEO "0e"

/* Of the first alias that matches; else the one that drives the class. */
static void find_module(const char *root, const char *modalias, char module[64])
{
	char path[PATH_MAX], line[512], pattern[256];
	struct utsname kernel;
	FILE *aliases;

	strcpy(module, "uvcvideo");
	uname(&kernel);
	snprintf(path, sizeof path, "%s/lib/modules/%s/modules.alias", root, kernel.release);
	aliases = fopen(path, "re");
	if (!aliases)
		return;
	while (fgets(line, sizeof line, aliases)) {
		char name[64];

		if (sscanf(line, "alias %255s %63s", pattern, name) != 2 ||
		    fnmatch(pattern, modalias, 0) != 0)
			continue;
		strcpy(module, name);
		break;
	}
	fclose(aliases);
}

/* name: of the interface, "1-4:1.0"; the folder of its device is called "1-4". */
static bool is_without_driver(const char *root, const char *name, struct missing_driver *missing)
{
	char folder[PATH_MAX], driver[PATH_MAX + 8], text[256];
	int length = (int)strcspn(name, ":");

	snprintf(folder, sizeof folder, "%s/sys/bus/usb/devices/%s", root, name);
	hardware_read_line(folder, "bInterfaceClass", text, sizeof text);
	snprintf(driver, sizeof driver, "%s/driver", folder);
	if (strcmp(text, CLASS_VIDEO) != 0 || access(driver, F_OK) == 0)
		return false;
	hardware_read_line(folder, "modalias", text, sizeof text);
	find_module(root, text, missing->module);
	snprintf(folder, sizeof folder, "%s/sys/bus/usb/devices/%.*s", root, length, name);
	hardware_read_line(folder, "product", text, sizeof text);
	snprintf(missing->device, sizeof missing->device, "USB device %.*s (%.40s)",
		 length < 20 ? length : 20, name, *text ? text : "a camera");
	return true;
}

bool missing_driver_find(const char *root, struct missing_driver *missing)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *devices;

	snprintf(path, sizeof path, "%s/sys/bus/usb/devices", root);
	devices = opendir(path);
	while (devices && !found && (entry = readdir(devices)))
		found = strchr(entry->d_name, ':') && is_without_driver(root, entry->d_name, missing);
	if (devices)
		closedir(devices);
	return found;
}
