/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Unix stream socket that tells all who connect how a run is, line by line. Nothing here blocks. */
#ifndef BASE_STATUS_SOCKET_H
#define BASE_STATUS_SOCKET_H

struct status_socket;

/* A socket that a run left behind, of the same user and without one that listens, is replaced. Returns 0 or a
 * negative errno, logged. */
int status_socket_open(struct status_socket **socket, const char *path);
/* Readable (POLLIN) while somebody waits to be accepted. */
int status_socket_fd(const struct status_socket *socket);
/* Accepts who waits, and sends the line, which ends in \n, to them. */
void status_socket_accept(struct status_socket *socket, const char *line);
/* Sends the line to all. Who has not yet taken the line before misses this one; who takes none for a minute,
 * or is gone, is dropped. */
void status_socket_send(struct status_socket *socket, const char *line);
/* Removes it, too. Takes NULL. */
void status_socket_close(struct status_socket *socket);

#endif
