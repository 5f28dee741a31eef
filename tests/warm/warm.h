/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starting a program takes a fifth of a second, and two in the emulated machine, nearly all of it for the 139
 * libraries that libavcodec brings along. Here it is loaded once, and each run is a fork of that: server.c is
 * preloaded into the program, client.c takes its place.
 */
#ifndef TESTS_WARM_H
#define TESTS_WARM_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define WARM_BYTES 65536 /* of a request's text */
#define WARM_TEXTS 1024  /* arguments, and variables */
#define WARM_FDS 64

/* Client to server, in one packet: this, the text, and the descriptors. Server to client: the process's
 * number, then its status as waitpid() gives it, an int each. */
struct warm_request {
	int numbers[WARM_FDS]; /* of the descriptors in the client */
	struct rlimit limits[RLIM_NLIMITS];
	unsigned long long ignored; /* bit N: signal N is */
	mode_t umask;
	int n_arguments;           /* in the text, behind the working directory */
	char text[WARM_BYTES + 1]; /* the directory, arguments and environment, each with its NUL */
};

/* $WARM/NAME is the server's of the program called NAME. Returns false where it has none. */
static inline bool warm_address(struct sockaddr_un *address, const char *name)
{
	const char *folder = getenv("WARM");
	size_t size = sizeof address->sun_path;

	address->sun_family = AF_UNIX;
	return folder && (size_t)snprintf(address->sun_path, size, "%s/%s", folder, name) < size;
}

#endif
