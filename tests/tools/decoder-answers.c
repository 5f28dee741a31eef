/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shows what a decoder answers: decoder-answers DECODER ENCODER
 *
 * Gives it packets of the encoder, whatever their codec is, in the right order and in wrong ones, and prints
 * a line for each answer that the kernel's rules decide ("Memory-to-Memory Stateful Video Decoder
 * Interface"), as m2m-answers does. Exit status 1 when a node cannot be opened or set up.
 *
 * Not asked, as vicodec (6.12) does not keep to those rules: START after the last buffer, as DQBUF fails with
 * EPIPE for ever, and does not resume after a change of the resolution; STOP before such a change, which
 * STREAMOFF of CAPTURE then forgets; STOP while CAPTURE does not stream, which begins to drain; the size of
 * CAPTURE by that of OUTPUT, before there is a packet; the numbers of pictures from one on that could not be
 * decoded, which it does not count.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include "base/array.h"
#include "device/format/negotiate.h"
#include "device/inputs/selection.h"
#include "m2m/m2m.h"
#include "m2m_calls.h"

#define N_PACKETS 4u

static struct m2m m2m;
static unsigned n_damaged; /* since CAPTURE began to stream */

/* Of two streams: each begins with a key frame. */
static struct packet {
	uint8_t *data;
	uint32_t bytes;
} packets[N_PACKETS], wider_packets[1];

/* --- packets --- */

static int map_buffer(struct device *queue, uint32_t index, void **data, size_t *length)
{
	struct v4l2_buffer buffer = { .index = index };
	struct v4l2_plane planes[VIDEO_MAX_PLANES] = { 0 };
	int64_t offset;
	int err;

	buffer.type = queue->type;
	buffer.memory = V4L2_MEMORY_MMAP;
	if (device_is_multiplanar(queue)) {
		buffer.m.planes = planes;
		buffer.length = ARRAY_SIZE(planes);
	}
	err = device_ioctl(queue, VIDIOC_QUERYBUF, &buffer);
	if (err < 0)
		return err;
	*length = device_is_multiplanar(queue) ? planes[0].length : buffer.length;
	offset = device_is_multiplanar(queue) ? planes[0].m.mem_offset : buffer.m.offset;
	*data = device_mmap(queue, *length, offset, &err);
	return *data == MAP_FAILED ? err : 0;
}

/* Writes into a buffer what is then queued. */
static int fill_buffer(struct device *queue, uint32_t index, const struct packet *packet)
{
	void *data;
	size_t length;
	int err = map_buffer(queue, index, &data, &length);

	if (err < 0)
		return err;
	if (packet->bytes > length)
		err = -ENOSPC;
	else
		memcpy(data, packet->data, packet->bytes);
	device_munmap(queue, data, length);
	return err;
}

/* Codes one grey picture; its packet is the caller's. */
static int encode(struct m2m *encoder, uint32_t number, uint32_t bytes, struct packet *packet)
{
	struct packet picture = { malloc(bytes), bytes };
	struct v4l2_buffer in, out;
	void *data;
	size_t length;
	int err = -ENOMEM;

	if (picture.data) {
		memset(picture.data, 64 + (int)number * 8, bytes);
		err = fill_buffer(&encoder->output, 0, &picture);
	}
	if (err == 0)
		err = queue_buffer(&encoder->output, 0, bytes, number);
	if (err == 0)
		err = next_buffer(&encoder->output, &in);
	if (err == 0)
		err = next_buffer(&encoder->capture, &out);
	if (err == 0)
		err = map_buffer(&encoder->capture, out.index, &data, &length);
	free(picture.data);
	if (err < 0)
		return err;
	*packet = (struct packet){ malloc(out.bytesused), out.bytesused };
	if (packet->data)
		memcpy(packet->data, data, out.bytesused);
	device_munmap(&encoder->capture, data, length);
	return packet->data ? queue_buffer(&encoder->capture, out.index, 0, 0) : -ENOMEM;
}

static int make_packets(const char *name, uint32_t width, uint32_t height, struct packet *made, uint32_t n)
{
	struct video_format raw = { .width = width, .height = height, .n_planes = 1 }, coded = raw, got;
	struct m2m encoder;
	int err = m2m_open(&encoder, name);

	raw.fourcc = V4L2_PIX_FMT_YUV420;
	raw.field = coded.field = V4L2_FIELD_NONE;
	coded.fourcc = m2m.conversion.from.fourccs[0];
	if (err == 0)
		err = m2m_set_format(&encoder.output, &raw, &raw);
	if (err == 0)
		err = m2m_set_format(&encoder.capture, &coded, &got);
	if (err == 0)
		err = request_buffers(&encoder.output, 1);
	if (err == 0)
		err = request_buffers(&encoder.capture, N_BUFFERS);
	for (uint32_t i = 0; err == 0 && i < N_BUFFERS; i++)
		err = queue_buffer(&encoder.capture, i, 0, 0);
	if (err == 0)
		err = stream(&encoder.output, true);
	if (err == 0)
		err = stream(&encoder.capture, true);
	for (uint32_t i = 0; err == 0 && i < n; i++)
		err = encode(&encoder, i, raw.sizeimage[0], &made[i]);
	m2m_close(&encoder);
	return err;
}

/* What the decoder takes for a frame, and cannot decode. */
static void damage(struct packet *packet)
{
	if (m2m.conversion.from.fourccs[0] == V4L2_PIX_FMT_FWHT)
		memset(packet->data + 8, 0xff, 4); /* the version, behind the magic */
	else
		memset(packet->data + 5, 0, packet->bytes - 5);
}

/* --- the calls --- */

static void send_packet(const char *what, uint32_t index, const struct packet *packet, uint32_t seconds)
{
	int err = fill_buffer(&m2m.output, index, packet);

	if (err == 0)
		err = queue_buffer(&m2m.output, index, packet->bytes, seconds);
	say(&m2m.output, what, err);
}

static void take_packet(void)
{
	struct v4l2_buffer buffer;

	if (say(&m2m.output, "DQBUF", next_buffer(&m2m.output, &buffer)) == 0)
		printf("buffer %u%s\n", buffer.index, buffer.flags & V4L2_BUF_FLAG_ERROR ? ", damaged" : "");
}

static void tell_events(void)
{
	struct v4l2_event event = { 0 };
	int err;

	while ((err = device_ioctl(&m2m.node, VIDIOC_DQEVENT, &event)) == 0)
		printf("event: %s\n", event.type == V4L2_EVENT_EOS ? "end of stream"
				      : event.u.src_change.changes == V4L2_EVENT_SRC_CH_RESOLUTION
					      ? "another resolution"
					      : "?");
	say(&m2m.capture, "DQEVENT", err);
}

/* A picture, whose buffer is not queued again: its index, or -1 for the last. */
static int take_picture(void)
{
	struct v4l2_buffer buffer;
	int err = next_buffer(&m2m.capture, &buffer);

	if (err < 0) {
		say(&m2m.capture, "DQBUF", err);
		return -1;
	}
	if (buffer.flags & V4L2_BUF_FLAG_ERROR)
		n_damaged++;
	if (buffer.bytesused || buffer.flags & V4L2_BUF_FLAG_ERROR)
		printf("of second %ld, timestamp %s, %s%s\n", (long)buffer.timestamp.tv_sec,
		       device_clock_name(buffer.flags), buffer.field == V4L2_FIELD_NONE ? "whole" : "fields",
		       buffer.flags & V4L2_BUF_FLAG_ERROR ? ", damaged" : "");
	if (buffer.bytesused && !n_damaged)
		printf("number %u\n", buffer.sequence);
	if (buffer.flags & V4L2_BUF_FLAG_LAST)
		printf("last\n");
	return buffer.flags & V4L2_BUF_FLAG_LAST ? -1 : (int)buffer.index;
}

/* The last may be a picture, as of vicodec, or be empty. */
static void take_pictures_to_the_last(void)
{
	struct v4l2_buffer buffer;
	struct pollfd entry = { .fd = m2m.capture.fd, .events = POLLIN };
	struct device *device = &m2m.capture;

	while (take_picture() >= 0)
		;
	tell_events();
	say(&m2m.capture, "DQBUF after the last", dequeue_buffer(&m2m.capture, &buffer));
	say(&m2m.capture, "DQBUF again", dequeue_buffer(&m2m.capture, &buffer));
	device_poll(&device, 1, &entry, 1, 0);
	printf("poll: %s\n", entry.revents & POLLIN ? "readable" : "nothing");
}

static void decode(const char *what, const struct packet *packet, uint32_t seconds)
{
	int index;

	send_packet(what, seconds % N_BUFFERS, packet, seconds);
	index = take_picture();
	take_packet();
	if (index >= 0)
		say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, (uint32_t)index, 0, 0));
}

static void queue_all_capture(void)
{
	for (uint32_t i = 0; i < N_BUFFERS; i++)
		say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, i, 0, 0));
}

static void restart_capture(void)
{
	say(&m2m.capture, "STREAMOFF", stream(&m2m.capture, false));
	n_damaged = 0;
	queue_all_capture();
	say(&m2m.capture, "STREAMON", stream(&m2m.capture, true));
}

/* The decoder keeps packets, as it has no buffer for a picture. */
static void hold_packets(uint32_t seconds)
{
	struct v4l2_buffer buffer;

	for (uint32_t i = 0; i < N_BUFFERS; i++) {
		send_packet("QBUF of a packet", i, &packets[i], seconds + i);
		take_picture();
		take_packet();
	}
	for (uint32_t i = 0; i < N_BUFFERS; i++)
		send_packet("QBUF of a packet", i, &packets[i + N_BUFFERS], seconds + N_BUFFERS + i);
	say(&m2m.output, "DQBUF without a buffer for the picture", dequeue_buffer(&m2m.output, &buffer));
	say(&m2m.capture, "DQBUF of nothing", dequeue_buffer(&m2m.capture, &buffer));
}

/* --- what is asked --- */

static int decoder_command(uint32_t cmd, bool try)
{
	struct v4l2_decoder_cmd command = { .cmd = cmd };

	return device_ioctl(&m2m.node, try ? VIDIOC_TRY_DECODER_CMD : VIDIOC_DECODER_CMD, &command);
}

static void say_command(const char *what, uint32_t cmd)
{
	say(&m2m.capture, what, decoder_command(cmd, false));
}

static void ask_for_commands(void)
{
	struct v4l2_encoder_cmd stop = { .cmd = V4L2_ENC_CMD_STOP };

	say(&m2m.capture, "TRY_DECODER_CMD STOP", decoder_command(V4L2_DEC_CMD_STOP, true));
	say(&m2m.capture, "TRY_DECODER_CMD START", decoder_command(V4L2_DEC_CMD_START, true));
	say(&m2m.capture, "TRY_DECODER_CMD 99", decoder_command(99, true));
	say_command("DECODER_CMD 99", 99);
	say_command("DECODER_CMD STOP of what does not stream", V4L2_DEC_CMD_STOP);
	say(&m2m.capture, "ENCODER_CMD STOP", device_ioctl(&m2m.node, VIDIOC_ENCODER_CMD, &stop));
}

static void say_size(void)
{
	struct video_format format = { 0 };
	struct v4l2_rect visible = { 0 };
	int err = negotiate_get_format(&m2m.capture, &format);

	say(&m2m.capture, "G_FMT", err);
	say(&m2m.capture, "G_SELECTION", selection_get(&m2m.capture, V4L2_SEL_TGT_COMPOSE, &visible));
	printf("%ux%u, visible %ux%u+%d+%d\n", format.width, format.height, visible.width, visible.height,
	       visible.left, visible.top);
}

/* CAPTURE is set up when the size of the pictures is known. */
static void ask_for_the_size(void)
{
	struct packet nothing = { calloc(1, 64), 64 };
	struct v4l2_buffer buffer;

	say(&m2m.output, "REQBUFS", request_buffers(&m2m.output, N_BUFFERS));
	ask_for_commands();
	say(&m2m.output, "STREAMON", stream(&m2m.output, true));
	tell_events();
	send_packet("QBUF of no packet", 0, &nothing, 1);
	take_packet();
	tell_events();
	send_packet("QBUF of the first packet", 0, &packets[0], 2);
	tell_events();
	say_size();
	say(&m2m.output, "DQBUF of the first packet", dequeue_buffer(&m2m.output, &buffer));
	say(&m2m.capture, "STREAMON without buffers", stream(&m2m.capture, true));
	say(&m2m.capture, "REQBUFS", request_buffers(&m2m.capture, N_BUFFERS));
	queue_all_capture();
	say(&m2m.capture, "STREAMON", stream(&m2m.capture, true));
	take_packet();
	say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, (uint32_t)take_picture(), 0, 0));
	tell_events();
	free(nothing.data);
}

static void ask_for_damage(void)
{
	struct packet damaged = { malloc(packets[1].bytes), packets[1].bytes };

	memcpy(damaged.data, packets[1].data, damaged.bytes);
	damage(&damaged);
	decode("QBUF of a packet", &packets[1], 3);
	decode("QBUF of a damaged packet", &damaged, 4);
	decode("QBUF of a packet", &packets[0], 5);
	free(damaged.data);
}

/* Not START after the end, as of encoders. */
static void ask_for_draining(void)
{
	struct v4l2_buffer buffer;

	hold_packets(10);
	say_command("DECODER_CMD STOP", V4L2_DEC_CMD_STOP);
	say_command("DECODER_CMD STOP while draining", V4L2_DEC_CMD_STOP);
	say_command("DECODER_CMD START while draining", V4L2_DEC_CMD_START);
	tell_events();
	say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, 0, 0, 0));
	take_packet();
	say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, 1, 0, 0));
	take_packet();
	if (take_picture() == 0)
		say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, 0, 0, 0));
	take_pictures_to_the_last();
	say_command("DECODER_CMD STOP of what has stopped", V4L2_DEC_CMD_STOP);
	send_packet("QBUF of a packet that waits", 0, &packets[0], 20);
	say(&m2m.output, "DQBUF while stopped", dequeue_buffer(&m2m.output, &buffer));
	restart_capture();
	take_packet();
	take_picture();
	say_command("DECODER_CMD STOP with nothing to decode", V4L2_DEC_CMD_STOP);
	take_pictures_to_the_last();
	restart_capture();
	decode("QBUF of a packet", &packets[0], 21);
}

static void ask_for_seeking(void)
{
	struct v4l2_buffer buffer;

	hold_packets(30);
	say(&m2m.output, "STREAMOFF", stream(&m2m.output, false));
	say(&m2m.output, "DQBUF of what does not stream", dequeue_buffer(&m2m.output, &buffer));
	say(&m2m.output, "STREAMON", stream(&m2m.output, true));
	queue_all_capture();
	say(&m2m.capture, "DQBUF of nothing", dequeue_buffer(&m2m.capture, &buffer));
	decode("QBUF of a packet", &packets[0], 40);
	tell_events();
	hold_packets(50);
	say_command("DECODER_CMD STOP", V4L2_DEC_CMD_STOP);
	say(&m2m.output, "STREAMOFF while draining", stream(&m2m.output, false));
	queue_all_capture();
	take_pictures_to_the_last();
	say(&m2m.output, "STREAMON", stream(&m2m.output, true));
	restart_capture();
	decode("QBUF of a packet", &packets[0], 60);
}

static void ask_for_another_size(void)
{
	struct v4l2_buffer buffer;

	send_packet("QBUF of a packet of another size", 0, &wider_packets[0], 70);
	take_pictures_to_the_last();
	say_size();
	say(&m2m.output, "DQBUF before it is decoded", dequeue_buffer(&m2m.output, &buffer));
	say(&m2m.capture, "STREAMOFF", stream(&m2m.capture, false));
	say(&m2m.capture, "REQBUFS 0", request_buffers(&m2m.capture, 0));
	say(&m2m.capture, "REQBUFS", request_buffers(&m2m.capture, N_BUFFERS));
	queue_all_capture();
	say(&m2m.capture, "STREAMON", stream(&m2m.capture, true));
	take_packet();
	take_picture();
	tell_events();
}

static int ask_decoder(const char *encoder)
{
	static const uint32_t events[] = { V4L2_EVENT_SOURCE_CHANGE, V4L2_EVENT_EOS };
	int err = make_packets(encoder, 640, 480, packets, N_PACKETS);

	if (err == 0)
		err = make_packets(encoder, 800, 608, wider_packets, ARRAY_SIZE(wider_packets));
	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(events); i++) {
		struct v4l2_event_subscription subscription = { .type = events[i] };

		err = device_ioctl(&m2m.node, VIDIOC_SUBSCRIBE_EVENT, &subscription);
	}
	if (err == 0) {
		ask_for_the_size();
		ask_for_damage();
		ask_for_draining();
		ask_for_seeking();
		ask_for_another_size();
		stream(&m2m.capture, false);
		say(&m2m.capture, "REQBUFS 0", request_buffers(&m2m.capture, 0));
	}
	for (size_t i = 0; i < ARRAY_SIZE(packets); i++)
		free(packets[i].data);
	free(wider_packets[0].data);
	return err;
}

int main(int argc, char **argv)
{
	struct video_format coded = {
		.width = 640, .height = 480, .n_planes = 1, .field = V4L2_FIELD_NONE, .sizeimage = { 1 << 20 }
	};
	int err;

	if (argc != 3 || m2m_open(&m2m, argv[1]) < 0)
		return 1;
	coded.fourcc = m2m.conversion.from.fourccs[0];
	err = m2m_set_format(&m2m.output, &coded, &coded);
	if (err == 0)
		err = ask_decoder(argv[2]);
	m2m_close(&m2m);
	return err < 0;
}
