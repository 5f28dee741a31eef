/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds video hardware in sysfs that has no driver. */
#include "device/nodes/missing_driver.h"

#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/array.h"
#include "device/nodes/hardware.h"

/* Classes of hardware that may be video hardware, by the beginning of the class. module: the module that
 * drives the whole class; NULL: it is video hardware if its module is in drivers/media. */
static const struct kind {
	const char *bus, *word, *file, *class, *module;
} kinds[] = {
	{ "usb", "USB", "bInterfaceClass", "0e", "uvcvideo" },
	{ "usb", "USB", "bInterfaceClass", "ff", NULL },
	{ "pci", "PCI", "class", "0x04", NULL },
};

/* Opens a table of the running kernel's modules. */
static FILE *open_table(const char *root, const char *name)
{
	char path[PATH_MAX];
	struct utsname kernel;

	uname(&kernel);
	snprintf(path, sizeof path, "%s/lib/modules/%s/%s", root, kernel.release, name);
	return fopen(path, "re");
}

/* Module names have '_' where their file names may have '-'. */
static bool is_file_of_module(const char *file, const char *module)
{
	for (; *module && (*file == *module || (*file == '-' && *module == '_')); file++)
		module++;
	return !*module && strncmp(file, ".ko", 3) == 0;
}

static bool is_of_media(const char *root, const char *module)
{
	FILE *table = open_table(root, "modules.dep");
	char line[4096];
	bool found = false;

	while (table && !found && fgets(line, sizeof line, table)) {
		const char *slash;

		line[strcspn(line, ":")] = '\0';
		slash = strrchr(line, '/');
		found = slash && strstr(line, "/media/") && is_file_of_module(slash + 1, module);
	}
	if (table)
		fclose(table);
	return found;
}

/* Finds the module of the first alias that matches. Returns whether there is one. */
static bool find_module(const char *root, const char *modalias, bool of_media, char module[64])
{
	char line[512], pattern[256];
	FILE *table = open_table(root, "modules.alias");
	bool found = false;

	while (table && !found && fgets(line, sizeof line, table))
		found = sscanf(line, "alias %255s %63s", pattern, module) == 2 &&
			fnmatch(pattern, modalias, 0) == 0 && (!of_media || is_of_media(root, module));
	if (table)
		fclose(table);
	return found;
}

/* name: for USB that of the interface, "1-4:1.0"; the folder of its device is "1-4". */
static void name_device(const char *root, const struct kind *kind, const char *name,
			struct missing_driver *missing)
{
	int length = (int)strcspn(name, strcmp(kind->bus, "usb") == 0 ? ":" : "");
	char folder[PATH_MAX], product[80], driver[PATH_MAX];

	snprintf(folder, sizeof folder, "%s/sys/bus/%s/devices/%.*s", root, kind->bus, length, name);
	hardware_read_line(folder, "product", product, sizeof product);
	snprintf(missing->device, sizeof missing->device, "%s device %.*s (%.40s)", kind->word,
		 length < 20 ? length : 20, name, *product ? product : "a camera");
	snprintf(driver, sizeof driver, "%s/sys/bus/%s/drivers/%s", root, kind->bus, missing->module);
	if (access(driver, F_OK) == 0)
		snprintf(missing->bind, sizeof missing->bind,
			 "echo %.20s | sudo tee /sys/bus/%s/drivers/%s/bind", name, kind->bus,
			 missing->module);
}

static bool is_without_driver(const char *root, const struct kind *kind, const char *name,
			      struct missing_driver *missing)
{
	char folder[PATH_MAX], driver[PATH_MAX + 8], text[256];

	snprintf(folder, sizeof folder, "%s/sys/bus/%s/devices/%.60s", root, kind->bus, name);
	hardware_read_line(folder, kind->file, text, sizeof text);
	snprintf(driver, sizeof driver, "%s/driver", folder);
	if (strncasecmp(text, kind->class, strlen(kind->class)) != 0 || access(driver, F_OK) == 0)
		return false;
	hardware_read_line(folder, "modalias", text, sizeof text);
	*missing = (struct missing_driver){ .bind = "" };
	if (!find_module(root, text, !kind->module, missing->module)) {
		if (!kind->module)
			return false;
		strcpy(missing->module, kind->module);
	}
	name_device(root, kind, name, missing);
	return true;
}

static bool find_of_kind(const char *root, const struct kind *kind, struct missing_driver *missing)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	bool found = false;
	int n;

	snprintf(path, sizeof path, "%s/sys/bus/%s/devices", root, kind->bus);
	n = scandir(path, &entries, NULL, versionsort);
	for (int i = 0; i < n; i++) {
		found = found || (strchr(entries[i]->d_name, ':') &&
				  is_without_driver(root, kind, entries[i]->d_name, missing));
		free(entries[i]);
	}
	free(entries);
	return found;
}

bool missing_driver_find(const char *root, struct missing_driver *missing)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (find_of_kind(root, &kinds[i], missing))
			return true;
	return false;
}
