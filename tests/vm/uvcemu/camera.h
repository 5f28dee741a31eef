/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The emulated camera's state and parts. */
#ifndef UVCEMU_CAMERA_H
#define UVCEMU_CAMERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/usb/ch9.h>
#include <linux/usb/video.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof *(array))

enum { USBIP_SUBMIT = 1, USBIP_UNLINK, USBIP_RETURN, USBIP_UNLINKED };
enum { MAX_PENDING = 64, MAX_JPEGS = 16, MAX_FRAME_BYTES = 4 << 20 };

/* Everything in network order, except the setup packet. */
struct usbip_header {
	uint32_t command, seqnum, devid, direction, endpoint;
	union {
		struct {
			uint32_t flags, length, start_frame, n_packets, interval;
			struct usb_ctrlrequest setup;
		} submit;
		struct {
			uint32_t status, length, start_frame, n_packets, n_errors;
			uint8_t padding[8];
		} result;
		struct {
			uint32_t seqnum;
			uint8_t padding[24];
		} unlink;
	};
};
_Static_assert(sizeof(struct usbip_header) == 48, "the size of a USB/IP header");

/* What the next transfers or frames are to suffer, and how many of them. */
enum fault {
	FAULT_ERROR,
	FAULT_SHORT,
	FAULT_DROP,
	FAULT_GARBAGE,
	FAULT_STALL,
	FAULT_PROTOCOL,
	FAULT_EMPTY,
	N_FAULTS
};

struct jpeg {
	uint8_t *data;
	size_t n_bytes;
};

extern struct camera {
	int socket, fifo;
	struct uvc_streaming_control probe, commit;
	bool streaming, is_dark;
	bool can_usb_3, is_isochronous; /* what the descriptors say */
	int64_t next_ns, paused_until_ns;
	unsigned faults[N_FAULTS];

	struct usbip_header pending[MAX_PENDING]; /* transfers that the host waits for */
	unsigned n_pending;

	struct jpeg jpegs[MAX_JPEGS];
	unsigned n_jpegs;
	uint8_t frame[MAX_FRAME_BYTES];
	size_t frame_bytes, frame_sent;
	unsigned frame_number;
	bool frame_done;
	uint8_t frame_id; /* UVC_STREAM_FID: toggles with each frame */
} camera;

/* CLOCK_MONOTONIC */
int64_t now_ns(void);
/* Ends a transfer: status 0 or a negative errno. Data goes only to the host; outward, n_bytes is what was
 * taken. */
void complete(const struct usbip_header *submit, int status, const void *data, size_t n_bytes);
/* From the host's socket; the process ends when the host has closed it, as there is nothing left to be then.
 */
void read_fully(void *data, size_t n_bytes);

/* control.c: what is asked on endpoint 0. */
void control_transfer(const struct usbip_header *submit);
/* Turns what the host asked for into what the camera can do. */
void negotiate(struct uvc_streaming_control *control);

/* Whether the camera takes longer for a frame than the host asked for. */
bool exposure_halves_rate(void);

/* stream.c: a frame begins when its time has come, and goes out as the host asks for it. */
void keep_time(void);
void answer_pending(void);

#endif
