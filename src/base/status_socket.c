/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Unix stream socket that sends the state of a run to every client, line by line. */
#include "base/status_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/log.h"

#define MAX_CLIENTS 32
#define MAX_MISSED 60 /* lines that a client may miss in a row */

struct client {
	int fd;
	char *rest; /* the line whose beginning was sent; NULL: none */
	size_t sent;
	unsigned n_missed;
};

struct status_socket {
	char *path;
	int fd;
	dev_t device; /* identify our socket file */
	ino_t inode;
	struct client clients[MAX_CLIENTS];
	unsigned n_clients;
};

static int open_unix_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* Removes a socket on which nobody listens: connect() is refused. Returns 0 when it is removed. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, err;

	if (lstat(address->sun_path, &st) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return -EEXIST;
	fd = open_unix_socket();
	if (fd < 0)
		return fd;
	err = connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? -errno : -EBUSY;
	close(fd);
	if (err != -ECONNREFUSED)
		return err == -EAGAIN ? -EBUSY : err;
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

static int bind_and_listen(struct status_socket *socket)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	int err;

	if (strlen(socket->path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	memcpy(address.sun_path, socket->path, strlen(socket->path));
	socket->fd = open_unix_socket();
	if (socket->fd < 0)
		return socket->fd;
	err = bind(socket->fd, (const struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
	if (err == -EADDRINUSE) {
		err = remove_stale(&address);
		if (err == 0 && bind(socket->fd, (const struct sockaddr *)&address, sizeof address) < 0)
			err = -errno;
	}
	if (err < 0)
		return err;
	if (lstat(socket->path, &st) == 0) {
		socket->device = st.st_dev;
		socket->inode = st.st_ino;
	}
	return listen(socket->fd, MAX_CLIENTS) < 0 ? -errno : 0;
}

int status_socket_open(struct status_socket **out, const char *path)
{
	struct status_socket *socket = calloc(1, sizeof *socket);
	int err;

	if (!socket)
		return log_no_memory();
	socket->fd = -1;
	socket->path = strdup(path);
	err = socket->path ? bind_and_listen(socket) : -ENOMEM;
	if (err < 0) {
		log_error("%s: %s", path,
			  err == -EBUSY    ? "another program is listening on it"
			  : err == -EEXIST ? "exists and is not a socket of this user: choose another name "
					     "for --status-socket"
					   : err_str(err));
		status_socket_close(socket);
		return err;
	}
	*out = socket;
	return 0;
}

int status_socket_fd(const struct status_socket *socket)
{
	return socket->fd;
}

static void close_client(struct client *client)
{
	close(client->fd);
	free(client->rest);
	*client = (struct client){ .fd = -1 };
}

/* Returns how much of it was sent, or a negative errno other than -EAGAIN. */
static ssize_t send_some(const struct client *client, const char *text, size_t size)
{
	ssize_t n = send(client->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? 0 : -errno;
}

/* Sends the rest of the client's line, and keeps what it does not accept now. Returns 0, or a negative errno
 * when the client is to be dropped. */
static int send_rest(struct client *client)
{
	size_t size = strlen(client->rest + client->sent);
	ssize_t n = send_some(client, client->rest + client->sent, size);

	if (n < 0)
		return (int)n;
	client->sent += (size_t)n;
	client->n_missed = n > 0 ? 0 : client->n_missed + 1;
	if ((size_t)n < size)
		return client->n_missed > MAX_MISSED ? -ETIMEDOUT : 0;
	free(client->rest);
	client->rest = NULL;
	return 0;
}

static int send_line(struct client *client, const char *line)
{
	int err = client->rest ? send_rest(client) : 0;

	if (err < 0 || client->rest)
		return err;
	client->rest = strdup(line);
	client->sent = 0;
	if (!client->rest)
		return -ENOMEM;
	err = send_rest(client);
	/* Drop a line of which nothing was sent: the next one is more recent. */
	if (err == 0 && client->rest && client->sent == 0) {
		free(client->rest);
		client->rest = NULL;
	}
	return err;
}

static void drop_client(struct status_socket *socket, unsigned i)
{
	close_client(&socket->clients[i]);
	socket->clients[i] = socket->clients[--socket->n_clients];
}

void status_socket_send(struct status_socket *socket, const char *line)
{
	for (unsigned i = socket->n_clients; i-- > 0;)
		if (send_line(&socket->clients[i], line) < 0)
			drop_client(socket, i);
}

/* Closes connections beyond MAX_CLIENTS at once. */
void status_socket_accept(struct status_socket *socket, const char *line)
{
	int fd;

	while ((fd = accept4(socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		if (socket->n_clients == MAX_CLIENTS) {
			close(fd);
			continue;
		}
		socket->clients[socket->n_clients++] = (struct client){ .fd = fd };
		if (send_line(&socket->clients[socket->n_clients - 1], line) < 0)
			drop_client(socket, socket->n_clients - 1);
	}
}

/* Checks that the file is still our socket: another run may have replaced it. */
static void remove_own_file(const struct status_socket *socket)
{
	struct stat st;

	if (socket->inode && lstat(socket->path, &st) == 0 && st.st_ino == socket->inode &&
	    st.st_dev == socket->device)
		unlink(socket->path);
}

void status_socket_close(struct status_socket *socket)
{
	if (!socket)
		return;
	while (socket->n_clients > 0)
		drop_client(socket, socket->n_clients - 1);
	if (socket->path)
		remove_own_file(socket);
	if (socket->fd >= 0)
		close(socket->fd);
	free(socket->path);
	free(socket);
}
