/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The AVIOContext that a demuxer reads from. */
#include "media/read/avio_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
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

/* avio_read() bypasses the buffer for longer reads. */
#define AVIO_BUFFER_BYTES 65536
/* Of a pipe: with the default of 64 KiB, a raw frame takes dozens of context switches. */
#define PIPE_BYTES (1 << 20)

struct avio_input {
	AVIOContext *avio;
	AVIOInterruptCB interrupt;
	char *name;
	int fd, wake_fd, cancel_fd;
	bool standard; /* standard input */
	bool own;      /* avio reads fd, by read_input() */
	bool regular, address;
	struct direct_read *direct; /* NULL: none */
	int64_t base;               /* file offset at which we started: standard input may be partly read */
	_Atomic bool cancelled;
	_Atomic int error;
};

/* The other protocols that a protocol uses; protocols not listed use none. */
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

/* The protocols that one in the table (or a demuxer in it) uses; the protocol itself if it is not listed.
 * NULL: unknown. */
static const char *find_protocols(const char *url)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		const char *end;

		if (av_strstart(url, protocols[i].protocol, &end) && *end == ':')
			return protocols[i].whitelist;
	}
	return avio_find_protocol_name(url);
}

bool avio_input_is_path(const char *url)
{
	const char *protocol = find_protocols(url);

	return strcmp(url, "-") == 0 || access(url, F_OK) == 0 || !protocol ||
	       strcmp(protocol, "file") == 0 || strcmp(protocol, "pipe") == 0;
}

const char *avio_input_protocols(const char *url)
{
	return avio_input_is_path(url) ? "file,pipe" : find_protocols(url);
}

static int is_cancelled(void *opaque)
{
	struct avio_input *in = opaque;
	struct pollfd p = { .fd = in->cancel_fd, .events = POLLIN };

	if (atomic_load(&in->cancelled))
		return 1;
	return in->cancel_fd > 0 && poll(&p, 1, 0) > 0 && p.revents & POLLIN;
}

static void keep_first_error(struct avio_input *in, int err)
{
	int none = 0;

	atomic_compare_exchange_strong(&in->error, &none, err);
}

static int wait_readable(struct avio_input *in)
{
	struct pollfd p[] = {
		{ .fd = in->fd, .events = POLLIN },
		{ .fd = in->wake_fd, .events = POLLIN },
		{ .fd = in->cancel_fd > 0 ? in->cancel_fd : -1, .events = POLLIN },
	};

	while (poll(p, ARRAY_SIZE(p), -1) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return p[1].revents || p[2].revents ? -ECANCELED : 0;
}

static int read_some(struct avio_input *in, uint8_t *buffer, int bytes)
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
	keep_first_error(in, err);
	return err;
}

/* Reads a whole frame: after a short read libavformat would read the rest through its own buffer. */
static int read_fully(struct avio_input *in, uint8_t *buffer, int bytes)
{
	int n = 0, more;

	do {
		more = read_some(in, buffer + n, bytes - n);
		n += more > 0 ? more : 0;
	} while (more > 0 && n < bytes);
	return n > 0 ? n : more;
}

bool avio_input_set_direct(struct avio_input *in, struct direct_read *direct)
{
	if (!in->own)
		return false;
	in->direct = direct;
	in->avio->direct = direct != NULL;
	if (direct)
		direct_read_discontinuity(direct);
	return true;
}

static int read_and_note(struct avio_input *in, uint8_t *buffer, int bytes)
{
	int n = read_some(in, buffer, bytes);

	if (n > 0)
		direct_read_note(in->direct, buffer, (size_t)n);
	return n;
}

/* AVIOContext.read_packet. */
static int read_input(void *opaque, uint8_t *buffer, int bytes)
{
	struct avio_input *in = opaque;
	const AVIOContext *avio = in->avio;
	uint8_t *data;
	int n;

	if (in->direct && !in->direct->frame_bytes)
		avio_input_set_direct(in, NULL);
	if (!in->direct)
		return read_some(in, buffer, bytes);
	/* libavformat reads into its own buffer while it parses headers. */
	if (buffer >= avio->buffer && buffer < avio->buffer + avio->buffer_size)
		return read_and_note(in, buffer,
				     bytes < DIRECT_READ_HEADER_BYTES ? bytes : DIRECT_READ_HEADER_BYTES);
	data = direct_read_begin(in->direct, buffer, &bytes, avio->pos);
	if (!data)
		return read_and_note(in, buffer, bytes);
	n = read_fully(in, data, bytes);
	direct_read_end(in->direct, bytes, n);
	return n;
}

/* AVIOContext.seek. */
static int64_t seek_input(void *opaque, int64_t offset, int whence)
{
	struct avio_input *in = opaque;
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
	if (in->direct)
		direct_read_discontinuity(in->direct);
	return position < 0 ? -errno : position - in->base;
}

static int log_open_error(const char *name, int err)
{
	if (err != -ECANCELED)
		log_error("%s: %s", name, err_str(err));
	return err;
}

static int open_standard_input(struct avio_input *in)
{
	if (isatty(STDIN_FILENO)) {
		log_error("standard input is a terminal: name a file to play");
		return -EINVAL;
	}
	if ((fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE) == O_WRONLY)
		return log_open_error(in->name, -EBADF); /* it was closed, see main() */
	in->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	return in->fd < 0 ? log_open_error(in->name, -errno) : 0;
}

static int check_path(const char *path)
{
	if (access(path, R_OK) == 0)
		return 0;
	if (access(path, F_OK) < 0 && libav_check_protocol(path, false) < 0)
		return -EPROTONOSUPPORT;
	return log_open_error(path, -errno);
}

/* O_NONBLOCK: opening a FIFO would block until it has a writer, and could not be cancelled. */
static int open_input_path(struct avio_input *in)
{
	int err = check_path(in->name);

	if (err < 0)
		return err;
	in->fd = open(in->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return in->fd < 0 ? log_open_error(in->name, -errno) : 0;
}

static int prepare_fd(struct avio_input *in)
{
	struct stat st;

	if (fstat(in->fd, &st) < 0)
		return log_open_error(in->name, -errno);
	if (S_ISDIR(st.st_mode))
		return log_open_error(in->name, -EISDIR);
	in->regular = S_ISREG(st.st_mode);
	if (S_ISFIFO(st.st_mode))
		fcntl(in->fd, F_SETPIPE_SZ, PIPE_BYTES);
	if (!in->regular)
		return 0;
	in->base = lseek(in->fd, 0, SEEK_CUR);
	posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return in->base < 0 ? log_open_error(in->name, -errno) : 0;
}

static int open_input_file(struct avio_input *in)
{
	uint8_t *buffer;
	int err;

	err = in->standard ? open_standard_input(in) : open_input_path(in);
	if (err == 0)
		err = prepare_fd(in);
	if (err < 0)
		return err;
	buffer = av_malloc(AVIO_BUFFER_BYTES);
	if (!buffer)
		return log_open_error(in->name, -ENOMEM);
	in->own = true;
	in->avio = avio_alloc_context(buffer, AVIO_BUFFER_BYTES, 0, in, read_input, NULL,
				      in->regular ? seek_input : NULL);
	if (in->avio)
		return 0;
	av_free(buffer);
	return log_open_error(in->name, -ENOMEM);
}

static int open_address(struct avio_input *in, const char *url)
{
	AVDictionary *options = NULL;
	int err;

	libav_clear_error();
	err = av_dict_set(&options, "protocol_whitelist", avio_input_protocols(url), 0);
	if (err >= 0)
		err = avio_open2(&in->avio, url, AVIO_FLAG_READ, &in->interrupt, &options);
	av_dict_free(&options);
	if (err >= 0)
		return 0;
	if (is_cancelled(in))
		return -ECANCELED;
	libav_log_address_error(url, err);
	return err;
}

/* The path in a file: or pipe: URL; NULL for standard input. */
static const char *path_of_url(const char *url)
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

int avio_input_check(const char *url)
{
	const char *path = avio_input_is_path(url) ? path_of_url(url) : NULL;

	return path && !strchr(path, '%') ? check_path(path) : 0;
}

static int set_name(struct avio_input *in, const char *url)
{
	const char *path = url;

	in->address = !avio_input_is_path(url);
	if (!in->address)
		path = path_of_url(url);
	in->standard = !path;
	in->name = strdup(path ? path : "standard input");
	in->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return in->name && in->wake_fd >= 0 ? 0 : log_open_error(url, -ENOMEM);
}

int avio_input_open(struct avio_input **input, const char *url, bool by_demuxer, int cancel_fd)
{
	struct avio_input *in = calloc(1, sizeof *in);
	int err;

	*input = NULL;
	if (!in)
		return log_open_error(url, -ENOMEM);
	in->fd = in->wake_fd = -1;
	in->cancel_fd = cancel_fd;
	in->interrupt = (AVIOInterruptCB){ is_cancelled, in };
	err = set_name(in, url);
	if (err >= 0 && !by_demuxer)
		err = in->address ? open_address(in, url) : open_input_file(in);
	if (err < 0)
		avio_input_close(in);
	else
		*input = in;
	return err;
}

void avio_input_close(struct avio_input *in)
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
	free(in->name);
	free(in);
}

void avio_input_cancel(struct avio_input *in)
{
	atomic_store(&in->cancelled, true);
	eventfd_write(in->wake_fd, 1);
}

AVIOContext *avio_input_context(struct avio_input *in)
{
	return in->avio;
}

const AVIOInterruptCB *avio_input_interrupt(const struct avio_input *in)
{
	return &in->interrupt;
}

const char *avio_input_name(const struct avio_input *in)
{
	return in->name;
}

bool avio_input_is_seekable(const struct avio_input *in)
{
	return in->avio && in->avio->seekable & AVIO_SEEKABLE_NORMAL;
}

int avio_input_error(const struct avio_input *in)
{
	return is_cancelled((void *)in) ? -ECANCELED : atomic_load(&((struct avio_input *)in)->error);
}
