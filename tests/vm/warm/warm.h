/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starting a program takes two seconds in the emulated machine, nearly all of it for loading
 * libraries. Here it is loaded once, and each run is a fork of that: server.c is preloaded into the
 * program, client.c takes its place.
 */
#ifndef TESTS_VM_WARM_H
#define TESTS_VM_WARM_H

#include <sys/socket.h>
#include <sys/un.h>

/* Client to server, in one packet: standard input, output and error, and the folder and arguments, each with
 * its NUL. Server to client: the process's number, then its status as waitpid() gives it, an int each. */
#define WARM_SOCKET "/run/warm"
#define WARM_BYTES 16384
#define WARM_FDS 3
#define WARM_ARGUMENTS 256

static const struct sockaddr_un warm_address = { .sun_family = AF_UNIX, .sun_path = WARM_SOCKET };

#endif
