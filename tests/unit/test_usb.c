/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a folder that is laid out as sysfs tells of a USB camera's connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "device/nodes/usb.h"

static char root[] = "/tmp/usbXXXXXX";

static const char make[] =
	"cd %s && mkdir -p sys/class/video4linux/video0 sys/bus/usb/devices d && cd d && "
	"mkdir -p usb1 1-1 1-1:1.0 1-2 1-2.4 2-1 && ln -s ../../bus/usb 1-1/subsystem && echo 00 "
	">1-1:1.0/bInterfaceNumber && "
	"mv 1-1:1.0 1-1 && ln -s ../../../../d/1-1/1-1:1.0 ../sys/class/video4linux/video0/device && "
	"ln -s $PWD/* ../sys/bus/usb/devices && echo 480 >1-1/speed && echo 00 >1-1/bDeviceClass && "
	"for hub in usb1 1-2; do echo 09 >$hub/bDeviceClass; done && for other in 1-2.4 2-1; do "
	"echo 00 >$other/bDeviceClass && echo 12 >$other/speed && echo Headset >$other/product; done";

static int make_tree(void **state)
{
	char command[1000];

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(command, sizeof command, make, root);
	return system(command);
}

static int remove_tree(void **state)
{
	char command[60];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", root);
	return system(command);
}

/* Of the camera. n 0: there is no such file. */
static void write_file(const char *name, const void *bytes, size_t n)
{
	char path[100];
	FILE *file;

	snprintf(path, sizeof path, "%s/d/1-1/%s", root, name);
	remove(path);
	if (!n)
		return;
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	fclose(file);
}

static void the_store_tells_usb_3(void **state)
{
	static const struct {
		const char *version;
		uint8_t store[22];
		size_t n;
		enum usb_3 usb_3;
	} rows[] = {
		{ " 2.00", { 0 }, 0, USB_3_NO },
		{ " 2.10", { 0 }, 0, USB_3_MAYBE },
		{ " 2.10", { 5, 15, 12, 0, 1, 7, 16, 2, 2, 0, 0, 0 }, 12, USB_3_NO }, /* power management */
		{ " 2.10",
		  { 5, 15, 22, 0, 2, 7, 16, 2, 2, 0, 0, 0, 10, 16, 3, 0, 14, 0, 1, 10, 0, 0 },
		  22,
		  USB_3_YES },
		{ " 2.10",
		  { 5, 15, 22, 0, 2, 7, 16, 2, 2, 0, 0, 0, 10, 16, 3 },
		  15,
		  USB_3_NO }, /* cut short */
		{ " 2.10", { 0, 15 }, 2, USB_3_NO },
	};
	struct hardware camera;

	(void)state;
	assert_true(hardware_of(root, "video0", &camera));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_file("version", rows[i].version, 5);
		write_file("bos_descriptors", rows[i].store, rows[i].n);
		assert_int_equal(usb_can_do_3(&camera), rows[i].usb_3);
	}
}

#define INTERFACE(number, alternate, subclass) 9, 4, number, alternate, 1, 14, subclass, 0, 0
#define ENDPOINT(address, attributes, low, high, interval) 7, 5, address, attributes, low, high, interval

static void alternates_are_of_the_streaming_interface(void **state)
{
	static const uint8_t isochronous[] = {
		INTERFACE(0, 0, 1),
		ENDPOINT(0x83, 3, 16, 0, 8), /* of control */
		INTERFACE(1, 0, 2),          /* no bandwidth */
		INTERFACE(1, 1, 2),
		ENDPOINT(0x81, 5, 128, 0, 1), /* 128 bytes */
		INTERFACE(1, 2, 2),
		ENDPOINT(0x81, 5, 0, 0x14, 1), /* 3 times 1024 bytes */
		INTERFACE(1, 3, 2),
		ENDPOINT(0x81, 5, 0, 4, 4), /* 1024 bytes each 8th microframe */
		9,
		4,
		2,
		1,
		1,
		1,
		2,
		0,
		0,
		ENDPOINT(0x84, 5, 255, 3, 1), /* a microphone */
	};
	static const uint8_t bulk[] = { INTERFACE(1, 0, 2), ENDPOINT(0x81, 2, 0, 2, 0) };
	static const uint8_t super_speed[] = {
		INTERFACE(1, 1, 2), ENDPOINT(0x81, 5, 0, 4, 1), 6, 48, 2, 0, 0, 12
	};
	struct usb_alternates alternates;
	struct hardware camera;

	(void)state;
	assert_true(hardware_of(root, "video0", &camera));
	write_file("descriptors", isochronous, sizeof isochronous);
	usb_alternates(&camera, &alternates);
	assert_int_equal(alternates.n, 3);
	assert_true(alternates.least == 1024000 && alternates.most == 24576000);
	write_file("descriptors", bulk, sizeof bulk);
	usb_alternates(&camera, &alternates);
	assert_int_equal(alternates.n, 0);
	camera.usb_mbits = 5000;
	write_file("descriptors", super_speed, sizeof super_speed);
	usb_alternates(&camera, &alternates);
	assert_true(alternates.n == 1 && alternates.most == 3072 * 8000);
	camera.usb_mbits = 12;
	write_file("descriptors", isochronous, sizeof isochronous);
	usb_alternates(&camera, &alternates);
	assert_true(alternates.most == 1024 * 1000);
}

static void a_load_is_told_with_what_it_meets(void **state)
{
	static const uint8_t alternate[] = { INTERFACE(1, 1, 2), ENDPOINT(0x81, 5, 0, 4, 1) };
	static const struct {
		const char *node;
		double bytes;
		bool is_too_much;
		const char *text;
	} rows[] = {
		{ "/dev/video0", 18.4e6, true,
		  "the frames take 18.4 MB/s; its alternate settings carry 8.19 to 8.19 MB/s; on the same "
		  "bus: "
		  "1-2.4 (Headset, 12 Mbit/s)" },
		{ "/dev/video0", 0, false,
		  "its alternate settings carry 8.19 to 8.19 MB/s; on the same bus: 1-2.4 (Headset, 12 "
		  "Mbit/s)" },
		{ "/dev/video7", 18.4e6, false, "" },
		{ "sim", 18.4e6, false, "" },
	};

	(void)state;
	write_file("descriptors", alternate, sizeof alternate);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct usb_load load;

		usb_load(root, rows[i].node, rows[i].bytes, &load);
		assert_int_equal(load.is_too_much, rows[i].is_too_much);
		assert_string_equal(load.text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_store_tells_usb_3),
		cmocka_unit_test(alternates_are_of_the_streaming_interface),
		cmocka_unit_test(a_load_is_told_with_what_it_meets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
