/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hardware a node belongs to, in a folder that is laid out as sysfs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/array.h"
#include "device/nodes/hardware.h"

static char root[] = "/tmp/hardwareXXXXXX";

/* Folders end with '/', links have a target, other files a text. */
static const struct {
	const char *path, *target, *text;
} tree[] = {
	{ "dev/", NULL, NULL },
	{ "dev/by-id/", NULL, NULL },
	{ "dev/by-id/usb-Maker_Camera-index0", "../video0", NULL },
	{ "dev/by-id/usb-Maker_Camera-index1", "../video1", NULL },
	{ "dev/video0", NULL, "" },
	{ "dev/video1", NULL, "" },
	{ "sys/", NULL, NULL },
	{ "sys/class/", NULL, NULL },
	{ "sys/class/video4linux/", NULL, NULL },
	{ "sys/devices/", NULL, NULL },
	{ "sys/devices/1-4/", NULL, NULL },
	{ "sys/devices/1-4/subsystem", "../../bus/usb", NULL },
	{ "sys/devices/1-4/product", NULL, "Maker Camera\n" },
	{ "sys/devices/1-4/idVendor", NULL, "046d\n" },
	{ "sys/devices/1-4/idProduct", NULL, "082d\n" },
	{ "sys/devices/1-4/speed", NULL, "480\n" },
	{ "sys/devices/1-4/1-4:1.0/", NULL, NULL },
	{ "sys/devices/1-4/1-4:1.0/bInterfaceNumber", NULL, "00\n" },
	{ "sys/devices/1-4/1-4:1.0/subsystem", "../../../bus/usb", NULL },
	{ "sys/devices/1-4/1-4:1.0/driver", "../../../bus/usb/drivers/uvcvideo", NULL },
	{ "sys/devices/1-4/1-4:1.0/media3/", NULL, NULL },
	{ "sys/devices/1-4/1-4:1.2/", NULL, NULL },
	{ "sys/devices/1-4/1-4:1.2/bInterfaceNumber", NULL, "02\n" },
	{ "sys/devices/1-4/1-4:1.2/subsystem", "../../../bus/usb", NULL },
	{ "sys/devices/isp.0/", NULL, NULL },
	{ "sys/devices/isp.0/subsystem", "../../bus/platform", NULL },
	{ "sys/devices/isp.0/driver", "../../bus/platform/drivers/isp", NULL },
	{ "sys/class/video4linux/video0/", NULL, NULL },
	{ "sys/class/video4linux/video0/name", NULL, "Maker Camera\n" },
	{ "sys/class/video4linux/video0/device", "../../../devices/1-4/1-4:1.0", NULL },
	{ "sys/class/video4linux/video2/", NULL, NULL },
	{ "sys/class/video4linux/video2/device", "../../../devices/1-4/1-4:1.2", NULL },
	{ "sys/class/video4linux/v4l-subdev0/", NULL, NULL },
	{ "sys/class/video4linux/v4l-subdev0/name", NULL, "imx219\033 10-0010\n" },
	{ "sys/class/video4linux/v4l-subdev0/device", "../../../devices/isp.0", NULL },
	{ "sys/class/video4linux/video9/", NULL, NULL },
	{ "sys/class/video4linux/video9/name", NULL, "Dummy video device\n" },
};

static void make(const char *relative, const char *target, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", root, relative);
	if (target) {
		assert_int_equal(symlink(target, path), 0);
	} else if (text) {
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	} else {
		assert_int_equal(mkdir(path, 0777), 0);
	}
}

static int make_tree(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < ARRAY_SIZE(tree); i++)
		make(tree[i].path, tree[i].target, tree[i].text);
	return 0;
}

static int remove_tree(void **state)
{
	char path[PATH_MAX];

	(void)state;
	for (size_t i = ARRAY_SIZE(tree); i-- > 0;) {
		snprintf(path, sizeof path, "%s/%s", root, tree[i].path);
		assert_int_equal(remove(path), 0);
	}
	return rmdir(root);
}

/* All interfaces of a USB device are of one device. */
static void usb(void **state)
{
	struct hardware camera, second;
	char path[NODE_PATH_MAX];

	(void)state;
	assert_true(hardware_of(root, "video0", &camera));
	assert_true(hardware_of(root, "video2", &second));
	assert_string_equal(camera.sysfs, second.sysfs);
	assert_string_equal(camera.bus, "usb 1-4");
	assert_string_equal(camera.driver, "uvcvideo");
	assert_string_equal(camera.product, "Maker Camera");
	assert_string_equal(camera.usb_id, "046d:082d");
	assert_int_equal(camera.usb_mbits, 480);
	assert_string_equal(hardware_media(root, &camera, "usb-1-4", path), "/dev/media3");
	assert_null(hardware_media(root, &second, NULL, path));
}

static void others(void **state)
{
	struct hardware hardware;
	char path[NODE_PATH_MAX];

	(void)state;
	assert_true(hardware_of(root, "v4l-subdev0", &hardware));
	assert_string_equal(hardware.bus, "platform isp.0");
	assert_string_equal(hardware.driver, "isp");
	assert_string_equal(hardware.label, "imx219? 10-0010");
	assert_string_equal(hardware.usb_id, "");
	assert_true(hardware_of(root, "video9", &hardware));
	assert_string_equal(hardware.label, "Dummy video device");
	assert_string_equal(hardware.sysfs, "");
	assert_string_equal(hardware.bus, "");
	assert_null(hardware_media(root, &hardware, NULL, path));
	assert_false(hardware_of(root, "video77", &hardware));
}

static void keep_link(void *opaque, const char *link)
{
	strcat(opaque, strrchr(link, '/'));
}

static void links(void **state)
{
	char folder[PATH_MAX], node[PATH_MAX], found[200] = "";

	(void)state;
	snprintf(folder, sizeof folder, "%s/dev/by-id", root);
	snprintf(node, sizeof node, "%s/dev/video0", root);
	hardware_links(folder, node, keep_link, found);
	assert_string_equal(found, "/usb-Maker_Camera-index0");
	hardware_links("/nowhere", node, keep_link, found);
	assert_string_equal(found, "/usb-Maker_Camera-index0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usb),
		cmocka_unit_test(others),
		cmocka_unit_test(links),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
