/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the emulated camera says it is: its USB descriptors. One configuration with two interfaces:
 * video control (a camera terminal with exposure, a processing unit with brightness, an output terminal) and
 * video streaming over a bulk endpoint, which is all that vhci_hcd needs to carry, or over an isochronous
 * one, for which the bandwidth never suffices. Numbers are little-endian on the wire and on every machine
 * this is built for.
 */
#ifndef UVCEMU_DESCRIPTORS_H
#define UVCEMU_DESCRIPTORS_H

#include <stdint.h>
#include <linux/usb/ch9.h>
#include <linux/usb/video.h>

#define PACKED __attribute__((packed))

enum { INTERFACE_CONTROL, INTERFACE_STREAMING };
enum { ENTITY_CAMERA = 1, ENTITY_PROCESSING, ENTITY_OUTPUT };
enum { FORMAT_YUYV = 1, FORMAT_MJPEG };
enum { ENDPOINT_VIDEO = 0x81, MAX_PAYLOAD_BYTES = 16384, CLOCK_HZ = 48000000 };

/* Frame intervals in UVC's unit of 100 ns: 60, 30 and 5 frames a second. */
enum { INTERVAL_MIN = 166666, INTERVAL_DEFAULT = 333333, INTERVAL_MAX = 2000000 };

enum { N_SIZES = 3 };
static const struct frame_size {
	uint16_t width, height;
} frame_sizes[N_SIZES] = { { 320, 180 }, { 640, 360 }, { 1280, 720 } };

static const struct usb_device_descriptor device_descriptor = {
	.bLength = USB_DT_DEVICE_SIZE,
	.bDescriptorType = USB_DT_DEVICE,
	.bcdUSB = 0x0200,
	.bDeviceClass = USB_CLASS_MISC,
	.bDeviceSubClass = 2,
	.bDeviceProtocol = 1,
	.bMaxPacketSize0 = 64,
	.idVendor = 0x1d6b,
	.idProduct = 0x0102,
	.bcdDevice = 0x0100,
	.iManufacturer = 1,
	.iProduct = 2,
	.iSerialNumber = 3,
	.bNumConfigurations = 1,
};

static const char *const strings[] = { "", "uvcemu", "uvcemu camera", "0001" };

DECLARE_UVC_HEADER_DESCRIPTOR(1);
DECLARE_UVC_INPUT_HEADER_DESCRIPTOR(1, 2);
DECLARE_UVC_FRAME_UNCOMPRESSED(3);

/* MJPEG's frame descriptor has the same fields as the uncompressed one. */
struct frames {
	struct UVC_FRAME_UNCOMPRESSED(3) size[N_SIZES];
	struct uvc_color_matching_descriptor color;
} PACKED;

/* The descriptors of each class-specific part are counted together in its header. */
struct control_part {
	struct UVC_HEADER_DESCRIPTOR(1) header;
	struct uvc_camera_terminal_descriptor camera;
	struct uvc_processing_unit_descriptor processing;
	struct uvc_output_terminal_descriptor output;
} PACKED;

struct streaming_part {
	struct UVC_INPUT_HEADER_DESCRIPTOR(1, 2) header;
	struct uvc_format_uncompressed yuyv;
	struct frames yuyv_frames;
	struct uvc_format_mjpeg mjpeg;
	struct frames mjpeg_frames;
} PACKED;

/* The kernel's own struct has two more bytes, which only audio endpoints carry. */
struct endpoint {
	uint8_t bLength, bDescriptorType, bEndpointAddress, bmAttributes;
	uint16_t wMaxPacketSize;
	uint8_t bInterval;
} PACKED;

struct configuration {
	struct usb_config_descriptor config;
	struct usb_interface_assoc_descriptor association;
	struct usb_interface_descriptor control_interface;
	struct control_part control;
	struct usb_interface_descriptor streaming_interface;
	struct streaming_part streaming;
	struct endpoint video;
} PACKED;

/* In place of `video`. */
struct alternate_setting {
	struct usb_interface_descriptor interface;
	struct endpoint video;
} PACKED;

static const struct alternate_setting alternate_setting = {
	.interface = { .bLength = USB_DT_INTERFACE_SIZE,
		       .bDescriptorType = USB_DT_INTERFACE,
		       .bInterfaceNumber = INTERFACE_STREAMING,
		       .bAlternateSetting = 1,
		       .bNumEndpoints = 1,
		       .bInterfaceClass = USB_CLASS_VIDEO,
		       .bInterfaceSubClass = UVC_SC_VIDEOSTREAMING },
	.video = { sizeof(struct endpoint), USB_DT_ENDPOINT, ENDPOINT_VIDEO, USB_ENDPOINT_XFER_ISOC, 1024,
		   1 },
};

/* That the device can do USB 3, which it tells at the speed of USB 2. */
static const struct object_store {
	struct usb_bos_descriptor bos;
	struct usb_ss_cap_descriptor super_speed;
} PACKED object_store = {
	.bos = { USB_DT_BOS_SIZE, USB_DT_BOS, sizeof(struct object_store), 1 },
	.super_speed = { .bLength = USB_DT_USB_SS_CAP_SIZE,
			 .bDescriptorType = USB_DT_DEVICE_CAPABILITY,
			 .bDevCapabilityType = USB_SS_CAP_TYPE,
			 .wSpeedSupported = USB_LOW_SPEED_OPERATION | USB_FULL_SPEED_OPERATION |
					    USB_HIGH_SPEED_OPERATION | USB_5GBPS_OPERATION },
};

/* The class-specific ones begin alike. */
#define CLASS_DESCRIPTOR(type, subtype)                                                                      \
	.bLength = sizeof(type), .bDescriptorType = USB_DT_CS_INTERFACE, .bDescriptorSubType = (subtype)

#define FRAME(subtype, index, w, h)                                                                          \
	{                                                                                                    \
		CLASS_DESCRIPTOR(struct UVC_FRAME_UNCOMPRESSED(3), subtype),                                 \
			.bFrameIndex = (index), .wWidth = (w), .wHeight = (h),                               \
			.dwMinBitRate = (w) * (h)*16 * 5, .dwMaxBitRate = (w) * (h)*16 * 60,                 \
			.dwMaxVideoFrameBufferSize = (w) * (h)*2,                                            \
			.dwDefaultFrameInterval = INTERVAL_DEFAULT, .bFrameIntervalType = 3,                 \
			.dwFrameInterval = { INTERVAL_MIN, INTERVAL_DEFAULT, INTERVAL_MAX },                 \
	}

/* Must be frame_sizes[]. */
#define FRAMES(subtype)                                                                                      \
	{                                                                                                    \
		.size = { FRAME(subtype, 1, 320, 180), FRAME(subtype, 2, 640, 360),                          \
			  FRAME(subtype, 3, 1280, 720) },                                                    \
		.color = { CLASS_DESCRIPTOR(struct uvc_color_matching_descriptor, UVC_VS_COLORFORMAT),       \
			   UVC_COLOR_PRIMARIES_BT_709_SRGB, UVC_TRANSFER_CHARACTERISTICS_BT_709,             \
			   UVC_MATRIX_COEFFICIENTS_SMPTE_170M },                                             \
	}

static const struct configuration configuration = {
	.config = { .bLength = USB_DT_CONFIG_SIZE, .bDescriptorType = USB_DT_CONFIG,
		    .wTotalLength = sizeof(struct configuration), .bNumInterfaces = 2, .bConfigurationValue = 1,
		    .bmAttributes = USB_CONFIG_ATT_ONE, .bMaxPower = 250 },
	.association = { .bLength = sizeof(struct usb_interface_assoc_descriptor),
			 .bDescriptorType = USB_DT_INTERFACE_ASSOCIATION, .bFirstInterface = INTERFACE_CONTROL,
			 .bInterfaceCount = 2, .bFunctionClass = USB_CLASS_VIDEO, .bFunctionSubClass = 3, .iFunction = 2 },
	.control_interface = { .bLength = USB_DT_INTERFACE_SIZE, .bDescriptorType = USB_DT_INTERFACE,
			       .bInterfaceNumber = INTERFACE_CONTROL, .bInterfaceClass = USB_CLASS_VIDEO,
			       .bInterfaceSubClass = UVC_SC_VIDEOCONTROL, .iInterface = 2 },
	.control = {
		.header = { CLASS_DESCRIPTOR(struct UVC_HEADER_DESCRIPTOR(1), UVC_VC_HEADER), .bcdUVC = 0x0110,
			    .wTotalLength = sizeof(struct control_part), .dwClockFrequency = CLOCK_HZ, .bInCollection = 1,
			    .baInterfaceNr = { INTERFACE_STREAMING } },
		.camera = { CLASS_DESCRIPTOR(struct uvc_camera_terminal_descriptor, UVC_VC_INPUT_TERMINAL),
			    .bTerminalID = ENTITY_CAMERA, .wTerminalType = UVC_ITT_CAMERA, .bControlSize = 3,
			    .bmControls = { 0x0e } }, /* mode, priority and time of the exposure */
		.processing = { CLASS_DESCRIPTOR(struct uvc_processing_unit_descriptor, UVC_VC_PROCESSING_UNIT),
				.bUnitID = ENTITY_PROCESSING, .bSourceID = ENTITY_CAMERA, .bControlSize = 2,
				.bmControls = { 1 } },
		.output = { CLASS_DESCRIPTOR(struct uvc_output_terminal_descriptor, UVC_VC_OUTPUT_TERMINAL),
			    .bTerminalID = ENTITY_OUTPUT, .wTerminalType = UVC_TT_STREAMING,
			    .bSourceID = ENTITY_PROCESSING },
	},
	.streaming_interface = { .bLength = USB_DT_INTERFACE_SIZE, .bDescriptorType = USB_DT_INTERFACE,
				 .bInterfaceNumber = INTERFACE_STREAMING, .bNumEndpoints = 1,
				 .bInterfaceClass = USB_CLASS_VIDEO, .bInterfaceSubClass = UVC_SC_VIDEOSTREAMING },
	.streaming = {
		.header = { CLASS_DESCRIPTOR(struct UVC_INPUT_HEADER_DESCRIPTOR(1, 2), UVC_VS_INPUT_HEADER),
			    .bNumFormats = 2, .wTotalLength = sizeof(struct streaming_part),
			    .bEndpointAddress = ENDPOINT_VIDEO, .bTerminalLink = ENTITY_OUTPUT, .bControlSize = 1 },
		.yuyv = { CLASS_DESCRIPTOR(struct uvc_format_uncompressed, UVC_VS_FORMAT_UNCOMPRESSED),
			  .bFormatIndex = FORMAT_YUYV, .bNumFrameDescriptors = N_SIZES,
			  .guidFormat = { 'Y', 'U', 'Y', '2', 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 },
			  .bBitsPerPixel = 16, .bDefaultFrameIndex = 1 },
		.yuyv_frames = FRAMES(UVC_VS_FRAME_UNCOMPRESSED),
		.mjpeg = { CLASS_DESCRIPTOR(struct uvc_format_mjpeg, UVC_VS_FORMAT_MJPEG), .bFormatIndex = FORMAT_MJPEG,
			   .bNumFrameDescriptors = N_SIZES, .bmFlags = 1, .bDefaultFrameIndex = 1 },
		.mjpeg_frames = FRAMES(UVC_VS_FRAME_MJPEG),
	},
	.video = { sizeof(struct endpoint), USB_DT_ENDPOINT, ENDPOINT_VIDEO, USB_ENDPOINT_XFER_BULK, 512, 0 },
};

#endif
