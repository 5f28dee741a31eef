/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The camera's picture and the transfers that carry it. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "camera.h"
#include "descriptors.h"

enum { HEADER_BYTES = 2 };

static void draw_yuyv(const struct frame_size *size)
{
	size_t line_bytes = size->width * 2U;

	camera.frame_bytes = line_bytes * size->height;
	memset(camera.frame, 0x80, camera.frame_bytes);
	for (size_t i = 0; camera.is_dark && i < camera.frame_bytes; i += 2)
		camera.frame[i] = 16;
	if (camera.is_dark)
		return;
	memset(camera.frame + line_bytes * (camera.frame_number % size->height), 0xff, line_bytes);
	memcpy(camera.frame, &camera.frame_number, sizeof camera.frame_number);
}

static bool suffers(enum fault fault)
{
	if (camera.faults[fault] == 0)
		return false;
	camera.faults[fault]--;
	return true;
}

static void begin_frame(void)
{
	camera.frame_number++;
	camera.frame_id ^= UVC_STREAM_FID;
	camera.frame_sent = 0;
	camera.frame_done = false;
	if (camera.commit.bFormatIndex == FORMAT_MJPEG && camera.n_jpegs > 0) {
		const struct jpeg *jpeg = &camera.jpegs[camera.frame_number % camera.n_jpegs];

		camera.frame_bytes = jpeg->n_bytes;
		memcpy(camera.frame, jpeg->data, jpeg->n_bytes);
	} else {
		draw_yuyv(&frame_sizes[camera.commit.bFrameIndex - 1]);
	}
	if (suffers(FAULT_SHORT))
		camera.frame_bytes /= 2;
	if (suffers(FAULT_GARBAGE))
		memset(camera.frame, 0x5a, camera.frame_bytes < 600 ? camera.frame_bytes : 600);
}

/* Frames whose time has come but whose predecessor is still on the wire are lost, as in a real camera. */
void keep_time(void)
{
	int64_t now = now_ns();

	if (!camera.streaming || now < camera.next_ns)
		return;
	camera.next_ns += camera.commit.dwFrameInterval * (exposure_halves_rate() ? 200LL : 100LL);
	if (camera.next_ns < now - 1000000000LL)
		camera.next_ns = now;
	if (now < camera.paused_until_ns || !camera.frame_done || suffers(FAULT_DROP))
		camera.frame_number++;
	else
		begin_frame();
}

static void send_payload(const struct usbip_header *submit)
{
	static uint8_t payload[MAX_PAYLOAD_BYTES];
	size_t room = ntohl(submit->submit.length), n = camera.frame_bytes - camera.frame_sent;

	if (room > sizeof payload)
		room = sizeof payload;
	if (n > room - HEADER_BYTES)
		n = room - HEADER_BYTES;
	payload[0] = HEADER_BYTES;
	payload[1] = UVC_STREAM_EOH | camera.frame_id;
	memcpy(payload + HEADER_BYTES, camera.frame + camera.frame_sent, n);
	camera.frame_sent += n;
	camera.frame_done = camera.frame_sent == camera.frame_bytes;
	if (camera.frame_done)
		payload[1] |= UVC_STREAM_EOF | (suffers(FAULT_ERROR) ? UVC_STREAM_ERR : 0);
	complete(submit, 0, payload, n + HEADER_BYTES);
}

void answer_pending(void)
{
	while (camera.streaming && camera.n_pending > 0) {
		struct usbip_header first = camera.pending[0];
		bool stall = suffers(FAULT_STALL), protocol = !stall && suffers(FAULT_PROTOCOL);
		bool empty = !stall && !protocol && suffers(FAULT_EMPTY);

		if (!stall && !protocol && !empty && camera.frame_done)
			return;
		memmove(camera.pending, camera.pending + 1, --camera.n_pending * sizeof first);
		if (stall || protocol || empty)
			complete(&first, stall ? -EPIPE : protocol ? -EPROTO : 0, NULL, 0);
		else
			send_payload(&first);
	}
}
