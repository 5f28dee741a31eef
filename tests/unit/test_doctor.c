/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the doctor makes of sysfs, of the kernel's log and of pictures. */
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
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/brightness.h"
#include "device/nodes/missing_driver.h"
#include "doctor/doctor_internal.h"

static struct obstacle told;

static void keep_obstacle(void *opaque, const struct obstacle *obstacle)
{
	(void)opaque;
	told = *obstacle;
}

static void write_bytes(const char *folder, const char *name, const void *bytes, size_t n)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	fclose(file);
}

static void write_line(const char *folder, const char *name, const char *text)
{
	write_bytes(folder, name, text, strlen(text));
}

static void usb_is_told_by_its_speed_and_its_power(void **state)
{
	static const char store[] = "\5\17\17\0\1\12\20\3\0\16\0\1\12\0\0";
	static const struct {
		unsigned mbits;
		const char *version, *store, *control, *status;
		bool delivers;
		enum obstacle_kind usb, power;
		const char *usb_found, *power_found;
	} rows[] = {
		{ 480, " 2.00", "", "on", "active", false, N_OBSTACLES, N_OBSTACLES, "480 Mbit/s",
		  "it is never suspended" },
		{ 480, " 2.00", "", "auto", "active", true, N_OBSTACLES, N_OBSTACLES, "480 Mbit/s",
		  "it is suspended when unused, and wakes up" },
		{ 480, " 2.00", "", "auto", "active", false, N_OBSTACLES, OBSTACLE_SUSPENDED, "480 Mbit/s",
		  "" },
		{ 480, " 2.00", "", "on", "error", true, N_OBSTACLES, OBSTACLE_SUSPENDED, "480 Mbit/s", "" },
		{ 480, " 2.10", store, "on", "active", true, OBSTACLE_USB2, N_OBSTACLES, "480 Mbit/s",
		  "it is never suspended" },
		{ 480, " 2.10", "", "on", "active", true, N_OBSTACLES, N_OBSTACLES,
		  "480 Mbit/s; if it can do USB 3, it is in a port, or at a cable, of USB 2",
		  "it is never suspended" },
		{ 5000, " 3.00", store, "on", "active", true, N_OBSTACLES, N_OBSTACLES, "5000 Mbit/s",
		  "it is never suspended" },
	};
	char folder[] = "/tmp/doctorXXXXXX", power[40], remove[60];
	struct hardware hardware = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(power, sizeof power, "%s/power", folder);
	assert_int_equal(mkdir(power, 0700), 0);
	snprintf(hardware.sysfs, sizeof hardware.sysfs, "%s", folder);
	obstacle_set_sink(keep_obstacle, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char found[FINDING_TEXT_MAX] = "";

		write_bytes(folder, "bos_descriptors", rows[i].store, *rows[i].store ? sizeof store - 1 : 0);
		write_line(folder, "version", rows[i].version);
		write_line(power, "control", rows[i].control);
		write_line(power, "runtime_status", rows[i].status);
		hardware.usb_mbits = rows[i].mbits;
		told.kind = N_OBSTACLES;
		doctor_report_usb("/dev/video0", &hardware, found);
		assert_string_equal(found, rows[i].usb_found);
		assert_int_equal(told.kind, rows[i].usb);
		told.kind = N_OBSTACLES;
		*found = '\0';
		doctor_report_power("/dev/video0", &hardware, rows[i].delivers, found);
		assert_string_equal(found, rows[i].power_found);
		assert_int_equal(told.kind, rows[i].power);
	}
	obstacle_set_sink(NULL, NULL);
	snprintf(remove, sizeof remove, "rm -r %s", folder);
	assert_int_equal(system(remove), 0);
}

static void a_camera_without_a_driver_is_found(void **state)
{
	static const char make[] =
		"cd %s && r=lib/modules/$(uname -r) && mkdir -p $r "
		"sys/bus/usb/devices/1-4 sys/bus/usb/devices/1-4:1.%c && "
		"cd sys/bus/usb/devices && echo Cam >1-4/product && "
		"echo %s >1-4:1.0/bInterfaceClass && echo usb:v1p2ic0E >1-4:1.0/modalias && "
		"echo 'alias usb:v*ic0E* other_cam' >../../../../$r/modules.alias";
	char folder[] = "/tmp/doctorXXXXXX", command[600];
	struct missing_driver missing;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_false(missing_driver_find(folder, &missing));
	snprintf(command, sizeof command, make, folder, '0', "03"); /* a keyboard */
	assert_int_equal(system(command), 0);
	assert_false(missing_driver_find(folder, &missing));
	snprintf(command, sizeof command, make, folder, '0', "0e");
	assert_int_equal(system(command), 0);
	assert_true(missing_driver_find(folder, &missing));
	assert_string_equal(missing.device, "USB device 1-4 (Cam)");
	assert_string_equal(missing.module, "other_cam");
	assert_string_equal(missing.bind, "");
	snprintf(command, sizeof command, "mkdir -p %s/sys/bus/usb/drivers/other_cam", folder);
	assert_int_equal(system(command), 0);
	assert_true(missing_driver_find(folder, &missing));
	assert_string_equal(missing.bind, "echo 1-4:1.0 | sudo tee /sys/bus/usb/drivers/other_cam/bind");
	snprintf(command, sizeof command, "touch %s/sys/bus/usb/devices/1-4:1.0/driver", folder);
	assert_int_equal(system(command), 0);
	assert_false(missing_driver_find(folder, &missing));
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* Which is of the makers' own class: by its module. */
static void other_video_hardware_is_found_by_its_module(void **state)
{
	static const struct {
		const char *bus, *name, *file, *class, *alias, *path, *device;
	} rows[] = {
		{ "usb", "1-4:1.0", "bInterfaceClass", "ff", "usb:v1", "media/usb/cap-2.ko.xz",
		  "USB device 1-4 (a camera)" },
		{ "usb", "1-4:1.0", "bInterfaceClass", "ff", "usb:v2", "media/usb/cap-2.ko.xz", NULL },
		{ "usb", "1-4:1.0", "bInterfaceClass", "ff", "usb:v1", "net/usb/cap-2.ko.xz", NULL },
		{ "usb", "1-4:1.0", "bInterfaceClass", "ff", "usb:v1", "media/usb/cap-21.ko.xz", NULL },
		{ "pci", "0000:01:00.0", "class", "0x048000", "pci:v1", "media/pci/cap-2.ko",
		  "PCI device 0000:01:00.0 (a camera)" },
		{ "pci", "0000:01:00.0", "class", "0x020000", "pci:v1", "media/pci/cap-2.ko", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char folder[] = "/tmp/doctorXXXXXX", command[600];
		struct missing_driver missing;

		assert_non_null(mkdtemp(folder));
		snprintf(command, sizeof command,
			 "cd %s && d=sys/bus/%s/devices/%s r=lib/modules/$(uname -r) && mkdir -p $d $r && "
			 "echo %s >$d/%s && echo %s >$d/modalias && echo kernel/drivers/%s: >$r/modules.dep "
			 "&& "
			 "echo 'alias ???:v1 cap_2' >$r/modules.alias",
			 folder, rows[i].bus, rows[i].name, rows[i].class, rows[i].file, rows[i].alias,
			 rows[i].path);
		assert_int_equal(system(command), 0);
		assert_int_equal(missing_driver_find(folder, &missing), rows[i].device != NULL);
		if (rows[i].device) {
			assert_string_equal(missing.device, rows[i].device);
			assert_string_equal(missing.module, "cap_2");
		}
		snprintf(command, sizeof command, "rm -r %s", folder);
		assert_int_equal(system(command), 0);
	}
}

static void warnings_of_the_driver_are_told(void **state)
{
	char warning[] = "4,1,2,-;uvcvideo 1-4:1.1: Non-zero status (-71)\n SUBSYSTEM=usb\n";
	char of_a_daemon[] = "28,1,2,-;uvcvideo: a warning\n", notice[] = "6,1,2,-;uvcvideo: Found\n";
	char other[] = "3,1,2,-;ext4: error\n", broken[] = "uvcvideo";
	char dumps[][80] = { "4,1,2,-;Modules linked in: uvcvideo ext4\n",
			     "4,1,2,-; uvc_queue+0x1/0x2 [uvcvideo]\n",
			     "4,1,2,-;CPU: 0 UID: 0 PID: 188 Comm: uvcvideo Not tainted\n" };

	(void)state;
	assert_string_equal(doctor_kernel_warning(warning, "uvcvideo"),
			    "uvcvideo 1-4:1.1: Non-zero status (-71)");
	assert_string_equal(doctor_kernel_warning(of_a_daemon, "uvcvideo"), "uvcvideo: a warning");
	assert_null(doctor_kernel_warning(notice, "uvcvideo"));
	assert_null(doctor_kernel_warning(other, "uvcvideo"));
	assert_null(doctor_kernel_warning(broken, "uvcvideo"));
	for (size_t i = 0; i < ARRAY_SIZE(dumps); i++)
		assert_null(doctor_kernel_warning(dumps[i], "uvcvideo"));
	assert_null(doctor_kernel_warning(other, ""));
}

static void brightness_is_of_the_luma(void **state)
{
	static const struct {
		uint32_t fourcc, bytes_a_pixel;
		uint8_t even, odd;
		double brightness;
	} rows[] = {
		{ V4L2_PIX_FMT_YUYV, 2, 16, 128, 0 },   { V4L2_PIX_FMT_YUYV, 2, 235, 128, 1 },
		{ V4L2_PIX_FMT_UYVY, 2, 128, 16, 0 },   { V4L2_PIX_FMT_YUYV, 2, 0, 128, 0 },
		{ V4L2_PIX_FMT_RGB565, 2, 0, 0, -1 },   { V4L2_PIX_FMT_MJPEG, 2, 0, 0, -1 },
		{ V4L2_PIX_FMT_RGB24, 3, 255, 255, 1 }, { V4L2_PIX_FMT_RGB24, 3, 0, 0, 0 },
	};
	static uint8_t data[16 * 8 * 3];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct video_format format = { .fourcc = rows[i].fourcc,
					       .pix = pixfmt_by_fourcc(rows[i].fourcc),
					       .width = 16,
					       .height = 8,
					       .n_planes = 1,
					       .bytesperline = { 16 * rows[i].bytes_a_pixel },
					       .sizeimage = { 16 * 8 * rows[i].bytes_a_pixel } };
		const uint8_t *planes[] = { data };
		size_t bytes[] = { format.sizeimage[0] }, few[] = { 100 };

		for (size_t b = 0; b < sizeof data; b++)
			data[b] = b % 2 ? rows[i].odd : rows[i].even;
		assert_true(brightness_mean(&format, planes, bytes) == rows[i].brightness);
		assert_true(brightness_mean(&format, planes, few) == -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usb_is_told_by_its_speed_and_its_power),
		cmocka_unit_test(a_camera_without_a_driver_is_found),
		cmocka_unit_test(other_video_hardware_is_found_by_its_module),
		cmocka_unit_test(warnings_of_the_driver_are_told),
		cmocka_unit_test(brightness_is_of_the_luma),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
