/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The nodes as libgudev tells of them, by which GStreamer finds codec nodes:
 * g_udev_client_query_by_subsystem() and what is asked of its devices. libudev would read them from sysfs.
 * GLib is the program's own.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include "preload.h"

/* G_TYPE_OBJECT, of the fundamental types of GObject. */
#define TYPE_OBJECT ((size_t)20 << 2)

/* A device is an object without properties, as its users unreference it. */
static void *devices[8];

PUBLIC void *g_udev_client_query_by_subsystem(void *client, const char *subsystem);
PUBLIC const char *g_udev_device_get_device_file(void *device);
PUBLIC const char *g_udev_device_get_sysfs_path(void *device);
PUBLIC const char *g_udev_device_get_property(void *device, const char *key);
PUBLIC int g_udev_device_get_property_as_int(void *device, const char *key);

/* Returns a GList. */
PUBLIC void *g_udev_client_query_by_subsystem(void *client, const char *subsystem)
{
	void *(*append)(void *list, void *data) = dlsym(RTLD_DEFAULT, "g_list_append");
	void *(*create)(size_t type, const char *property, ...) = dlsym(RTLD_DEFAULT, "g_object_new");
	void *(*ref)(void *object) = dlsym(RTLD_DEFAULT, "g_object_ref");
	void *list = NULL;

	(void)client;
	(void)subsystem;
	for (int minor = -1; (minor = node_next(minor)) >= 0;) {
		if (!devices[minor])
			devices[minor] = create(TYPE_OBJECT, NULL);
		list = append(list, ref(devices[minor]));
	}
	return list;
}

PUBLIC const char *g_udev_device_get_device_file(void *device)
{
	for (int minor = -1; (minor = node_next(minor)) >= 0;) {
		if (devices[minor] == device)
			return node_path(minor);
	}
	return NULL;
}

PUBLIC const char *g_udev_device_get_sysfs_path(void *device)
{
	return g_udev_device_get_device_file(device);
}

PUBLIC const char *g_udev_device_get_property(void *device, const char *key)
{
	(void)device;
	(void)key;
	return NULL;
}

PUBLIC int g_udev_device_get_property_as_int(void *device, const char *key)
{
	(void)device;
	(void)key;
	return 2; /* ID_V4L_VERSION */
}
