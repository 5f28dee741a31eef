/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands in for a program that is kept loaded: runs it, and ends as it ends. See warm.h. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "warm.h"

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT };
static volatile pid_t worker;

static void forward(int number)
{
	kill(worker, number);
}

static size_t write_request(char text[WARM_BYTES], char **arguments)
{
	size_t n;

	if (!getcwd(text, WARM_BYTES))
		return 0;
	n = strlen(text) + 1;
	for (; *arguments; arguments++) {
		size_t bytes = strlen(*arguments) + 1;

		if (bytes > WARM_BYTES - n)
			return 0;
		memcpy(text + n, *arguments, bytes);
		n += bytes;
	}
	return n;
}

/* The server may still be loading. */
static int connect_in_time(int connection)
{
	for (int i = 0; i < 600; i++) {
		if (connect(connection, (const struct sockaddr *)&warm_address, sizeof warm_address) == 0)
			return 0;
		usleep(50000);
	}
	return -1;
}

static int ask(int connection, char **arguments)
{
	char text[WARM_BYTES];
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * WARM_FDS)];
	} control = { .header = { CMSG_LEN(sizeof(int) * WARM_FDS), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec body = { text, write_request(text, arguments) };
	struct msghdr message = {
		.msg_iov = &body, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};

	memcpy(CMSG_DATA(&control.header), (int[WARM_FDS]){ 0, 1, 2 }, sizeof(int) * WARM_FDS);
	if (!body.iov_len || connect_in_time(connection) < 0)
		return -1;
	return sendmsg(connection, &message, 0) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), status;
	struct sigaction action = { .sa_handler = forward, .sa_flags = SA_RESTART };
	sigset_t signals;
	pid_t pid;

	(void)argc;
	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
		sigaddset(&signals, forwarded[i]);
		sigaction(forwarded[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &signals, NULL); /* until it is known to whom they go */
	if (ask(connection, argv) < 0 || recv(connection, &pid, sizeof pid, 0) != sizeof pid) {
		perror(WARM_SOCKET);
		return 127;
	}
	worker = pid;
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	if (recv(connection, &status, sizeof status, 0) != sizeof status)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
