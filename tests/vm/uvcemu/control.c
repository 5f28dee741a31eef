/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The camera's answers on endpoint 0. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "camera.h"
#include "descriptors.h"

/* Each handler returns how many bytes it put into answer, or the transfer's negative errno: -EPIPE for what
 * it does not know. */

static int get_string(unsigned index, uint8_t *answer)
{
	static const uint8_t languages[] = { 4, USB_DT_STRING, 0x09, 0x04 };
	size_t n;

	if (index == 0) {
		memcpy(answer, languages, sizeof languages);
		return sizeof languages;
	}
	if (index >= N_ELEMENTS(strings))
		return -EPIPE;
	n = strlen(strings[index]);
	answer[0] = (uint8_t)(2 + 2 * n);
	answer[1] = USB_DT_STRING;
	for (size_t i = 0; i < n; i++) {
		answer[2 + 2 * i] = (uint8_t)strings[index][i];
		answer[3 + 2 * i] = 0;
	}
	return answer[0];
}

static int get_device(uint8_t *answer)
{
	struct usb_device_descriptor device = device_descriptor;

	if (camera.can_usb_3)
		device.bcdUSB = 0x0210;
	memcpy(answer, &device, sizeof device);
	return sizeof device;
}

/* Isochronous: the streaming interface has an endpoint in its alternate setting alone. */
static int get_configuration(uint8_t *answer)
{
	struct configuration bulk = configuration;
	size_t n = offsetof(struct configuration, video);

	if (camera.is_isochronous) {
		bulk.config.wTotalLength = (uint16_t)(n + sizeof alternate_setting);
		bulk.streaming_interface.bNumEndpoints = 0;
	}
	memcpy(answer, &bulk, sizeof bulk);
	if (camera.is_isochronous)
		memcpy(answer + n, &alternate_setting, sizeof alternate_setting);
	return bulk.config.wTotalLength;
}

static int get_descriptor(const struct usb_ctrlrequest *setup, uint8_t *answer)
{
	switch (setup->wValue >> 8) {
	case USB_DT_DEVICE:
		return get_device(answer);
	case USB_DT_CONFIG:
		return get_configuration(answer);
	case USB_DT_BOS:
		memcpy(answer, &object_store, sizeof object_store);
		return sizeof object_store;
	case USB_DT_STRING:
		return get_string(setup->wValue & 0xff, answer);
	default:
		return -EPIPE;
	}
}

static int standard_request(const struct usb_ctrlrequest *setup, uint8_t *answer)
{
	switch (setup->bRequest) {
	case USB_REQ_GET_DESCRIPTOR:
		return get_descriptor(setup, answer);
	case USB_REQ_GET_STATUS:
		memset(answer, 0, 2);
		return 2;
	case USB_REQ_GET_INTERFACE:
		answer[0] = 0;
		return 1;
	case USB_REQ_CLEAR_FEATURE: /* halt of the video endpoint: how uvcvideo ends a bulk stream */
		if (setup->wIndex == ENDPOINT_VIDEO)
			camera.streaming = false;
		return 0;
	case USB_REQ_SET_INTERFACE: /* as if the host had no bandwidth for it */
		return setup->wValue ? -ENOSPC : 0;
	case USB_REQ_SET_FEATURE:
	case USB_REQ_SET_CONFIGURATION:
		return 0;
	default:
		return -EPIPE;
	}
}

void negotiate(struct uvc_streaming_control *control)
{
	const struct frame_size *size;
	uint32_t interval = control->dwFrameInterval;

	if (control->bFormatIndex < FORMAT_YUYV || control->bFormatIndex > FORMAT_MJPEG)
		control->bFormatIndex = FORMAT_YUYV;
	if (control->bFrameIndex < 1 || control->bFrameIndex > N_SIZES)
		control->bFrameIndex = 2;
	size = &frame_sizes[control->bFrameIndex - 1];

	if (interval == 0 || (interval > 250000 && interval <= 1000000))
		interval = INTERVAL_DEFAULT;
	else
		interval = interval <= 250000 ? INTERVAL_MIN : INTERVAL_MAX;
	control->dwFrameInterval = interval;
	control->dwMaxVideoFrameSize = size->width * size->height * 2U;
	control->dwMaxPayloadTransferSize = MAX_PAYLOAD_BYTES;
	control->dwClockFrequency = CLOCK_HZ;
	control->bmFramingInfo = 3;
	control->bPreferedVersion = control->bMinVersion = control->bMaxVersion = 1;
}

static int set_stream(uint8_t selector, const uint8_t *data, size_t n_bytes)
{
	struct uvc_streaming_control *control =
		selector == UVC_VS_PROBE_CONTROL ? &camera.probe : &camera.commit;

	memcpy(control, data, n_bytes < sizeof *control ? n_bytes : sizeof *control);
	negotiate(control);
	if (selector == UVC_VS_COMMIT_CONTROL) {
		camera.streaming = true;
		camera.frame_done = true;
		camera.next_ns = now_ns();
		fprintf(stderr, "uvcemu: stream of format %u, size %u, interval %u\n", control->bFormatIndex,
			control->bFrameIndex, control->dwFrameInterval);
	}
	return 0;
}

static int stream_request(const struct usb_ctrlrequest *setup, const uint8_t *data, uint8_t *answer)
{
	uint8_t selector = (uint8_t)(setup->wValue >> 8);
	struct uvc_streaming_control control =
		selector == UVC_VS_PROBE_CONTROL ? camera.probe : camera.commit;

	if (selector != UVC_VS_PROBE_CONTROL && selector != UVC_VS_COMMIT_CONTROL)
		return -EPIPE;
	switch (setup->bRequest) {
	case UVC_SET_CUR:
		return set_stream(selector, data, setup->wLength);
	case UVC_GET_LEN:
		answer[0] = sizeof control;
		answer[1] = 0;
		return 2;
	case UVC_GET_INFO:
		answer[0] = UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET;
		return 1;
	case UVC_GET_MIN:
		control.dwFrameInterval = INTERVAL_MIN;
		break;
	case UVC_GET_MAX:
		control.dwFrameInterval = INTERVAL_MAX;
		break;
	case UVC_GET_DEF:
		control.dwFrameInterval = INTERVAL_DEFAULT;
		break;
	}
	memcpy(answer, &control, sizeof control);
	return sizeof control;
}

/* A control's values, in host order, of `bytes` bytes each. */
static struct control {
	uint8_t entity, selector, bytes;
	uint32_t least, most, step, preset, value;
} controls[] = {
	{ ENTITY_PROCESSING, UVC_PU_BRIGHTNESS_CONTROL, 2, 0, 255, 1, 128, 128 },
	{ ENTITY_CAMERA, UVC_CT_AE_MODE_CONTROL, 1, 1, 8, 1 | 8, 8, 8 }, /* step: those that there are */
	{ ENTITY_CAMERA, UVC_CT_AE_PRIORITY_CONTROL, 1, 0, 1, 1, 0, 1 },
	{ ENTITY_CAMERA, UVC_CT_EXPOSURE_TIME_ABSOLUTE_CONTROL, 4, 1, 10000, 1, 156, 156 },
};
enum { CONTROL_PRIORITY = 2 };

bool exposure_halves_rate(void)
{
	return camera.is_dark && controls[CONTROL_PRIORITY].value;
}

static struct control *find_control(uint8_t entity, uint8_t selector)
{
	for (size_t i = 0; i < N_ELEMENTS(controls); i++)
		if (controls[i].entity == entity && controls[i].selector == selector)
			return &controls[i];
	return NULL;
}

static int control_request(struct control *control, const struct usb_ctrlrequest *setup, const uint8_t *data,
			   uint8_t *answer)
{
	const struct {
		uint8_t request;
		uint32_t value, bytes;
	} answers[] = { { UVC_GET_CUR, control->value, control->bytes },
			{ UVC_GET_MIN, control->least, control->bytes },
			{ UVC_GET_MAX, control->most, control->bytes },
			{ UVC_GET_RES, control->step, control->bytes },
			{ UVC_GET_DEF, control->preset, control->bytes },
			{ UVC_GET_LEN, control->bytes, 2 },
			{ UVC_GET_INFO, UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET, 1 } };

	if (setup->bRequest == UVC_SET_CUR) {
		memcpy(&control->value, data, control->bytes);
		return 0;
	}
	for (size_t i = 0; i < N_ELEMENTS(answers); i++) {
		if (answers[i].request == setup->bRequest) {
			memcpy(answer, &answers[i].value, answers[i].bytes);
			return (int)answers[i].bytes;
		}
	}
	return -EPIPE;
}

static int class_request(const struct usb_ctrlrequest *setup, const uint8_t *data, uint8_t *answer)
{
	uint8_t interface = (uint8_t)setup->wIndex, entity = (uint8_t)(setup->wIndex >> 8);
	uint8_t selector = (uint8_t)(setup->wValue >> 8);
	struct control *control = find_control(entity, selector);

	if (interface == INTERFACE_STREAMING)
		return stream_request(setup, data, answer);
	if (control)
		return control_request(control, setup, data, answer);
	if (entity == 0 && selector == UVC_VC_REQUEST_ERROR_CODE_CONTROL) {
		answer[0] = 6; /* invalid control */
		return 1;
	}
	return -EPIPE;
}

void control_transfer(const struct usbip_header *submit)
{
	static uint8_t data[UINT16_MAX], answer[UINT16_MAX];
	const struct usb_ctrlrequest *setup = &submit->submit.setup;
	uint32_t length = ntohl(submit->submit.length);
	int n;

	if (!submit->direction && length > 0 && length <= sizeof data)
		read_fully(data, length);
	if ((setup->bRequestType & USB_TYPE_MASK) == USB_TYPE_STANDARD)
		n = standard_request(setup, answer);
	else
		n = class_request(setup, data, answer);

	if (n < 0)
		complete(submit, n, NULL, 0);
	else if (submit->direction)
		complete(submit, 0, answer, n < setup->wLength ? (size_t)n : setup->wLength);
	else
		complete(submit, 0, NULL, length);
}
