/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A UVC camera in user space, for the stock uvcvideo driver. usage: uvcemu [-c FIFO] [-j A.JPG,B.JPG…]
 * [-p PORT] [-3] [-i]; -3: it says that it can do USB 3; -i: that it transfers isochronously, for
 * which there is never enough bandwidth
 *
 * Plugs itself into vhci_hcd (USB/IP over a socket pair: no network, no patched kernel), streams YUYV,
 * whose first four bytes count the frames, and the given JPEG files as MJPEG, and misbehaves when told
 * so by a line on the FIFO: see commands[]. Closing the socket, or dying, is the cable pulled out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "camera.h"

struct camera camera = { .fifo = -1, .frame_done = true };

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void read_fully(void *data, size_t n_bytes)
{
	uint8_t *at = data;

	while (n_bytes > 0) {
		ssize_t n = read(camera.socket, at, n_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			exit(0);
		at += n;
		n_bytes -= (size_t)n;
	}
}

static void write_fully(const void *data, size_t n_bytes)
{
	const uint8_t *at = data;

	while (n_bytes > 0) {
		ssize_t n = write(camera.socket, at, n_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			exit(0);
		at += n;
		n_bytes -= (size_t)n;
	}
}

void complete(const struct usbip_header *submit, int status, const void *data, size_t n_bytes)
{
	struct usbip_header reply = { .command = htonl(USBIP_RETURN),
				      .seqnum = submit->seqnum,
				      .devid = submit->devid,
				      .direction = submit->direction,
				      .endpoint = submit->endpoint };

	reply.result.status = htonl((uint32_t)status);
	reply.result.length = htonl((uint32_t)n_bytes);
	write_fully(&reply, sizeof reply);
	if (submit->direction)
		write_fully(data, n_bytes);
}

static void unlink_transfer(const struct usbip_header *request)
{
	struct usbip_header reply = { .command = htonl(USBIP_UNLINKED), .seqnum = request->seqnum };

	for (unsigned i = 0; i < camera.n_pending; i++) {
		if (camera.pending[i].seqnum != request->unlink.seqnum)
			continue;
		memmove(&camera.pending[i], &camera.pending[i + 1], (--camera.n_pending - i) * sizeof reply);
		reply.result.status = htonl((uint32_t)-ECONNRESET);
		break;
	}
	write_fully(&reply, sizeof reply);
}

static void serve_host(void)
{
	struct usbip_header request;

	read_fully(&request, sizeof request);
	if (ntohl(request.command) == USBIP_UNLINK)
		unlink_transfer(&request);
	else if (ntohl(request.command) == USBIP_SUBMIT && ntohl(request.endpoint) == 0)
		control_transfer(&request);
	else if (camera.n_pending < MAX_PENDING)
		camera.pending[camera.n_pending++] = request;
}

static void pause_for(unsigned milliseconds)
{
	camera.paused_until_ns = now_ns() + milliseconds * 1000000LL;
}

static void darken(unsigned is_dark)
{
	camera.is_dark = is_dark;
}

static void unplug(unsigned unused)
{
	(void)unused;
	fprintf(stderr, "uvcemu: unplugged\n");
	exit(0);
}

/* "NAME" or "NAME=NUMBER", where the number says how many frames or transfers. */
static const struct command {
	const char *name;
	enum fault fault;
	void (*run)(unsigned number); /* in place of a fault */
} commands[] = {
	{ "err", FAULT_ERROR, NULL },       /* the camera itself marks the frame as bad */
	{ "short", FAULT_SHORT, NULL },     /* half a frame */
	{ "drop", FAULT_DROP, NULL },       /* no frame */
	{ "garbage", FAULT_GARBAGE, NULL }, /* a frame that begins with nonsense */
	{ "stall", FAULT_STALL, NULL },     /* the endpoint stalls: a transfer fails with EPIPE */
	{ "eproto", FAULT_PROTOCOL, NULL }, /* noise on the cable: a transfer fails with EPROTO */
	{ "zlp", FAULT_EMPTY, NULL },       /* a transfer of no bytes */
	{ "pause", 0, pause_for },          /* no frames for so many milliseconds */
	{ "dark", 0, darken },              /* 1: black pictures, and a longer exposure if it may */
	{ "unplug", 0, unplug },
};

static void obey(char *line)
{
	char *number = strchr(line, '=');
	unsigned count = number ? (unsigned)atoi(number + 1) : 1;

	if (number)
		*number = '\0';
	for (size_t i = 0; i < N_ELEMENTS(commands); i++) {
		const struct command *command = &commands[i];

		if (strcmp(command->name, line) != 0)
			continue;
		if (command->run)
			command->run(count);
		else
			camera.faults[command->fault] = count;
		return;
	}
	fprintf(stderr, "uvcemu: no command %s\n", line);
}

static void serve_fifo(void)
{
	char text[256];
	ssize_t n = read(camera.fifo, text, sizeof text - 1);

	if (n <= 0)
		return;
	text[n] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		obey(line);
}

static int load_jpegs(char *names)
{
	for (char *name = strtok(names, ","); name && camera.n_jpegs < MAX_JPEGS; name = strtok(NULL, ",")) {
		struct jpeg *jpeg = &camera.jpegs[camera.n_jpegs];
		struct stat info;
		int fd = open(name, O_RDONLY);

		if (fd < 0 || fstat(fd, &info) < 0 || info.st_size > MAX_FRAME_BYTES) {
			fprintf(stderr, "uvcemu: %s: cannot be used\n", name);
			return -EINVAL;
		}
		jpeg->n_bytes = (size_t)info.st_size;
		jpeg->data = malloc(jpeg->n_bytes);
		if (!jpeg->data || read(fd, jpeg->data, jpeg->n_bytes) != info.st_size)
			return -EIO;
		close(fd);
		camera.n_jpegs++;
	}
	return 0;
}

/* vhci_hcd takes over one end of the pair as if it were a connection to a remote USB/IP host. */
static int plug_in(unsigned port)
{
	enum { SPEED_HIGH = 3, BUS_AND_DEVICE = 0x10001, SEND_BYTES = 1 << 20 };
	int pair[2], attach, bytes = SEND_BYTES, n;

	attach = open("/sys/devices/platform/vhci_hcd.0/attach", O_WRONLY);
	if (attach < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
		perror("uvcemu: vhci_hcd");
		return -errno;
	}
	n = dprintf(attach, "%u %d %u %d", port, pair[1], BUS_AND_DEVICE + port, SPEED_HIGH);
	if (n <= 0) {
		perror("uvcemu: attach");
		return -EIO;
	}
	close(attach);
	close(pair[1]);
	camera.socket = pair[0];
	setsockopt(camera.socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	return 0;
}

static int milliseconds_to_next_frame(void)
{
	int64_t left_ns;

	if (!camera.streaming)
		return -1;
	left_ns = camera.next_ns - now_ns();
	return left_ns <= 0 ? 0 : (int)(left_ns / 1000000) + 1;
}

int main(int argc, char **argv)
{
	unsigned port = 0;
	int option;

	while ((option = getopt(argc, argv, "c:j:p:3i")) != -1) {
		if (option == 'c')
			camera.fifo = open(optarg, O_RDWR | O_NONBLOCK);
		else if (option == 'p')
			port = (unsigned)atoi(optarg);
		else if (option == '3')
			camera.can_usb_3 = true;
		else if (option == 'i')
			camera.is_isochronous = true;
		else if (option != 'j' || load_jpegs(optarg) < 0)
			return 2;
	}
	negotiate(&camera.probe);
	negotiate(&camera.commit);
	if (plug_in(port) < 0)
		return 1;

	for (;;) {
		struct pollfd waits[] = { { camera.socket, POLLIN, 0 }, { camera.fifo, POLLIN, 0 } };

		poll(waits, N_ELEMENTS(waits), milliseconds_to_next_frame());
		if (waits[1].revents & POLLIN)
			serve_fifo();
		if (waits[0].revents)
			serve_host();
		keep_time();
		answer_pending();
	}
}
