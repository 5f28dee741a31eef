/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of a file, for libavformat to read. */
#include "media/read/avio_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include "base/array.h"
#include "base/log.h"
#include "media/read/direct_read.h"
#include "media/libav.h"

/* Longer reads bypass it, straight into the packet. */
#define AVIO_BYTES 65536
/* A raw picture through the usual 64 KiB of a pipe takes dozens of switches between two processes. */
#define PIPE_BYTES (1 << 20)

struct input {
	AVIOContext *avio;
	AVIOInterruptCB interrupt;
	char *path;
	int fd, wake_fd, cancel_fd;
	bool standard, own, regular, address;
	struct landing *landing; /* NULL: none */
	int64_t base;            /* where in the file byte 0 of ours lies: standard input may be part-read */
	_Atomic bool cancelled;
	_Atomic int error;
};

/* What one protocol is built of. Those that are not listed stand alone. */
static const struct {
	const char *protocol, *whitelist;
} protocols[] = {
	{ "http", "http,https,httpproxy,tls,tcp" },
	{ "https", "https,http,httpproxy,tls,tcp" },
	{ "rtmp", "rtmp,tcp" },
	{ "rtmps", "rtmps,tls,tcp" },
	{ "ftp", "ftp,tcp" },
	{ "tls", "tls,tcp" },
	{ "rtp", "rtp,udp" },
	{ "srtp", "srtp,rtp,udp" },
	{ "rtsp", "rtsp,rtp,udp,tcp" },
	{ "rtsps", "rtsps,rtp,srtp,udp,tls,tcp" },
};

static bool is_path(const char *url)
{
	return strcmp(url, "-") == 0 || access(url, F_OK) == 0 || !avio_find_protocol_name(url) ||
	       strcmp(avio_find_protocol_name(url), "file") == 0 ||
	       strcmp(avio_find_protocol_name(url), "pipe") == 0;
}

const char *input_protocols(const char *url)
{
	const char *own;

	if (is_path(url))
		return "file,pipe";
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		const char *end;

		if (av_strstart(url, protocols[i].protocol, &end) && *end == ':')
			return protocols[i].whitelist;
	}
	own = avio_find_protocol_name(url);
	return own ? own : "file,pipe";
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd > 0 && poll(&p, 1, 0) > 0 && p.revents & POLLIN;
}

static int interrupted(void *opaque)
{
	struct input *in = opaque;

	return atomic_load(&in->cancelled) || readable(in->cancel_fd);
}

static void keep_error(struct input *in, int err)
{
	int none = 0;

	atomic_compare_exchange_strong(&in->error, &none, err);
}

static int wait_readable(struct input *in)
{
	struct pollfd p[] = {
		{ .fd = in->fd, .events = POLLIN },
		{ .fd = in->wake_fd, .events = POLLIN },
		{ .fd = in->cancel_fd > 0 ? in->cancel_fd : -1, .events = POLLIN },
	};

	while (poll(p, 3, -1) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return p[1].revents || p[2].revents ? -ECANCELED : 0;
}

static int read_some(struct input *in, uint8_t *buffer, int bytes)
{
	ssize_t n;
	int err = 0;

	do {
		if (in->regular)
			err = atomic_load(&in->cancelled) ? -ECANCELED : 0;
		else
			err = wait_readable(in);
		if (err < 0)
			break;
		n = read(in->fd, buffer, (size_t)bytes);
		if (n >= 0)
			return n > 0 ? (int)n : AVERROR_EOF;
		err = -errno;
	} while (err == -EINTR || err == -EAGAIN);
	keep_error(in, err);
	return err;
}

/* To the very end of the picture, or the rest would come through libavformat's own buffer. */
static int read_all(struct input *in, uint8_t *buffer, int bytes)
{
	int n = 0, more;

	do {
		more = read_some(in, buffer + n, bytes - n);
		n += more > 0 ? more : 0;
	} while (more > 0 && n < bytes);
	return n > 0 ? n : more;
}

bool input_land(struct input *in, struct landing *landing)
{
	if (!in->own)
		return false;
	in->landing = landing;
	in->avio->direct = landing != NULL;
	if (landing)
		landing_moved(landing);
	return true;
}

static int read_aside(struct input *in, uint8_t *buffer, int bytes)
{
	int n = read_some(in, buffer, bytes);

	if (n > 0)
		landing_seen(in->landing, buffer, (size_t)n);
	return n;
}

static int read_packet(void *opaque, uint8_t *buffer, int bytes)
{
	struct input *in = opaque;
	const AVIOContext *avio = in->avio;
	uint8_t *place;
	int n;

	if (in->landing && !in->landing->bytes)
		input_land(in, NULL);
	if (!in->landing)
		return read_some(in, buffer, bytes);
	/* Into libavformat's buffer, in search of the next header. */
	if (buffer >= avio->buffer && buffer < avio->buffer + avio->buffer_size)
		return read_aside(in, buffer, bytes < LANDING_HEAD_BYTES ? bytes : LANDING_HEAD_BYTES);
	place = landing_begin(in->landing, buffer, &bytes, avio->pos);
	if (!place)
		return read_aside(in, buffer, bytes);
	n = read_all(in, place, bytes);
	landing_end(in->landing, bytes, n);
	return n;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
	struct input *in = opaque;
	struct stat st;
	off_t position;

	if (whence & AVSEEK_SIZE)
		return fstat(in->fd, &st) < 0 ? -errno : st.st_size - in->base;
	whence &= ~AVSEEK_FORCE;
	if (whence == SEEK_SET) {
		if (offset < 0 || offset > INT64_MAX - in->base)
			return -EINVAL;
		offset += in->base;
	}
	position = lseek(in->fd, offset, whence);
	if (in->landing)
		landing_moved(in->landing);
	return position < 0 ? -errno : position - in->base;
}

static int refuse(const char *path, int err)
{
	if (err != -ECANCELED)
		log_error("%s: %s", path, err_str(err));
	return err;
}

static int open_standard_input(struct input *in)
{
	if (isatty(STDIN_FILENO)) {
		log_error("standard input is a terminal: name a file to play");
		return -EINVAL;
	}
	in->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	return in->fd < 0 ? refuse(in->path, -errno) : 0;
}

/* Without waiting: a FIFO's writer may come late, or never. */
static int open_path(struct input *in)
{
	in->fd = open(in->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return in->fd < 0 ? refuse(in->path, -errno) : 0;
}

static int look_at(struct input *in)
{
	struct stat st;

	if (fstat(in->fd, &st) < 0)
		return refuse(in->path, -errno);
	if (S_ISDIR(st.st_mode))
		return refuse(in->path, -EISDIR);
	in->regular = S_ISREG(st.st_mode);
	if (S_ISFIFO(st.st_mode))
		fcntl(in->fd, F_SETPIPE_SZ, PIPE_BYTES);
	if (!in->regular)
		return 0;
	in->base = lseek(in->fd, 0, SEEK_CUR);
	posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return in->base < 0 ? refuse(in->path, -errno) : 0;
}

static int open_own(struct input *in)
{
	uint8_t *buffer;
	int err;

	if ((err = in->standard ? open_standard_input(in) : open_path(in)) < 0 || (err = look_at(in)) < 0)
		return err;
	if (!(buffer = av_malloc(AVIO_BYTES)))
		return refuse(in->path, -ENOMEM);
	in->own = true;
	in->avio =
		avio_alloc_context(buffer, AVIO_BYTES, 0, in, read_packet, NULL, in->regular ? seek : NULL);
	if (in->avio)
		return 0;
	av_free(buffer);
	return refuse(in->path, -ENOMEM);
}

static int open_address(struct input *in, const char *url)
{
	AVDictionary *options = NULL;
	int err;

	libav_clear_error();
	if ((err = av_dict_set(&options, "protocol_whitelist", input_protocols(url), 0)) >= 0)
		err = avio_open2(&in->avio, url, AVIO_FLAG_READ, &in->interrupt, &options);
	av_dict_free(&options);
	if (err >= 0)
		return 0;
	if (interrupted(in))
		return -ECANCELED;
	log_error("%s: %s", url, libav_err_str(err));
	return err;
}

/* The path that a url stands for; NULL for standard input. */
static const char *path_of(const char *url)
{
	const char *path;

	if (strcmp(url, "-") == 0)
		return NULL;
	if (access(url, F_OK) == 0)
		return url;
	if (strcmp(url, "pipe:") == 0 || strcmp(url, "pipe:0") == 0)
		return NULL;
	return av_strstart(url, "file:", &path) ? path : url;
}

static int name(struct input *in, const char *url)
{
	const char *path = url;

	in->address = !is_path(url);
	if (!in->address)
		path = path_of(url);
	in->standard = !path;
	in->path = strdup(path ? path : "standard input");
	in->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return in->path && in->wake_fd >= 0 ? 0 : refuse(url, -ENOMEM);
}

int input_open(struct input **input, const char *url, bool by_demuxer, int cancel_fd)
{
	struct input *in = calloc(1, sizeof *in);
	int err;

	*input = NULL;
	if (!in)
		return refuse(url, -ENOMEM);
	in->fd = in->wake_fd = -1;
	in->cancel_fd = cancel_fd;
	in->interrupt = (AVIOInterruptCB){ interrupted, in };
	err = name(in, url);
	if (err >= 0 && !by_demuxer)
		err = in->address ? open_address(in, url) : open_own(in);
	if (err < 0)
		input_close(in);
	else
		*input = in;
	return err;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	if (in->avio && in->own) {
		av_freep(&in->avio->buffer);
		avio_context_free(&in->avio);
	}
	avio_closep(&in->avio);
	if (in->fd >= 0)
		close(in->fd);
	if (in->wake_fd >= 0)
		close(in->wake_fd);
	free(in->path);
	free(in);
}

void input_cancel(struct input *in)
{
	atomic_store(&in->cancelled, true);
	eventfd_write(in->wake_fd, 1);
}

AVIOContext *input_avio(struct input *in)
{
	return in->avio;
}

const AVIOInterruptCB *input_interrupt(const struct input *in)
{
	return &in->interrupt;
}

const char *input_path(const struct input *in)
{
	return in->path;
}

bool input_seekable(const struct input *in)
{
	return in->avio && in->avio->seekable & AVIO_SEEKABLE_NORMAL;
}

bool input_is_address(const struct input *in)
{
	return in->address;
}

int input_error(const struct input *in)
{
	return interrupted((void *)in) ? -ECANCELED : atomic_load(&((struct input *)in)->error);
}
