/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Unix stream socket that sends the state of a run to every client, line by line. Nothing here blocks. */
#ifndef BASE_STATUS_SOCKET_H
#define BASE_STATUS_SOCKET_H

struct status_socket;

/* Replaces a socket of the same user on which nobody listens, as a killed run leaves behind. Returns 0 or a
 * negative errno, logged. */
int status_socket_open(struct status_socket **socket, const char *path);
/* Readable (POLLIN) while a client waits to be accepted. */
int status_socket_fd(const struct status_socket *socket);
/* Accepts the waiting clients and sends them the line, which ends in \n. */
void status_socket_accept(struct status_socket *socket, const char *line);
/* Sends the line to all clients. A client that has not read the line before it misses this one; it is dropped
 * once it has read nothing for a minute, or is gone. */
void status_socket_send(struct status_socket *socket, const char *line);
/* Closes the socket and removes its file. Takes NULL. */
void status_socket_close(struct status_socket *socket);

#endif
